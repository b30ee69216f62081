"""The clock of a channel: how many messages it may take now, over all dispatchers."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from db.base import DIALECT_INSERT
from db.outbox import ChannelPace

_PACE: Any = ChannelPace.__table__
_MICROSECOND = timedelta(microseconds=1)
_BURST_SECONDS = 1 / 20

_LOOK = select(_PACE.c.next_at).where(_PACE.c.channel == bindparam("name"))
_LOCK = _LOOK.with_for_update()
_MOVE = (
    update(_PACE).where(_PACE.c.channel == bindparam("name")).values(next_at=bindparam("moved_to"))
)
_START = {
    dialect: insert(_PACE)
    .values(channel=bindparam("name"), next_at=bindparam("now"))
    .on_conflict_do_nothing()
    for dialect, insert in DIALECT_INSERT.items()
}


@dataclass(frozen=True, slots=True)
class Pace:
    """A rate as whole places: the generic cell rate algorithm with a burst of 1/20 s.

    A place that went unused is not saved up beyond the burst. With `burst` places at once and
    `rate - burst + 1` more in each second, no window of one second holds more than `rate`
    messages, at the price of at most a twentieth of the rate.
    """

    burst: int
    interval: timedelta

    @classmethod
    def of(cls, rate: float) -> "Pace":
        """Make the pace of so many messages a second."""
        burst = max(1, math.ceil(rate * _BURST_SECONDS))
        # Rounded up: a microsecond too short, often enough, would make room for one too many.
        interval = _MICROSECOND * math.ceil(1_000_000 / (rate - burst + 1))
        return cls(burst, interval)

    def free(self, next_at: datetime, now: datetime) -> int:
        """Count the places that are free now."""
        lead = max(timedelta(), next_at - now)
        return max(0, self.burst - -(-lead // self.interval))

    def free_from(self, next_at: datetime) -> datetime:
        """Give the moment from which at least one place is free."""
        return next_at - (self.burst - 1) * self.interval


def is_served(connection: Connection, channel: str) -> bool:
    """Say whether a dispatcher has ever worked for a channel."""
    return connection.execute(_LOOK, {"name": channel}).first() is not None


def look(connection: Connection, channel: str, now: datetime) -> datetime:
    """Read a channel's clock without holding it."""
    read: datetime | None = connection.execute(_LOOK, {"name": channel}).scalar_one_or_none()
    return read or now


def hold(connection: Connection, channel: str, now: datetime) -> datetime:
    """Read a channel's clock and keep the others from it until the transaction ends."""
    parameters = {"name": channel, "now": now}
    connection.execute(_START[connection.dialect.name], parameters)
    read: datetime = connection.execute(_LOCK, {"name": channel}).scalar_one()
    return read


def advance(connection: Connection, channel: str, next_at: datetime) -> None:
    """Set a channel's clock."""
    connection.execute(_MOVE, {"name": channel, "moved_to": next_at})
