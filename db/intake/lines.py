"""What a line of a list says once its cells were read, or why it is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from db.enrolments import LISTED


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: the key of a sentence for the officer, and what fills its blanks.

    What fills them never holds a NIK, a KK number or a name.
    """

    key: str
    values: Mapping[str, str] = field(default_factory=dict)


class FileRefused(Exception):
    """A file that cannot be taken at all."""

    def __init__(self, key: str, **values: str) -> None:
        super().__init__(key)
        self.problem = Problem(key, values)


@dataclass(frozen=True, slots=True)
class Line:
    """One line that can be taken; what the list does not say is None."""

    row_no: int  # as the spreadsheet counts, the header being 1 where it stands first
    name: str
    since: date
    nik: str | None = None
    kk: str | None = None
    birth_date: date | None = None
    sex: str | None = None  # L or P
    relation: str | None = None  # head, spouse, child, parent, other
    address: str | None = None
    rt: str | None = None
    rw: str | None = None
    area_code: str | None = None
    decile: int | None = None
    program_code: str | None = None
    status: str = LISTED  # or active, waiting, stopped
    reason: str | None = None
    left_because: str | None = None  # died or moved
    period: str | None = None
    amount: int | None = None  # rupiah
    paid_on: date | None = None
    place: str | None = None
    pregnant_until: date | None = None  # the day of birth that is stated, or that may be at last
    details: Mapping[str, str] = field(default_factory=dict)  # card, phone, other columns
    warnings: tuple[Problem, ...] = ()  # taken all the same, but the officer hears of it


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """One line that is not taken, with every reason and its cells as they stood there."""

    row_no: int
    problems: tuple[Problem, ...]
    cells: Mapping[str, str]
