"""Deadlines of tickets: which clock runs in which state, and when it has run out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Protocol

from db.ticket_rules import Terms
from db.ticket_states import State

AT_RISK = 0.25  # of the time granted; less than that is left
CLIMB = timedelta(days=1)  # working time until a breach is told one level higher
HIGHEST = 3  # front office, chief, Dinas
WARN_AFTER = timedelta(days=5)  # working time of silence until the citizen is warned
CLOSE_AFTER = timedelta(days=10)  # and until the ticket is closed (SP4N-LAPOR!: 10 working days)

VERIFYING = frozenset({State.RECEIVED})
FOLLOWING = frozenset({State.VERIFIED, State.ASSIGNED, State.REOPENED})
FINISHING = frozenset({State.IN_PROGRESS})
# While the citizen or an agency has the ball, nobody at the desk can be late.
_RUNNING = VERIFYING | FOLLOWING | FINISHING
QUIET = frozenset({State.WAITING, State.RESOLVED})  # the citizen is to say something


class Light(StrEnum):
    """How a ticket stands with its deadline."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    STOPPED = "stopped"


class Counting(Protocol):
    """What counts time: a calendar of working days, or a plain clock."""

    def worked(self, since: datetime, until: datetime) -> timedelta:
        """Give the time that counts between two moments."""

    def after(self, moment: datetime, span: timedelta) -> datetime:
        """Give the moment when so much of it has passed."""


class PlainTime:
    """Time that knows no weekend, for what cannot wait."""

    def worked(self, since: datetime, until: datetime) -> timedelta:
        """Give the time between two moments."""
        return max(until - since, timedelta())

    def after(self, moment: datetime, span: timedelta) -> datetime:
        """Give the moment when so much time has passed."""
        return moment + span


@dataclass(frozen=True, slots=True)
class Entered:
    """When a ticket came into a state."""

    state: State
    at: datetime


@dataclass(frozen=True, slots=True)
class Deadline:
    """When the running stage has to be over, and when it is told that it soon must."""

    risk_at: datetime
    due_at: datetime

    def light(self, now: datetime) -> Light:
        """Say how it stands at a moment."""
        if now >= self.due_at:
            return Light.BREACHED
        return Light.AT_RISK if now >= self.risk_at else Light.ON_TRACK


def light_of(risk_at: datetime | None, due_at: datetime | None, now: datetime) -> Light:
    """Say how a ticket stands with the deadline that is kept of it; None is a clock that stands."""
    if risk_at is None or due_at is None:
        return Light.STOPPED
    return Deadline(risk_at, due_at).light(now)


def deadline(history: Sequence[Entered], terms: Terms, time: Counting) -> Deadline | None:
    """Give the deadline of the stage that a history has come to; None where no clock runs.

    To be verified counts from the report, the first follow-up from the verification or the
    reopening, the end from the first verification. A state entered again within a stage does not
    start the clock anew, and stretches in which it stood are not counted.
    """
    now = history[-1]
    if now.state not in _RUNNING:
        return None
    if now.state in VERIFYING:
        granted, since = terms.verify, history[0].at
    elif now.state in FOLLOWING:
        granted, since = terms.follow, _following_since(history)
    else:
        granted, since = terms.finish, _verified_at(history)
    left = granted - _counted(history, since, time)
    quarter = granted * AT_RISK
    return Deadline(
        risk_at=time.after(now.at, max(left - quarter, timedelta())),
        due_at=time.after(now.at, max(left, timedelta())),
    )


def _following_since(history: Sequence[Entered]) -> datetime:
    """Give when the present search for an officer began: a ticket given back keeps its time."""
    begins = (State.REOPENED, State.RECEIVED)
    start = max(place for place, entered in enumerate(history) if entered.state in begins)
    if history[start].state is State.REOPENED:
        return history[start].at
    return next(item.at for item in history[start:] if item.state is not State.RECEIVED)


def _verified_at(history: Sequence[Entered]) -> datetime:
    return next((item.at for item in history if item.state is not State.RECEIVED), history[0].at)


def _counted(history: Sequence[Entered], since: datetime, time: Counting) -> timedelta:
    """Give the time that counted from a moment until the last state was entered."""
    spans = (
        time.worked(max(before.at, since), after.at)
        for before, after in pairwise(history)
        if before.state in _RUNNING and after.at > since
    )
    return sum(spans, timedelta())
