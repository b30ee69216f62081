"""The report of visits for supervisors: a page of figures that names no family."""

from typing import Any

from flask import Blueprint, render_template

from bot.report_tables import Heat, shown
from bot.service import Service
from bot.texts.format import month_name
from bot.visit_tables import (
    ages,
    coverage,
    how,
    lights,
    payout,
    period,
    places,
    purposes,
    sessions,
    tasks,
    title,
    work,
)
from db.caseloads import reported_on
from db.visit_figures import VisitReport, colours
from db.visit_report import visit_report
from db.visit_rules import visit_rules
from webhook.console.desk import Desk
from webhook.console.guards import require
from webhook.console.report_charts import shaded_shares
from webhook.console.visit_choice import ROLES, Choice, chosen, offered
from webhook.console.visit_files import add_files, parts_of
from webhook.console.visits import add_visits


def visit_reports_pages(_parts: Service) -> Blueprint:
    """Make the routes of the reports of visits."""
    blueprint = Blueprint("visit_reports", __name__)

    @blueprint.get("/kunjungan")
    @require(*ROLES)
    def show(desk: Desk) -> str:
        """Show visits, coverage, age of the last visit and quality, of an area and no person."""
        return _page(desk)

    add_files(blueprint, _page)
    add_visits(blueprint)
    return blueprint


def _page(desk: Desk, problem: str | None = None) -> str:
    with desk.read() as session:
        choice = chosen(session, desk)
        report = visit_report(session, choice.scope, choice.days, desk.now, desk.staff.zone)
        companions = reported_on(session, choice.asked(desk.staff.zone))
    return render_template(
        "console/visits.html",
        companions=companions, parts=parts_of(companions), problem=problem or choice.problem,
        **_shown(desk, choice, report),
    )  # fmt: skip


def _shown(desk: Desk, choice: Choice, report: VisitReport) -> dict[str, Any]:
    names = choice.names
    heat = _longest_ago_first(ages(report, names))
    return {
        "report": report, "title": title(report.days),
        "period": period(report.days, choice.of), "when": choice.when, "area": choice.area,
        "query": choice.query,
        "offered": [(f"{month:%Y-%m}", month_name(month)) for month in offered(desk.today)],
        "names": names, "today": desk.today.isoformat(),
        "heat": heat, "shaded": shaded_shares(heat), "codes": list(report.areas),
        "purposes": purposes(report, names), "coverage": coverage(report, names),
        "places": places(report, names), "sessions": sessions(report, names),
        "payout": payout(report), "work": work(report), "tasks": tasks(report, names),
        "lights": lights(report),
        "colours": [one for _name, _share, one in colours(report, visit_rules().report)],
        "how": how(), "cell": shown,
    }  # fmt: skip


def _longest_ago_first(heat: Heat) -> Heat:
    """Let the columns to act on stand where also a narrow page shows them."""
    return Heat(heat.categories[::-1], [(name, numbers[::-1]) for name, numbers in heat.rows])
