"""The monthly report: counts of what somebody sees, as a page with charts, CSV, XLSX and PDF."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template, request

from bot.report_book import report_book, report_csv
from bot.report_parts import Office
from bot.report_print import report_pdf
from bot.report_tables import (
    decimal,
    heat_of,
    incidents,
    monthly,
    period_name,
    quality,
    referred,
    shown,
    times,
)
from bot.service import Service
from bot.texts import say
from bot.texts.format import month_name
from db.ticket_reports import Period, Report, report_of
from db.ticket_rows import areas_within
from db.ticket_rules import all_agencies
from webhook.console.desk import Desk
from webhook.console.guards import require
from webhook.console.letterhead import office_of
from webhook.console.report_charts import COLOURS, HEIGHT, WIDTH, lines_of, shaded

ROLES = ("front_office", "back_office", "chief", "officer", "admin")
MONTHS = 24  # so far back can be chosen
LENGTHS = (1, 3, 6, 12)
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Made:
    """A report with the names that its codes stand for, and what was wrong with the choice."""

    report: Report
    names: Mapping[str, str]
    agencies: Mapping[str, str]
    office: Office
    problem: str | None = None


def reports_pages(_parts: Service) -> Blueprint:
    """Make the routes of the monthly report."""
    blueprint = Blueprint("reports", __name__)

    @blueprint.get("/laporan-bulanan")
    @require(*ROLES)
    def show(desk: Desk) -> str:
        """Show the report of the months that were chosen."""
        made = _make(desk)
        return render_template("console/report.html", **_shown(desk, made))

    @blueprint.get("/laporan-bulanan.<kind>")
    @require(*ROLES)
    def download(desk: Desk, kind: str) -> Response:
        """Give it as a file."""
        if kind not in _FILES:
            return Response(status=404)
        mimetype, write = _FILES[kind]
        made = _make(desk)
        response = Response(write(made), mimetype=mimetype)
        months = made.report.period.months
        name = f"laporan-{months[0]:%Y-%m}-{months[-1]:%Y-%m}.{kind}"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    return blueprint


def _make(desk: Desk) -> Made:
    period, problem = _chosen(desk.today)
    with desk.read() as session:
        report = report_of(session, desk.sight.holds(), period, desk.staff.zone, desk.now)
        names = {place.code: place.name for place in areas_within(session, desk.scope)}
        agencies = {agency.code: agency.name for agency in all_agencies(session)}
        office = office_of(session, desk)
    names[desk.staff.area_code] = desk.staff.area_name
    return Made(report, names, agencies, office, problem)


def _chosen(today: date) -> tuple[Period, str | None]:
    """Read which months are asked for; without any, it is the present one."""
    text, count = request.args.get("bulan", ""), request.args.get("lama", "1")
    found = _MONTH.fullmatch(text)
    last = today.replace(day=1)
    wrong = count not in map(str, LENGTHS)
    if found and 1 <= int(found[2]) <= 12 and int(found[1]) > 0:
        last = date(int(found[1]), int(found[2]), 1)
    elif text:
        wrong = True
    if last not in _offered(today):
        last, wrong = today.replace(day=1), True
    period = Period.until(last, int(count) if count in map(str, LENGTHS) else 1)
    return period, say("reports.bad_month") if wrong else None


def _offered(today: date) -> list[date]:
    """Give the months that can be chosen, the present one first."""
    return list(reversed(Period.until(today, MONTHS).months))


def _shown(desk: Desk, made: Made) -> dict[str, Any]:
    report = made.report
    heat = heat_of(report, made.names)
    months = monthly(report, len(COLOURS) - 1)
    most, lines = lines_of(months)
    return {
        "report": report, "problem": made.problem, "period": period_name(report.period),
        "chosen": report.period.months[-1], "count": report.period.count, "lengths": LENGTHS,
        "offered": [(f"{month:%Y-%m}", month_name(month)) for month in _offered(desk.today)],
        "query": {"bulan": f"{report.period.months[-1]:%Y-%m}", "lama": report.period.count},
        "heat": heat, "shaded": shaded(heat), "months": months, "lines": lines, "most": most,
        "width": WIDTH, "height": HEIGHT, "times": times(report), "quality": quality(report),
        "referred": referred(report, made.agencies), "incidents": incidents(report, made.names),
        "decimal": decimal, "cell": shown,
    }  # fmt: skip


_FILES: Mapping[str, tuple[str, Callable[[Made], bytes | str]]] = {
    "csv": ("text/csv", lambda made: report_csv(made.report, made.names)),
    "xlsx": (_XLSX, lambda made: report_book(made.report, made.names, made.agencies)),
    "pdf": (
        "application/pdf",
        lambda made: report_pdf(made.report, made.names, made.agencies, made.office),
    ),
}
