"""A list is one however its name and its agency's are written; what was only tried is none."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from db.areas import Scope
from db.batches import NOT_WANTED, ONLY_LOOKED, READING, REJECTED, Batch
from db.enrolments import aid_of_household
from db.intake.importer import reject, take_back
from db.intake.list_names import agency_meant
from db.intake.source import read_file
from db.overview import lists_changed_since, lists_in_force, newest_lists
from db.registry import AgencyList, Person
from db.session import Store
from tests.db.intake.deliveries import CITY, LATER, PKH, UPLOADER, deliver, line, rows, take
from tests.moment import NOW

ZAKAT = replace(PKH, agency="Baznas", list_name="Zakat 2026")

pytestmark = pytest.mark.usefixtures("prepared")


@pytest.mark.parametrize(
    ("agency", "name"),
    [("baznas ", "Zakat 2026"), ("BAZNAS", " zakat  2026"), ("Baznas", "ZAKAT 2026")],
)
def test_a_list_is_replaced_by_itself_in_another_spelling(
    store: Store, agency: str, name: str
) -> None:
    take(store, [line(1), line(2)], ZAKAT)
    later = replace(ZAKAT, agency=agency, list_name=name, as_of=LATER.as_of)
    batch = take(store, [line(2)], later)
    [kept] = rows(store, AgencyList)
    assert (kept.agency, kept.name, kept.as_of) == ("Baznas", "Zakat 2026", LATER.as_of)
    with store.read() as session:
        assert session.get_one(Batch, batch).counts["gone"] == 1


def test_another_list_of_an_agency_has_its_spelling(store: Store) -> None:
    take(store, [line(1)], ZAKAT)
    take(store, [line(2)], replace(ZAKAT, agency="baznas", list_name="Beasiswa"))
    assert [kept.agency for kept in rows(store, AgencyList)] == ["Baznas", "Baznas"]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("dinsos", "Dinas Sosial Kota Baubau"),
        ("Dinas Sosial", "Dinas Sosial Kota Baubau"),
        ("Dinas Sosial Kota Bau-Bau", "Dinas Sosial Kota Baubau"),
        ("dinas sosial kota baubau", None),
        ("Dinas Kesehatan Kota Baubau", None),
        ("Baznas", None),
        ("D", None),
    ],
)
def test_a_new_agency_near_a_known_one_is_asked_about(
    store: Store, said: str, meant: str | None
) -> None:
    take(store, [line(1)], replace(PKH, agency="Dinas Sosial Kota Baubau"))
    with store.read() as session:
        assert agency_meant(session, said) == meant


def test_the_dry_run_notes_a_new_agency(
    store: Store, tmp_path_factory: pytest.TempPathFactory
) -> None:
    take(store, [line(1)], replace(PKH, agency="Dinas Sosial Kota Baubau"))
    path = tmp_path_factory.mktemp("lists") / "list.csv"
    path.write_text("nama,nik\nSiti,7472014501900012\n")
    with (
        store.read() as session,
        read_file(session, path, replace(PKH, agency="dinsos")) as reading,
    ):
        [note] = reading.notes
    assert note.key == "import.note_agency_new"
    assert note.values == {"agency": "dinsos", "nearest": "Dinas Sosial Kota Baubau"}


def test_lists_that_were_only_tried_are_no_lists(store: Store) -> None:
    batch = deliver(store, [line(1)], ZAKAT)
    reject(store, batch, UPLOADER, NOW)
    deliver(store, [line(1)], replace(ZAKAT, list_name="Beasiswa"))
    take(store, [line(1)])
    with store.read() as session:
        assert [found.name for found in lists_in_force(session, Scope(CITY))] == [PKH.list_name]
        assert [found.name for found in newest_lists(session, 8)] == [PKH.list_name]


def test_lists_that_came_since_are_counted(store: Store) -> None:
    take(store, [line(1)], now=NOW)
    then, later = NOW + timedelta(hours=1), NOW + timedelta(hours=2)

    def since() -> int:
        with store.read() as session:
            return lists_changed_since(session, then)

    assert since() == 0
    batch = take(store, [line(2)], ZAKAT, now=later)
    assert since() == 1
    take_back(store, batch, "cli", later)
    assert since() == 0  # as if it had never come


def test_a_line_that_states_no_start_has_none_in_any_version(store: Store) -> None:
    take(store, [line(1, since=PKH.as_of)])
    take(store, [line(1, since=LATER.as_of, address="Jalan Baru")], LATER)
    with store.read() as session:
        home = session.scalars(select(Person.household_id)).one()
        [aid] = aid_of_household(session, home)
        assert (aid.since, aid.known_since, aid.as_of) == (None, None, LATER.as_of)
    take(store, [line(1)], replace(PKH, agency="BRI"))
    with store.read() as session:
        aids = {aid.agency: aid for aid in aid_of_household(session, home)}
    assert aids["Dinas Sosial"].since is None
    assert aids["Dinas Sosial"].known_since == aids["BRI"].since == line(1).since


@pytest.mark.parametrize(
    ("state", "problem", "rows_read", "minutes", "told"),
    [
        (READING, None, 0, 14, READING),
        (READING, None, 0, 16, "stalled"),
        (READING, None, 100_000, 16, READING),
        (READING, None, 100_000, 20, "stalled"),
        (REJECTED, None, 5, 99, REJECTED),
        (REJECTED, ONLY_LOOKED, 5, 99, "tried"),
        (REJECTED, NOT_WANTED, 5, 99, "dropped"),
    ],
)
def test_the_state_of_a_batch_is_told_as_it_is(
    state: str, problem: str | None, rows_read: int, minutes: int, told: str
) -> None:
    batch = Batch(state=state, problem=problem, rows_read=rows_read, uploaded_at=NOW)
    assert batch.standing(NOW + timedelta(minutes=minutes)) == told
