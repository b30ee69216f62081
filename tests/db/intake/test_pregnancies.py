"""A pregnancy that a list tells of is found by an audience, as long as it can be one."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from db.batches import Batch
from db.intake.cells_pregnancy import TERM
from db.intake.importer import approve, take_back
from db.privacy import file_of
from db.registry import Person
from db.session import Store
from db.traits import with_traits
from tests.db.intake.deliveries import (
    CITY,
    KIS,
    PKH,
    counts,
    deliver,
    line,
    picture,
    prepare,
    quiet,
    take,
)
from tests.db.intake.reading_files import read_one, reasons, taken, warnings
from tests.moment import NOW, TODAY

DAY = timedelta(days=1)
LAST = TODAY + TERM
DUE = date(2027, 3, 1)


@pytest.mark.parametrize(
    ("cells", "until"),
    [
        ({"Hamil": "Ya"}, LAST), ({"Ibu hamil": "1"}, LAST), ({"BUMIL": "\u221a"}, LAST),
        ({"status kehamilan": "sedang hamil 5 bulan"}, LAST), ({"hamil": "Tidak"}, None),
        ({"hamil": "2"}, None), ({"hamil": "-"}, None), ({"hamil": "Tidak sedang hamil"}, None),
        ({"Komponen PKH": "Ibu Hamil/Nifas"}, LAST), ({"Kondisi": "bumil, lansia"}, LAST),
        ({"komponen": "SD; tidak hamil"}, None), ({"komponen": "Lansia"}, None),
        ({"HPL": "01/03/2027"}, DUE), ({"hamil": "ya", "hamil sampai": "01/03/2027"}, DUE),
        ({"hamil": "tidak", "hpl": "01/03/2027"}, None), ({"hamil": "ya", "hpl": "-"}, LAST),
        ({"hamil": "tidak", "komponen": "ibu hamil"}, None),
        *(({"hamil": denied}, None) for denied in (
            "gak hamil", "nggak hamil", "blm hamil", "bkn hamil", "tidak lagi hamil",
            "belum pernah hamil", "hamil: tidak", "hamil = 0", "hamil -", "tidakhamil",
        )),
        *(({"Komponen": denied}, None) for denied in (
            "tidak ada ibu hamil", "Ibu hamil 0, Balita 1", "0 ibu hamil", "Ibu hamil: 0 orang",
        )),
        *(({"Komponen": told}, LAST) for told in (
            "Ibu hamil 1, Balita 0", "Kesehatan (Ibu Hamil)", "1 ibu hamil; lansia", "bumil KEK",
        )),
        ({"hamil": "Hamil anak ke-2 usia kehamilan 7 bln"}, LAST),
    ],
)  # fmt: skip
def test_a_pregnancy_is_read_in_the_words_of_offices(
    tmp_path: Path, cells: dict[str, str], until: date | None
) -> None:
    line = taken(read_one(tmp_path, cells))
    assert (line.pregnant_until, warnings(line)) == (until, [])


def test_what_is_not_understood_of_a_pregnancy_costs_nobody_his_line(tmp_path: Path) -> None:
    unclear = read_one(tmp_path, {"hamil": "G1P0", "Komponen": "Ibu hamil"})
    assert warnings(unclear) == ["pregnant_unknown"]
    assert taken(unclear).details == {"Komponen": "Ibu hamil"}  # as it stood there
    for cell in ("pernah hamil", "riwayat hamil", "program hamil", "hamil, sudah melahirkan",
                 "hamil?"):  # fmt: skip
        for column in ("hamil", "komponen"):
            line = read_one(tmp_path, {column: cell})
            assert (taken(line).pregnant_until, warnings(line)) == (None, ["pregnant_unknown"])
    assert taken(read_one(tmp_path, {"hamil": "5"})).pregnant_until is None
    assert reasons(read_one(tmp_path, {"hpl": "01/03/2029"})) == ["due_far"]
    assert reasons(read_one(tmp_path, {"hpl": "segera"})) == ["date_malformed"]


def expecting(store: Store) -> set[str]:
    with store.read() as session:
        homes = with_traits(("pregnant",), (CITY,))
        return {*session.scalars(select(Person.name).where(Person.household_id.in_(homes)))}


def test_it_counts_until_the_birth_or_nine_months_after_the_list_that_told_it_first(
    store: Store,
) -> None:
    prepare(store)
    today = datetime.now(UTC).date()
    first = replace(PKH, as_of=today - TERM)
    told = [line(2, pregnant_until=today), line(4, pregnant_until=today + DAY), line(6)]
    take(store, [*told, line(8, pregnant_until=today - DAY)], first)
    assert expecting(store) == {"Warga 2", "Warga 4"}
    with store.read() as session:  # and it stands in her own file
        her = session.scalars(select(Person.id).where(Person.name == "Warga 2")).one()
        [listed] = file_of(session, her, None)["lists"]
    assert listed["pregnant_until"] == today.isoformat()
    # The next list copies it, one line as it was and one with something else that is new.
    later = replace(PKH, as_of=today - 9 * DAY)
    again = later.as_of + TERM
    said = [line(2, pregnant_until=again), line(4), line(8, pregnant_until=again, decile=3)]
    before = picture(store)
    batch = take(store, said, later, NOW + DAY)
    assert counts(store, batch)["unchanged"] == 1
    assert expecting(store) == {"Warga 2"}
    other = take(store, [line(6, pregnant_until=later.as_of + TERM)], replace(KIS, as_of=today))
    assert expecting(store) == {"Warga 2", "Warga 6"}
    take_back(store, other, "cli", NOW)
    take_back(store, batch, "cli", NOW)
    assert picture(store) == before
    assert expecting(store) == {"Warga 2", "Warga 4"}


def test_a_list_without_a_column_for_it_ends_no_pregnancy(store: Store) -> None:
    prepare(store)
    today = datetime.now(UTC).date()
    until = today + 90 * DAY
    take(store, [line(2, pregnant_until=until), line(4)], replace(PKH, as_of=today - 9 * DAY))
    later = replace(PKH, as_of=today)
    batch = deliver(store, [line(2), line(4)], later, columns={"Nama": "nama"})
    with store.read() as session:
        told = session.get_one(Batch, batch).notes["notes"]
    assert told == [{"key": "import.note_pregnancies_kept", "count": "1"}]
    approve(store, batch, "cli", NOW, quiet)
    assert expecting(store) == {"Warga 2"}
    take(store, [line(2), line(4, decile=3)], later)  # there is the column, and it says of none
    assert expecting(store) == set()
