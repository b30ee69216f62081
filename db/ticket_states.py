"""The states of a ticket: which may follow which, by whom, and what a history comes to.

Pure: chat, console and the watch all move tickets through this table and no other way.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class State(StrEnum):
    """How far a ticket has come."""

    RECEIVED = "received"
    VERIFIED = "verified"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    REFERRED = "referred"
    WAITING = "waiting"  # for the citizen
    RESOLVED = "resolved"
    CONFIRMED = "confirmed"
    REOPENED = "reopened"
    REJECTED = "rejected"


class By(StrEnum):
    """On whose side somebody stands who changes a ticket."""

    CITIZEN = "citizen"
    DESK = "desk"
    AGENCY = "agency"
    SERVICE = "service"  # time that ran out


class Decision(StrEnum):
    """What was decided at the end."""

    UPHELD = "upheld"
    PARTLY = "partly"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    REDIRECTED = "redirected"
    DUPLICATE = "duplicate"
    SILENCE = "silence"  # the citizen was asked and did not answer


OPEN = frozenset(State) - {State.RESOLVED, State.CONFIRMED, State.REJECTED}
DONE = frozenset({State.CONFIRMED, State.REJECTED})
_DESK = frozenset({By.DESK})
_CITIZEN = frozenset({By.CITIZEN})

# What may follow what, and by whose hand. Besides, a citizen may withdraw what is open.
MOVES: Mapping[tuple[State, State], frozenset[By]] = {
    (State.RECEIVED, State.VERIFIED): _DESK,
    (State.RECEIVED, State.REJECTED): _DESK,
    (State.VERIFIED, State.ASSIGNED): _DESK,
    (State.VERIFIED, State.REJECTED): _DESK,
    (State.ASSIGNED, State.VERIFIED): _DESK,  # given back
    (State.ASSIGNED, State.IN_PROGRESS): _DESK,
    (State.ASSIGNED, State.REJECTED): _DESK,
    (State.IN_PROGRESS, State.VERIFIED): _DESK,  # given back
    (State.IN_PROGRESS, State.REFERRED): _DESK,
    (State.IN_PROGRESS, State.WAITING): _DESK,
    (State.IN_PROGRESS, State.RESOLVED): _DESK,
    (State.IN_PROGRESS, State.REJECTED): _DESK,
    (State.REFERRED, State.WAITING): frozenset({By.DESK, By.AGENCY}),
    (State.REFERRED, State.IN_PROGRESS): frozenset({By.DESK, By.AGENCY}),
    (State.REFERRED, State.RESOLVED): _DESK,
    (State.REFERRED, State.REJECTED): _DESK,
    (State.WAITING, State.REFERRED): _DESK,
    (State.WAITING, State.IN_PROGRESS): frozenset({By.DESK, By.CITIZEN}),
    (State.WAITING, State.RESOLVED): _DESK,
    (State.WAITING, State.REJECTED): frozenset({By.DESK, By.SERVICE}),
    (State.RESOLVED, State.CONFIRMED): frozenset({By.CITIZEN, By.SERVICE}),
    (State.RESOLVED, State.REOPENED): _CITIZEN,
    (State.REOPENED, State.ASSIGNED): _DESK,
    (State.REOPENED, State.IN_PROGRESS): _DESK,
    (State.REOPENED, State.REJECTED): _DESK,
    (State.REJECTED, State.REOPENED): _CITIZEN,
}
_OF_RESOLVED = frozenset({Decision.UPHELD, Decision.PARTLY})
_OF_REJECTED: Mapping[By, frozenset[Decision]] = {
    By.DESK: frozenset({Decision.REJECTED, Decision.REDIRECTED, Decision.DUPLICATE}),
    By.CITIZEN: frozenset({Decision.WITHDRAWN}),
    By.SERVICE: frozenset({Decision.SILENCE}),
    By.AGENCY: frozenset(),
}
# Who took his report back, or has another one open, has no more to say to this one.
_FINAL = frozenset({Decision.WITHDRAWN, Decision.DUPLICATE})


class IllegalMove(Exception):
    """A ticket cannot go this way; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """All that a history decides of a ticket."""

    state: State
    category: str
    section: str | None
    priority: int
    staff_id: int | None = None
    decision: Decision | None = None
    agency: str | None = None
    other_id: int | None = None  # the ticket that this one repeats
    incident_id: int | None = None


def may_follow(now: Standing, to: State, by: By) -> bool:
    """Say whether a ticket may go to a state by somebody's hand."""
    if to is State.REJECTED and by is By.CITIZEN:
        return now.state in OPEN
    if now.state is State.REJECTED and now.decision in _FINAL:
        return False
    return by in MOVES.get((now.state, to), frozenset())


def ways_from(now: Standing, by: By) -> list[State]:
    """Give the states that a ticket may go to by somebody's hand, in their usual order."""
    return [state for state in State if may_follow(now, state, by)]


def moved(
    now: Standing,
    to: State,
    by: By,
    *,
    decision: Decision | None = None,
    staff_id: int | None = None,
    agency: str | None = None,
    other_id: int | None = None,
) -> Standing:
    """Give the standing after a move; raises IllegalMove for one that the table does not hold.

    A resolution and a rejection name their decision, a referral its agency, an assignment its
    officer, a duplicate the ticket that it repeats, and nothing else names any of them.
    """
    if not may_follow(now, to, by):
        raise IllegalMove(f"{now.state} to {to} by {by}")
    allowed = _decisions_of(to, by)
    if (decision in allowed) != bool(allowed) or (decision is not None and not allowed):
        raise IllegalMove(f"{to} with the decision {decision}")
    if (to is State.REFERRED) != (agency is not None):
        raise IllegalMove(f"{to} with the agency {agency}")
    if (decision is Decision.DUPLICATE) != (other_id is not None):
        raise IllegalMove(f"{to} as duplicate of {other_id}")
    holder = now.staff_id if staff_id is None else staff_id
    if to is State.VERIFIED:
        holder = None
    if to in (State.ASSIGNED, State.IN_PROGRESS) and holder is None:
        raise IllegalMove(f"{to} without an officer")
    if to is State.CONFIRMED:
        decision = now.decision  # it is what was confirmed
    return replace(
        now, state=to, decision=decision, agency=agency, other_id=other_id, staff_id=holder
    )


def _decisions_of(to: State, by: By) -> frozenset[Decision]:
    if to is State.RESOLVED:
        return _OF_RESOLVED
    return _OF_REJECTED[by] if to is State.REJECTED else frozenset()


def handed(now: Standing, staff_id: int) -> Standing:
    """Give the standing after an open ticket was handed to another officer."""
    if now.state not in OPEN or now.state in (State.RECEIVED, State.VERIFIED, State.REOPENED):
        raise IllegalMove(f"{now.state} has no officer to hand it on")
    return replace(now, staff_id=staff_id)


def sorted_as(now: Standing, *, category: str, section: str | None, priority: int) -> Standing:
    """Give the standing after a ticket that is not done was put elsewhere."""
    if now.state in DONE:
        raise IllegalMove(f"{now.state} is not sorted any more")
    return replace(now, category=category, section=section, priority=priority)


def grouped(now: Standing, incident_id: int | None) -> Standing:
    """Give the standing after a ticket that is not done was put into an incident, or out of it."""
    if now.state in DONE:
        raise IllegalMove(f"{now.state} is not grouped any more")
    return replace(now, incident_id=incident_id)


@dataclass(frozen=True, slots=True)
class Step:
    """One change as the history keeps it: what was done, by whom, and the standing after it."""

    change: str  # opened, moved, handed, sorted or grouped
    by: By
    after: Standing


class BrokenHistory(Exception):
    """A history that no sequence of allowed changes makes."""


def replay(steps: Iterable[Step]) -> Standing:
    """Give the standing that a history comes to, every change of it made again by the rules.

    Raises BrokenHistory if a step is not what the rules make of the one before.
    """
    now: Standing | None = None
    for step in steps:
        try:
            made = step.after if now is None else _made_again(now, step)
        except IllegalMove as illegal:
            raise BrokenHistory(str(illegal)) from None
        opens = step.change == "opened"
        if opens != (now is None) or made != step.after:
            raise BrokenHistory(f"{step.change} does not follow")
        now = made
    if now is None:
        raise BrokenHistory("no step at all")
    return now


def _made_again(now: Standing, step: Step) -> Standing:
    after = step.after
    if step.change == "moved":
        holder = after.staff_id if after.staff_id != now.staff_id else None
        return moved(
            now, after.state, step.by,
            decision=None if after.state is State.CONFIRMED else after.decision,
            staff_id=holder, agency=after.agency, other_id=after.other_id,
        )  # fmt: skip
    if step.change == "handed" and after.staff_id is not None:
        return handed(now, after.staff_id)
    if step.change == "sorted":
        return sorted_as(
            now, category=after.category, section=after.section, priority=after.priority
        )
    if step.change == "grouped":
        return grouped(now, after.incident_id)
    raise BrokenHistory(f"{step.change} is no change")
