"""The one clock of a deployment: the database's, on which all its machines agree."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from db.session import Store

_NOW: Any = select(func.clock_timestamp())
_LOOKS = 3
_EQUAL = timedelta(milliseconds=2)


def ahead_of_us(store: Store) -> timedelta:
    """Give how far the database's clock is ahead of this machine's, as far as that can be told.

    It is nothing on SQLite, whose file is on this machine, and where the difference is no greater
    than what the way to the database and back leaves open.
    """
    if store.is_sqlite:
        return timedelta(0)
    with store.engine.connect() as connection:
        connection.execute(_NOW)  # opens the connection, which takes longer
        doubt, ahead = min(_look(connection) for _ in range(_LOOKS))
    return ahead if abs(ahead) > doubt + _EQUAL else timedelta(0)


def _look(connection: Connection) -> tuple[timedelta, timedelta]:
    asked = datetime.now(UTC)
    there = connection.execute(_NOW).scalar_one()
    half = (datetime.now(UTC) - asked) / 2
    return half, there - asked - half
