"""A report of visits as a workbook."""

from collections.abc import Mapping

from bot.report_book import tables_book
from bot.visit_tables import period, tables, title
from db.visit_figures import VisitReport


def visit_book(report: VisitReport, names: Mapping[str, str], of: str) -> bytes:
    """Give the workbook; `names` are those of areas by their codes, `of` whose report it is."""
    return tables_book(title(report.days), period(report.days, of), tables(report, names))
