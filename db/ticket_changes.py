"""The one way in which tickets come to be and change: row, history and clocks in one step."""

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from db.areas import Area
from db.session import Session
from db.ticket_clock import (
    CLIMB,
    CLOSE_AFTER,
    HIGHEST,
    QUIET,
    WARN_AFTER,
    Counting,
    Deadline,
    Entered,
    PlainTime,
    deadline,
)
from db.ticket_rules import SlaRule, rule_of, terms_of
from db.ticket_states import (
    By,
    Decision,
    Standing,
    State,
    grouped,
    handed,
    moved,
    sorted_as,
)
from db.ticket_words import index_words
from db.tickets import Matter, Ticket, TicketEvent, next_number, standing_of
from db.workdays import calendar_of

WHY = "why"
_PLAIN_TIME = PlainTime()


class NoSuchTicket(LookupError):
    """There is no ticket of this id."""


class StaleTicket(Exception):
    """Somebody changed the ticket after it was looked at; nothing was changed."""


def open_ticket(
    session: Session,
    matter: Matter,
    *,
    contact_id: int | None,
    person_id: int | None,
    area_code: str,
    year: int,
    actor: str,
    by: By,
    now: datetime,
    searched: Iterable[str] = (),
) -> Ticket:
    """Make a ticket in its first state, under the next number of the year.

    It is found by the words of `searched`: the texts as somebody looking for them would write.
    Raises LookupError for a kind without a rule.
    """
    rule = rule_of(session, matter.kind, matter.category)
    vault = session.vault
    details = None if matter.details is None else json.dumps(matter.details, ensure_ascii=False)
    ticket = Ticket(
        number=next_number(session, year),
        contact_id=contact_id,
        person_id=person_id,
        area_code=area_code,
        kind=matter.kind,
        secrecy=matter.secrecy,
        story_sealed=vault.seal(matter.story, "story"),
        occurred_sealed=vault.seal(matter.occurred, "occurred"),
        details_sealed=None if details is None else vault.seal(details, "ticket details"),
        state=State.RECEIVED,
        category=matter.category,
        section=rule.section,
        priority=rule.priority,
        version=0,
        created_at=now,
        changed_at=now,
    )
    session.add(ticket)
    session.flush()
    _write(session, ticket, standing_of(ticket), "opened", by, actor, now, "")
    index_words(session, ticket.id, searched)
    return ticket


def lock_ticket(session: Session, ticket_id: int, seen: int | None = None) -> Ticket:
    """Give a ticket and hold its row; raises NoSuchTicket, or StaleTicket if `seen` is past.

    `seen` is the version that somebody had before him when he decided.
    """
    query = select(Ticket).where(Ticket.id == ticket_id).with_for_update()
    ticket = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if ticket is None:
        raise NoSuchTicket
    if seen is not None and seen != ticket.version:
        raise StaleTicket
    return ticket


def move(
    session: Session,
    ticket: Ticket,
    to: State,
    *,
    by: By,
    actor: str,
    now: datetime,
    why: str = "",
    decision: Decision | None = None,
    staff_id: int | None = None,
    agency: str | None = None,
    other_id: int | None = None,
) -> None:
    """Bring a locked ticket into another state; raises IllegalMove, with nothing changed."""
    after = moved(
        standing_of(ticket), to, by,
        decision=decision, staff_id=staff_id, agency=agency, other_id=other_id,
    )  # fmt: skip
    _write(session, ticket, after, "moved", by, actor, now, why)


def hand(
    session: Session, ticket: Ticket, staff_id: int, *, actor: str, now: datetime, why: str = ""
) -> None:
    """Hand a locked ticket to another officer; raises IllegalMove where it has none yet."""
    after = handed(standing_of(ticket), staff_id)
    _write(session, ticket, after, "handed", By.DESK, actor, now, why)


def sort(
    session: Session,
    ticket: Ticket,
    *,
    category: str,
    section: str | None,
    priority: int,
    actor: str,
    now: datetime,
    why: str = "",
) -> None:
    """Put a locked ticket under another category, section or priority; raises IllegalMove."""
    after = sorted_as(standing_of(ticket), category=category, section=section, priority=priority)
    _write(session, ticket, after, "sorted", By.DESK, actor, now, why)


def group(
    session: Session,
    ticket: Ticket,
    incident_id: int | None,
    *,
    actor: str,
    now: datetime,
    why: str = "",
) -> None:
    """Put a locked ticket into an incident, or take it out; raises IllegalMove."""
    after = grouped(standing_of(ticket), incident_id)
    _write(session, ticket, after, "grouped", By.DESK, actor, now, why)


def climb(session: Session, ticket: Ticket, now: datetime) -> None:
    """Note that one level more has been told of a locked ticket's breach."""
    ticket.climbed += 1
    time = _time_of(session, ticket, _rule(session, ticket))
    ticket.watch_at = time.after(now, CLIMB) if ticket.climbed < HIGHEST else None
    session.flush()


def warn(session: Session, ticket: Ticket, now: datetime) -> None:
    """Note that the citizen has been warned that a locked ticket is about to be closed."""
    time = _time_of(session, ticket, _rule(session, ticket))
    ticket.warned_at = now
    ticket.watch_at = time.after(now, CLOSE_AFTER - WARN_AFTER)
    session.flush()


def last_told_why(session: Session, ticket_id: int) -> tuple[datetime, str] | None:
    """Give when and with which words a ticket was last resolved, rejected or asked about."""
    found = session.scalars(
        select(TicketEvent)
        .where(
            TicketEvent.ticket_id == ticket_id,
            TicketEvent.change == "moved",
            TicketEvent.state.in_((State.RESOLVED, State.REJECTED, State.WAITING)),
            TicketEvent.side != By.CITIZEN,
            TicketEvent.why_sealed.is_not(None),
        )
        .order_by(TicketEvent.version.desc())
        .limit(1)
    ).one_or_none()
    if found is None or found.why_sealed is None:
        return None
    return found.at, session.vault.open(found.why_sealed, WHY)


def put_off(session: Session, ticket: Ticket, now: datetime) -> None:
    """Let the silence of a locked ticket begin anew: the citizen has said something."""
    if State(ticket.state) in QUIET:
        ticket.warned_at = None
        time = _time_of(session, ticket, _rule(session, ticket))
        ticket.watch_at = time.after(now, WARN_AFTER)
        session.flush()


def _write(
    session: Session,
    ticket: Ticket,
    after: Standing,
    change: str,
    by: By,
    actor: str,
    now: datetime,
    why: str,
) -> None:
    """Set the row to its new standing, write the event, and wind the clocks."""
    enters = change == "opened" or after.state != ticket.state
    values = {
        "state": after.state, "decision": after.decision, "category": after.category,
        "section": after.section, "priority": after.priority, "staff_id": after.staff_id,
        "agency": after.agency, "other_id": after.other_id, "incident_id": after.incident_id,
    }  # fmt: skip
    for name, value in values.items():
        setattr(ticket, name, value)
    ticket.version += 1
    ticket.changed_at = now
    session.add(
        TicketEvent(
            ticket_id=ticket.id,
            version=ticket.version,
            at=now,
            actor=actor,
            side=by,
            change=change,
            why_sealed=session.vault.seal(why, WHY) if why else None,
            **values,
        )
    )
    session.flush()
    if enters or change == "sorted":  # another category may grant another time
        _wind(session, ticket, now, enters)


def _wind(session: Session, ticket: Ticket, now: datetime, enters: bool) -> None:
    rule = _rule(session, ticket)
    time = _time_of(session, ticket, rule)
    found: Deadline | None = deadline(_entered(session, ticket.id), terms_of(rule), time)
    ticket.risk_at = found.risk_at if found else None
    ticket.due_at = found.due_at if found else None
    if enters:
        ticket.climbed = 0
        ticket.warned_at = None
    if State(ticket.state) in QUIET:
        if enters:
            ticket.watch_at = time.after(now, WARN_AFTER)
    elif ticket.climbed == 0:
        ticket.watch_at = ticket.due_at
    session.flush()


def _entered(session: Session, ticket_id: int) -> list[Entered]:
    """Give when a ticket came into each of its states."""
    rows = session.execute(
        select(TicketEvent.state, TicketEvent.at)
        .where(TicketEvent.ticket_id == ticket_id, TicketEvent.change.in_(("opened", "moved")))
        .order_by(TicketEvent.version)
    )
    return [Entered(State(state), at) for state, at in rows]


def _rule(session: Session, ticket: Ticket) -> SlaRule:
    return rule_of(session, ticket.kind, ticket.category)


def _time_of(session: Session, ticket: Ticket, rule: SlaRule) -> Counting:
    if rule.always:
        return _PLAIN_TIME
    zone = session.scalar(select(Area.timezone).where(Area.code == ticket.area_code))
    return calendar_of(zone or "Asia/Jakarta")
