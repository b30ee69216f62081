"""What must hold after the run: nothing lost, nothing doubled, nobody told what is another's."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import func, select

from bot.desk.moving import state_sentence
from bot.texts import say
from db.areas import Scope
from db.contacts import Contact
from db.inbox import InboundMessage
from db.outbox import OutboundMessage
from db.session import Session, Store
from db.staff import Staff
from db.ticket_desk import Sight, visible_by_number
from db.ticket_notes import ADDED, ANSWER, NOTE, PURPOSE, TicketNote
from db.ticket_states import BrokenHistory, By, State, Step, replay
from db.tickets import Ticket, TicketEvent, standing_of
from tests.bench.desk_citizens import Citizen, Provider
from tests.bench.desk_officers import Desk, Done
from tests.bench.desk_store import BEFORE, token
from tests.bench.desk_words import ANSWERED, CONFIRMED, FILED, KEPT, NUMBER, REOPENED, TOKEN, read
from tests.fakes.telegram import SentMessage

_EVENT: Any = TicketEvent.__table__
_TICKET: Any = Ticket.__table__
_NOTED = {"answer": ANSWER, "note": NOTE}  # deeds that write and move nothing


@dataclass(slots=True)
class Checks:
    """What was looked at, and what was found wrong."""

    counted: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def same(self, what: str, wanted: Counter[Any], found: Counter[Any]) -> None:
        """Count something that must be there exactly as often as is wanted."""
        self.counted[what] = wanted.total()
        lost, more = wanted - found, found - wanted
        if lost or more:
            self.problems.append(
                f"{what}: {lost.total()} lost, {more.total()} too many; {[*lost][:3]} {[*more][:3]}"
            )

    def none(self, what: str, found: Sequence[object]) -> None:
        """Say that nothing of a kind may be there."""
        if found:
            self.problems.append(f"{what}: {len(found)}, first {list(found)[:3]}")


def check(
    store: Store,
    desks: Sequence[Desk],
    citizens: Sequence[Citizen],
    provider: Provider,
    told: Sequence[SentMessage],
) -> Checks:
    """Compare what both sides did and were told with what the store holds."""
    checks = Checks()
    with store.read() as session:
        facts = _Facts.of(session)
        _check_histories(session, checks)
        _check_officers(session, checks, facts, desks)
        _check_citizens(session, checks, facts, citizens)
        _check_told(session, checks, facts, citizens, told)
        found = session.scalar(select(func.count()).select_from(InboundMessage)) or 0
    checks.same("messages of citizens", Counter({"": provider.taken}), Counter({"": found}))
    return checks


@dataclass(frozen=True, slots=True)
class _Facts:
    """What was written in the run: events and notes with the number of their ticket."""

    events: Sequence[Any]
    notes: Sequence[Any]
    chats: Mapping[str, int]  # by the number of the ticket

    @classmethod
    def of(cls, session: Session) -> "_Facts":
        events = session.execute(
            select(TicketEvent, Ticket)
            .join(Ticket, Ticket.id == TicketEvent.ticket_id)
            .where(TicketEvent.actor != BEFORE)
            .order_by(TicketEvent.id)
        ).all()
        notes = session.execute(
            select(TicketNote, Ticket.number)
            .join(Ticket, Ticket.id == TicketNote.ticket_id)
            .order_by(TicketNote.id)
        ).all()
        chats = session.execute(
            select(Ticket.number, Contact.address).join(Contact, Contact.id == Ticket.contact_id)
        )
        return cls(events, notes, {number: int(address) for number, address in chats})


def _check_histories(session: Session, checks: Checks) -> None:
    """Make every ticket of the store again out of its history."""
    rows = session.core.execute(select(_TICKET)).all()
    tickets = {row.id: row for row in rows}
    query = select(_EVENT).order_by(_EVENT.c.ticket_id, _EVENT.c.version)
    broken, looked_at = [], 0
    for ticket_id, group in groupby(session.core.execute(query), key=lambda row: row.ticket_id):
        ticket, events = tickets[ticket_id], list(group)
        looked_at += 1
        try:
            now = replay(Step(one.change, By(one.side), standing_of(one)) for one in events)
        except BrokenHistory as error:
            broken.append(f"{ticket.number}: {error}")
            continue
        versions = [one.version for one in events]
        if now != standing_of(ticket) or versions != list(range(1, ticket.version + 1)):
            broken.append(f"{ticket.number}: {versions} for {ticket.version}")
    checks.counted["tickets whose history gives their state"] = looked_at
    checks.none("histories that do not give the state of their ticket", broken)
    if looked_at != len(tickets):
        checks.problems.append(f"{len(tickets) - looked_at} tickets without a history")


def _check_officers(session: Session, checks: Checks, facts: _Facts, desks: Sequence[Desk]) -> None:
    done = [one for desk in desks for one in desk.done]
    moved = Counter(
        (one.number, one.seen + 1, f"staff:{one.staff_id}")
        for one in done if one.deed not in _NOTED
    )  # fmt: skip
    checks.same("moves by officers", moved, Counter(
        (ticket.number, event.version, event.actor)
        for event, ticket in facts.events if event.actor.startswith("staff:")
    ))  # fmt: skip
    wrote = Counter(
        (one.number, _NOTED[one.deed], f"staff:{one.staff_id}")
        for one in done if one.deed in _NOTED
    )  # fmt: skip
    checks.same("answers and notes by officers", wrote, Counter(
        (number, note.kind, note.actor) for note, number in facts.notes if note.kind != ADDED
    ))  # fmt: skip
    after = {(ticket.number, event.version): event.actor for event, ticket in facts.events}
    refused = [one for desk in desks for one in desk.refused]
    checks.counted["forms refused as stale"] = len(refused)
    checks.none(
        "refused though nobody else was faster",
        [one for one in refused if not _was_late(one, after)],
    )
    unseen = {one for desk in desks for one in desk.unseen}
    checks.counted["tickets that went out of an officer's sight"] = len(unseen)
    checks.none("not shown though in sight", [one for one in unseen if _in_sight(session, *one)])


def _was_late(refused: Done, after: Mapping[tuple[str, int], str]) -> bool:
    """Say whether somebody else made the version after the one that an officer saw."""
    actor = after.get((refused.number, refused.seen + 1))
    return actor is not None and actor != f"staff:{refused.staff_id}"


def _in_sight(session: Session, number: str, staff_id: int) -> bool:
    staff = session.get_one(Staff, staff_id)
    sight = Sight(Scope(staff.area_code), staff.role, staff.section, staff.id)
    return visible_by_number(session, sight, number) is not None


def _check_citizens(
    session: Session, checks: Checks, facts: _Facts, citizens: Sequence[Citizen]
) -> None:
    before = {token(citizen.known.chat, 0) for citizen in citizens}
    opened = Counter(
        word
        for event, ticket in facts.events
        if event.change == "opened"
        for word in TOKEN.findall(session.vault.open(ticket.story_sealed, "story"))
        if word not in before
    )
    sent = sum((citizen.sent for citizen in citizens), Counter[str]())
    checks.same("complaints that were sent", sent, opened)
    actors = {f"contact:{citizen.known.contact_id}": citizen.known.chat for citizen in citizens}
    strange = [
        ticket.number
        for event, ticket in facts.events
        if event.side == By.CITIZEN and actors.get(event.actor) != facts.chats[ticket.number]
    ]
    checks.none("tickets moved by another citizen", strange)


def _check_told(
    session: Session,
    checks: Checks,
    facts: _Facts,
    citizens: Sequence[Citizen],
    told: Sequence[SentMessage],
) -> None:
    """Compare every message that reached a chat with what was done."""
    known = [(one, read(one.text)) for one in told]
    notices = Counter(
        (one.chat_id, one.text.strip()) for one, said in known if said and said.is_notice
    )
    checks.same("notices to citizens", Counter(_notices(session, facts)), notices)
    answers = Counter(
        (one.chat_id, "added" if said.key in KEPT else said.key, said.number)
        for one, said in known if said and not said.is_notice
    )  # fmt: skip
    checks.same("what citizens did", Counter(_own(facts, citizens)), answers)
    own_words = {citizen.known.chat: _words(citizen) for citizen in citizens}
    strange = [
        one.chat_id
        for one in told
        if any(facts.chats.get(number) != one.chat_id for number in NUMBER.findall(one.text))
        or not set(TOKEN.findall(one.text)) <= own_words.get(one.chat_id, set())
    ]
    checks.none("messages in another's chat", strange)
    rows = session.execute(
        select(OutboundMessage.state, func.count()).group_by(OutboundMessage.state)
    )
    checks.same(
        "messages to citizens", Counter({"sent": len(told)}), Counter(dict(rows.tuples().all()))
    )


def _words(citizen: Citizen) -> set[str]:
    return {token(citizen.known.chat, number) for number in range(citizen.stories + 1)}


def _notices(session: Session, facts: _Facts) -> Iterator[tuple[int, str]]:
    """Give what the desk's moves and answers had to be told, to each chat in its words."""
    vault = session.vault
    for event, ticket in facts.events:
        if event.side != By.DESK or event.change != "moved" or ticket.number not in facts.chats:
            continue
        why = vault.open(event.why_sealed, "why") if event.why_sealed else ""
        then = Ticket(
            number=ticket.number, state=event.state, decision=event.decision,
            section=event.section, agency=event.agency,
        )  # fmt: skip
        yield facts.chats[ticket.number], state_sentence(session, then, why).strip()
    for note, number in facts.notes:
        if note.kind == ANSWER and number in facts.chats:
            text = vault.open(note.text_sealed, PURPOSE)
            yield facts.chats[number], say(ANSWERED, number=number, text=text).strip()


def _own(facts: _Facts, citizens: Sequence[Citizen]) -> Iterator[tuple[int, str, str]]:
    """Give what citizens did, each of which is answered by a sentence of its own."""
    keys = {State.CONFIRMED: CONFIRMED, State.REOPENED: REOPENED}
    ours = {f"contact:{citizen.known.contact_id}" for citizen in citizens}
    before = {citizen.known.number for citizen in citizens}
    for event, ticket in facts.events:
        if event.actor not in ours:
            continue
        if event.change == "opened" and ticket.number not in before:
            yield facts.chats[ticket.number], FILED, ticket.number
        elif event.change == "moved" and event.state in keys:
            yield facts.chats[ticket.number], keys[State(event.state)], ticket.number
    for note, number in facts.notes:
        if note.kind == ADDED:
            yield facts.chats[number], "added", number
