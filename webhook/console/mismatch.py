"""Where the lists disagree: the figures of an area, found anew by a button, and as a workbook."""

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Blueprint, redirect, render_template, send_file, url_for
from werkzeug.wrappers import Response

from bot.mismatch_book import write_book
from bot.service import Service
from bot.texts.findings import kind_name
from db import audit
from db.finding_tasks import choices
from db.mismatch.figures import overview
from db.mismatch.runs import UnderWay, last_run
from db.overview import lists_changed_since
from webhook.console.charts import matrix_of, tile_map
from webhook.console.desk import Desk
from webhook.console.findings import ROLES, add_findings, chosen_filters
from webhook.console.guards import require
from webhook.console.mismatch_work import recount

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def mismatch_pages(parts: Service) -> Blueprint:
    """Make the routes about where the lists disagree."""
    blueprint = Blueprint("mismatch", __name__)

    @blueprint.get("/selisih")
    @require(*ROLES)
    def show(desk: Desk) -> str:
        """Show by how much the lists disagree, why, and where."""
        with desk.read() as session:
            run = last_run(session)
            figures = overview(session, desk.scope)
            stale = lists_changed_since(session, run.counted_at) if run and run.counted_at else 0
            names = {area.code: area.name for area in choices(session, desk.scope).areas}
        return render_template(
            "console/mismatch.html",
            figures=figures,
            run=run,
            changed_since=stale,
            names=names,
            tiles=tile_map(figures.areas, names),
            matrix=matrix_of(figures.overlaps),
            kind_name=kind_name,
        )

    _add_recount(blueprint, parts)
    _add_download(blueprint)
    add_findings(blueprint)
    return blueprint


def _add_recount(blueprint: Blueprint, parts: Service) -> None:
    @blueprint.post("/selisih/hitung")
    @require(*ROLES)
    def refresh(_desk: Desk) -> Response:
        """Find everything anew; where that takes longer, a page tells how far it is."""
        try:
            done = recount(parts)
        except UnderWay:
            done = False
        return redirect(url_for("console.mismatch.show" if done else "console.mismatch.wait"), 303)

    @blueprint.get("/selisih/hitung")
    @require(*ROLES)
    def wait(desk: Desk) -> Response | str:
        """Show how far it is, until it is done."""
        with desk.read() as session:
            run = last_run(session)
        if run is None or not run.is_under_way(desk.now):
            return redirect(url_for("console.mismatch.show"), 303)
        return render_template("console/mismatch_wait.html", run=run, kind_name=kind_name)


def _add_download(blueprint: Blueprint) -> None:
    @blueprint.get("/selisih/unduh")
    @require(*ROLES)
    def download(desk: Desk) -> Response:
        """Give the findings that were chosen as a workbook."""
        filters, _ = chosen_filters(desk)
        with desk.begin() as session:
            # Though they are masked, NIK are read.
            audit.record(session, desk.now, desk.actor, "export findings", "findings")
        with TemporaryDirectory() as folder, desk.read() as session:
            path = Path(folder) / "selisih.xlsx"
            figures = overview(session, desk.scope)
            write_book(session, path, figures, desk.scope, filters, desk.staff.zone, _quiet)
            book = BytesIO(path.read_bytes())
        name = f"selisih-data-{desk.today.isoformat()}.xlsx"
        return send_file(book, mimetype=_XLSX, as_attachment=True, download_name=name)


def _quiet(_done: int, _total: int, _kind: str) -> None:
    pass
