"""A file becomes lines: its table is found, its columns known, and each row read or refused."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType

from db.intake.columns import HEADER_WITHIN, IGNORED, find_header, is_numbering, read_header
from db.intake.lines import FileRefused, Line, Problem, RefusedLine
from db.intake.reader_lines import LineReader
from db.intake.reader_plan import Context
from db.intake.sheets import Row, Source, Table, open_source

MOST_LINES = 2_000_000

_SAMPLE = HEADER_WITHIN + 50  # rows looked at before reading
_MOST_SHEETS = 30  # looked into for a header
_RANGES_TOLD = 5
_LONGEST_NAMES = 200


class Reading:
    """An open file whose columns are known; close it, or use it as a context."""

    def __init__(self, path: Path, context: Context) -> None:
        """Open a file and look at its first rows; raises FileRefused."""
        self._source = open_source(path)
        try:
            self._table, rows = _choose(self._source)
            self._begin(rows, context)
        except BaseException:
            self._source.close()
            raise

    def _begin(self, rows: Sequence[Row], context: Context) -> None:
        at = find_header([cells for _, cells in rows])
        if at is None:
            raise FileRefused("import.no_header", rows=str(HEADER_WITHIN))
        self._header = read_header(at, rows[at][1])
        below = [row for row in rows[at + 1 :] if any(map(str.strip, row[1]))]
        self._last_above = rows[at][0]  # the row below which lines stand
        if below and is_numbering(below[0][1]):
            self._last_above = below.pop(0)[0]
        if not below:
            raise FileRefused("import.no_lines")
        self._reader = LineReader(
            self._header, context, [cells for _, cells in below],
            is_1904=self._source.is_1904, is_text=not self._table.name,
        )  # fmt: skip
        self.notes = (*context.notes, *self._source.notes, *self._notes())

    @property
    def columns(self) -> Mapping[str, str]:
        """Give our names of the columns by the headers that were recognised."""
        texts = self._header.texts
        return {texts[at]: name for name, at in self._header.places.items() if name != IGNORED}

    @property
    def unknown_columns(self) -> tuple[str, ...]:
        """Give the headers of columns that are only kept aside."""
        return tuple(self._header.unknown)

    @property
    def size_hint(self) -> int:
        """Give how many bytes there are to read."""
        return self._table.size

    def position(self) -> int:
        """Give how many of the bytes were read."""
        return self._table.position()

    def lines(self) -> Iterator[Line | RefusedLine]:
        """Read every row, from the first; raises FileRefused where the file breaks off."""
        seen: dict[int, int] = {}
        key, read, above = self._reader.key, self._reader.read, self._last_above
        for row_no, row in self._table.rows():
            if row_no <= above or not any(row):
                continue
            first = seen.setdefault(key(row), row_no)
            if first != row_no:
                if any(map(str.strip, row)):
                    problem = Problem("import.row_repeated", {"row": str(first)})
                    yield self._reader.refuse(row_no, row, (problem,))
                continue
            if len(seen) > MOST_LINES:
                raise FileRefused("import.too_many_rows", most=str(MOST_LINES))
            line = read(row_no, row)
            if isinstance(line, Line) or any(map(str.strip, row)):
                yield line

    def close(self) -> None:
        """Close the file."""
        self._source.close()

    def __enter__(self) -> "Reading":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _notes(self) -> Iterator[Problem]:
        others = [table.name for table in self._source.tables if table is not self._table]
        if others:
            yield Problem(
                "import.note_sheets", {"chosen": self._table.name, "others": _named(others)}
            )
        merged = [merge for merge in self._table.merges() if merge.last_row > self._last_above]
        if merged:
            ranges = ", ".join(merge.ref for merge in merged[:_RANGES_TOLD])
            yield Problem("import.note_merged", {"count": str(len(merged)), "ranges": ranges})


def read_list(path: Path, context: Context) -> Reading:
    """Open a list for reading; raises FileRefused where nothing of it can be taken."""
    return Reading(path, context)


def _choose(source: Source) -> tuple[Table, Sequence[Row]]:
    """Choose the first sheet that has a header and is not hidden, with its first rows."""
    seen: list[tuple[Table, Sequence[Row]]] = []
    for table in [table for table in source.tables if not table.hidden][:_MOST_SHEETS]:
        rows = list(islice(table.rows(), _SAMPLE))
        if find_header([cells for _, cells in rows]) is not None:
            return table, rows
        if any(any(map(str.strip, cells)) for _, cells in rows):
            seen.append((table, rows))
    if not seen:
        hidden = any(table.hidden for table in source.tables)
        raise FileRefused("import.only_hidden" if hidden else "import.file_empty")
    return seen[0]


def _named(names: Sequence[str]) -> str:
    text = ", ".join(names)
    return text if len(text) <= _LONGEST_NAMES else text[:_LONGEST_NAMES] + "…"


__all__ = ["Context", "Reading", "read_list"]
