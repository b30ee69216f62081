"""What the lists are held against: the only reader of `rules.toml`."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files

REGISTER = "DTSEN"  # stands for the register among the codes of programmes


@dataclass(frozen=True, slots=True)
class Expectation:
    """Who stands in one of some lists must stand in one of others too."""

    code: str
    have: tuple[str, ...]
    want: tuple[str, ...]
    of_family: bool
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class AgeBounds:
    """The full years of age for which a programme is meant."""

    program: str
    youngest: int
    oldest: int
    source: str


@dataclass(frozen=True, slots=True)
class KnownVerval:
    """What a verification did, where no lines but only the totals are known."""

    area_code: str
    families: int
    people: int
    families_after: int
    people_after: int
    source: str


@dataclass(frozen=True, slots=True)
class Rules:
    """All of `rules.toml`."""

    months: int
    well_off: int
    poor: int
    school_age: tuple[int, int]
    school_programs: tuple[str, ...]
    card_programs: tuple[str, ...]
    for_the_poor: tuple[str, ...]
    visits: frozenset[str]
    expectations: tuple[Expectation, ...]
    ages: tuple[AgeBounds, ...]
    vervals: tuple[KnownVerval, ...]


def read_rules() -> Rules:
    """Read the rules."""
    found = tomllib.loads(files("db.mismatch").joinpath("rules.toml").read_text(encoding="utf-8"))
    youngest, oldest = found["school_age"]
    return Rules(
        months=found["months"],
        well_off=found["well_off"],
        poor=found["poor"],
        school_age=(youngest, oldest),
        school_programs=tuple(found["school_programs"]),
        card_programs=tuple(found["card_programs"]),
        for_the_poor=tuple(found["for_the_poor"]),
        visits=frozenset(found["visits"]),
        expectations=tuple(
            Expectation(
                code=row["code"],
                have=tuple(row["have"]),
                want=tuple(row["want"]),
                of_family=row["per"] == "family",
                reason=row["reason"],
                source=row["source"],
            )
            for row in found["expect"]
        ),
        ages=tuple(
            AgeBounds(row["program"], row["ages"][0], row["ages"][1], row["source"])
            for row in found["age"]
        ),
        vervals=tuple(
            KnownVerval(
                area_code=row["area"],
                families=row["families"],
                people=row["people"],
                families_after=row["families_after"],
                people_after=row["people_after"],
                source=row["source"],
            )
            for row in found["verval"]
        ),
    )
