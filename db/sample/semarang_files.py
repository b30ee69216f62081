"""Writes the lists of Semarang's agencies as the CSV files that an importer meets."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import select

from db.areas import Area, subtree
from db.base import DIALECT_INSERT
from db.registry import Household, Program
from db.sample.semarang import (
    CITY,
    AgencyFile,
    semarang_areas,
    semarang_families,
    story,
    write_lists,
)
from db.sample.semarang_dirt import Spoiler, Truth, truth
from db.sample.tables import read_tables
from db.session import Session

_ZONE = "Asia/Jakarta"
_MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September",
    "Oktober", "November", "Desember",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """One file of one agency."""

    path: Path
    agency: str
    list_name: str
    program: str | None
    as_of: date
    lines: int


def write_story(
    folder: Path,
    today: date,
    families_each: int | None = None,
    tell: Callable[[int, int, str], None] | None = None,
) -> tuple[list[Written], Truth]:
    """Write all lists into a folder, and say what there is to be found in them."""
    told = story()
    families = semarang_families(told, families_each)
    spoiler = Spoiler(write_lists(told, families, today), told["trouble"], today)
    spoiler.spoil()
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for done, agency in enumerate(spoiler.lists.values(), start=1):
        written.append(_write(folder, agency, today))
        if tell is not None:
            tell(done, len(spoiler.lists), agency.spec["agency"])
    return written, truth(spoiler, families, today)


def _write(folder: Path, agency: AgencyFile, today: date) -> Written:
    spec = agency.spec
    path = folder / spec["file"]
    with path.open("w", encoding=spec["encoding"], newline="") as file:
        writer = csv.writer(file, delimiter=spec["delimiter"])
        writer.writerow(spec["columns"].values())
        for entry in agency.entries:
            writer.writerow([_cell(value, spec["dates"]) for value in entry.cells.values()])
    return Written(
        path, spec["agency"], spec["name"], spec.get("program"), agency.as_of(today),
        len(agency.entries),
    )  # fmt: skip


def _cell(value: object, dates: str) -> str:
    if isinstance(value, date):
        # Not by the machine's language, which need not know the months of the agency.
        return value.strftime(dates.replace("%B", _MONTHS[value.month - 1]))
    return str(value)


def is_only_semarang(session: Session) -> bool:
    """Say whether no family of another city is registered."""
    low, high = subtree(CITY)
    elsewhere = select(Household.id).where(
        (Household.area_code < low) | (Household.area_code >= high)
    )
    return session.scalar(elsewhere.limit(1)) is None


def add_semarang(session: Session) -> None:
    """Put in the areas of the city and the catalogue of programmes that are not there yet."""
    insert = DIALECT_INSERT[session.core.dialect.name]
    areas = [area.row | {"timezone": _ZONE} for area in semarang_areas()]
    session.execute(insert(Area).on_conflict_do_nothing(), areas)
    programs = [
        {"code": program.code, "name": program.name, "agency": program.agency}
        for program in read_tables().programs
    ]
    session.execute(insert(Program).on_conflict_do_nothing(), programs)
