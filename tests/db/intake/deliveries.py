"""Lists as agencies deliver them, written down as lines, and the registry as a picture."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, text

from db.areas import Area
from db.batches import Batch
from db.intake.importer import approve, dry_run
from db.intake.lines import Line, Problem, RefusedLine
from db.intake.source import Spec
from db.registry import Program
from db.session import Session, Store
from tests.moment import NOW

CITY, HERE, THERE = "74.72", "74.72.01.1001", "74.72.01.1002"
SINCE = date(2024, 1, 15)
UPLOADER = "staff:1"
COLUMNS: Mapping[str, str] = {"Hamil": "hamil"}
PKH = Spec("Dinas Sosial", "PKH 2026", date(2026, 11, 1), CITY)
LATER = replace(PKH, as_of=date(2026, 11, 20))
KIS = Spec("Dinas Kesehatan", "KIS 2026", date(2026, 11, 1), CITY)


@dataclass
class FakeReading:
    """A file that is read already."""

    found: Iterable[Line | RefusedLine]
    unknown_columns: Sequence[str] = ()
    notes: Sequence[Problem] = ()
    columns: Mapping[str, str] = field(default_factory=lambda: COLUMNS)
    size_hint: int = 1

    def lines(self) -> Iterator[Line | RefusedLine]:
        yield from self.found

    def position(self) -> int:
        return 1


def nik(number: int) -> str:
    return f"7472010101{number:06d}"


def kk(number: int) -> str:
    return f"7472019999{number:06d}"


def line(number: int, **said: Any) -> Line:
    """Give a line about the person of a number, two to a family."""
    told: dict[str, Any] = {
        "name": f"Warga {number}", "since": SINCE, "nik": nik(number), "kk": kk(number // 2),
        "birth_date": date(1980, 1, 1 + number % 28), "sex": "P", "relation": "head",
        "area_code": HERE, "program_code": "PKH", "status": "active",
    }  # fmt: skip
    return Line(row_no=0, **(told | said))


def numbered(lines: Sequence[Line | RefusedLine]) -> list[Line | RefusedLine]:
    return [replace(found, row_no=number) for number, found in enumerate(lines, start=2)]


def prepare(store: Store) -> None:
    """Put places and programmes into an empty store."""
    areas = [
        {"code": code, "name": code, "level": level, "parent_code": code.rpartition(".")[0] or None,
         "timezone": "Asia/Makassar"}
        for code, level in (("74", "province"), (CITY, "city"), ("74.72.01", "district"),
                            (HERE, "village"), (THERE, "village"))
    ]  # fmt: skip
    programs = [{"code": code, "name": code, "agency": "Dinsos"} for code in ("PKH", "PBI")]
    with store.begin() as session:
        session.execute(insert(Area), areas)
        session.execute(insert(Program), programs)


def deliver(
    store: Store,
    lines: Iterable[Line | RefusedLine],
    spec: Spec = PKH,
    path: Path = Path(__file__),
    now: datetime = NOW,
    actor: str = UPLOADER,
    columns: Mapping[str, str] = COLUMNS,
) -> int:
    """Dry-run a list and give its batch."""

    @contextmanager
    def read(*_: object) -> Iterator[FakeReading]:
        yield FakeReading(
            numbered(lines) if isinstance(lines, Sequence) else lines, columns=columns
        )

    # What tells one file from another is what it says.
    spec = replace(spec, program_code=str(list(lines) if isinstance(lines, Sequence) else ""))
    return dry_run(store, path, spec, actor, now, quiet, read)


def take(
    store: Store, lines: Sequence[Line | RefusedLine], spec: Spec = PKH, now: datetime = NOW
) -> int:
    """Deliver a list and bring it into force."""
    batch = deliver(store, lines, spec, now=now)
    approve(store, batch, "cli", now, quiet)
    return batch


def counts(store: Store, batch_id: int) -> dict[str, int]:
    with store.read() as session:
        return session.get_one(Batch, batch_id).counts


def quiet(_done: int, _total: int, _what: str) -> None:
    pass


PICTURE = {
    "people": "SELECT * FROM people ORDER BY id",
    "households": "SELECT * FROM households ORDER BY id",
    "enrolments": "SELECT * FROM enrolments WHERE ended_batch_id IS NULL ORDER BY id",
    "payouts": "SELECT payouts.* FROM payouts JOIN enrolments ON enrolments.id = enrolment_id"
    " WHERE ended_batch_id IS NULL ORDER BY payouts.id",
    "changes": "SELECT * FROM changes WHERE NOT undone ORDER BY id",
    "matches": "SELECT * FROM matches ORDER BY id",
    "staged": "SELECT * FROM staged_rows ORDER BY row_no",
}


def picture(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Give all that the registry says, byte by byte."""
    with store.read() as session:
        return {
            name: [tuple(row) for row in session.execute(text(query))]
            for name, query in PICTURE.items()
        }


def first(session: Session, query: Any) -> Any:
    return session.scalars(query).one()


def rows(store: Store, table: Any) -> list[Any]:
    with store.read() as session:
        return list(session.scalars(select(table).order_by(table.id)))
