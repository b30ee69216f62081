"""A list of one area says nothing of people of another, and no list makes one person another."""

from dataclasses import replace
from datetime import date

import pytest

from db.enrolments import Enrolment
from db.identities import Change
from db.intake.importer import approve, take_back
from db.intake.lines import Line
from db.intake.preview import Preview, preview
from db.registry import Household, Person
from db.session import Store
from tests.db.intake.deliveries import (
    CITY,
    HERE,
    KIS,
    PKH,
    THERE,
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

DAY = date(2026, 11, 20)
LATER = replace(PKH, as_of=DAY)
OURS = replace(KIS, area_code=THERE, as_of=DAY)  # brought by the office of THERE

pytestmark = pytest.mark.usefixtures("prepared")


def looked_at(store: Store, batch: int) -> Preview:
    with store.read() as session:
        found = preview(session, batch)
        assert found is not None
        return found


def ours(number: int, **said: object) -> Line:
    return line(number, **({"area_code": THERE, "program_code": "PBI"} | said))


# Each speaks of the family of 2 and 3, who live HERE.
FOREIGN = {
    "nik, another name": ours(2, name="Lain Sekali"),
    "nik, own kk": ours(2, kk=kk(70)),
    "nik, no kk": ours(2, kk=None),
    "kk and name": ours(2, nik=None),
    "kk, another nik": ours(2, nik=nik(80), name="Anak Baru"),
    "kk, nobody's name": ours(2, nik=None, name="Anak Baru"),
    "dead": ours(2, status="stopped", left_because="died"),
}


@pytest.mark.parametrize("said", FOREIGN.values(), ids=FOREIGN)
def test_who_lives_elsewhere_is_left_alone(store: Store, said: Line) -> None:
    take(store, [line(2), line(3)])
    people, homes = picture(store)["people"], picture(store)["households"]
    batch = deliver(store, [said, ours(40)], OURS)
    found = counts(store, batch)
    assert (found["new"], found["outside"], found["moved"], found["repeated"]) == (1, 1, 0, 0)
    approve(store, batch, "cli", NOW, quiet)
    assert counts(store, batch)["outside"] == 1
    after = picture(store)
    assert [row for row in after["people"] if row in people] == people
    assert [row for row in after["households"] if row in homes] == homes
    assert (len(after["people"]), len(after["households"])) == (len(people) + 1, len(homes) + 1)
    assert after["changes"] == []
    assert len([row for row in rows(store, Enrolment) if row.batch_id == batch]) == 1


def test_a_member_is_not_taken_into_a_family_elsewhere(store: Store) -> None:
    take(store, [line(2), line(40, area_code=THERE)])
    batch = take(store, [ours(40, kk=kk(1))], OURS)
    assert (counts(store, batch)["outside"], rows(store, Change)) == (1, [])


def test_the_preview_says_so_in_a_sentence_and_nothing_of_who_it_is(store: Store) -> None:
    take(store, [line(2, name="Rahasia Sekali")])
    found = looked_at(store, deliver(store, [ours(2, name="Lain", kk=kk(70))], OURS))
    assert [(told.key, told.count, told.area) for told in found.remarks] == [
        ("batch.remark_outside", 1, THERE)
    ]
    assert [sample.name for lines in found.samples.values() for sample in lines] == ["Lain"]


def test_the_city_may_say_of_anybody(store: Store) -> None:
    take(store, [line(2), line(3)])
    batch = take(store, [ours(2), ours(3)], replace(OURS, area_code=CITY))
    found = counts(store, batch)
    assert (found["new"], found["outside"], found["moved"]) == (2, 0, 2)
    assert [home.area_code for home in rows(store, Household)] == [THERE]


def test_who_has_moved_away_is_not_gone_while_the_list_repeats_him(store: Store) -> None:
    take(store, [ours(2), ours(4)], OURS)
    take(store, [line(2), line(4)], replace(LATER, area_code=CITY))
    assert {home.area_code for home in rows(store, Household)} == {HERE}
    before = picture(store)
    again = deliver(store, [ours(2), ours(4, decile=3)], replace(OURS, as_of=DAY))
    found = counts(store, again)
    assert (found["outside"], found["gone"], found["unchanged"]) == (2, 0, 0)
    approve(store, again, "cli", NOW, quiet)
    assert picture(store) == before


def test_of_who_has_moved_away_and_is_gone_nothing_is_shown(store: Store) -> None:
    take(store, [ours(2)], OURS)
    take(store, [line(2)], replace(LATER, area_code=CITY))
    found = looked_at(store, deliver(store, [ours(40)], OURS))
    assert (found.batch.counts["gone"], found.samples["gone"]) == (1, [])


def test_who_comes_to_live_elsewhere_while_a_list_waits_is_left_alone(store: Store) -> None:
    take(store, [line(2, area_code=THERE)])
    waiting = deliver(store, [ours(2, decile=4)], OURS)
    assert counts(store, waiting)["outside"] == 0
    take(store, [line(2, kk=kk(50))], LATER)
    approve(store, waiting, "cli", NOW, quiet)
    assert counts(store, waiting)["outside"] == 1
    assert [row for row in rows(store, Enrolment) if row.batch_id == waiting] == []


@pytest.mark.parametrize(
    ("said", "unlike"),
    [
        ({"name": "Lain Sekali"}, 1),
        ({"name": "LA ODE BAHARUDDIN"}, 1),
        ({"name": "Nurhayati Amin", "birth_date": date(1950, 1, 1)}, 1),
        ({"name": "Nurhayati Amin"}, 0),
        ({"name": "Hj. Siti"}, 0),
        ({"name": "SITI NURHAYATI", "birth_date": date(1950, 1, 1)}, 0),
    ],
)
def test_one_nik_never_makes_a_person_another(
    store: Store, said: dict[str, object], unlike: int
) -> None:
    take(store, [line(2, name="Siti Nurhayati")])
    people, homes = picture(store)["people"], picture(store)["households"]
    told = ours(2, kk=kk(70), decile=9, left_because="died", **said)
    batch = deliver(store, [told], replace(OURS, area_code=CITY))
    found = counts(store, batch)
    assert (found["new"], found["unlike"], found["moved"]) == (1, unlike, 1 - unlike)
    remark = "batch.remark_unlike" if unlike else "batch.remark_moved"
    assert [told.key for told in looked_at(store, batch).remarks] == [remark]
    approve(store, batch, "cli", NOW, quiet)
    after = picture(store)
    assert (after["people"] == people and after["households"] == homes) == bool(unlike)
    [kept] = [row for row in rows(store, Enrolment) if row.batch_id == batch]
    assert kept.name == said["name"]
    take_back(store, batch, "cli", NOW)
    assert picture(store)["people"] == people


def test_a_line_of_another_name_does_not_stand_before_one_of_the_right_name(store: Store) -> None:
    take(store, [line(2, sex="P")])
    right = line(2, sex="L", program_code="PBI")
    batch = take(store, [line(2, name="Lain Sekali", sex="P", kk=kk(60)), right], LATER)
    assert counts(store, batch)["unlike"] == 1
    [person] = rows(store, Person)
    assert (person.name, person.sex) == ("Warga 2", "L")


def test_who_would_move_is_counted_once_with_the_whole_family(store: Store) -> None:
    take(store, [line(2), line(3), line(4), line(5), line(6)])
    said = [line(2, area_code=THERE), line(4, kk=kk(50)), line(5), line(6, decile=2)]
    batch = deliver(store, said, LATER)
    assert counts(store, batch)["moved"] == 3
    approve(store, batch, "cli", NOW, quiet)
    moved = {row.subject_id for row in rows(store, Change) if row.field == "household_id"}
    assert len(moved) == 1


def test_what_a_newer_list_says_otherwise_moves_nobody(store: Store) -> None:
    take(store, [line(2)])
    take(store, [line(2)], LATER)
    between = replace(KIS, as_of=date(2026, 11, 10))
    said = [line(2, area_code=THERE, kk=kk(9)), line(3, area_code=THERE)]
    assert counts(store, deliver(store, said, between))["moved"] == 0
