"""The proposal of an even split: shown as a table of moves, accepted as a whole by the chief."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.desk.companions import Supervisor, Unfit
from bot.desk.even_split import accept, propose
from bot.texts import say
from webhook.console.desk import Desk
from webhook.console.fields import field
from webhook.console.guards import require

READERS = ("chief", "admin", "officer")
DECIDERS = ("chief", "admin")


def supervisor(desk: Desk) -> Supervisor:
    """Give who decides at this desk."""
    return Supervisor(desk.scope, desk.actor, desk.now, desk.today)


def add_split(blueprint: Blueprint) -> None:
    """Add the routes of the split to those about companions."""

    @blueprint.get("/pendamping/pembagian")
    @require(*READERS)
    def split(desk: Desk) -> str:
        """Show who would give which families to whom."""
        return _page(desk, request.args.get("area", ""))

    @blueprint.post("/pendamping/pembagian")
    @require(*DECIDERS)
    def accept_split(desk: Desk) -> Response | tuple[str, int]:
        """Carry the proposal out as it was seen, or not at all."""
        area_code = field("area", 20)
        try:
            with desk.begin() as session:
                count = accept(session, supervisor(desk), area_code, field("seen", 64))
        except Unfit as unfit:
            return _page(desk, area_code, str(unfit)), 409
        flash(say("companions.split_done", families=count))
        return redirect(url_for("console.companions.show"), 303)


def _page(desk: Desk, area_code: str, problem: str = "") -> str:
    with desk.read() as session:
        proposal = propose(session, supervisor(desk), area_code)
    if proposal is None:
        abort(404)
    return render_template(
        "console/companions_split.html",
        proposal=proposal,
        area_code=area_code,
        names={load.staff_id: load.name for load in proposal.crew},
        may_accept=desk.staff.role in DECIDERS,
        problem=problem,
    )
