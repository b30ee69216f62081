"""The only reader of the files beside it: places, names, programmes, rules and fixed people."""

import csv
import tomllib
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

from db.sample.records import SampleArea, SampleProgram, SampleStaff
from db.seed import national


@dataclass(frozen=True, slots=True)
class Tables:
    """All files of the sample, read."""

    areas: tuple[SampleArea, ...]
    programs: tuple[SampleProgram, ...]
    staff: tuple[SampleStaff, ...]
    names: dict[str, Any]
    rules: dict[str, Any]
    named: tuple[dict[str, Any], ...]
    distributions: tuple[dict[str, str], ...]
    facts: tuple[dict[str, str], ...]

    @property
    def villages(self) -> tuple[SampleArea, ...]:
        """Give the kelurahan alone."""
        return tuple(area for area in self.areas if area.level == "village")


def read_tables() -> Tables:
    """Read every file of the sample."""
    return Tables(
        areas=sample_areas(),
        programs=tuple(
            SampleProgram(**row)
            for row in (*national()["program"], *_toml("programs.toml")["program"])
        ),
        staff=tuple(_staff(row) for row in _toml("staff.toml")["staff"]),
        names=_toml("names.toml"),
        rules=_toml("rules.toml"),
        named=tuple(_toml("named.toml")["family"]),
        distributions=tuple(_csv("distributions.csv")),
        facts=tuple(_csv("facts.csv")),
    )


def _text(name: str) -> str:
    return files("db.sample").joinpath(name).read_text(encoding="utf-8")


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(_text(name))


def _csv(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(_text(name).splitlines()))


def sample_areas() -> tuple[SampleArea, ...]:
    """Give the city with its kecamatan and kelurahan."""
    # The verification table spells some kelurahan in its own way; baubau_areas.csv says which.
    totals = {row["kelurahan"]: row for row in _csv("baubau_kelurahan.csv")}
    areas = []
    for row in _csv("baubau_areas.csv"):
        area = SampleArea(row["code"], row["name"], row["level"])
        if row["verval_name"]:
            found = totals[row["verval_name"]]
            families, men, women = (int(found[key]) for key in ("kk", "laki_laki", "perempuan"))
            area = replace(area, families=families, men=men, women=women)
        areas.append(area)
    return tuple(areas)


def _staff(row: dict[str, Any]) -> SampleStaff:
    return SampleStaff(
        address=row["address"],
        name=row["name"],
        role=row["role"],
        section=row.get("section"),
        area_code=row["area"],
        villages=tuple(row.get("villages", ())),
        families=row.get("families", 0),
    )
