"""A report of visits as a workbook."""

from collections.abc import Mapping

from bot.report_book import tables_book
from bot.visit_log import Own, session_list, signatures, visit_list
from bot.visit_tables import period, tables, title
from db.visit_figures import VisitReport

MOST = 2_000  # visits that are listed
_LONGEST = 4_000  # letters of a finding


def visit_book(
    report: VisitReport, names: Mapping[str, str], of: str, own: Own | None = None
) -> bytes:
    """Give the workbook; `names` are those of areas by their codes, `of` whose report it is.

    A companion's has what he did one by one before the figures, and a sheet to be signed.
    """
    sheets = [*tables(report, names)]
    if own is not None:
        listed = visit_list(own, names, _LONGEST), session_list(own, names)
        sheets = [*listed, *sheets, signatures(own)]
    return tables_book(title(report.days), period(report.days, of), sheets)
