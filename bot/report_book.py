"""A monthly report as a workbook and as CSV."""

import csv
from collections.abc import Mapping, Sequence
from io import BytesIO, StringIO
from typing import Any

from openpyxl import Workbook

from bot.mismatch_book import guarded
from bot.report_tables import (
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
from db.ticket_reports import Report

_LONGEST_TITLE = 31
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
        sheet.append([title, period])
        sheet.append([])
        for row in (table.heads, *table.rows):
            sheet.append([guarded(cell) for cell in row])
    whole = BytesIO()
    book.save(whole)
    return whole.getvalue()


def report_csv(report: Report, names: Mapping[str, str]) -> str:
    """Give every count as CSV with semicolons, as spreadsheets here read it."""
    table = every_count(report, names)
    whole = StringIO()
    writer: Any = csv.writer(whole, delimiter=";")
    for row in (table.heads, *table.rows):
        writer.writerow([guarded(cell) for cell in row])
    return whole.getvalue()
