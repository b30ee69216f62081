"""Sheets of XLSX files (ECMA-376), streamed."""

import posixpath
import re
from collections.abc import Iterator, Sequence
from datetime import date

from db.intake.cells import Broken, Covered, Formula, Number
from db.intake.cells_dates import serial_date
from db.intake.lines import FileRefused, Problem
from db.intake.workbooks_parts import (
    LOCAL,
    MOST_CELL,
    MOST_COLUMNS,
    MOST_ROWS,
    Archive,
    Attributes,
    Merge,
    as_number,
    elements,
    feed,
    position_of,
    refusing_broken,
)
from db.intake.workbooks_strings import Strings, shared_strings

WORKBOOK = "xl/workbook.xml"

_STYLES = "xl/styles.xml"
_MOST_MERGES_AT_ONCE = 500
# Formats that Excel has built in for days; 18 to 21 and 45 to 47 are times of day.
_DAY_FORMATS = frozenset((*range(14, 18), 22, *range(27, 37), *range(50, 59)))
_NOT_OF_DATES = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+\d+):([A-Z]+\d+)"')


class Xlsx:
    """A workbook of XLSX."""

    def __init__(self, archive: Archive) -> None:
        """Read all but the sheets themselves."""
        self._archive = archive
        self.notes: Sequence[Problem] = ()
        with refusing_broken():
            parts = elements(archive, WORKBOOK)
            self.is_1904 = any(
                tag == "workbookPr" and attributes.get("date1904") in ("1", "true")
                for _, tag, attributes in parts
            )
            self.days = _day_styles(archive)
            targets = _targets(archive)
            self.tables = tuple(
                XlsxSheet(self, archive, targets[target], attributes)
                for _, tag, attributes in parts
                if tag == "sheet" and (target := _relation(attributes)) in targets
            )
        self._strings: Strings | None = None

    def strings(self) -> Strings:
        """Give the strings that cells share."""
        if self._strings is None:
            self._strings = shared_strings(self._archive)
        return self._strings

    def close(self) -> None:
        """Close the file."""
        self._archive.close()


class XlsxSheet:
    """One sheet."""

    def __init__(self, book: Xlsx, archive: Archive, part: str, attributes: Attributes) -> None:
        """Know a sheet by its part."""
        self.size = archive.size(part)
        self._part = part
        self._start = 0  # bytes unpacked of other parts, and of this at other times
        self.name = attributes.get("name", "")
        self.hidden = attributes.get("state", "visible") != "visible"
        self._book = book
        self._archive = archive
        self._merges: list[Merge] | None = None

    def merges(self) -> Sequence[Merge]:
        """Give the merged ranges, which stand behind all the rows."""
        if self._merges is None:
            self._merges = []
            rest = b""
            with refusing_broken():
                for chunk in self._archive.chunks(self._part):
                    text = rest + chunk
                    end = 0
                    for found in _MERGE.finditer(text):
                        self._merges.append(_merge(found[1].decode(), found[2].decode()))
                        end = found.end()
                    rest = text[max(end, len(text) - 200) :]
            self._merges.sort(key=lambda merge: merge.first_row)
        return self._merges

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Give every row that holds anything."""
        rows = _Rows(self._book)
        covering = _Covering(self.merges())
        self._start = self._archive.unpacked
        for _ in feed(self._archive.chunks(self._part), rows.start, rows.end, rows.text):
            if rows.ready:
                yield from covering.mark(rows.ready)
                rows.ready.clear()

    def position(self) -> int:
        """Give how many of the bytes were read for the rows given last."""
        return min(self._archive.unpacked - self._start, self.size)


class _Rows:
    """Turns the events of a sheet into rows."""

    def __init__(self, book: Xlsx) -> None:
        self.ready: list[tuple[int, list[str]]] = []
        self._strings = book.strings()
        self._days = book.days
        self._is_1904 = book.is_1904
        self._row_no = 0
        self._cells: list[str] = []
        self._column = 0
        self._kind = self._style = ""
        self._formula = False
        self._listening = False
        self._text: list[str] = []

    def start(self, tag: str, attributes: Attributes) -> None:
        tag = LOCAL[tag]
        if tag == "c":
            ref = attributes.get("r")
            self._column = position_of(ref)[1] if ref else len(self._cells)
            self._kind = attributes.get("t", "n")
            self._style = attributes.get("s", "")
            self._formula = False
            self._text.clear()
        elif tag in ("v", "t"):
            self._listening = True
        elif tag == "f":
            self._formula = True
        elif tag == "row":
            row_no = int(attributes.get("r", self._row_no + 1))
            if not self._row_no < row_no <= MOST_ROWS:
                raise ValueError("rows out of order")
            self._row_no = row_no
            self._cells = []

    def text(self, text: str) -> None:
        if self._listening:
            self._text.append(text)
            if len(self._text) > MOST_CELL:
                raise FileRefused("import.workbook_broken")

    def end(self, tag: str) -> None:
        tag = LOCAL[tag]
        if tag in ("v", "t"):
            self._listening = False
        elif tag == "c":
            cell = self._cell("".join(self._text)[:MOST_CELL])
            if cell:
                gap = self._column - len(self._cells)
                if self._column >= MOST_COLUMNS:
                    raise FileRefused("import.too_many_columns", most=str(MOST_COLUMNS))
                if gap < 0:
                    raise ValueError("cells out of order")
                self._cells.extend([""] * gap)
                self._cells.append(cell)
        elif tag == "row" and self._cells:
            self.ready.append((self._row_no, self._cells))

    def _cell(self, raw: str) -> str:
        if self._kind == "e":
            return Broken(raw)
        if self._kind == "s" and raw:
            raw = self._strings[int(raw)]
        elif self._kind == "n" and raw:
            raw = self._number(raw)
        elif self._kind == "d":
            raw = raw.partition("T")[0]
        return Formula(raw or "=") if self._formula else raw

    def _number(self, raw: str) -> str:
        if self._style in self._days:
            try:
                return _iso(float(raw), self._is_1904)
            except (OverflowError, ValueError):
                pass  # a number dressed as a day that is none
        return Number(as_number(raw))


class _Covering:
    """Marks the cells beneath merged ranges."""

    def __init__(self, merges: Sequence[Merge]) -> None:
        self._coming = list(reversed(merges))
        self._here: list[Merge] = []

    def mark(self, rows: list[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
        for row_no, cells in rows:
            while self._coming and self._coming[-1].first_row <= row_no:
                self._here.append(self._coming.pop())
            if self._here:
                self._here = [merge for merge in self._here if merge.last_row >= row_no]
                if len(self._here) > _MOST_MERGES_AT_ONCE:
                    raise FileRefused("import.workbook_broken")
                for merge in self._here:
                    _cover(merge, row_no, cells)
            yield row_no, cells


def _cover(merge: Merge, row_no: int, cells: list[str]) -> None:
    first = merge.first_column + (row_no == merge.first_row)
    last = min(merge.last_column, MOST_COLUMNS - 1)
    cells.extend([""] * (last + 1 - len(cells)))
    for column in range(first, last + 1):
        cells[column] = Covered("(…)")


def _day_styles(archive: Archive) -> frozenset[str]:
    """Give the styles by which a number is shown as a day."""
    parts = elements(archive, _STYLES)
    formats = {
        attributes.get("numFmtId", ""): attributes.get("formatCode", "")
        for _, tag, attributes in parts
        if tag == "numFmt"
    }
    styles = [
        attributes.get("numFmtId", "0")
        for above, tag, attributes in parts
        if above == "cellXfs" and tag == "xf"
    ]
    return frozenset(
        str(place)
        for place, number in enumerate(styles)
        if (number.isdecimal() and int(number) in _DAY_FORMATS) or _shows_days(formats.get(number))
    )


def _shows_days(code: str | None) -> bool:
    bare = _NOT_OF_DATES.sub("", code or "").lower().partition(";")[0]
    return "y" in bare or "d" in bare or "mmm" in bare


def _targets(archive: Archive) -> dict[str, str]:
    """Give the part of each relation of the workbook."""
    return {
        attributes["Id"]: posixpath.normpath(posixpath.join("/xl", attributes["Target"]))[1:]
        for _, tag, attributes in elements(archive, "xl/_rels/workbook.xml.rels")
        if tag == "Relationship"
        and attributes.get("Type", "").endswith("/worksheet")
        and attributes.get("TargetMode") != "External"
    }


def _relation(attributes: Attributes) -> str:
    return next((value for name, value in attributes.items() if name.endswith(":id")), "")


def _merge(first: str, last: str) -> Merge:
    (first_row, first_column), (last_row, last_column) = position_of(first), position_of(last)
    return Merge(first_row, last_row, first_column, last_column)


def _iso(serial: float, is_1904: bool) -> str:
    day: date = serial_date(int(serial), is_1904)
    return day.isoformat()
