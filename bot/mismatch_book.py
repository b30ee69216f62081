"""Findings as a workbook: a sheet of figures and one of each kind, with masked NIK only."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook

from bot.texts import say
from bot.texts.findings import detail, kind_name
from db.areas import Scope
from db.findings import Filters, Found, every_finding, masked_niks
from db.mismatch.figures import Overview
from db.session import Session

_COLUMNS = (
    "id", "agency", "list", "other", "program", "area", "household", "person", "nik", "detail",
    "state", "outcome", "found",
)  # fmt: skip
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "|", "%")  # with what a cell begins to compute
_MOST_ROWS = 1_000_000  # a sheet holds 1,048,576
_LONGEST_TITLE = 31
_AT_ONCE = 1_000
_NOT_IN_TITLES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def write_book(
    session: Session,
    path: Path,
    figures: Overview,
    scope: Scope,
    filters: Filters,
    zone: str,
    tell: Callable[[int, int, str], None],
) -> None:
    """Write all findings that are true today, in the times of a zone.

    The file is there whole or not at all.
    """
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        _fill(session, figures, scope, filters, ZoneInfo(zone), tell).save(file)
    part.replace(path)


def _fill(
    session: Session,
    figures: Overview,
    scope: Scope,
    filters: Filters,
    zone: ZoneInfo,
    tell: Callable[[int, int, str], None],
) -> Workbook:
    book = Workbook(write_only=True)
    _overview(book, figures)
    total = sum(sum(states.values()) for states in figures.findings.values())
    done = 0
    for kind, group in groupby(every_finding(session, scope, filters), lambda found: found.kind):
        for number, part in enumerate(_parts(group), start=1):
            title = kind_name(kind) if number == 1 else f"{kind_name(kind)} {number}"
            sheet = book.create_sheet(title.translate(_NOT_IN_TITLES)[:_LONGEST_TITLE])
            sheet.append(_header(*_COLUMNS))
            for rows in _chunks(part):
                niks = masked_niks(session, {row.person_id for row in rows} - {None})
                for row in rows:
                    sheet.append(_row(row, niks, zone))
                done += len(rows)
                tell(done, total, kind)
    return book


def guarded(value: Any) -> Any:
    """Keep a text from being taken for a formula."""
    if isinstance(value, str) and value.startswith(_FORMULAS):
        return f"'{value}"
    return value


def _parts(found: Iterator[Found]) -> Iterator[Iterator[Found]]:
    """Cut findings into as many as a sheet holds; each part is to be read before the next."""
    for first in found:
        yield _led_by(first, islice(found, _MOST_ROWS - 1))


def _led_by(first: Found, others: Iterable[Found]) -> Iterator[Found]:
    yield first
    yield from others


def _chunks(found: Iterator[Found]) -> Iterator[list[Found]]:
    while rows := list(islice(found, _AT_ONCE)):
        yield rows


def _header(*columns: str) -> list[str]:
    return [say(f"mismatch.column_{column}") for column in columns]


def _row(found: Found, niks: dict[int, str], zone: ZoneInfo) -> list[Any]:
    cells: Sequence[Any] = (
        found.id,
        found.agency,
        found.list_name,
        found.other_list_name,
        found.program_code,
        found.area_name,
        found.household_id,
        found.person_id,
        niks.get(found.person_id or 0),
        detail(found),
        say(f"mismatch.state_{found.state}"),
        say(f"mismatch.outcome_{found.outcome}") if found.outcome else None,
        found.found_at.astimezone(zone).replace(tzinfo=None),  # workbooks know no zones
    )
    return [guarded(cell) for cell in cells]


def _overview(book: Workbook, figures: Overview) -> None:
    sheet = book.create_sheet(say("mismatch.sheet_overview"))
    sheet.append(_header("agency", "by_lists", "families", "findings"))
    rows: list[Sequence[Any]] = [
        (agency.agency, agency.by_lists, agency.families, agency.findings)
        for agency in figures.agencies
    ]
    rows.append((say("mismatch.total"), figures.by_lists, figures.families))
    rows += ((), _header("program", "families", "people", "findings"))
    rows += (
        (program.code, program.families, program.people, program.findings)
        for program in figures.programs
    )
    rows += ((), _header("area", "by_lists", "families", "findings"))
    rows += ((area.name, area.by_lists, area.families, area.findings) for area in figures.areas)
    rows += ((), _header("kind", "findings"))
    rows += (
        (kind_name(kind), states["open"] + states["assigned"])
        for kind, states in figures.findings.items()
    )
    for row in rows:
        sheet.append([guarded(cell) for cell in row])
