"""Semarang's story: families that there are, and what ten agencies wrote of them, by fixed dice."""

import random
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from db.national_areas import areas_of_city
from db.sample.families import Draft, draft_families
from db.sample.identifiers import Numbers, age_on, dice
from db.sample.naming import Names
from db.sample.records import SampleArea, SampleHousehold, SamplePerson
from db.sample.tables import read_tables

CITY = "33.74"
_BORN_BEFORE = date(2025, 12, 31)  # ages are drawn for this day, which fixes the birth dates
_SCHOOL, _SMALL, _YOUNG, _MOTHERS = (7, 18), (0, 6), (18, 30), (20, 42)


@dataclass(slots=True)
class Entry:
    """One line of an agency's list, by our names of the columns, and the family it is about."""

    family: SampleHousehold
    person: SamplePerson
    cells: dict[str, Any]
    taken: bool = True  # whether an importer can take it at all
    active: bool = True


@dataclass(slots=True)
class AgencyFile:
    """One agency's list: how it writes, and its lines."""

    spec: dict[str, Any]
    entries: list[Entry] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Give the word by which the story calls it."""
        key: str = self.spec["key"]
        return key

    def as_of(self, today: date) -> date:
        """Give the day for which the list holds."""
        return today - timedelta(days=self.spec["age"])


def story() -> dict[str, Any]:
    """Read `semarang.toml`."""
    return tomllib.loads(files("db.sample").joinpath("semarang.toml").read_text(encoding="utf-8"))


def semarang_areas() -> tuple[SampleArea, ...]:
    """Give the city with its 16 kecamatan and 177 kelurahan by Kemendagri's codes."""
    return tuple(SampleArea(area.code, area.name, area.level) for area in areas_of_city(CITY))


def semarang_families(told: dict[str, Any], each: int | None = None) -> list[SampleHousehold]:
    """Make the families that there really are, so many in each kelurahan."""
    count = each or told["families_each"]
    tables = read_tables()
    names = Names(
        tables.names | {"mix": told["mix"], "mix_by_area": {}, "streets": told["streets"]}
    )
    numbers = Numbers([])
    families = []
    for area in semarang_areas():
        if area.level == "village":
            rng = dice("Semarang", area.code)
            for drafts in draft_families(rng, count, 2 * count, 2 * count):
                families.append(_family(rng, area.code, drafts, numbers, names, told["deciles"]))
    return families


def _family(
    rng: random.Random,
    area_code: str,
    drafts: Sequence[Draft],
    numbers: Numbers,
    names: Names,
    deciles: Sequence[int],
) -> SampleHousehold:
    # A sub-district that exists nowhere, so that no number is anybody's.
    region = f"3374{80 + int(area_code.split('.')[2]) % 20:02d}"
    origin = names.origin(rng, area_code)
    members: list[SamplePerson] = []
    for draft in drafts:
        born = _BORN_BEFORE.replace(year=_BORN_BEFORE.year - draft.age)
        born -= timedelta(days=rng.randint(0, 364))
        taken = {who.name for who in members}
        members.append(
            SamplePerson(
                nik=numbers.nik(rng, region, born, draft.sex),
                name=names.full_name(rng, origin, draft.sex, born.year, taken),
                birth_date=born,
                sex=draft.sex,
                relation=draft.relation,
            )
        )
    return SampleHousehold(
        kk=numbers.kk(rng, region, _BORN_BEFORE - timedelta(days=rng.randint(30, 6000))),
        area_code=area_code,
        address=f"{names.street(rng)} No. {rng.randint(1, 240)}",
        rt=f"{rng.randint(1, 9):03d}",
        rw=f"{rng.randint(1, 6):03d}",
        decile=rng.choices(range(1, 9), deciles)[0],
        members=tuple(members),
    )


def write_lists(
    told: dict[str, Any], families: Sequence[SampleHousehold], today: date
) -> list[AgencyFile]:
    """Give what each agency wrote of the families, before anything went wrong."""
    lists = []
    for spec in told["list"]:
        rng = dice("Semarang", spec["key"])
        agency = AgencyFile(spec)
        for family in families:
            chosen = rng.random() < spec["share"][(family.decile or 1) - 1]
            reached = family.area_code[:8] in spec.get("only", (family.area_code[:8],))
            if chosen and reached:
                people = _chosen(rng, spec, family, today)
                agency.entries += [entry_of(family, person, spec) for person in people]
        lists.append(agency)
    return lists


def _chosen(
    rng: random.Random, spec: dict[str, Any], family: SampleHousehold, today: date
) -> list[SamplePerson]:
    people: Iterable[SamplePerson] = family.members
    match spec["members"]:
        case "head":
            return [family.head]
        case "school":
            people = _of_age(family, today, _SCHOOL, ("child", "other"))
        case "small":
            people = _of_age(family, today, _SMALL, ("child", "other"))
        case "young":
            people = _of_age(family, today, _YOUNG, ("child", "other"))[:1]
        case "mother":
            people = _of_age(family, today, _MOTHERS, ("spouse",))
    return [person for person in people if rng.random() < spec.get("each", 1.0)]


def _of_age(
    family: SampleHousehold, today: date, ages: tuple[int, int], relations: Sequence[str]
) -> list[SamplePerson]:
    return [
        who
        for who in family.members
        if who.relation in relations and ages[0] <= age_on(who.birth_date, today) <= ages[1]
    ]


_RELATIONS = {
    "head": "Kepala Keluarga", "spouse": "Istri", "child": "Anak", "parent": "Orang Tua",
    "other": "Famili Lain",
}  # fmt: skip


def entry_of(family: SampleHousehold, person: SamplePerson, spec: dict[str, Any]) -> Entry:
    """Give the line of a person in an agency's list, as it should be."""
    district, village = place_names()[family.area_code]
    cells = {
        "nik": person.nik,
        "no_kk": family.kk,
        "nama": person.name.upper() if spec["encoding"] == "cp1252" else person.name,
        "tanggal_lahir": person.birth_date,
        "jenis_kelamin": person.sex,
        "hubungan_keluarga": _RELATIONS[person.relation],
        "alamat": family.address,
        "rt": family.rt,
        "rw": family.rw,
        "kelurahan": village,
        "kecamatan": district,
        "desil": family.decile,
        "status": "Aktif",
        "no_kartu": f"000{person.nik[-10:]}",
        "no_hp": f"0812000{person.nik[-5:]}",
    }
    return Entry(family, person, {name: cells[name] for name in spec["columns"]})


@cache
def place_names() -> dict[str, tuple[str, str]]:
    """Give kecamatan and kelurahan by the code of the kelurahan."""
    names = {area.code: area.name for area in semarang_areas()}
    return {code: (names[code[:8]], name) for code, name in names.items() if len(code) > 8}
