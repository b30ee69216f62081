"""The same done to several tickets at once: each for itself, and what could not be done is told."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.desk.deeds import Deed, deeds_for
from bot.desk.handing import hand_ticket, sort_ticket
from bot.desk.moving import Move, move_ticket
from db.session import Session, Store
from db.ticket_changes import NoSuchTicket, StaleTicket
from db.ticket_desk import Sight, visible_ticket
from db.ticket_page import holders_for
from db.ticket_states import By, IllegalMove, State
from db.tickets import Ticket


class Outcome(StrEnum):
    """What became of one of the tickets."""

    DONE = "done"
    STALE = "stale"  # somebody changed it after it was ticked
    ILLEGAL = "illegal"  # it cannot go this way, or not by this officer
    UNFIT = "unfit"  # not a ticket for whom it was to be given to
    GONE = "gone"  # out of sight


@dataclass(frozen=True, slots=True)
class Picked:
    """A ticket that was ticked, as it stood then."""

    id: int
    version: int


@dataclass(frozen=True, slots=True)
class Hand:
    """Who does it, and when."""

    sight: Sight
    actor: str
    now: datetime


class _Unfit(Exception):
    """The ticket is not one for that officer."""


Action = Callable[[Session, Hand, Ticket, int], None]


def together(
    store: Store, hand: Hand, picked: Iterable[Picked], action: Action
) -> Counter[Outcome]:
    """Do one thing with each of the tickets, in a transaction each; count what became of them."""
    return Counter(outcome for _, outcome in one_by_one(store, hand, picked, action))


def one_by_one(
    store: Store, hand: Hand, picked: Iterable[Picked], action: Action
) -> list[tuple[int, Outcome]]:
    """Do one thing with each of the tickets, in a transaction each; give what became of each."""
    return [(one.id, _one(store, hand, one, action)) for one in picked]


def _one(store: Store, hand: Hand, picked: Picked, action: Action) -> Outcome:
    try:
        with store.begin() as session:
            ticket = visible_ticket(session, hand.sight, picked.id)
            if ticket is None:
                return Outcome.GONE
            if ticket.version != picked.version:
                return Outcome.STALE
            action(session, hand, ticket, picked.version)
    except StaleTicket:
        return Outcome.STALE
    except IllegalMove:
        return Outcome.ILLEGAL
    except NoSuchTicket:
        return Outcome.GONE
    except _Unfit:
        return Outcome.UNFIT
    return Outcome.DONE


def verify(session: Session, hand: Hand, ticket: Ticket, seen: int) -> None:
    """Say of a new ticket that it was looked at and is to be worked on."""
    _require(hand, ticket, Deed.VERIFY)
    _move(session, hand, ticket, seen, Move(State.VERIFIED))


def assign_to(staff_id: int) -> Action:
    """Give tickets to an officer: new ones are verified with it, others are handed on."""

    def assign(session: Session, hand: Hand, ticket: Ticket, seen: int) -> None:
        deeds = deeds_for(hand.sight, ticket)
        if staff_id not in {holder.id for holder in holders_for(session, ticket)}:
            raise _Unfit
        given = Move(State.ASSIGNED, staff_id=staff_id)
        if Deed.ASSIGN in deeds:
            _move(session, hand, ticket, seen, given)
        elif Deed.VERIFY in deeds:
            _move(session, hand, ticket, seen, Move(State.VERIFIED), given)
        else:
            _require(hand, ticket, Deed.HAND)
            hand_ticket(session, ticket.id, staff_id, actor=hand.actor, now=hand.now, seen=seen)

    return assign


def put_in(section: str | None) -> Action:
    """Put tickets into a section of the back office."""

    def put(session: Session, hand: Hand, ticket: Ticket, seen: int) -> None:
        _require(hand, ticket, Deed.SORT)
        sort_ticket(
            session, ticket.id,
            category=ticket.category, section=section, priority=ticket.priority,
            actor=hand.actor, now=hand.now, seen=seen,
        )  # fmt: skip

    return put


def _require(hand: Hand, ticket: Ticket, deed: Deed) -> None:
    if deed not in deeds_for(hand.sight, ticket):
        raise IllegalMove(f"{deed} of a ticket that is {ticket.state}")


def _move(session: Session, hand: Hand, ticket: Ticket, seen: int, *moves: Move) -> None:
    move_ticket(session, ticket.id, *moves, by=By.DESK, actor=hand.actor, now=hand.now, seen=seen)
