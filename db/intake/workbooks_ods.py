"""Sheets of ODS files (OpenDocument 1.2 and later), streamed."""

from collections.abc import Iterator, Sequence

from db.intake.cells import Broken, Covered, Formula, Number
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
    feed,
    refusing_broken,
)

CONTENT = "content.xml"

_NUMBERS = ("float", "currency", "percentage")
_CELLS = ("table-cell", "covered-table-cell")
_MOST_MERGES = 100_000


class Ods:
    """A workbook of ODS; all its sheets stand in one part."""

    is_1904 = False  # its days are written out

    def __init__(self, archive: Archive) -> None:
        """Look through the file for its sheets and what is merged."""
        self._archive = archive
        self.notes: Sequence[Problem] = ()
        look = _Look()
        with refusing_broken():
            for _ in feed(archive.chunks(CONTENT), look.start, look.end, None):
                pass
        self.tables = tuple(
            OdsSheet(archive, place, name, style in look.hidden_styles, look.merges[place])
            for place, (name, style) in enumerate(look.tables)
        )

    def close(self) -> None:
        """Close the file."""
        self._archive.close()


class OdsSheet:
    """One sheet."""

    def __init__(
        self, archive: Archive, place: int, name: str, hidden: bool, merges: list[Merge]
    ) -> None:
        """Know a sheet by its place among the sheets."""
        self.name = name
        self.hidden = hidden
        self.size = archive.size(CONTENT)
        self._archive = archive
        self._start = 0  # bytes unpacked at other times
        self._place = place
        self._merges = merges

    def merges(self) -> Sequence[Merge]:
        """Give the merged ranges."""
        return self._merges

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Give every row that holds anything, as often as it is repeated."""
        rows = _Rows(self._place)
        self._start = self._archive.unpacked
        for _ in feed(self._archive.chunks(CONTENT), rows.start, rows.end, rows.text):
            for row_no, times, cells in rows.ready:
                for number in range(row_no, row_no + times):
                    yield number, list(cells)
            rows.ready.clear()
            if rows.over:
                return

    def position(self) -> int:
        """Give how many of the bytes were read for the rows given last."""
        return min(self._archive.unpacked - self._start, self.size)


class _Look:
    """Finds the names of the sheets, which are hidden, and what is merged."""

    def __init__(self) -> None:
        self.tables: list[tuple[str, str]] = []
        self.merges: list[list[Merge]] = []
        self.hidden_styles: set[str] = set()
        self._style = ""
        self._row_no = 1
        self._repeated = 1
        self._column = 0

    def start(self, tag: str, attributes: Attributes) -> None:
        tag = LOCAL[tag]
        if tag in _CELLS:
            down = _count(attributes, "table:number-rows-spanned")
            across = _count(attributes, "table:number-columns-spanned")
            if down > 1 or across > 1:
                self._merge(down, across)
            self._column += _count(attributes, "table:number-columns-repeated")
        elif tag == "table-row":
            self._column = 0
            self._repeated = _count(attributes, "table:number-rows-repeated")
        elif tag == "table":
            self.tables.append(
                (attributes.get("table:name", ""), attributes.get("table:style-name", ""))
            )
            self.merges.append([])
            self._row_no = 1
        elif tag == "style":
            self._style = attributes.get("style:name", "")
        elif tag == "table-properties" and attributes.get("table:display") == "false":
            self.hidden_styles.add(self._style)

    def end(self, tag: str) -> None:
        if LOCAL[tag] == "table-row":
            self._row_no += self._repeated

    def _merge(self, down: int, across: int) -> None:
        if not self.merges or len(self.merges[-1]) >= _MOST_MERGES:
            raise FileRefused("import.workbook_broken")
        self.merges[-1].append(
            Merge(self._row_no, self._row_no + down - 1, self._column, self._column + across - 1)
        )


class _Rows:
    """Turns the events of one sheet into rows."""

    def __init__(self, place: int) -> None:
        self.ready: list[tuple[int, int, list[str]]] = []
        self.over = False
        self._place = place
        self._table = -1
        self._inside = False
        self._row_no = 1
        self._repeated = 1
        self._cells: list[str] = []
        self._gap = 0  # empty cells that matter only if another follows
        self._cell: Attributes = {}
        self._paragraphs = 0
        self._listening = False
        self._aside = 0  # depth inside a comment on a cell
        self._text: list[str] = []

    def start(self, tag: str, attributes: Attributes) -> None:
        tag = LOCAL[tag]
        if tag == "table":
            self._table += 1
            self._inside = self._table == self._place
        elif not self._inside:
            return
        elif tag == "table-row":
            self._repeated = _count(attributes, "table:number-rows-repeated")
            self._cells = []
            self._gap = 0
        elif tag in _CELLS:
            self._cell = attributes
            self._text.clear()
            self._paragraphs = 0
        elif tag == "annotation":
            self._aside += 1
        elif not self._aside:
            self._start_text(tag, attributes)

    def _start_text(self, tag: str, attributes: Attributes) -> None:
        if tag == "p":
            if self._paragraphs:
                self._text.append("\n")
            self._paragraphs += 1
            self._listening = True
        elif tag == "s":
            self._text.append(" " * min(_count(attributes, "text:c"), 100))
        elif tag in ("tab", "line-break"):
            self._text.append(" ")

    def text(self, text: str) -> None:
        if self._listening and not self._aside:
            self._text.append(text)
            if len(self._text) > MOST_CELL:
                raise FileRefused("import.workbook_broken")

    def end(self, tag: str) -> None:
        tag = LOCAL[tag]
        if not self._inside:
            return
        if tag == "annotation":
            self._aside -= 1
        elif tag == "p":
            self._listening = False
        elif tag in _CELLS:
            self._end_cell(Covered("(…)") if tag == "covered-table-cell" else self._value())
        elif tag == "table-row":
            self._end_row()
        elif tag == "table":
            self._inside = False
            self.over = True

    def _end_cell(self, cell: str) -> None:
        times = _count(self._cell, "table:number-columns-repeated")
        if not cell or (isinstance(cell, Covered) and times > MOST_COLUMNS):
            self._gap += times
            return
        if len(self._cells) + self._gap + times > MOST_COLUMNS:
            raise FileRefused("import.too_many_columns", most=str(MOST_COLUMNS))
        self._cells.extend([""] * self._gap)
        self._cells.extend([cell] * times)
        self._gap = 0

    def _end_row(self) -> None:
        if any(self._cells):
            if self._row_no + self._repeated - 1 > MOST_ROWS:
                raise FileRefused("import.too_many_rows", most=str(MOST_ROWS))
            self.ready.append((self._row_no, self._repeated, self._cells))
        self._row_no += self._repeated

    def _value(self) -> str:
        kind = self._cell.get("office:value-type", "")
        shown = "".join(self._text)[:MOST_CELL]
        value = shown
        if kind in _NUMBERS:
            value = Number(as_number(self._cell.get("office:value", "")))
        elif kind == "date":
            value = self._cell.get("office:date-value", "").partition("T")[0]
        if self._cell.get("calcext:value-type") == "error":
            return Broken(shown)
        if "table:formula" in self._cell:
            return Formula(value or "=")
        return value


def _count(attributes: Attributes, name: str) -> int:
    text = attributes.get(name)
    if text is None:
        return 1
    count = int(text)
    if not 1 <= count <= 1 << 24:
        raise ValueError("not a count")
    return count
