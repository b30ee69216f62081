"""Budget and realisation by line, strategy and programme, and how many families aid reaches."""

from typing import Any

from flask import Blueprint, Response, abort, render_template, request

from bot.report_tables import decimal
from bot.service import Service
from db.areas import area_name
from db.budgets import STRATEGIES, by_program, by_strategy, lines_of, sums_of, years_of
from db.coverage import coverage_of, reach_of
from db.registry import all_programs
from db.session import Session
from webhook.console.budget_edit import EDITORS, READERS, add_edits
from webhook.console.budget_files import add_import
from webhook.console.budget_forms import FIRST_YEAR
from webhook.console.budget_tables import budget_book
from webhook.console.charts import Scale
from webhook.console.desk import Desk
from webhook.console.guards import require
from webhook.pages.shared_count import KEPT_FOR

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FIFTHS = Scale(20)  # of a hundred, a shade each


def budget_pages(_parts: Service) -> Blueprint:
    """Make the routes about the budget."""
    blueprint = Blueprint("budget", __name__)

    @blueprint.get("/anggaran")
    @require(*READERS)
    def show(desk: Desk) -> str:
        """Show a year's lines with their sums, by strategy."""
        with desk.read() as session:
            return render_template("console/budget.html", **_year_page(session, desk))

    @blueprint.get("/anggaran.xlsx")
    @require(*READERS)
    def download(desk: Desk) -> Response:
        """Give a year as a workbook, with how many families are reached now."""
        with desk.read() as session:
            year = _year(session, desk)
            book = budget_book(session, desk.staff.area_code, year)
        response = Response(book, mimetype=_XLSX)
        response.headers["Content-Disposition"] = f'attachment; filename="anggaran-{year}.xlsx"'
        return response

    _add_coverage(blueprint)
    add_edits(blueprint)
    add_import(blueprint)
    return blueprint


def _add_coverage(blueprint: Blueprint) -> None:
    @blueprint.get("/anggaran/cakupan")
    @require(*READERS)
    def coverage(desk: Desk) -> str:
        """Show which part of each kelurahan's families one programme, or any, reaches now."""
        chosen = request.args.get("program", "")[:20]
        with desk.read() as session:
            reaches = reach_of(session, desk.scope)
            if chosen and chosen not in {one.program_code for one in reaches}:
                abort(404)
            places = coverage_of(session, desk.scope, chosen or None)
        return render_template(
            "console/budget_coverage.html",
            places=places, reaches=reaches, chosen=chosen, scale=_FIFTHS, decimal=decimal,
            level=lambda share: _FIFTHS.level(max(round(share), share > 0)),
            families=sum(one.families for one in places),
            reached=sum(one.reached for one in places),
        )  # fmt: skip


def _year(session: Session, desk: Desk) -> int:
    """Give the year that is asked for, else the latest that has lines, else the present one."""
    asked = request.args.get("tahun", "")
    if asked:
        year = int(asked) if len(asked) == 4 and asked.isascii() and asked.isdecimal() else 0
        if not FIRST_YEAR <= year <= desk.today.year + 1:
            abort(404)
        return year
    years = years_of(session, desk.scope)
    return years[0] if years else desk.today.year


def _year_page(session: Session, desk: Desk) -> dict[str, Any]:
    year = _year(session, desk)
    lines = lines_of(session, desk.scope, year)
    used = [line for line in lines if line.in_use]
    years = years_of(session, desk.scope)
    shares = [line for line in used if line.share is not None]
    return {
        "year": year,
        "years": range(desk.today.year + 1, min((*years, year, desk.today.year)) - 1, -1),
        "former": next((one for one in years if one < year), None),
        "groups": [(key, [one for one in used if one.strategy == key]) for key in STRATEGIES],
        "unused": [line for line in lines if not line.in_use],
        "whole": sums_of(used),
        "parts": by_strategy(used),
        "programs": by_program(used),
        "names": {program.code: program.name for program in all_programs(session)},
        "areas": {code: area_name(session, code) for code in {line.area_code for line in lines}},
        "lowest": min(shares, key=lambda line: line.share or 0.0, default=None),
        "most": max((line.allocated for line in used), default=0),
        "latest": max((line.as_of for line in used), default=None),
        "decimal": decimal,
        "kept_for": int(KEPT_FOR.total_seconds()) // 60,
        "may_edit": desk.staff.role in EDITORS,
    }
