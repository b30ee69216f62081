"""A report of visits on paper."""

from collections.abc import Mapping

from reportlab.platypus import Flowable, KeepTogether, Spacer

from bot.report_parts import CELL, SECTION, Office, grid, printed, said, sums
from bot.report_tables import Table, percent
from bot.texts import say
from bot.texts.format import grouped
from bot.visit_log import Own, session_list, visit_list
from bot.visit_tables import how, period, tables, title
from db.visit_figures import VisitReport

MOST = 300  # visits that are listed on paper, about 15 on a page; the workbook has all
_LONGEST = 160  # letters of a finding: the whole of it stands in the workbook and the console


def visit_pdf(
    report: VisitReport, names: Mapping[str, str], of: str, office: Office,
    own: Own | None = None, *, compressed: bool = True,
) -> bytes:  # fmt: skip
    """Print the report; `names` are those of areas by their codes, `of` whose report it is.

    A companion's has what he did one by one before the figures, and both sign it.
    """
    whole = report.whole
    parts: list[Flowable] = [
        sums([
            (say("visit_report.sum_visits"), grouped(whole.visits)),
            (say("visit_report.sum_seen"), f"{grouped(whole.seen)} / {grouped(whole.families)}"),
            (say("visit_report.sum_coverage"), percent(whole.share("coverage"))),
            (say("visit_report.sum_sessions"), grouped(whole.sessions)),
        ])
    ]  # fmt: skip
    if own is not None:
        parts += _long(visit_list(own, names, _LONGEST))
        parts += _long(session_list(own, names))
    *others, last = tables(report, names)
    parts += [KeepTogether(_long(table)) for table in others]
    parts.append(KeepTogether([*_long(last), Spacer(0, 6), said(how(), CELL)]))
    days = report.days
    return printed(
        title(days), period(days, of), office, parts, compressed=compressed,
        beside=None if own is None else own.companion,
    )  # fmt: skip


def _long(table: Table) -> list[Flowable]:
    """Lay out a table below its title; one of many rows runs over pages."""
    body = grid(table) if table.rows else said(say("reports.none"))
    return [said(table.title, SECTION), body]
