"""How long it takes to find one person by NIK and KK, among few and among many."""

import time
from collections.abc import Sequence
from datetime import date
from random import Random
from typing import Any

from sqlalchemy import Connection, text

from db.crypto import Vault, new_key
from db.registry import find_by_nik_and_kk
from db.session import Store
from tests.bench.databases import LABELS, Databases, migrated
from tests.bench.families import FAMILY, VILLAGE, prepare
from tests.bench.progress import Progress
from tests.bench.report import Table, milliseconds, ratio
from tests.bench.servers import BenchError

PEOPLE = (10_000, 2_000_000)
QUICK_PEOPLE = (1_000, 50_000)
_LOOK_UPS = 2_000
_STEP = 10_000
_DAY = date(2026, 11, 1)
_HOUSEHOLDS = "households (id, kk_sealed, kk_index, area_code, address, rt, rw, list_id, as_of)"
_MEMBERS = (
    "people (id, household_id, nik_sealed, nik_index, name, birth_date, sex, relation, as_of)"
)


def look_ups(databases: Databases, counts: tuple[int, int], progress: Progress) -> Table:
    """Look many people up by NIK in a small and in a large registry."""
    key = new_key()
    seconds = []
    for people in counts:
        progress.say(f"imports: looking up by NIK among {people:,}")
        with migrated(databases.make(f"lookup_{people}"), key) as store:
            _fill(store, people)
            seconds.append(_look_up(store, people))
    few, many = counts
    return Table(
        f"Look-up by NIK and KK, {LABELS[databases.kind]}, {_LOOK_UPS:,} times",
        ("", f"{few:,} people", f"{many:,} people", "ratio"),
        [
            (
                "each",
                milliseconds(seconds[0]),
                milliseconds(seconds[1]),
                ratio(seconds[1], seconds[0]),
            )
        ],
        ("Wanted: at most 1.5 ×.",),
    )


def _nik(number: int) -> str:
    return f"74720{number:011d}"


def _fill(store: Store, people: int) -> None:
    prepare(store)
    with store.connect() as connection:
        connection.execute(
            text("INSERT INTO lists (id, agency, name, as_of) VALUES (1, 'a', 'b', :day)"),
            {"day": _DAY},
        )
    for first in range(0, people, _STEP):
        with store.connect() as connection:
            _add(connection, store.vault, range(first, min(first + _STEP, people)))
    with store.connect() as connection:
        for table in ("people", "households"):
            connection.execute(text(f"ANALYZE {table}"))


def _add(connection: Connection, vault: Vault, numbers: Sequence[int]) -> None:
    homes = [
        (n // FAMILY + 1, vault.seal(_nik(n // FAMILY), "kk"),
         vault.index(_nik(n // FAMILY), "kk"), VILLAGE, "", "", "", 1, _DAY)
        for n in numbers if n % FAMILY == 0
    ]  # fmt: skip
    members = [
        (n + 1, n // FAMILY + 1, vault.seal(_nik(n), "nik"), vault.index(_nik(n), "nik"), "Warga",
         _DAY, "P", "head", _DAY)
        for n in numbers
    ]  # fmt: skip
    driver: Any = connection.connection.driver_connection
    for table, rows in ((_HOUSEHOLDS, homes), (_MEMBERS, members)):
        with driver.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def _look_up(store: Store, people: int) -> float:
    random = Random(people)
    numbers = [random.randrange(people) for _ in range(_LOOK_UPS)]
    with store.read() as session:
        for number in numbers[:100]:
            find_by_nik_and_kk(session, _nik(number), _nik(number // FAMILY)[-4:])
        started = time.perf_counter()
        for number in numbers:
            found = find_by_nik_and_kk(session, _nik(number), _nik(number // FAMILY)[-4:])
            if found is None:
                raise BenchError(f"person {number} was not found")
            session.expunge_all()
        return (time.perf_counter() - started) / len(numbers)
