"""Where each kelurahan is: points of visits that lie far from it are marked."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.service import Service
from bot.texts import say
from db.area_points import LEAST, Point, placed_areas, set_point
from db.visit_rules import visit_rules
from webhook.console.desk import Desk
from webhook.console.fields import field
from webhook.console.guards import require

EDITORS = ("officer", "chief", "admin")
_LONGEST = 20
_METRES = 1_000  # in a kilometre


def area_points_pages(_parts: Service) -> Blueprint:
    """Make the routes about the points of kelurahan."""
    blueprint = Blueprint("area_points", __name__)

    @blueprint.get("/tempat/titik")
    @require(*EDITORS)
    def show(desk: Desk) -> str:
        """Show the kelurahan of the area with their points, and a form to set one."""
        return _page(desk)

    @blueprint.post("/tempat/titik")
    @require(*EDITORS)
    def keep(desk: Desk) -> Response | tuple[str, int]:
        """Set the point of a kelurahan, or leave it to its visits where both fields are empty."""
        written = [field(name, _LONGEST).replace(",", ".") for name in ("latitude", "longitude")]
        try:
            point = _read(written)
        except ValueError:
            return _page(desk, say("offices.bad_point")), 400
        with desk.begin() as session:
            code = field("area", _LONGEST)
            if not set_point(session, desk.scope, code, point, desk.actor, desk.now):
                abort(404)
        flash(say("area_points.saved" if point else "area_points.left"))
        return redirect(url_for("console.area_points.show"), 303)

    return blueprint


def _read(written: list[str]) -> Point | None:
    """Read a point in degrees; raises ValueError."""
    if not any(written):
        return None
    latitude, longitude = (float(number) for number in written)
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise ValueError
    return latitude, longitude


def _page(desk: Desk, problem: str = "") -> str:
    with desk.read() as session:
        areas = placed_areas(session, desk.scope)
    chosen = request.values.get("area", "")
    shown = next((one.point for one in areas if one.code == chosen and one.is_set), None)
    kept = dict(zip(("latitude", "longitude"), shown, strict=True)) if shown else {}
    return render_template(
        "console/area_points.html",
        areas=areas,
        problem=problem,
        least=LEAST,
        far=visit_rules().far_m // _METRES,
        chosen=chosen,
        fields=request.form or kept,
    )
