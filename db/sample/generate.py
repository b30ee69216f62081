"""The whole sample from its tables and a day, by fixed dice and without touching anything else.

People, NIK and KK are the same on every load; what has a date moves along with the day.
"""

import random
from datetime import date, timedelta

from db.sample.chats import assign_families, sample_contacts
from db.sample.dates import distributions_after, lists_on
from db.sample.enrol import Rulebook
from db.sample.families import Draft, draft_families
from db.sample.identifiers import Numbers, dice, home_region
from db.sample.named import named_households
from db.sample.naming import Names
from db.sample.records import Sample, SampleArea, SampleHousehold, SamplePerson
from db.sample.tables import Tables

_SEED = "Halo Puskesos"
_BORN_BEFORE = date(2025, 12, 31)  # ages are drawn for this day, which fixes the birth dates
_DECILES = (1, 2, 3, 4, 5, 6, 7, None)
_DECILE_WEIGHTS = (30, 27, 20, 13, 4, 2, 1, 3)


def generate(tables: Tables, today: date) -> Sample:
    """Make the sample for a day."""
    households = population(tables)
    rulebook = Rulebook(tables.rules, tables.areas, today)
    enrolments = rulebook.enrol(households, tables.named)
    assignments = assign_families(tables.staff, households, enrolments, tables.named)
    return Sample(
        areas=tables.areas,
        programs=tables.programs,
        lists=lists_on(tables.rules["list"], today),
        households=households,
        enrolments=enrolments,
        distributions=distributions_after(tables.distributions, today),
        staff=tables.staff,
        assignments=assignments,
        contacts=sample_contacts(tables.staff, households, enrolments, tables.named),
        facts=tables.facts,
    )


def population(tables: Tables) -> tuple[SampleHousehold, ...]:
    """Make all families: the named ones, and around them as many as each kelurahan really has."""
    named = named_households(tables.named)
    taken = [household.kk for household in named]
    taken += [member.nik for household in named for member in household.members]
    numbers, names = Numbers(taken), Names(tables.names)
    households = list(named)
    for village in tables.villages:
        inside = [household for household in named if household.area_code == village.code]
        households += _village(village, inside, numbers, names)
    return tuple(households)


def _village(
    village: SampleArea, named: list[SampleHousehold], numbers: Numbers, names: Names
) -> list[SampleHousehold]:
    rng = dice(_SEED, village.code)
    sexes = [member.sex for household in named for member in household.members]
    drafts = draft_families(
        rng,
        village.families - len(named),
        village.men - sexes.count("L"),
        village.women - sexes.count("P"),
    )
    return [_household(rng, village.code, family, numbers, names) for family in drafts]


def _household(
    rng: random.Random, area_code: str, family: list[Draft], numbers: Numbers, names: Names
) -> SampleHousehold:
    region = home_region(area_code)
    origin = names.origin(rng, area_code)
    members: list[SamplePerson] = []
    for draft in family:
        born = _birth_date(rng, draft.age)
        married_in = draft.relation == "spouse"
        own_origin = names.spouse_origin(rng, area_code, origin) if married_in else origin
        members.append(
            SamplePerson(
                nik=numbers.nik(rng, region, born, draft.sex),
                name=names.full_name(
                    rng, own_origin, draft.sex, born.year, {who.name for who in members}
                ),
                birth_date=born,
                sex=draft.sex,
                relation=draft.relation,
            )
        )
    issued = _BORN_BEFORE - timedelta(days=rng.randint(30, 6000))
    return SampleHousehold(
        kk=numbers.kk(rng, region, issued),
        area_code=area_code,
        address=f"{names.street(rng)} No. {rng.randint(1, 140)}",
        rt=f"{rng.randint(1, 6):03d}",
        rw=f"{rng.randint(1, 4):03d}",
        decile=rng.choices(_DECILES, _DECILE_WEIGHTS)[0],
        members=tuple(members),
    )


def _birth_date(rng: random.Random, age: int) -> date:
    birthday = _BORN_BEFORE.replace(year=_BORN_BEFORE.year - age)
    return birthday - timedelta(days=rng.randint(0, 364))
