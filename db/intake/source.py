"""From a file to its lines, by what the store knows of places and programmes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from db.areas import all_areas
from db.intake.cells_places import AreaRef
from db.intake.lines import Line, Problem, RefusedLine
from db.intake.list_names import agency_meant
from db.intake.reader import Context, read_list
from db.registry import all_programs
from db.session import Session

CARD = "no_kartu"  # our name of the column of cards


@dataclass(frozen=True, slots=True)
class Spec:
    """Which version of which list a file is."""

    agency: str
    list_name: str
    as_of: date
    area_code: str  # of lines that name none; those outside of it are refused
    program_code: str | None = None  # of lines that name none
    file_name: str | None = None  # as the uploader knows it


class Reading(Protocol):
    """A file under way."""

    @property
    def columns(self) -> Mapping[str, str]:
        """Our names of the columns that are known."""

    @property
    def unknown_columns(self) -> Sequence[str]:
        """The columns that are only kept aside."""

    @property
    def notes(self) -> Sequence[Problem]:
        """What is to be told of the file as a whole."""

    @property
    def size_hint(self) -> int:
        """How much there is to read."""

    def lines(self) -> Iterator[Line | RefusedLine]:
        """Give the lines in their order."""

    def position(self) -> int:
        """Give how much was read."""


Read = Callable[[Session, Path, Spec], AbstractContextManager[Reading]]


def read_file(session: Session, path: Path, spec: Spec) -> AbstractContextManager[Reading]:
    """Open a list; raises FileRefused where nothing of it can be taken."""
    areas = [
        AreaRef(area.code, area.name, area.level, area.parent_code) for area in all_areas(session)
    ]
    programs = {program.code: program.name for program in all_programs(session)}
    meant = agency_meant(session, spec.agency)
    notes = () if meant is None else (_agency_new(spec.agency, meant),)
    return read_list(
        path, Context(areas, programs, spec.as_of, spec.program_code, spec.area_code, notes)
    )


def _agency_new(agency: str, nearest: str) -> Problem:
    return Problem("import.note_agency_new", {"agency": agency.strip(), "nearest": nearest})
