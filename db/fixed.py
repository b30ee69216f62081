"""Fixed statements: compiled once for each database, then handed to its driver as they are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect

Converter = Callable[[Any], Any]


class Fixed:
    """A statement of the hot path that changes rows.

    SQLAlchemy prepares every statement anew, which takes three times as long as the database does.
    It still opens the transaction and reads the driver's errors. Every column must be given a
    value: defaults are not filled in.
    """

    def __init__(self, make: Callable[[str], Any]) -> None:
        """Take what makes the statement for a dialect's name."""
        self._make = make
        self._compiled: dict[str, _Compiled] = {}

    def run(self, connection: Connection, *rows: Mapping[str, Any]) -> int:
        """Execute it once for each row of values; gives how many rows were changed."""
        compiled = self._for(connection.dialect)
        given = [compiled.write(row) for row in rows]
        return connection.exec_driver_sql(
            compiled.sql, given[0] if len(given) == 1 else given
        ).rowcount

    def one(self, connection: Connection, row: Mapping[str, Any]) -> list[Any]:
        """Execute it once; gives the one row that it returns."""
        compiled = self._for(connection.dialect)
        result = connection.exec_driver_sql(compiled.sql, compiled.write(row))
        return compiled.read(result.one())

    def first(self, connection: Connection, row: Mapping[str, Any]) -> list[Any] | None:
        """Execute it once; gives the row that it returns, or None where it touched none."""
        compiled = self._for(connection.dialect)
        found = connection.exec_driver_sql(compiled.sql, compiled.write(row)).one_or_none()
        return None if found is None else compiled.read(found)

    def _for(self, dialect: Dialect) -> "_Compiled":
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = _compile(self._make(dialect.name), dialect)
            self._compiled[dialect.name] = compiled
        return compiled


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    names: tuple[str, ...]  # in the order of the marks, where the driver counts them
    constants: Mapping[str, Any]
    writers: Mapping[str, Converter]
    readers: tuple[Converter | None, ...]
    by_position: bool

    def write(self, row: Mapping[str, Any]) -> Any:
        """Give a row's values as the driver wants them."""
        values = {**self.constants, **row}
        for name, writer in self.writers.items():
            values[name] = writer(values[name])
        return tuple([values[name] for name in self.names]) if self.by_position else values

    def read(self, row: Sequence[Any]) -> list[Any]:
        """Give a returned row's values as the program wants them."""
        return [
            value if reader is None else reader(value)
            for reader, value in zip(self.readers, row, strict=True)
        ]


def _compile(statement: Any, dialect: Dialect) -> _Compiled:
    compiled = statement.compile(dialect=dialect)
    writers = {
        name: writer
        for bind, name in compiled.bind_names.items()
        if (writer := bind.type.dialect_impl(dialect).bind_processor(dialect)) is not None
    }
    readers = [
        returned.type.dialect_impl(dialect).result_processor(dialect, None)
        for returned in statement.exported_columns
    ]
    return _Compiled(
        sql=str(compiled),
        names=tuple(compiled.positiontup or ()),
        constants={name: value for name, value in compiled.params.items() if value is not None},
        writers=writers,
        readers=tuple(readers),
        by_position=compiled.positional,
    )
