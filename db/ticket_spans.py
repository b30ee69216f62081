"""How long tickets stood in their states: reckoned in arrays, for very many at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from db.ticket_clock import FINISHING, FOLLOWING, VERIFYING
from db.ticket_rules import Terms
from db.ticket_states import State
from db.worked_time import Seconds, WorkedTime

Ints = NDArray[np.int64]
STATES = tuple(State)
_CODES: Mapping[str, int] = {state: code for code, state in enumerate(STATES)}
_STAGES = {"verify": VERIFYING, "follow": FOLLOWING, "finish": FINISHING}
_ROUNDING = 0.01  # seconds; a database gives thousandths
ENDED = frozenset({State.RESOLVED, State.REJECTED})


@dataclass(frozen=True, slots=True)
class Reached:
    """How many tickets came so far, and in how many working days: half of them, nine of ten."""

    tickets: int
    median: float | None  # None where no ticket did
    p90: float | None


@dataclass(frozen=True, slots=True)
class Breaches:
    """How many tickets overran the time of each stage, and of any."""

    verify: int
    follow: int
    finish: int
    tickets: int


@dataclass(frozen=True, slots=True)
class Entries:
    """When tickets came into states: an array a column, in the order of the histories.

    `ticket` is the place of the ticket in the arrays about tickets; `agency` one of a list, or -1.
    """

    ticket: Ints
    state: Ints
    at: Seconds
    agency: Ints

    @classmethod
    def of(
        cls, tickets: Ints, columns: Sequence[Sequence[Any]], agencies: Mapping[str, int]
    ) -> "Entries":
        """Take the ticket's id, version, state, seconds and agency of entries of some tickets."""
        ids, versions, states, ats, named = columns
        if not ids or not len(tickets):
            none: Ints = np.empty(0, np.int64)
            return cls(none, none, np.empty(0), none)
        by_id = np.argsort(tickets)
        found = np.array(ids, np.int64)
        near = np.searchsorted(tickets, found, sorter=by_id)
        ticket = by_id[np.minimum(near, len(tickets) - 1)]
        order = np.lexsort((np.array(versions, np.int64), ticket))
        order = order[(tickets[ticket] == found)[order]]  # a ticket may have come meanwhile
        state = np.array([_CODES[one] for one in states])
        agency = np.array([-1 if one is None else agencies.get(one, -1) for one in named])
        return cls(ticket[order], state[order], np.array(ats, float)[order], agency[order])


class Spans:
    """The stretches of time between the entries of tickets; the last ones reach until now."""

    def __init__(self, opened: Seconds, entries: Entries, time: WorkedTime, now: float) -> None:
        """Take when each ticket was opened, and what came of it."""
        self._opened, self._entries, self._time = opened, entries, time
        last = np.append(entries.ticket[1:] != entries.ticket[:-1], True)[: len(entries.ticket)]
        self._last = last
        self._until = np.where(last, now, np.append(entries.at[1:], now)[: len(last)])

    @property
    def states(self) -> Ints:
        """Give the present states, as places in `STATES`, of the tickets in their order."""
        present: Ints = self._entries.state[self._last]
        return present

    def ever(self, states: frozenset[State]) -> NDArray[Any]:
        """Say of each ticket whether it ever was in one of some states."""
        found = np.zeros(len(self._opened), bool)
        found[self._entries.ticket[self._is_in(states)]] = True
        return found

    def reached(self, states: frozenset[State]) -> Reached:
        """Give in how many working days tickets first came into one of some states."""
        entries = np.flatnonzero(self._is_in(states))
        tickets, first = np.unique(self._entries.ticket[entries], return_index=True)
        at = self._entries.at[entries[first]]
        return summed_up(self._time.days(self._opened[tickets], at))

    def away(self, agency: int) -> tuple[int, int, Reached]:
        """Give how many referrals one agency got, how many it still has, and the days of the rest.

        The place of the agency is that of the entries.
        """
        sent = self._is_in(frozenset({State.REFERRED})) & (self._entries.agency == agency)
        back = sent & ~self._last
        days = self._time.days(self._entries.at[back], self._until[back])
        return int(sent.sum()), int((sent & self._last).sum()), summed_up(days)

    def breaches(self, terms: Sequence[Terms], rule: Ints) -> Breaches:
        """Count the tickets that overran their time, by `db.ticket_clock.deadline` of each entry.

        `rule` is the place of each ticket's terms.
        """
        always = np.array([one.always for one in terms])[rule][self._entries.ticket]
        late = {
            stage: self._late(stage, [getattr(one, stage) for one in terms], rule, always)
            for stage in _STAGES
        }
        any_late = late["verify"] | late["follow"] | late["finish"]
        return Breaches(**{stage: int(one.sum()) for stage, one in late.items()},
                        tickets=int(any_late.sum()))  # fmt: skip

    def _late(self, stage: str, spans: Sequence[Any], rule: Ints, always: NDArray[Any]) -> Any:
        """Say of each ticket whether it overran one stage."""
        here, runs = self._entries, self._is_in(VERIFYING | FOLLOWING | FINISHING)
        plain = self._until - here.at
        worked = self._time.at(self._until) - self._time.at(here.at)
        counted = np.where(always, plain, worked)
        before = np.append(0.0, np.cumsum(np.where(runs, counted, 0.0)))
        begun = before[self._begins(stage)]
        granted = np.array([one.total_seconds() for one in spans])[rule][here.ticket]
        # Where no time was left, it is over at the next working moment.
        moves = (counted > 0) | always | self._time.is_working(here.at)
        over = self._is_in(_STAGES[stage]) & moves & (before[1:] - begun >= granted - _ROUNDING)
        late = np.zeros(len(self._opened), bool)
        late[here.ticket[over]] = True
        return late

    def _begins(self, stage: str) -> Ints:
        """Give for each entry the place of that from which the time of a stage counts."""
        tickets = self._entries.ticket
        places = np.arange(len(tickets))
        is_first = np.append(True, tickets[1:] != tickets[:-1])[: len(tickets)]
        first = np.maximum.accumulate(np.where(is_first, places, 0))
        if stage == "verify":
            return first
        begin = first + 1  # from the verification
        if stage == "follow":
            reopened = np.where(self._is_in(frozenset({State.REOPENED})), places, 0)
            begin = np.maximum(begin, np.maximum.accumulate(reopened))
        starts: Ints = np.minimum(begin, places)  # others are of tickets that never came so far
        return starts

    def _is_in(self, states: frozenset[State]) -> NDArray[Any]:
        return np.array([state in states for state in STATES])[self._entries.state]


def summed_up(days: Seconds) -> Reached:
    """Give the day that half of them do not exceed, and that which nine of ten do not."""
    if not len(days):
        return Reached(0, None, None)
    median, p90 = np.quantile(days, [0.5, 0.9], method="inverted_cdf")
    return Reached(len(days), float(median), float(p90))
