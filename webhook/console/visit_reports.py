"""The reports of visits: a page for supervisors, and the files of a companion or a kelurahan."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, render_template, request

from bot.report_parts import Office
from bot.report_tables import shown
from bot.service import Service
from bot.texts import say
from bot.texts.format import month_name
from bot.visit_book import visit_book
from bot.visit_print import visit_pdf
from bot.visit_tables import (
    ages,
    coverage,
    how,
    lights,
    payout,
    period,
    purposes,
    sessions,
    tasks,
    title,
    work,
)
from db.areas import Scope
from db.broadcast_lists import companions_in
from db.ticket_reports import Period
from db.ticket_rows import areas_within
from db.visit_figures import Days, VisitReport, colours
from db.visit_report import visit_report
from db.visit_rules import visit_rules
from webhook.console.desk import Desk
from webhook.console.guards import require
from webhook.console.letterhead import office_of
from webhook.console.report_charts import shaded

ROLES = ("chief", "officer", "admin")
MONTHS = 24  # so far back can be chosen
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Made:
    """A report with the names its codes stand for, whose it is, and what was wrong to choose."""

    report: VisitReport
    names: Mapping[str, str]
    of: str
    office: Office
    problem: str | None = None


def visit_reports_pages(_parts: Service) -> Blueprint:
    """Make the routes of the reports of visits."""
    blueprint = Blueprint("visit_reports", __name__)

    @blueprint.get("/kunjungan")
    @require(*ROLES)
    def show(desk: Desk) -> str:
        """Show visits, coverage, age of the last visit and quality, of an area and no person."""
        made = _make(desk)
        with desk.read() as session:
            companions = companions_in(session, desk.scope)
        return render_template("console/visits.html", companions=companions, **_shown(desk, made))

    @blueprint.get("/kunjungan.<kind>")
    @require(*ROLES)
    def download(desk: Desk, kind: str) -> Response:
        """Give the report of the area, or of one kelurahan, as a file."""
        if kind not in _FILES:
            abort(404)
        return _file(_make(desk), kind)

    @blueprint.get("/kunjungan/pendamping/<int:staff_id>.xlsx", defaults={"kind": "xlsx"})
    @blueprint.get("/kunjungan/pendamping/<int:staff_id>.pdf", defaults={"kind": "pdf"})
    @require(*ROLES)
    def download_own(desk: Desk, staff_id: int, kind: str) -> Response:
        """Give the report of one companion as a file."""
        return _file(_make(desk, staff_id), kind)

    return blueprint


def _make(desk: Desk, staff_id: int | None = None) -> Made:
    days, problem = _chosen(desk.today)
    area = request.args.get("kelurahan", "")
    with desk.read() as session:
        names = {place.code: place.name for place in areas_within(session, desk.scope)}
        names[desk.staff.area_code] = desk.staff.area_name
        companions = {one.id: one.name for one in companions_in(session, desk.scope)}
        if (area and area not in names) or (staff_id is not None and staff_id not in companions):
            abort(404)
        scope = Scope(area) if area else desk.scope
        report = visit_report(session, scope, days, desk.now, desk.staff.zone, staff_id)
        office = office_of(session, desk)
    of = names[area or desk.staff.area_code] if staff_id is None else companions[staff_id]
    return Made(report, names, of, office, problem)


def _chosen(today: date) -> tuple[Days, str | None]:
    """Read which day or month is asked for; without any, it is the present month."""
    day, month = request.args.get("hari", ""), request.args.get("bulan", "")
    offered = _offered(today)
    try:
        if day and _DAY.fullmatch(day):
            chosen = date.fromisoformat(day)
            if offered[-1] <= chosen <= today:
                return Days(chosen, chosen), None
        elif not day and _MONTH.fullmatch(month):
            chosen = date.fromisoformat(f"{month}-01")
            if chosen in offered:
                return Days.of_month(chosen), None
    except ValueError:
        pass
    wrong = bool(day or month)
    return Days.of_month(today), say("visit_report.bad_days") if wrong else None


def _offered(today: date) -> list[date]:
    """Give the months that can be chosen, the present one first."""
    return list(reversed(Period.until(today, MONTHS).months))


def _shown(desk: Desk, made: Made) -> dict[str, Any]:
    report, days = made.report, made.report.days
    heat = ages(report, made.names)
    is_day = days.first == days.last
    area = request.args.get("kelurahan", "")
    when = {"hari": days.first.isoformat()} if is_day else {"bulan": f"{days.first:%Y-%m}"}
    return {
        "report": report, "problem": made.problem, "title": title(days),
        "period": period(days, made.of), "when": when, "area": area,
        "query": when | ({"kelurahan": area} if area else {}),
        "offered": [(f"{month:%Y-%m}", month_name(month)) for month in _offered(desk.today)],
        "names": made.names, "today": desk.today.isoformat(),
        "heat": heat, "shaded": shaded(heat), "codes": list(report.areas),
        "purposes": purposes(report, made.names), "coverage": coverage(report, made.names),
        "sessions": sessions(report, made.names), "payout": payout(report), "work": work(report),
        "tasks": tasks(report, made.names),
        "lights": lights(report.whole),
        "colours": [one for _name, _share, one in colours(report.whole, visit_rules().report)],
        "how": how(), "cell": shown,
    }  # fmt: skip


def _file(made: Made, kind: str) -> Response:
    mimetype, write = _FILES[kind]
    response = Response(write(made), mimetype=mimetype)
    days = made.report.days
    # Whose report it is stands in the file: a name is not kept in the list of downloads.
    name = f"kunjungan-{days.first.isoformat()}-{days.last.isoformat()}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


_FILES: Mapping[str, tuple[str, Callable[[Made], bytes]]] = {
    "xlsx": (_XLSX, lambda made: visit_book(made.report, made.names, made.of)),
    "pdf": (
        "application/pdf",
        lambda made: visit_pdf(made.report, made.names, made.of, made.office),
    ),
}
