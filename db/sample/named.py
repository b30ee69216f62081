"""The fixed people by whom the service is tried."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from db.sample.records import SampleHousehold, SamplePerson
from db.sample.tables import read_tables


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """A person of the sample with all that the identity check asks for."""

    name: str
    nik: str
    kk: str
    birth_date: date
    kelurahan: str
    programs: tuple[str, ...]


def named_people() -> list[NamedPerson]:
    """Give the named people with the programmes of their families, whatever their status."""
    tables = read_tables()
    kelurahan = {area.code: area.name for area in tables.areas}
    return [_named_person(family, kelurahan[family["area"]]) for family in tables.named]


def named_households(named: Sequence[dict[str, Any]]) -> list[SampleHousehold]:
    """Give the families of the named people."""
    return [_household(family) for family in named]


def named_member(family: dict[str, Any]) -> dict[str, Any]:
    """Give the member of a family who is the named one."""
    member: dict[str, Any] = next(who for who in family["members"] if who.get("named"))
    return member


def _named_person(family: dict[str, Any], kelurahan: str) -> NamedPerson:
    who = named_member(family)
    programs = dict.fromkeys(enrolment["program"] for enrolment in family["enrolments"])
    return NamedPerson(
        name=who["name"],
        nik=who["nik"],
        kk=family["kk"],
        birth_date=who["birth_date"],
        kelurahan=kelurahan,
        programs=tuple(programs),
    )


def _household(family: dict[str, Any]) -> SampleHousehold:
    return SampleHousehold(
        kk=family["kk"],
        area_code=family["area"],
        address=family["address"],
        rt=family["rt"],
        rw=family["rw"],
        decile=family["decile"],
        members=tuple(
            SamplePerson(
                nik=member["nik"],
                name=member["name"],
                birth_date=member["birth_date"],
                sex=member["sex"],
                relation=member["relation"],
            )
            for member in family["members"]
        ),
    )
