"""Rows become lines: a plan made once from the header, and run for each row.

A cell that cannot be read refuses its line, with every reason of that line. What contradicts itself
is taken with a warning: a stated sex or birth date may be right and the NIK another's, or the other
way round, and only the family knows. So the officer hears of it, and nobody loses his line.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from db.enrolments import ACTIVE, LISTED, STOPPED
from db.intake.cells import (
    Broken,
    Covered,
    Formula,
    Number,
    Unreadable,
    plain,
)  # fmt: skip
from db.intake.cells_numbers import (
    all_rounded,
    born,
    clean_neighbourhoods,
    refuse_rounded,
)  # fmt: skip
from db.intake.cells_places import Places
from db.intake.cells_pregnancy import due_reader
from db.intake.cells_words import UNKNOWN, why_left
from db.intake.columns import IGNORED, Header
from db.intake.lines import Line, Problem, RefusedLine
from db.intake.reader_plan import OWN_DETAILS, SLOTS, Context, cleaners_of, detail_cleaners

_ROW, _NAME, _SINCE, _NIK = (SLOTS[name] for name in ("row_no", "name", "since", "nik"))
_KK, _BORN, _SEX, _AREA = (SLOTS[name] for name in ("kk", "birth_date", "sex", "area_code"))
_RT, _RW, _PROGRAM, _STATUS = (SLOTS[name] for name in ("rt", "rw", "program_code", "status"))
_REASON, _LEFT, _RELATION = SLOTS["reason"], SLOTS["left_because"], SLOTS["relation"]
_PREGNANT = SLOTS["pregnant_until"]
_DETAILS, _WARNINGS = SLOTS["details"], SLOTS["warnings"]

# Which number columns a workbook may have rounded, and how the sentences call them.
_IDENTIFIERS = {"nik": "nik", "no_kk": "kk"}
_SAFE_NUMBER = 15  # digits that Excel keeps
_LONGEST_KEPT = 1_000  # of a refused cell

# Columns in which people write more than a line, and without which a line says another thing.
_LONG_TEXTS = ("alamat", "keterangan")
_DECISIVE = ("program", "kelurahan", "status")
_SWALLOWED = re.compile(r"[\r\n].*\d{15}", re.DOTALL)  # a line of somebody else in one cell

_NO_NIK = Problem("import.nik_missing")
_NO_NUMBER = Problem("import.number_missing")
_OTHER_BIRTH = Problem("import.nik_other_birth")
_OTHER_SEX = Problem("import.nik_other_sex")
_LEFT_IN_REMARK = Problem("import.left_in_remark")
_RELATION_UNKNOWN = Problem("import.relation_unknown")
_PREGNANT_UNKNOWN = Problem("import.pregnant_unknown")
_SHORT = Problem("import.row_short")
_NO_DETAILS: Mapping[str, str] = {}


class LineReader:
    """Reads the rows of one table."""

    def __init__(
        self, header: Header, context: Context, sample: Sequence[Sequence[str]], is_1904: bool,
        is_text: bool,
    ) -> None:  # fmt: skip
        """Make the plan; the sample of rows tells whether a text holds rounded numbers."""
        self._header = header
        self._width = len(header.texts)
        self._is_text = is_text
        self._context = context
        self._places = Places(context.areas, context.area_code)
        self._village = header.places.get("kelurahan")
        self._district = header.places.get("kecamatan")
        self._names = {place: column for column, place in header.places.items()}
        cleaners = cleaners_of(context, is_1904, self._rounded(sample))
        self._plan = [
            (slot, header.places[column], clean)
            for column, (slot, clean) in cleaners.items()
            if column in header.places
        ]
        self._both = header.places.get("rt/rw")
        self._due = due_reader(header, context.as_of, is_1904)
        self._pregnancy = header.places.get("hamil_sampai", header.places.get("hamil", -1))
        self._details = detail_cleaners(header)
        self._counter = header.places.get(IGNORED)
        long_texts = {header.places.get(column) for column in _LONG_TEXTS}
        self._short = {*header.places.values()} - long_texts
        self._decisive = [
            (header.places[column], column) for column in _DECISIVE if column in header.places
        ]
        self._blank: list[Any] = [None] * len(SLOTS)
        self._blank[_SINCE] = context.as_of
        self._blank[_PROGRAM] = context.program_code
        self._blank[_DETAILS] = _NO_DETAILS
        self._blank[_WARNINGS] = ()

    def key(self, row: Sequence[str]) -> int:
        """Give a number that is the same for two rows that say the same but for their counter."""
        if self._counter is None:
            return hash(tuple(row))
        return hash((*row[: self._counter], *row[self._counter + 1 :]))

    def read(self, row_no: int, row: list[str]) -> Line | RefusedLine:
        """Read one row."""
        try:
            return self._line(row_no, row)
        except Unreadable as first:
            problems = self._problems(row) or (first.problem,)
            return self.refuse(row_no, row, problems)

    def refuse(self, row_no: int, row: Sequence[str], problems: tuple[Problem, ...]) -> RefusedLine:
        """Refuse a row, keeping its cells."""
        texts = self._header.texts
        cells = {
            texts[place] if place < self._width else f"kolom {place + 1}": str(cell)[:_LONGEST_KEPT]
            for place, cell in enumerate(row)
            if cell
        }
        return RefusedLine(row_no, problems, cells)

    def _line(self, row_no: int, row: list[str]) -> Line:
        out = self._blank.copy()
        out[_ROW] = row_no
        if len(row) != self._width:
            row = self._fitted(row, out)
        if self._is_text:
            said = "".join(row)
            if "\n" in said or "\r" in said:
                self._refuse_swallowed(row)
        else:
            row = [
                cell if cell.__class__ is str else self._unmarked(place, cell)
                for place, cell in enumerate(row)
            ]
        for slot, place, clean in self._plan:
            cell = row[place]
            if cell:
                out[slot] = clean(cell)
        if self._village is not None:
            out[_AREA] = self._area(row)
        if self._both is not None and row[self._both]:
            out[_RT], out[_RW] = clean_neighbourhoods(row[self._both]) or (None, None)
        if self._due is not None:
            out[_PREGNANT], is_unclear = self._due(row)
            out[_WARNINGS] += (_PREGNANT_UNKNOWN,) if is_unclear else ()
        if self._details:
            out[_DETAILS] = {
                name: value
                for name, place, clean in self._details
                if row[place] and (value := clean(row[place]))
            }
        self._finish(out)
        return Line(*out)

    def _finish(self, out: list[Any]) -> None:
        """Settle what several cells say together."""
        if not out[_NAME]:
            raise Unreadable("import.name_missing")
        if out[_SINCE] is None:
            out[_SINCE] = self._context.as_of
        if out[_PROGRAM] is None:
            out[_PROGRAM] = self._context.program_code
        if out[_RELATION] == UNKNOWN:
            out[_RELATION] = None
            out[_WARNINGS] += (_RELATION_UNKNOWN,)
        self._settle_status(out)
        nik = out[_NIK]
        if nik is None:
            out[_WARNINGS] += (_NO_NIK if out[_KK] else _NO_NUMBER,)
            return
        day, month, year, sex = born(nik[6:12]) or (0, 0, 0, "")
        stated: date | None = out[_BORN]
        if stated is not None and (
            stated.day != day or stated.month != month or stated.year % 100 != year
        ):
            out[_WARNINGS] += (_OTHER_BIRTH,)
        if out[_SEX] is not None and out[_SEX] != sex:
            out[_WARNINGS] += (_OTHER_SEX,)

    def _settle_status(self, out: list[Any]) -> None:
        stated: tuple[str, str | None] | None = out[_STATUS]
        remark: str | None = out[_REASON]
        left = why_left(remark) if remark else None
        if stated is None:
            status = STOPPED if left else ACTIVE
        else:
            status, why = stated
            if left and status != STOPPED:
                out[_WARNINGS] += (_LEFT_IN_REMARK,)
            left = why or (left if status == STOPPED else None)
        out[_LEFT] = left
        # A register is no programme, so that one is in it or left it.
        out[_STATUS] = LISTED if out[_PROGRAM] is None and status != STOPPED else status

    def _problems(self, row: list[str]) -> tuple[Problem, ...]:
        """Give every reason why a row cannot be read, in the order of its columns."""
        found: list[tuple[int, Problem]] = []

        def attempt(place: int, read: Callable[..., Any], *given: object) -> Any:
            try:
                return read(*given)
            except Unreadable as unreadable:
                found.append((place, unreadable.problem))
                return ""

        attempt(-1, self._fitted, row, self._blank.copy())
        if self._is_text:
            attempt(-1, self._refuse_swallowed, row)
        padded = [*row, *[""] * (self._width - len(row))][: self._width]
        cells = [attempt(place, self._unmarked, place, cell) for place, cell in enumerate(padded)]
        plan = [(place, clean) for _, place, clean in (*self._plan, *self._details)]
        if self._both is not None:
            plan.append((self._both, clean_neighbourhoods))
        for place, clean in plan:
            if cells[place]:
                attempt(place, clean, cells[place])
        if self._village is not None:
            attempt(self._village, self._area, cells)
        if self._due is not None:
            attempt(self._pregnancy, self._due, cells)
        name = self._header.places["nama"]
        if not plain(cells[name]) and name not in (place for place, _ in found):
            found.append((name, Problem("import.name_missing")))
        return tuple(problem for _, problem in sorted(found, key=lambda item: item[0]))

    def _area(self, row: Sequence[str]) -> str | None:
        assert self._village is not None  # noqa: S101 - asked only where there is such a column
        district = row[self._district] if self._district is not None else ""
        return self._places.find(row[self._village], district)

    def _fitted(self, row: list[str], out: list[Any]) -> list[str]:
        if len(row) < self._width:
            # Excel leaves out empty cells at the end of some rows; a torn line is as short.
            if self._is_text:
                self._refuse_cut(len(row))
                out[_WARNINGS] = (_SHORT,)
            return row + [""] * (self._width - len(row))
        if any(cell.strip() for cell in row[self._width :]):
            raise Unreadable("import.row_long", cells=str(len(row)), columns=str(self._width))
        return row[: self._width]

    def _unmarked(self, place: int, cell: str) -> str:
        """Give the text of a cell that a workbook keeps as something else."""
        column = self._names.get(place)
        if column is None or column == IGNORED:
            return str(cell) if not isinstance(cell, Covered) else ""
        if isinstance(cell, Covered):
            raise Unreadable("import.cell_merged", column=column)
        if isinstance(cell, Formula):
            raise Unreadable("import.cell_formula", column=column)
        if isinstance(cell, Broken):
            raise Unreadable("import.cell_error", column=column)
        if isinstance(cell, Number):
            if column in _IDENTIFIERS:
                refuse_rounded(cell, _IDENTIFIERS[column])
            elif column in OWN_DETAILS and len(cell) > _SAFE_NUMBER:
                raise Unreadable("import.number_lost_digits", column=column)
        return str(cell)

    def _refuse_cut(self, cells: int) -> None:
        """Refuse a torn row of which something is gone that decides what the line says."""
        cut = [column for place, column in self._decisive if place >= cells]
        if cut:
            raise Unreadable(
                "import.row_cut",
                cells=str(cells), columns=str(self._width), cut=", ".join(cut),
            )  # fmt: skip

    def _refuse_swallowed(self, row: Sequence[str]) -> None:
        """Refuse a row whose quote was not closed, as the next people may stand in its cells."""
        for place, cell in enumerate(row[: self._width]):
            text = cell.strip()
            if "\n" not in text and "\r" not in text:
                continue
            if place in self._short or len(row) < self._width or _SWALLOWED.search(text):
                column = self._names.get(place) or self._header.texts[place]
                raise Unreadable("import.cell_line_break", column=column)

    def _rounded(self, sample: Sequence[Sequence[str]]) -> dict[str, bool]:
        return {
            column: self._is_text
            and column in self._header.places
            and all_rounded([row[place] for row in sample if place < len(row)])
            for column in _IDENTIFIERS
            for place in [self._header.places.get(column, 0)]
        }
