"""Where each kelurahan is: points of visits that lie far from it are marked."""

import re

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.service import Service
from bot.texts import say
from db.area_points import LEAST, Point, is_elsewhere, placed_areas, set_point
from db.session import Session
from db.visit_rules import visit_rules
from webhook.console.desk import Desk
from webhook.console.fields import field
from webhook.console.guards import require

EDITORS = ("officer", "chief", "admin")
_LONGEST = 60
_PAIR = re.compile(r"(-?\d{1,2}\.\d+)\s*[,; ]\s*(-?\d{1,3}\.\d+)")  # as a map gives it
_INDONESIA = (-11.2, 6.2, 94.9, 141.1)  # south, north, west, east in degrees, with all islands
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
        try:
            point = _read(*(field(name, _LONGEST) for name in ("latitude", "longitude")))
        except ValueError:
            return _page(desk, say("offices.bad_point")), 400
        with desk.begin() as session:
            code = field("area", _LONGEST)
            if point is not None and _is_wrong(session, desk, code, point):
                return _page(desk, say("area_points.elsewhere")), 400
            if not set_point(session, desk.scope, code, point, desk.actor, desk.now):
                abort(404)
        flash(say("area_points.saved" if point else "area_points.left"))
        return redirect(url_for("console.area_points.show"), 303)

    return blueprint


def _read(latitude: str, longitude: str) -> Point | None:
    """Read a point in degrees, also where a map's two numbers stand in one field.

    Raises ValueError.
    """
    pair = _PAIR.fullmatch(latitude or longitude)
    if pair is not None and (not latitude or not longitude or latitude == longitude):
        latitude, longitude = pair.groups()
    if not latitude and not longitude:
        return None
    degrees = tuple(float(text.replace(",", ".")) for text in (latitude, longitude))
    if not (abs(degrees[0]) <= 90 and abs(degrees[1]) <= 180):
        raise ValueError
    return degrees[0], degrees[1]


def _is_wrong(session: Session, desk: Desk, code: str, point: Point) -> bool:
    """Say whether a point can be of no kelurahan of this city: a lost minus, or numbers turned."""
    if not desk.scope.covers(code):
        return False  # that is not found
    south, north, west, east = _INDONESIA
    within = south <= point[0] <= north and west <= point[1] <= east
    return not within or is_elsewhere(session, code, point)


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
