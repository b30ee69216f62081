"""Lines of a budget in a table: its rows below the header, and what each comes to."""

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
from webhook.console.budget_heads import heads_of, ignored_note

MOST_LINES = 500
COLUMNS = ("name", "program", "strategy", "allocated", "realised", "source", "as_of")
# What a row of sums is called: Jumlah, Sub Total, Jumlah Bidang Rehabilitasi Sosial, Total I.
_SUM = re.compile(
    r"(?:sub|grand)?(?:jumlah|total)(?:total|keseluruhan|seluruhnya|semua|umum|akhir|anggaran"
    r"|(?:sub)?(?:bidang|seksi|bagian|urusan|strategi|program|kegiatan).*|[a-z]|[ivx]{2,4}|\d{1,2})?"
)
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
class Uploaded:
    """The rows of a table, and the sentences that say what of it is not read."""

    raws: Sequence[Raw]
    notes: Sequence[str]


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


def uploaded(file: FileStorage) -> Uploaded:
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
            heads = heads_of(cells, [above for _, above in rows[:at]])
            if heads is not None:
                raws = [_raw(row, heads.places) for row in rows[at + 1 :]]
                return _without_own_sums(_bounded(raws), ignored_note(heads))
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
            if _is_sum(read.name):
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


def _without_own_sums(raws: Sequence[Raw], notes: Sequence[str]) -> Uploaded:
    """Leave the sums out of a table that was downloaded here: they are numbers as they then were.

    It is known by its row of the mean, which no other table has.
    """
    if not any(raw.name == say("budget.mean") for raw in raws):
        return Uploaded(raws, notes)
    return Uploaded([raw for raw in raws if not _is_sum(raw.name)], [*notes, say("budget.own_sum")])


def _is_sum(name: str) -> bool:
    return _SUM.fullmatch(squeezed(name)) is not None


def _divided(table: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Give a table as it was read, and as a text whose cells other signs divide."""
    yield table
    for sign in _DELIMITERS:
        lines = [",".join(cells) for _, cells in table]
        yield [
            (number, cells)
            for (number, _), cells in zip(table, csv.reader(lines, delimiter=sign), strict=False)
        ]


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
