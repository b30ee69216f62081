"""Incidents: tickets with one cause, put together, answered and ended as one.

What is done to all is done to each ticket by itself (`bot.desk.together`), and tells its citizen
of his own ticket alone.
"""

from collections.abc import Iterable
from datetime import datetime

from bot.desk.answering import answer
from bot.desk.blanks import AREA, NUMBER, filled, with_name
from bot.desk.deeds import Deed, deeds_for
from bot.desk.moving import Move, hold, move_ticket
from bot.desk.together import Action, Hand
from db import audit
from db.areas import area_name
from db.incident_hints import KIND
from db.incidents import PURPOSE, Incident, has_room, is_at_work, lock_incident
from db.session import Session
from db.ticket_changes import group
from db.ticket_notes import ANSWER, last_note
from db.ticket_states import OPEN, By, Decision, IllegalMove, State
from db.tickets import Ticket

_TO_WORK = (Deed.VERIFY, Deed.TAKE, Deed.WORK, Deed.RESOLVE)  # by which a ticket may be ended
_ALREADY_WORKED_ON = frozenset({State.IN_PROGRESS, State.REFERRED, State.WAITING})


def open_incident(
    session: Session,
    title: str,
    category: str,
    area_code: str,
    *,
    actor: str,
    now: datetime,
) -> Incident:
    """Make an incident without a ticket yet."""
    incident = Incident(
        title_sealed=session.vault.seal(title, PURPOSE),
        category=category,
        area_code=area_code,
        opened_by=actor,
        opened_at=now,
    )
    session.add(incident)
    session.flush()
    audit.record(session, now, actor, "open incident", f"incident:{incident.id}")
    return incident


def may_be_in(ticket: Ticket, category: str) -> bool:
    """Say whether a ticket may be put into an incident of a category: open complaints about it."""
    return ticket.kind == KIND and ticket.category == category and State(ticket.state) in OPEN


def put_into(incident_id: int) -> Action:
    """Put tickets into an open incident; one that is in another stays there."""

    def put(session: Session, hand: Hand, ticket: Ticket, seen: int) -> None:
        _require_reading(hand, ticket)
        held = hold(session, ticket.id, seen)
        incident = lock_incident(session, incident_id)
        if incident.closed_at is not None or not has_room(session, incident_id):
            raise IllegalMove("the incident takes no ticket")
        if not may_be_in(held, incident.category):
            raise IllegalMove("no open complaint about the same")
        if held.incident_id is not None:
            raise IllegalMove("the ticket is in an incident")
        _group(session, hand, held, incident_id)

    return put


def take_out(incident_id: int) -> Action:
    """Take tickets out of an incident."""

    def take(session: Session, hand: Hand, ticket: Ticket, seen: int) -> None:
        _require_reading(hand, ticket)
        held = _held(session, ticket, incident_id, seen)
        _group(session, hand, held, None)

    return take


def answer_all(incident_id: int, text: str) -> Action:
    """Tell the citizen of each ticket the same; whom it was told last is not told it twice."""

    def tell(session: Session, hand: Hand, ticket: Ticket, _seen: int) -> None:
        held = _held(session, ticket, incident_id)
        if Deed.ANSWER not in deeds_for(hand.sight, held):
            raise IllegalMove("nobody can be answered")
        told = _filled(session, held, text)
        if last_note(session, held.id, ANSWER) != told:
            answer(session, held.id, told, actor=hand.actor, now=hand.now)

    return tell


def resolve_all(incident_id: int, text: str, decision: Decision) -> Action:
    """End each ticket with a decision; one that nobody has begun is first taken by who ends it."""

    def resolve(session: Session, hand: Hand, ticket: Ticket, seen: int) -> None:
        held = _held(session, ticket, incident_id, seen)
        if held.kind != KIND or not deeds_for(hand.sight, held).intersection(_TO_WORK):
            raise IllegalMove(f"{held.state} is not this officer's to end")
        why = with_name(_filled(session, held, text), None)
        ended = Move(State.RESOLVED, why=why, decision=decision)
        move_ticket(
            session, held.id, *_way_to_work(hand, held), ended,
            by=By.DESK, actor=hand.actor, now=hand.now, seen=seen,
        )  # fmt: skip

    return resolve


def keep_answer(
    session: Session, incident_id: int, text: str, *, actor: str, now: datetime
) -> None:
    """Keep what was last answered to all."""
    incident = lock_incident(session, incident_id)
    incident.answer_sealed = session.vault.seal(text, PURPOSE)
    audit.record(session, now, actor, "answer incident", f"incident:{incident_id}")


def close_if_done(session: Session, incident_id: int, *, actor: str, now: datetime) -> bool:
    """Close an incident of whose tickets none is open any more; gives whether it is closed."""
    incident = lock_incident(session, incident_id)
    if incident.closed_at is None and not is_at_work(session, incident_id):
        incident.closed_at = now
        audit.record(session, now, actor, "close incident", f"incident:{incident_id}")
    return incident.closed_at is not None


def _way_to_work(hand: Hand, ticket: Ticket) -> Iterable[Move]:
    """Give the moves that bring a ticket so far that it can be resolved."""
    if ticket.state in _ALREADY_WORKED_ON:
        return []
    moves = [Move(State.VERIFIED)] if ticket.state == State.RECEIVED else []
    if Deed.WORK not in deeds_for(hand.sight, ticket):
        moves.append(Move(State.ASSIGNED, staff_id=hand.sight.staff_id))
    return [*moves, Move(State.IN_PROGRESS)]


def _filled(session: Session, ticket: Ticket, text: str) -> str:
    """Put in what is of a ticket itself; the name is put in as it is told."""
    area = area_name(session, ticket.area_code)
    return filled(text, {NUMBER: ticket.number, AREA: area})


def _held(session: Session, ticket: Ticket, incident_id: int, seen: int | None = None) -> Ticket:
    held = hold(session, ticket.id, seen)
    if held.incident_id != incident_id:
        raise IllegalMove("the ticket is not in this incident")
    return held


def _group(session: Session, hand: Hand, ticket: Ticket, incident_id: int | None) -> None:
    group(session, ticket, incident_id, actor=hand.actor, now=hand.now)
    audit.record(session, hand.now, hand.actor, "group ticket", f"ticket:{ticket.id}")


def _require_reading(hand: Hand, ticket: Ticket) -> None:
    if not deeds_for(hand.sight, ticket):
        raise IllegalMove("not this officer's to put together")
