"""A batch that is taken back was never there, whatever the lists say."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from db.batches import Batch
from db.contacts import Contact
from db.crypto import Vault
from db.intake.cells_pregnancy import TERM
from db.intake.importer import ImportRefused, take_back
from db.intake.lines import Line
from db.registry import AgencyList, Person
from db.session import Store
from tests.db.intake.deliveries import (
    HERE,
    KIS,
    PKH,
    SINCE,
    THERE,
    kk,
    line,
    nik,
    picture,
    prepare,
    rows,
    take,
)
from tests.moment import NOW

LISTS = (PKH, KIS)

# Few of everything, so that lines meet.
lines = st.builds(
    line,
    st.integers(1, 5),
    name=st.sampled_from(("Siti Aminah", "SITI AMINAH", "Siti Aminnah", "La Ode Bau")),
    nik=st.sampled_from((None, nik(1), nik(2), nik(3))),
    kk=st.sampled_from((None, kk(1), kk(2))),
    birth_date=st.sampled_from((None, date(1980, 1, 2), date(1980, 1, 3))),
    sex=st.sampled_from((None, "L", "P")),
    relation=st.sampled_from((None, "head", "child")),
    area_code=st.sampled_from((None, HERE, THERE)),
    address=st.sampled_from((None, "Jalan Bataraguru")),
    decile=st.sampled_from((None, 1, 7)),
    program_code=st.sampled_from((None, "PKH", "PBI")),
    status=st.sampled_from(("active", "stopped")),
    left_because=st.sampled_from((None, None, "died")),
    since=st.sampled_from((SINCE, PKH.as_of)),
    paid_on=st.sampled_from((None, SINCE)),
    amount=st.sampled_from((None, 600_000)),
    pregnant_until=st.sampled_from((None, PKH.as_of + TERM, PKH.as_of)),
)
versions = st.tuples(
    st.sampled_from(LISTS), st.integers(0, 3), st.lists(lines, min_size=1, max_size=5)
)


@pytest.fixture(scope="module")
def template(sqlite_template: Path, vault: Vault) -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "template.db"
        shutil.copy(sqlite_template, path)
        store = Store(f"sqlite:///{path}", vault)
        prepare(store)
        store.close()
        yield path


def _take(store: Store, version: tuple[object, int, list[Line]], number: int) -> int | None:
    spec, days, said = version
    assert isinstance(spec, type(PKH))
    dated = replace(spec, as_of=spec.as_of + timedelta(days=days))
    try:
        return take(store, said, dated, NOW + timedelta(minutes=number))
    except ImportRefused:  # older than what is in force, or the same
        return None


def _days(store: Store) -> list[tuple[str, date]]:
    return [(found.name, found.as_of) for found in rows(store, AgencyList)]


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=st.lists(versions, max_size=4), last=versions)
def test_taken_back_in_any_history_leaves_what_was(
    template: Path, vault: Vault, history: list[tuple[object, int, list[Line]]],
    last: tuple[object, int, list[Line]],
) -> None:  # fmt: skip
    with TemporaryDirectory() as folder:
        path = Path(folder) / "halo.db"
        shutil.copy(template, path)
        store = Store(f"sqlite:///{path}", vault)
        pictures = [picture(store)]
        taken = []
        for number, version in enumerate([*history, last]):
            batch = _take(store, version, number)
            if batch is not None:
                taken.append(batch)
                pictures.append(picture(store))
        for batch in reversed(taken):
            assert picture(store) == pictures.pop()
            take_back(store, batch, "cli", NOW)
        assert picture(store) == pictures.pop()
        store.close()


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=st.lists(lines, min_size=1, max_size=5), other=st.lists(lines, min_size=1, max_size=5))
def test_two_lists_taken_back_in_the_order_they_came_leave_nothing(
    template: Path, vault: Vault, first: list[Line], other: list[Line]
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "halo.db"
        shutil.copy(template, path)
        store = Store(f"sqlite:///{path}", vault)
        before = picture(store)
        batches = [take(store, first, PKH), take(store, other, KIS)]
        for batch in batches:
            take_back(store, batch, "cli", NOW)
        assert picture(store) == before
        store.close()


def test_a_version_taken_back_leaves_the_one_before(store: Store) -> None:
    prepare(store)
    take(store, [line(1), line(2, nik=None), line(3, paid_on=SINCE, amount=5)])
    take(store, [line(1)], KIS)
    before, days = picture(store), _days(store)
    later = replace(PKH, as_of=date(2026, 11, 20))
    said = [line(1, name="Lain Sekali", kk=kk(9)), line(2, decile=7), line(9), line(10, nik=None)]
    batch = take(store, said, later)
    assert picture(store) != before
    take_back(store, batch, "cli", NOW)
    assert picture(store) == before
    assert _days(store) == days


def test_only_the_latest_of_a_list_can_be_taken_back(store: Store) -> None:
    prepare(store)
    first = take(store, [line(1)])
    take(store, [line(2)], now=NOW + timedelta(minutes=1))
    with pytest.raises(ImportRefused, match=r"batch\.not_latest"):
        take_back(store, first, "cli", NOW)


def test_who_is_spoken_of_elsewhere_stays(store: Store) -> None:
    prepare(store)
    batch = take(store, [line(1), line(2)])
    with store.begin() as session:
        person = session.scalars(select(Person).where(Person.name == "Warga 1")).one()
        session.add(
            Contact(channel="simulator", address="siti", person_id=person.id, created_at=NOW)
        )
    take_back(store, batch, "cli", NOW)
    assert [person.name for person in rows(store, Person)] == ["Warga 1"]
    assert [found.taken_back_by for found in rows(store, Batch)] == ["cli"]


def test_an_id_that_was_told_of_never_comes_to_mean_somebody_else(store: Store) -> None:
    prepare(store)
    first = take(store, [line(1)])
    [person] = rows(store, Person)
    take(store, [line(1, name="Warga Satu")], KIS)
    [found] = [batch.id for batch in rows(store, Batch) if batch.id != first]
    for batch in (found, first):
        take_back(store, batch, "cli", NOW)
    assert rows(store, Person) == []
    take(store, [line(7)], now=NOW + timedelta(minutes=9))
    assert rows(store, Person)[0].id > person.id
