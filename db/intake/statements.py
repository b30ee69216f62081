"""How the set-based statements of an import are carried out on either database."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import BigInteger, Connection, Date, bindparam, text
from sqlalchemy.types import TypeEngine

from db.base import UtcDateTime

# The types of the binds that a driver would not write as the columns hold them.
_TYPES: dict[str, TypeEngine[Any]] = {
    "as_of": Date(),
    "term_ends": Date(),
    "at": UtcDateTime(),
    "people": BigInteger(),
    "households": BigInteger(),
    "enrolments": BigInteger(),
}
Binds = Mapping[str, Any]


def run(connection: Connection, statements: Iterable[str] | str, binds: Binds) -> int:
    """Carry out statements in their order, each with those binds that it names.

    Gives how many rows the last one touched.
    """
    touched = 0
    for statement in [statements] if isinstance(statements, str) else statements:
        clause = text(statement)
        names = clause.compile().params.keys()
        typed = [bindparam(name, type_=_TYPES[name]) for name in names if name in _TYPES]
        values = {name: binds[name] for name in names}
        touched = connection.execute(clause.bindparams(*typed), values).rowcount
    return touched


def analyze(connection: Connection, *tables: str) -> None:
    """Let PostgreSQL know how much there is; SQLite has an index for each way."""
    if connection.dialect.name == "postgresql":
        for table in tables:
            connection.execute(text(f"ANALYZE {table}"))


def forget(connection: Connection, *tables: str) -> None:
    """Drop temporary tables, where they are."""
    # Named with their schema, so that none of the store's own can be meant.
    schema = "temp" if connection.dialect.name == "sqlite" else "pg_temp"
    for table in tables:
        connection.execute(text(f"DROP TABLE IF EXISTS {schema}.{table}"))
