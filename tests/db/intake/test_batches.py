"""A list comes into force line by line as it says, once, and only when it may."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from db.batches import APPLIED, FAILED, READING, STAGED, Batch
from db.enrolments import Enrolment, Payout
from db.identities import Change, Match
from db.intake.importer import (
    ImportRefused,
    NothingNew,
    approve,
    reject,
    take_back,
)
from db.intake.source import Spec
from db.registry import AgencyList, Household, Person
from db.session import Store
from tests.db.intake.deliveries import (
    HERE,
    KIS,
    LATER,
    PKH,
    SINCE,
    THERE,
    UPLOADER,
    counts,
    deliver,
    kk,
    line,
    nik,
    picture,
    quiet,
    rows,
    take,
)
from tests.moment import NOW

pytestmark = pytest.mark.usefixtures("prepared")


def verdicts(store: Store, batch: int) -> tuple[int, ...]:
    found = counts(store, batch)
    return tuple(found[name] for name in ("new", "changed", "unchanged", "gone"))


def in_force(store: Store) -> list[Enrolment]:
    return [row for row in rows(store, Enrolment) if row.ended_batch_id is None]


def test_a_dry_run_says_nothing_of_anybody(store: Store) -> None:
    before = picture(store) | {"staged": []}
    batch = deliver(store, [line(1), line(2)])
    assert picture(store) | {"staged": []} == before
    assert verdicts(store, batch) == (2, 0, 0, 0)
    reject(store, batch, UPLOADER, NOW)
    assert picture(store) == before


def test_a_list_makes_people_families_and_lines(store: Store) -> None:
    paid = line(3, period="Tahap 1", amount=750_000, paid_on=SINCE, place="Kantor Pos")
    batch = take(store, [line(2), paid, line(4)])
    people = rows(store, Person)
    assert [person.name for person in people] == ["Warga 2", "Warga 3", "Warga 4"]
    assert people[0].household_id == people[1].household_id != people[2].household_id
    with store.read() as session:
        assert session.vault.open(people[0].nik_sealed, "nik") == nik(2)
    assert {home.area_code for home in rows(store, Household)} == {HERE}
    assert [row.batch_id for row in in_force(store)] == [batch] * 3
    assert [(row.period, row.amount, row.place) for row in rows(store, Payout)] == [
        ("Tahap 1", 750_000, "Kantor Pos")
    ]
    assert rows(store, AgencyList)[0].as_of == PKH.as_of


def test_the_same_lines_again_change_nothing(store: Store) -> None:
    take(store, [line(1), line(2)])
    before = picture(store)
    again = take(store, [line(2), line(1)], LATER)
    assert verdicts(store, again) == (0, 0, 2, 0)
    assert picture(store) == before
    assert rows(store, AgencyList)[0].as_of == LATER.as_of


def test_the_same_file_again_says_so(store: Store) -> None:
    take(store, [line(1)])
    with pytest.raises(NothingNew):
        deliver(store, [line(1)])


def test_a_version_ends_what_it_does_not_repeat(store: Store) -> None:
    take(store, [line(1), line(2), line(3)])
    changed = line(2, status="stopped", reason="Pindah")
    batch = deliver(store, [line(1), changed, line(4)], LATER)
    assert verdicts(store, batch) == (1, 1, 1, 1)
    approve(store, batch, "cli", NOW, quiet)
    assert {(row.name, row.status) for row in in_force(store)} == {
        ("Warga 1", "active"), ("Warga 2", "stopped"), ("Warga 4", "active"),
    }  # fmt: skip
    assert len(rows(store, Enrolment)) == 5


def test_only_the_own_list_is_replaced(store: Store) -> None:
    take(store, [line(1)])
    take(store, [line(1, program_code="PBI")], KIS)
    assert len(in_force(store)) == 2
    assert len(rows(store, Person)) == 1


def test_two_lines_about_one_person_are_both_taken_and_one_line_twice_once(store: Store) -> None:
    batch = take(store, [line(1), line(1, program_code="PBI"), line(1)])
    assert counts(store, batch)["repeated"] == 1
    assert len(in_force(store)) == 2
    assert len(rows(store, Person)) == 1


def test_known_by_kk_and_name_where_the_nik_is_missing(store: Store) -> None:
    take(store, [line(1, name="Siti Aminah, S.Pd"), line(2, nik=None)])
    take(store, [line(1, name="SITI AMINAH", nik=None), line(2, status="waiting")], KIS)
    people = rows(store, Person)
    assert len(people) == 2
    with store.read() as session:
        assert session.vault.open(people[1].nik_sealed, "nik") == nik(2)


def test_two_nik_are_two_people_whatever_their_name_and_a_human_is_asked(store: Store) -> None:
    take(store, [line(1)])
    take(store, [line(1, nik=nik(9))], KIS)
    assert len(rows(store, Person)) == 2
    assert [(match.why, match.score) for match in rows(store, Match)] == [("same_family", 100)]


def test_father_and_son_of_one_name_are_two(store: Store) -> None:
    take(store, [line(1, nik=None)])
    take(store, [line(1, nik=None, birth_date=date(2010, 5, 5))], KIS)
    assert len(rows(store, Person)) == 2


def test_a_near_name_of_the_same_day_and_place_waits_for_a_human(store: Store) -> None:
    take(store, [line(1, name="Wa Ode Siti Nurhayati")])
    near = line(1, name="Wa Ode Sitti Nurhayati", nik=nik(8), kk=kk(80))
    take(store, [near, line(5, name="Wa Ode Siti Nurhayati")], KIS)
    [match] = rows(store, Match)
    assert match.why == "birth_and_area"
    assert match.state == "open"
    assert len(rows(store, Person)) == 3


@pytest.mark.parametrize(("day", "wins"), [(-30, False), (0, True), (10, True)])
def test_of_two_lists_the_newer_says_what_is_so(store: Store, day: int, wins: bool) -> None:
    take(store, [line(1, decile=2)])
    other = replace(KIS, as_of=PKH.as_of + timedelta(days=day))
    told = line(1, name="Warga Satu", area_code=THERE, decile=4, relation="spouse", kk=kk(0))
    take(store, [told], other)
    [person] = rows(store, Person)
    [home] = rows(store, Household)
    now = (person.name, person.relation, home.area_code, home.decile)
    assert now == (("Warga Satu", "spouse", THERE, 4) if wins else ("Warga 1", "head", HERE, 2))
    assert bool(rows(store, Change)) == wins


def test_a_newer_list_that_is_in_force_is_not_overruled_by_one_between(store: Store) -> None:
    take(store, [line(1)])
    take(store, [line(1)], LATER)
    between = replace(KIS, as_of=date(2026, 11, 10))
    take(store, [line(1, name="Warga Satu")], between)
    assert [person.name for person in rows(store, Person)] == ["Warga 1"]


def test_a_changed_kk_moves_the_person_and_is_kept(store: Store) -> None:
    take(store, [line(2), line(3)])
    take(store, [line(2), line(3, kk=kk(7))], LATER)
    assert len({person.household_id for person in rows(store, Person)}) == 2
    assert "household_id" in {change.field for change in rows(store, Change)}


def test_a_death_is_kept_with_its_day(store: Store) -> None:
    take(store, [line(1)])
    died = line(1, status="stopped", left_because="died", since=date(2026, 10, 1))
    take(store, [died], LATER)
    [person] = rows(store, Person)
    assert (person.left_because, person.left_on) == ("died", date(2026, 10, 1))


def test_an_older_version_and_one_of_the_future_are_refused(store: Store) -> None:
    take(store, [line(1)])
    with pytest.raises(ImportRefused, match=r"batch\.older"):
        deliver(store, [line(2)], replace(PKH, as_of=date(2026, 10, 1)))
    with pytest.raises(ImportRefused, match=r"batch\.future"):
        deliver(store, [line(2)], replace(PKH, as_of=date(2027, 10, 1)))


def test_a_file_without_one_good_line_ends_nothing(store: Store) -> None:
    take(store, [line(1)])
    with pytest.raises(ImportRefused, match=r"batch\.no_lines"):
        deliver(store, [], LATER)
    assert len(in_force(store)) == 1
    assert rows(store, Batch)[-1].state == FAILED


def test_what_was_judged_before_another_version_came_is_stale(store: Store) -> None:
    waiting = deliver(store, [line(1)])
    take(store, [line(2)])
    with pytest.raises(ImportRefused, match=r"batch\.not_staged"):
        approve(store, waiting, "cli", NOW, quiet)
    assert [(found.state, found.problem) for found in rows(store, Batch)] == [
        (FAILED, "batch.stale"), (APPLIED, None),
    ]  # fmt: skip
    assert picture(store)["staged"] == []


def test_a_batch_is_decided_once(store: Store) -> None:
    batch = take(store, [line(1)])
    for verb in (lambda: approve(store, batch, "cli", NOW, quiet),
                 lambda: reject(store, batch, "cli", NOW)):  # fmt: skip
        with pytest.raises(ImportRefused, match=r"batch\.not_staged"):
            verb()
    take_back(store, batch, "cli", NOW)
    with pytest.raises(ImportRefused, match=r"batch\.not_applied"):
        take_back(store, batch, "cli", NOW)


def test_a_reading_that_died_ends_when_the_list_comes_again(store: Store) -> None:
    dead = deliver(store, [line(1)])
    with store.begin() as session:
        session.get_one(Batch, dead).state = READING
    batch = deliver(store, [line(1)])
    assert [found.state for found in rows(store, Batch)] == [FAILED, STAGED]
    approve(store, batch, "cli", NOW, quiet)
    assert len(in_force(store)) == 1


def test_a_day_that_is_only_the_lists_own_does_not_make_a_line_new(store: Store) -> None:
    take(store, [line(1, since=PKH.as_of), line(2, since=PKH.as_of)])
    batch = take(store, [line(1, since=LATER.as_of), line(2, since=LATER.as_of, decile=3)], LATER)
    assert verdicts(store, batch) == (0, 1, 1, 0)
    assert {row.since for row in in_force(store)} == {PKH.as_of}


def test_two_lists_are_told_apart_by_agency_and_name(store: Store) -> None:
    take(store, [line(1)])
    take(store, [line(2)], Spec("Dinas Pendidikan", PKH.list_name, PKH.as_of, PKH.area_code))
    assert len(in_force(store)) == 2
