"""Lines of a budget in a table: which column says what, and what each row comes to."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from werkzeug.datastructures import FileStorage

from bot.texts import say
from db.budgets import STRATEGIES
from db.intake.cells import Unreadable, text_cleaner
from db.intake.cells_dates import date_cleaner
from db.intake.cells_words import squeezed
from db.intake.columns import HEADER_WITHIN
from db.intake.lines import FileRefused
from db.intake.sheets import Row, open_source
from webhook.console.audience_forms import Unfit
from webhook.console.budget_forms import LONGEST, check_year, read_amount, read_name

MOST_LINES = 500
COLUMNS = ("name", "program", "strategy", "allocated", "realised", "source", "as_of")
_ALIASES: Mapping[str, str] = {
    "name": "kegiatan, nama kegiatan, sub kegiatan, uraian, uraian kegiatan, belanja, nama",
    "program": "program, bantuan, kode program, nama program, nama bantuan",
    "strategy": "strategi",
    "allocated": "anggaran, alokasi, pagu, alokasi anggaran, pagu anggaran, jumlah anggaran",
    "realised": "realisasi, realisasi anggaran, jumlah realisasi",
    "source": "sumber, sumber data, sumber angka",
    "as_of": "per, per tanggal, keadaan per, keadaan per tanggal, tanggal sumber",
}
_FIELDS = {
    squeezed(alias): column for column, aliases in _ALIASES.items() for alias in aliases.split(",")
}
# What a row of sums is called: Jumlah, Sub Total, Jumlah Bidang Rehabilitasi Sosial, Total I.
_SUM = re.compile(
    r"(?:sub|grand)?(?:jumlah|total)(?:total|keseluruhan|seluruhnya|semua|umum|akhir|anggaran"
    r"|(?:sub)?(?:bidang|seksi|bagian|urusan|strategi|program|kegiatan).*|[a-z]|[ivx]{2,4}|\d{1,2})?"
)
_IN_BRACKETS = re.compile(r"[(\[].*?[)\]]|[_\s]rp$", re.IGNORECASE)
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Raw:
    """One row of a table as it was written; `row` as the spreadsheet counts."""

    row: int
    name: str
    program: str
    strategy: str
    allocated: str
    realised: str
    source: str
    as_of: str


@dataclass(frozen=True, slots=True)
class Read:
    """What a row says; None where it says nothing, so that what stands may stay."""

    row: int
    name: str
    program: str | None
    strategy: str | None
    allocated: int | None
    realised: int | None
    source: str | None
    as_of: date | None


def raws_of(file: FileStorage) -> Sequence[Raw]:
    """Give the rows below the header of a file's first fitting table; raises Unfit."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "anggaran"
        file.save(path)
        try:
            with closing(open_source(path)) as source:
                tables = [list(islice(table.rows(), MOST_LINES * 2)) for table in source.tables]
        except FileRefused as refused:
            raise Unfit(say(refused.problem.key, **refused.problem.values)) from None
    for rows in (again for table in tables for again in _divided(table)):
        for at, (_, cells) in enumerate(rows[:HEADER_WITHIN]):
            places = _places(cells)
            if {"name", "allocated"} <= places.keys():
                return _bounded([_raw(row, places) for row in rows[at + 1 :]])
    raise Unfit(say("budget.no_columns"))


def read_rows(
    raws: Sequence[Raw], programs: Mapping[str, str], today: date
) -> tuple[list[Read], list[str]]:
    """Give what the rows say, and the sentences of those that cannot be taken.

    Rows without a name or without any amount, such as headings, are left out; a row of sums is
    held against the rows above it, from the first one or from an earlier row of sums on.
    `programs` are names by codes.
    """
    found: list[Read] = []
    problems: list[str] = []
    begins = [0]  # which rows may be the first of a sum
    for raw in raws:
        try:
            read = _read(raw, programs, today)
            if read is None:
                continue
            if _SUM.fullmatch(squeezed(read.name)):
                parts = [found[begin:] for begin in begins if begin < len(found)]
                begins.append(len(found))
                _check_sums(read, parts or [found])
            else:
                found.append(read)
        except Unfit as unfit:
            problems.append(say("budget.row", row=raw.row, why=str(unfit)))
    return found, problems


def _bounded(raws: list[Raw]) -> list[Raw]:
    if len(raws) > MOST_LINES:
        raise Unfit(say("budget.many_lines", most=MOST_LINES))
    return raws


def _divided(table: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Give a table as it was read, and as a text whose cells other signs divide."""
    yield table
    for sign in _DELIMITERS:
        lines = [",".join(cells) for _, cells in table]
        yield [
            (number, cells)
            for (number, _), cells in zip(table, csv.reader(lines, delimiter=sign), strict=False)
        ]


def _places(cells: Sequence[str]) -> dict[str, int]:
    """Give where each column stands that a header names; of two the first."""
    places: dict[str, int] = {}
    for place, cell in enumerate(cells):
        column = _FIELDS.get(squeezed(_IN_BRACKETS.sub("", cell[:LONGEST].strip())))
        if column is not None:
            places.setdefault(column, place)
    return places


def _raw(row: Row, places: Mapping[str, int]) -> Raw:
    number, cells = row
    said = {
        column: cells[place].strip()[: LONGEST * 2] if place < len(cells) else ""
        for column, place in places.items()
    }
    return Raw(number, *(said.get(column, "") for column in COLUMNS))


def _read(raw: Raw, programs: Mapping[str, str], today: date) -> Read | None:
    allocated = read_amount(raw.allocated, "allocated")
    realised = read_amount(raw.realised, "realised")
    name = _text(raw.name, "kegiatan")
    if name is None or (allocated is None and realised is None):
        return None
    return Read(
        raw.row, read_name(name), _program(raw.program, programs), _strategy(raw.strategy),
        allocated, realised, _text(raw.source, "sumber"), _day(raw.as_of, today),
    )  # fmt: skip


def _text(cell: str, column: str) -> str | None:
    try:
        return text_cleaner(column, LONGEST)(cell) if cell else None
    except Unreadable as unreadable:
        raise _unfit(unreadable) from None


def _day(cell: str, today: date) -> date | None:
    try:
        day = date_cleaner("per", today, far="budget.future")(cell)
    except Unreadable as unreadable:
        raise _unfit(unreadable) from None
    if day is not None:
        check_year(day)
    return day


def _unfit(unreadable: Unreadable) -> Unfit:
    return Unfit(say(unreadable.problem.key, **unreadable.problem.values))


def _program(cell: str, programs: Mapping[str, str]) -> str | None:
    """Give the code of a programme that is named by code or name; raises Unfit."""
    wanted = squeezed(cell)
    for code, name in programs.items():
        if wanted in (squeezed(code), squeezed(name)):
            return code
    if wanted:
        raise Unfit(say("budget.unknown_program"))
    return None


def _strategy(cell: str) -> str | None:
    wanted = squeezed(cell)
    for key in STRATEGIES:
        if wanted in (key, squeezed(say(f"budget.{key}")), squeezed(say(f"budget.short_{key}"))):
            return key
    if wanted:
        raise Unfit(say("budget.unknown_strategy"))
    return None


def _check_sums(told: Read, parts: Sequence[Sequence[Read]]) -> None:
    """Refuse sums that are those of none of some parts; what is not told is not held."""
    for part in parts:
        allocated = sum(one.allocated or 0 for one in part)
        realised = sum(one.realised or 0 for one in part)
        if told.allocated in (None, allocated) and told.realised in (None, realised):
            return
    raise Unfit(say("budget.wrong_sum"))
