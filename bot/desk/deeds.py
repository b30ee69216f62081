"""Who may do what with a ticket: one rule, which the page, its forms and bulk actions ask."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from db.ticket_desk import BACK_OFFICE, CHIEF, Sight
from db.ticket_states import (
    DONE,
    OPEN,
    By,
    IllegalMove,
    Standing,
    State,
    handed,
    ways_from,
)
from db.tickets import Ticket, is_told_by_chat, standing_of

LEADS = frozenset({CHIEF, "officer", "admin"})  # they may also act for whoever holds a ticket
FRONT = LEADS | {"front_office"}  # who receive, sort and give out
WORKERS = FRONT | {BACK_OFFICE}  # who may hold a ticket


class Deed(StrEnum):
    """Something that an officer does with a ticket."""

    VERIFY = "verify"
    ASSIGN = "assign"
    TAKE = "take"
    WORK = "work"  # begin, or go on after waiting
    GIVE_BACK = "give_back"
    HAND = "hand"
    SORT = "sort"
    ASK = "ask"
    ANSWER = "answer"
    NOTE = "note"
    REFER = "refer"
    RESOLVE = "resolve"
    REJECT = "reject"


_OF_HOLDER = frozenset(
    {Deed.WORK, Deed.GIVE_BACK, Deed.HAND, Deed.ASK, Deed.REFER, Deed.RESOLVE}
)  # fmt: skip
_BY_CHAT = frozenset({Deed.ASK, Deed.ANSWER})  # who has no chat is asked at the counter
_OF_FRONT = frozenset({Deed.VERIFY, Deed.ASSIGN, Deed.SORT})
_UNHELD = frozenset({State.RECEIVED, State.VERIFIED})
_LEADS_TO: Mapping[Deed, State] = {
    Deed.VERIFY: State.VERIFIED,
    Deed.ASSIGN: State.ASSIGNED,
    Deed.TAKE: State.ASSIGNED,
    Deed.WORK: State.IN_PROGRESS,
    Deed.GIVE_BACK: State.VERIFIED,
    Deed.ASK: State.WAITING,
    Deed.REFER: State.REFERRED,
    Deed.RESOLVE: State.RESOLVED,
    Deed.REJECT: State.REJECTED,
}


def deeds_for(sight: Sight, ticket: Ticket) -> frozenset[Deed]:
    """Give what an officer may do with a ticket that he sees, as it stands now.

    Nobody acts on what he may not read. The front office receives, sorts and gives out; who holds
    a ticket works on it, as may chief, officer and admin; all who read it may take, answer, note.
    """
    if not sight.may_read(ticket):
        return frozenset()
    now = standing_of(ticket)
    return frozenset(deed for deed in Deed if _may(sight, ticket, deed) and _fits(now, deed))


def _may(sight: Sight, ticket: Ticket, deed: Deed) -> bool:
    """Say whether a deed is this officer's to do, whatever the state."""
    if sight.role not in WORKERS:
        return False
    if deed in _BY_CHAT and not is_told_by_chat(ticket):
        return False
    leads = ticket.staff_id == sight.staff_id or sight.role in LEADS
    if deed in _OF_HOLDER:
        return leads
    if deed is Deed.REJECT:
        return leads or (sight.role in FRONT and State(ticket.state) in _UNHELD)
    return deed not in _OF_FRONT or sight.role in FRONT


def _fits(now: Standing, deed: Deed) -> bool:
    """Say whether a deed can be done in this state; the table of the states decides."""
    if deed in _LEADS_TO:
        special = _NARROWER.get(deed)
        possible = _LEADS_TO[deed] in ways_from(now, By.DESK)
        return possible and (special is None or special(now))
    if deed is Deed.HAND:
        return _can_be_handed(now)
    if deed is Deed.SORT:
        return now.state not in DONE
    return deed is not Deed.ANSWER or now.state in OPEN | {State.RESOLVED}


# Two deeds lead into one state; the state that they come from tells them apart.
_NARROWER: Mapping[Deed, Callable[[Standing], bool]] = {
    Deed.VERIFY: lambda now: now.state is State.RECEIVED,
    Deed.GIVE_BACK: lambda now: now.state is not State.RECEIVED,
    Deed.WORK: lambda now: now.staff_id is not None,
}


def _can_be_handed(now: Standing) -> bool:
    if now.staff_id is None:
        return False
    try:
        handed(now, now.staff_id)
    except IllegalMove:
        return False
    return True
