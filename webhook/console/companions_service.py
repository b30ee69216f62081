"""The begin and the end of a companion's service, decided by the chief."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.desk.companion_service import LEVELS, let_serve, take_on
from bot.desk.companions import Unfit
from bot.texts import say
from db.areas import all_areas
from db.staff import LONGEST_NAME
from webhook.console.companions_split import DECIDERS, supervisor
from webhook.console.desk import Desk
from webhook.console.fields import field, line
from webhook.console.guards import require


def add_service(blueprint: Blueprint) -> None:
    """Add the routes of service to those about companions."""

    @blueprint.get("/pendamping/baru")
    @require(*DECIDERS)
    def new(desk: Desk) -> str:
        """Show the form for a new companion."""
        return _page(desk)

    @blueprint.post("/pendamping/baru")
    @require(*DECIDERS)
    def add(desk: Desk) -> Response | tuple[str, int]:
        """Take somebody on; his page is where families and a code are given to him."""
        try:
            with desk.begin() as session:
                added = take_on(session, supervisor(desk), line("name"), field("area", 20))
                staff_id = added.id
        except Unfit as unfit:
            return _page(desk, str(unfit)), 400
        flash(say("companions.added"))
        return redirect(url_for("console.companions.one", staff_id=staff_id), 303)

    @blueprint.post("/pendamping/<int:staff_id>/selesai")
    @require(*DECIDERS)
    def finish(desk: Desk, staff_id: int) -> Response:
        """End a companion's service; his families stay his until they are handed over."""
        return _served(desk, staff_id, False, "companions.finished")

    @blueprint.post("/pendamping/<int:staff_id>/kembali")
    @require(*DECIDERS)
    def back(desk: Desk, staff_id: int) -> Response:
        """Let one whose service had ended work again."""
        return _served(desk, staff_id, True, "companions.back")


def _served(desk: Desk, staff_id: int, serves: bool, said: str) -> Response:
    with desk.begin() as session:
        is_new = let_serve(session, supervisor(desk), staff_id, serves)
    if is_new is None:
        abort(404)
    flash(say(said if is_new else f"{said}_before"))
    return redirect(url_for("console.companions.one", staff_id=staff_id), 303)


def _page(desk: Desk, problem: str = "") -> str:
    with desk.read() as session:
        areas = [
            (area.code, "– " * LEVELS.index(area.level) + area.name)
            for area in all_areas(session)
            if area.level in LEVELS and desk.scope.covers(area.code)
        ]
    return render_template(
        "console/companion_new.html",
        areas=areas,
        most=LONGEST_NAME,
        fields=request.form,
        problem=problem,
    )
