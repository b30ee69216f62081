"""The yearly accountability report (LPJ) of the groups: a page, and the files for the province."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, abort, render_template, request

from bot.kube_report import (
    INDICATORS,
    condition_of,
    conditions,
    indicators,
    kube_book,
    kube_pdf,
    share_of,
)
from bot.kube_sight import DESK_ROLES
from bot.report_parts import Office
from bot.report_tables import percent
from bot.texts import say
from db import audit
from db.kube_year import KubeYear, first_year, kube_year
from db.ticket_rows import areas_within
from webhook.console.desk import Desk
from webhook.console.guards import require
from webhook.console.letterhead import office_of

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Made:
    """A year with the names its codes stand for, whose it is, and which others can be chosen."""

    year: KubeYear
    names: Mapping[str, str]
    office: Office
    offered: range
    problem: str | None


def add_year(blueprint: Blueprint) -> None:
    """Add the routes of the report to those about groups."""

    @blueprint.get("/kube/laporan")
    @require(*DESK_ROLES)
    def year(desk: Desk) -> str:
        """Show the year of the area's groups with its three indicators."""
        made = _make(desk)
        shares = [share_of(made.year, name) for name in INDICATORS]
        return render_template(
            "console/kube_year.html",
            made=made, year=made.year, conditions=conditions(made.year),
            indicators=zip(indicators(made.year).rows, shares, strict=True),
            condition_of=condition_of, percent=percent,
        )  # fmt: skip

    @blueprint.get("/kube/laporan.<kind>")
    @require(*DESK_ROLES)
    def download(desk: Desk, kind: str) -> Response:
        """Give the report as a file; that it was is written down."""
        if kind not in _FILES:
            abort(404)
        made = _make(desk)
        with desk.begin() as session:
            area = f"area:{desk.staff.area_code}"
            audit.record(session, desk.now, desk.actor, "export kube report", area)
        mimetype, write = _FILES[kind]
        response = Response(write(made), mimetype=mimetype)
        name = f"lpj-kube-{made.year.year}.{kind}"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def _make(desk: Desk) -> Made:
    text = request.args.get("tahun", "")
    with desk.read() as session:
        began = first_year(session, desk.scope) or desk.today.year
        offered = range(desk.today.year, min(began, desk.today.year) - 1, -1)
        wanted = {str(year): year for year in offered}.get(text)
        chosen = wanted or desk.today.year
        year = kube_year(session, desk.scope, chosen, desk.now, desk.staff.zone)
        names = {place.code: place.name for place in areas_within(session, desk.scope)}
        office = office_of(session, desk)
    wrong = text and wanted is None
    return Made(year, names, office, offered, say("lpj.bad_year") if wrong else None)


_FILES: Mapping[str, tuple[str, Callable[[Made], bytes]]] = {
    "xlsx": (_XLSX, lambda made: kube_book(made.year, made.names, made.office)),
    "pdf": ("application/pdf", lambda made: kube_pdf(made.year, made.names, made.office)),
}
