"""A monthly report as a workbook and as CSV."""

import csv
import re
from collections.abc import Mapping, Sequence
from io import BytesIO, StringIO
from itertools import zip_longest
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from bot.mismatch_book import guarded
from bot.report_tables import (
    Cell,
    Table,
    every_count,
    heat_of,
    incidents,
    monthly,
    period_name,
    quality,
    referred,
    states,
    times,
)
from bot.texts import say
from db.kube_year import Share
from db.ticket_reports import Report

_LONGEST_TITLE = 31
_HEADS = 3  # the row in which the heads of the columns stand
_NARROWEST, _WIDEST = 11, 50  # of a column, in characters: longer texts take more lines
_WHOLE, _DECIMAL, _PERCENT = "#,##0", "#,##0.0", "0.0%"  # how numbers are shown
_NUMBER = re.compile(r"[\d.,]+( ?%| / [\d.,]+)?")  # as in `75,0 %` or `30 / 40`
_BOLD = Font(name="Calibri", size=11, bold=True)
_RIGHT = Alignment(horizontal="right", vertical="top")
_LEFT = Alignment(vertical="top", wrap_text=True)
_EVERY = 1_000  # as many matters in the sheet of months as there are


def report_book(report: Report, names: Mapping[str, str], agencies: Mapping[str, str]) -> bytes:
    """Give the workbook: a sheet a table, with the names of areas and agencies by their codes."""
    heat = heat_of(report, names)
    tables = (
        Table(
            say("reports.heat"),
            [say("reports.head_area"), *heat.categories, say("reports.all")],
            [[name, *numbers, sum(numbers)] for name, numbers in heat.rows],
        ),
        monthly(report, _EVERY),
        states(report),
        times(report),
        quality(report),
        referred(report, agencies),
        incidents(report, names),
        every_count(report, names),
    )
    return tables_book(say("reports.title"), period_name(report.period), tables)


def tables_book(title: str, period: str, tables: Sequence[Table]) -> bytes:
    """Give a workbook of some tables, a sheet each, headed by what it is and of when."""
    book = Workbook(write_only=True)
    for table in tables:
        sheet = book.create_sheet(table.title[:_LONGEST_TITLE])
        _lay_out(sheet, title, table)
        sheet.append([_set(sheet, title, _BOLD), period])
        sheet.append([])
        counting = [_counts(column) for column in zip(*table.rows, strict=True)]
        heads = zip_longest(table.heads, counting, fillvalue=False)
        sheet.append([_set(sheet, head, _BOLD, bool(right)) for head, right in heads])
        for row in table.rows:
            cells = zip(row, counting, strict=True)
            sheet.append([_set(sheet, cell, None, right) for cell, right in cells])
    whole = BytesIO()
    book.save(whole)
    return whole.getvalue()


def _lay_out(sheet: Any, title: str, table: Table) -> None:
    """Let columns hold what is in them, and a sheet fit the width of a page."""
    columns = zip_longest(table.heads, *table.rows, fillvalue="")
    for at, column in enumerate(columns, start=1):
        cells = (*column, *([title] if at == 1 else []))
        longest = max(len(str(cell)) for cell in cells if not isinstance(cell, Share))
        width = min(max(longest + 2, _NARROWEST), _WIDEST)
        sheet.column_dimensions[get_column_letter(at)].width = width
    sheet.freeze_panes = f"A{_HEADS + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0  # as many pages down as it takes
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _counts(column: Sequence[Cell]) -> bool:
    """Say whether a column holds numbers, and at most a dash or nothing instead of some."""
    told = [cell for cell in column if cell not in ("", "–", None)]
    return bool(told) and all(not isinstance(cell, str) or _NUMBER.fullmatch(cell) for cell in told)


def _set(sheet: Any, value: Cell, font: Font | None = None, right: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, _plain(value))
    if font is not None:
        cell.font = font
    cell.alignment = _RIGHT if right else _LEFT
    if isinstance(value, Share):
        cell.number_format = _PERCENT
    elif isinstance(value, int | float):
        cell.number_format = _WHOLE if isinstance(value, int) else _DECIMAL
    return cell


def _plain(value: Cell) -> Any:
    """Give what a cell holds: a share as a number that can be reckoned with, a text unharmed."""
    if not isinstance(value, Share):
        return guarded(value)
    return value.part / value.whole if value.whole else "–"


def report_csv(report: Report, names: Mapping[str, str]) -> str:
    """Give every count as CSV with semicolons, as spreadsheets here read it."""
    table = every_count(report, names)
    whole = StringIO()
    writer: Any = csv.writer(whole, delimiter=";")
    for row in (table.heads, *table.rows):
        writer.writerow([guarded(cell) for cell in row])
    return whole.getvalue()
