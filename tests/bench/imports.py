"""How fast a list comes in, beside a bare COPY or executemany of the same finished rows."""

import csv
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select, text

from db.crypto import Vault, new_key
from db.enrolments import Enrolment
from db.intake.importer import approve, dry_run
from db.intake.source import Spec
from db.session import Store
from tests.bench.databases import LABELS, Databases, migrated
from tests.bench.families import CITY, prepare, write_list
from tests.bench.lookups import PEOPLE, QUICK_PEOPLE, look_ups
from tests.bench.progress import Progress
from tests.bench.report import Table, per_second, ratio
from tests.bench.servers import BenchError

ROWS = {"postgresql": 1_000_000, "sqlite": 200_000}
_QUICK_ROWS = {"postgresql": 20_000, "sqlite": 10_000}
_WANTED = 0.2
_MOST_MB = 500
_COPIED = ("households", "people", "enrolments")
_STEP = 10_000
_SPEC = Spec("Dinas Sosial", "Daftar besar", date(2026, 11, 1), CITY)


def measure(
    kinds: tuple[Databases, ...], folder: Path, quick: bool, progress: Progress,
    rows: dict[str, int] | None = None,
) -> list[Table]:  # fmt: skip
    """Import a list, import it again, and write the same rows bare; look people up by NIK."""
    sizes = rows or (_QUICK_ROWS if quick else ROWS)
    lines = [_import(databases, folder, sizes[databases.kind], progress) for databases in kinds]
    table = Table(
        "Import of a list: CSV, checks, encryption, matching, approval; all people new",
        ("", "rows", "import", "bare", "ratio", "same rows again", "all changed", "peak memory"),
        lines,
        (
            f"Bare: COPY or executemany of the finished rows into {', '.join(_COPIED)}, with"
            f" the same indexes and references. Wanted: ratio of {_WANTED}, {_MOST_MB} MB.",
        ),
    )
    postgresql = [databases for databases in kinds if databases.kind == "postgresql"]
    counts = QUICK_PEOPLE if quick or rows else PEOPLE
    return [table, *(look_ups(databases, counts, progress) for databases in postgresql)]


def _import(databases: Databases, folder: Path, rows: int, progress: Progress) -> tuple[str, ...]:
    label, key = LABELS[databases.kind], new_key()
    url = databases.make(f"imports_{rows}")
    file = folder / f"list-{rows}.csv"
    with migrated(url, key) as store:
        prepare(store)
        write_list(file, rows)
        progress.say(f"imports, {label}: importing {rows:,} rows")
        first, memory = _run(url, key, file, "2026-11-01")
        with store.read() as session:
            taken = session.scalar(select(func.count()).select_from(Enrolment))
        if taken != rows:
            raise BenchError(f"{taken} of {rows} rows came into force")
        progress.say(f"imports, {label}: the same rows as a version of a later day")
        again, _ = _run(url, key, file, "2026-11-02")
        progress.say(f"imports, {label}: the same finished rows, bare")
        with store.connect() as connection:
            bare = _bare(connection)
        progress.say(f"imports, {label}: every name changed")
        changed, _ = _run(url, key, _with_other_names(file), "2026-11-03")
    return (
        label, f"{rows:,}", per_second(rows / first), per_second(rows / bare),
        ratio(bare, first), per_second(rows / again), per_second(rows / changed),
        f"{memory:,.0f} MB",
    )  # fmt: skip


def _with_other_names(file: Path) -> Path:
    changed = file.with_name(f"changed-{file.name}")
    with file.open(newline="") as source, changed.open("w", newline="") as target:
        reader, writer = csv.reader(source), csv.writer(target)
        header = next(reader)
        writer.writerow(header)
        at = header.index("nama")
        writer.writerows([*row[:at], f"{row[at]} Baru", *row[at + 1 :]] for row in reader)
    return changed


def _run(url: str, key: str, file: Path, as_of: str) -> tuple[float, float]:
    """Import in a process of its own; gives seconds and megabytes at the peak."""
    command = [sys.executable, "-m", "tests.bench.imports", url, str(file), as_of]
    done = subprocess.run(command, input=key, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(done.stderr.strip().splitlines()[-1])
    seconds, megabytes = done.stdout.split()
    return float(seconds), float(megabytes)


def _bare(connection: Connection) -> float:
    """Write what is in force into tables of the same shape and indexes; gives the seconds."""
    seconds = 0.0
    for name in _COPIED:
        _make_like(connection, name)
        for rows in _chunks(connection, name):
            finished = _finished(connection, rows)
            started = time.perf_counter()
            _write_bare(connection, name, finished)
            seconds += time.perf_counter() - started
    return seconds


def _chunks(connection: Connection, name: str) -> Iterator[list[Any]]:
    last = 0
    while True:
        query = text(f"SELECT * FROM {name} WHERE id > :last ORDER BY id LIMIT {_STEP}")
        rows = [tuple(row) for row in connection.execute(query, {"last": last})]
        if not rows:
            return
        last = rows[-1][0]
        yield rows


def _make_like(connection: Connection, name: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"CREATE TABLE bare_{name} (LIKE {name} INCLUDING ALL)"))
        references = text(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid = CAST(:name AS regclass)"
        )
        for reference in connection.scalars(references, {"name": name}).all():
            connection.execute(text(f"ALTER TABLE bare_{name} ADD {reference}"))
        return
    for kind, sql in connection.execute(
        text("SELECT type, sql FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL"),
        {"name": name},
    ).all():
        renamed = sql.replace(f'"{name}"', name).replace(f" {name} ", f" bare_{name} ", 1)
        if kind == "table":
            renamed = sql.replace(f'"{name}"', name).replace(
                f"CREATE TABLE {name}", f"CREATE TABLE bare_{name}", 1
            )
        else:
            renamed = renamed.replace("INDEX ", "INDEX bare_", 1)
        connection.execute(text(renamed))


def _finished(connection: Connection, rows: list[Any]) -> Any:
    """Give rows as the driver hands them on, so that nothing but that is measured."""
    if connection.dialect.name == "postgresql":
        return "".join(_copied(row) for row in rows).encode()
    return rows


def _write_bare(connection: Connection, name: str, finished: Any) -> None:
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f"COPY bare_{name} FROM STDIN") as copy:
            copy.write(finished)
        return
    marks = ", ".join("?" * len(finished[0]))
    statement = f"INSERT INTO bare_{name} VALUES ({marks})"
    connection.exec_driver_sql(statement, finished)


def _copied(row: Sequence[Any]) -> str:
    return "\t".join(map(_cell, row)) + "\n"


def _cell(value: Any) -> str:
    if value is None:
        return "\\N"
    return f"\\\\x{value.hex()}" if isinstance(value, bytes) else str(value)


def _main(url: str, file: str, as_of: str) -> None:
    """Import one file as `halo import` does, and print seconds and megabytes."""
    store = Store(url, Vault(sys.stdin.read()))
    spec = Spec(_SPEC.agency, _SPEC.list_name, date.fromisoformat(as_of), _SPEC.area_code)
    started = time.perf_counter()
    now = datetime.now(UTC)

    def quiet(_done: int, _total: int, _step: str) -> None:
        pass

    batch = dry_run(store, Path(file), spec, "cli", now, quiet)
    approve(store, batch, "cli", now, quiet)
    seconds = time.perf_counter() - started
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    store.close()


if __name__ == "__main__":
    _main(*sys.argv[1:])
