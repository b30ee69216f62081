"""Lines of a file on their way into the store: sealed, in chunks, not yet about anybody."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import Connection, insert, update

from db.batches import READING, Batch, RefusedRow, StagedRow
from db.crypto import Vault
from db.intake.cells_pregnancy import TERM
from db.intake.lines import Line, RefusedLine
from db.intake.names import name_key
from db.session import Store

CHUNK = 10_000  # lines a transaction: well under a second of a database that others write to

COLUMNS = tuple(column.name for column in StagedRow.__table__.columns)
_COPY = f"COPY staged_rows ({', '.join(COLUMNS)}) FROM STDIN"
_INSERT = f"INSERT INTO staged_rows ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
_BEFORE_SINCE = COLUMNS.index("since") - COLUMNS.index("name")
_REFUSED: Any = RefusedRow.__table__
_BATCH: Any = Batch.__table__

Tell = Callable[[int], None]


class Overtaken(Exception):
    """A newer reading of the same list began, and this one ends."""


@dataclass(slots=True)
class Staged:
    """What was read of a file."""

    lines: int = 0
    refused: int = 0
    warnings: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)


class Sealer:
    """Turns lines into rows of `staged_rows`."""

    def __init__(self, vault: Vault, batch_id: int, as_of: date, tells_cards: bool) -> None:
        """Seal for one batch of a list that holds for a day, and may speak of cards."""
        self.vault = vault
        self.batch_id = batch_id
        self._tells_cards = tells_cards
        self._as_of = as_of.isoformat()
        self._term_ends = (as_of + TERM).isoformat()
        self._kk: str | None = None
        self._kk_sealed: bytes | None = None
        self._kk_index: bytes | None = None

    def row(self, line: Line) -> tuple[Any, ...]:
        """Give the values of a line in the order of COLUMNS."""
        vault = self.vault
        if line.kk != self._kk:  # the lines of one family stand together
            self._kk = line.kk
            self._kk_sealed = vault.seal(line.kk, "kk") if line.kk else None
            self._kk_index = vault.index(line.kk, "kk") if line.kk else None
        nik_sealed = vault.seal(line.nik, "nik") if line.nik else None
        nik_index = vault.index(line.nik, "nik") if line.nik else None
        birth_date = line.birth_date.isoformat() if line.birth_date else None
        paid_on = line.paid_on.isoformat() if line.paid_on else None
        details = _details(line)
        has_card = "card" in line.details if self._tells_cards else None
        # In the order of the columns from the name to the card, but for the day since when.
        said = (
            line.name, birth_date, line.sex, line.relation, line.address, line.rt, line.rw,
            line.area_code, line.decile, line.program_code, line.status, line.reason,
            line.left_because, line.period, line.amount, paid_on, line.place, has_card,
        )  # fmt: skip
        since = line.since.isoformat()
        # A day that is only that of the list is no news when the next version comes.
        news = None if since == self._as_of else since
        told: tuple[Any, ...] = (line.nik, line.kk, news, said, details)
        pregnant = line.pregnant_until.isoformat() if line.pregnant_until else None
        if pregnant is not None:
            told = (*told, None if pregnant == self._term_ends else pregnant)
        digest = vault.digest(repr(told))
        return (
            self.batch_id, line.row_no, digest, nik_sealed, nik_index, self._kk_sealed,
            self._kk_index, *said[:_BEFORE_SINCE], since, *said[_BEFORE_SINCE:],
            pregnant, vault.seal(details, "details") if details else None,
            nik_index or self._key_by_name(line, digest),
        )  # fmt: skip

    def refused(self, line: RefusedLine) -> dict[str, Any]:
        """Give the row of `refused_rows` for a line that is not taken."""
        cells = json.dumps(dict(line.cells), ensure_ascii=False)
        return {
            "batch_id": self.batch_id,
            "row_no": line.row_no,
            "reasons": [{"key": problem.key, **problem.values} for problem in line.problems],
            "line_sealed": self.vault.seal(cells, "line"),
        }

    def _key_by_name(self, line: Line, digest: bytes) -> bytes:
        """Tell apart who has no NIK: by KK, name and birth date, or else each line for itself."""
        if line.kk is None:
            return digest
        key = f"person\0{line.kk}\0{name_key(line.name)}\0{line.birth_date}"
        return self.vault.digest(key)


def stage(store: Store, sealer: Sealer, lines: Iterable[Line | RefusedLine], tell: Tell) -> Staged:
    """Read all lines into the store, a chunk a transaction; raises Overtaken if another began."""
    staged = Staged()
    found = iter(lines)
    # While a chunk goes to the database, the next one is read; there are never more than two.
    with ThreadPoolExecutor(1, thread_name_prefix="stage") as writer:
        under_way: Future[None] | None = None
        while chunk := list(islice(found, CHUNK)):
            taken = [sealer.row(line) for line in chunk if isinstance(line, Line)]
            refused = [sealer.refused(line) for line in chunk if isinstance(line, RefusedLine)]
            _count(staged, chunk)
            if under_way is not None:
                under_way.result()
            rows_read = staged.lines + staged.refused
            under_way = writer.submit(_keep, store, sealer.batch_id, taken, refused, rows_read)
            tell(rows_read)
        if under_way is not None:
            under_way.result()
    return staged


def _keep(
    store: Store,
    batch_id: int,
    taken: Sequence[tuple[Any, ...]],
    refused: Sequence[dict[str, Any]],
    rows_read: int,
) -> None:
    still = (_BATCH.c.id == batch_id) & (_BATCH.c.state == READING)
    with store.connect() as connection:
        read = connection.execute(update(_BATCH).where(still).values(rows_read=rows_read))
        if read.rowcount == 0:
            raise Overtaken
        write(connection, taken)
        if refused:
            connection.execute(insert(_REFUSED), refused)


def write(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows of COLUMNS by the fastest way that the database has."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_INSERT, list(rows))
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
        for row in rows:
            copy.write_row(row)


def _details(line: Line) -> str:
    """Write what has no column of its own; what was to be paid on no day is among that."""
    if not line.details and line.period is None and line.amount is None and line.place is None:
        return ""
    details = dict(line.details)
    if line.paid_on is None:
        unpaid = {"period": line.period, "amount": line.amount, "place": line.place}
        details |= {name: str(value) for name, value in unpaid.items() if value is not None}
    return json.dumps(details, ensure_ascii=False, sort_keys=True) if details else ""


def _count(staged: Staged, chunk: Sequence[Line | RefusedLine]) -> None:
    for line in chunk:
        if isinstance(line, Line):
            staged.lines += 1
            if line.warnings:
                staged.warnings.update(warning.key for warning in line.warnings)
        else:
            staged.refused += 1
            staged.reasons.update(problem.key for problem in line.problems)
