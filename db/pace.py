"""The clock of a channel: when its next messages may start, over all dispatchers.

A claim gives moments, not only messages, as the provider counts when messages come to it and not
when they were claimed. They are evenly spaced, so that it sees the same rate in every second.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from db.base import DIALECT_INSERT
from db.outbox import ChannelPace

AHEAD = timedelta(seconds=0.25)  # for so long moments are given out
LEAST_SHARE = 1 / 8

_SPARED = 0.04  # of each second, by which a message may be late on its way and another not
_SLOWED_ONCE = timedelta(seconds=2)  # in which the refusals of one crowd say the same
_REGROWN = timedelta(seconds=120)  # from nothing to the whole rate
_MICROSECONDS = 1_000_000

_PACE: Any = ChannelPace.__table__
_LOOK = select(_PACE.c.next_at, _PACE.c.share, _PACE.c.slowed_at).where(
    _PACE.c.channel == bindparam("name")
)
_LOCK = _LOOK.with_for_update()
_OF_CHANNEL = update(_PACE).where(_PACE.c.channel == bindparam("name"))
_MOVE = _OF_CHANNEL.values(next_at=bindparam("moved_to"))
_SLOW = _OF_CHANNEL.values(share=bindparam("new_share"), slowed_at=bindparam("now"))
_START = {
    dialect: insert(_PACE)
    .values(channel=bindparam("name"), next_at=bindparam("now"), share=1.0)
    .on_conflict_do_nothing()
    for dialect, insert in DIALECT_INSERT.items()
}


@dataclass(frozen=True, slots=True)
class Beat:
    """The clock as it was read: the next free moment, and how far apart moments are."""

    next_at: datetime
    interval: timedelta

    @classmethod
    def of(cls, rate: float, next_at: datetime, share: float = 1.0) -> "Beat":
        """Make the beat of so many messages a second.

        It is 4 % slower than the rate: as many messages as fit into a second, and one more, then
        take 1.04 s, and no second at the provider holds them all unless the first of them is 40 ms
        later on its way than the last. A place that went unused is not saved up.
        """
        spacing = (1 + _SPARED) / (rate * share)
        return cls(next_at, timedelta(microseconds=math.ceil(spacing * _MICROSECONDS)))

    def free(self, earliest: datetime) -> int:
        """Count the moments that may be given out to somebody who can use none before one."""
        first = max(self.next_at, earliest)
        return max(0, (earliest + AHEAD - first) // self.interval + 1)

    def take(self, count: int, earliest: datetime) -> tuple[list[datetime], "Beat"]:
        """Give so many moments, or as many as are free, and the beat that follows them."""
        first = max(self.next_at, earliest)
        given = [first + place * self.interval for place in range(min(count, self.free(earliest)))]
        return given, Beat(given[-1] + self.interval, self.interval) if given else self

    @property
    def more_at(self) -> datetime:
        """The moment from which it is worth a visit to ask for more."""
        return self.next_at - AHEAD / 2


def share_now(share: float, slowed_at: datetime | None, now: datetime) -> float:
    """Give the share of its rate that a slowed channel has grown back to."""
    if slowed_at is None:
        return 1.0
    return min(1.0, share + max(timedelta(0), now - slowed_at) / _REGROWN)


def start(connection: Connection, channel: str, now: datetime) -> bool:
    """Note that a dispatcher works for a channel; says whether none ever did."""
    named = {"name": channel, "now": now}
    counted = {"preserve_rowcount": True}
    started = connection.execute(_START[connection.dialect.name], named, execution_options=counted)
    return started.rowcount > 0


def is_served(connection: Connection, channel: str) -> bool:
    """Say whether a dispatcher has ever worked for a channel."""
    return connection.execute(_LOOK, {"name": channel}).first() is not None


def look(connection: Connection, channel: str, rate: float, now: datetime) -> Beat:
    """Read a channel's clock without holding it."""
    row = connection.execute(_LOOK, {"name": channel}).one_or_none()
    return Beat.of(rate, now) if row is None else _read(row, rate, now)


def hold(connection: Connection, channel: str, rate: float, now: datetime) -> Beat:
    """Read a channel's clock and keep the others from it until the transaction ends."""
    return _read(_hold(connection, channel, now), rate, now)


def advance(connection: Connection, channel: str, beat: Beat) -> None:
    """Set a channel's clock."""
    connection.execute(_MOVE, {"name": channel, "moved_to": beat.next_at})


def slow(connection: Connection, channel: str, now: datetime) -> None:
    """Halve a channel's pace for all dispatchers, as its provider finds it too fast.

    It goes down to an eighth and grows by itself by an eighth in 15 s.
    """
    row = _hold(connection, channel, now)
    if row.slowed_at is None or now - row.slowed_at >= _SLOWED_ONCE:
        share = max(LEAST_SHARE, share_now(row.share, row.slowed_at, now) / 2)
        connection.execute(_SLOW, {"name": channel, "new_share": share, "now": now})


def _hold(connection: Connection, channel: str, now: datetime) -> Any:
    start(connection, channel, now)
    return connection.execute(_LOCK, {"name": channel}).one()


def _read(row: Any, rate: float, now: datetime) -> Beat:
    return Beat.of(rate, row.next_at, share_now(row.share, row.slowed_at, now))
