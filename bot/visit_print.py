"""A report of visits on paper."""

from collections.abc import Mapping

from reportlab.platypus import Flowable, KeepTogether, Spacer

from bot.report_parts import CELL, SECTION, Office, grid, printed, said, sums
from bot.texts import say
from bot.texts.format import grouped
from bot.visit_tables import how, percent, period, tables, title
from db.visit_figures import VisitReport


def visit_pdf(
    report: VisitReport, names: Mapping[str, str], of: str, office: Office,
    *, compressed: bool = True,
) -> bytes:  # fmt: skip
    """Print the report; `names` are those of areas by their codes, `of` whose report it is."""
    whole = report.whole
    parts: list[Flowable] = [
        sums([
            (say("visit_report.sum_visits"), grouped(whole.visits)),
            (say("visit_report.sum_seen"), f"{grouped(whole.seen)} / {grouped(whole.families)}"),
            (say("visit_report.sum_coverage"), percent(whole.share("coverage"))),
            (say("visit_report.sum_sessions"), grouped(whole.sessions)),
        ])
    ]  # fmt: skip
    for table in tables(report, names):
        body = grid(table) if table.rows else said(say("reports.none"))
        parts.append(KeepTogether([said(table.title, SECTION), body]))
    parts += [Spacer(0, 6), said(how(), CELL)]
    days = report.days
    return printed(title(days), period(days, of), office, parts, compressed=compressed)
