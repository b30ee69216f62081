"""Who is on duty when: shown to the desk, set by chief and admin."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.service import Service
from bot.texts import say
from db.duty import LONGEST, drop_duty, duties_within, plan_duty, staff_within
from webhook.console.desk import Desk
from webhook.console.guards import require

PLANNERS = ("chief", "admin")
READERS = (*PLANNERS, "front_office", "back_office", "officer")


def duty_pages(_parts: Service) -> Blueprint:
    """Make the routes about duty."""
    blueprint = Blueprint("duty", __name__)

    @blueprint.get("/piket")
    @require(*READERS)
    def show(desk: Desk) -> str:
        """Show who is on duty now and later."""
        return _page(desk)

    @blueprint.post("/piket")
    @require(*PLANNERS)
    def plan(desk: Desk) -> Response | str:
        """Put somebody on duty for a time, as it is where the desk stands."""
        begins, ends = _moment(desk, "begins"), _moment(desk, "ends")
        fits = begins is not None and ends is not None and begins < ends and ends > desk.now
        if begins is None or ends is None or not fits or ends - begins > LONGEST:
            return _page(desk, say("duty.bad_time"))
        staff_id = request.form.get("staff", 0, type=int)
        with desk.begin() as session:
            planned = plan_duty(session, desk.scope, staff_id, begins, ends, desk.actor, desk.now)
        if not planned:
            return _page(desk, say("duty.no_staff"))
        flash(say("duty.planned"))
        return redirect(url_for("console.duty.show"), 303)

    @blueprint.post("/piket/<int:duty_id>/hapus")
    @require(*PLANNERS)
    def drop(desk: Desk, duty_id: int) -> Response:
        """Take a stretch of duty away."""
        with desk.begin() as session:
            if not drop_duty(session, desk.scope, duty_id, desk.actor, desk.now):
                abort(404)
        flash(say("duty.dropped"))
        return redirect(url_for("console.duty.show"), 303)

    return blueprint


def _page(desk: Desk, problem: str | None = None) -> str:
    with desk.read() as session:
        return render_template(
            "console/duty.html",
            duties=duties_within(session, desk.scope, desk.now),
            staff=staff_within(session, desk.scope),
            may_plan=desk.staff.role in PLANNERS,
            scope=desk.scope,
            problem=problem,
            fields=request.form,
        )


def _moment(desk: Desk, name: str) -> datetime | None:
    """Read a day and an hour of the desk's zone, as a browser gives them."""
    try:
        local = datetime.fromisoformat(request.form.get(name, ""))
        return local.replace(tzinfo=ZoneInfo(desk.staff.zone)).astimezone(ZoneInfo("UTC"))
    except (ValueError, OverflowError):
        return None
