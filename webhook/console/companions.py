"""Companions for their supervisor: loads, hand-overs, who stands in, codes, and the even split."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.desk.companions import (
    LONGEST_WHY,
    Unfit,
    end_leave,
    give_families,
    new_code,
    stand_in,
)
from bot.service import Service
from bot.texts import say
from bot.texts.format import plain_date
from db.caseloads import companion_within, handed_over, left_behind, places_of, stand_ins
from db.loads import loads
from db.session import Session
from db.substitutions import away_on
from db.trail import names_of_staff
from webhook.console.companions_service import add_service
from webhook.console.companions_split import DECIDERS, READERS, add_split, supervisor
from webhook.console.desk import Desk
from webhook.console.fields import field, line
from webhook.console.guards import require

_HISTORY = 20  # hand-overs that a page shows
_LARGEST_ID = 2**63 - 1
_Answer = Response | tuple[str, int]


def companions_pages(_parts: Service) -> Blueprint:
    """Make the routes about companions."""
    blueprint = Blueprint("companions", __name__)

    @blueprint.get("/pendamping")
    @require(*READERS)
    def show(desk: Desk) -> str:
        """Show what each companion of the area carries, and which families have nobody."""
        return _all_page(desk)

    @blueprint.post("/pendamping/serahkan")
    @require(*READERS)
    def give_free(desk: Desk) -> _Answer:
        """Give families that nobody looks after to a companion."""
        return _give(desk, None, _all_page)

    @blueprint.get("/pendamping/<int:staff_id>")
    @require(*READERS)
    def one(desk: Desk, staff_id: int) -> str:
        """Show one companion: where his families are, and what can be decided about him."""
        return _one_page(desk, staff_id)

    @blueprint.post("/pendamping/<int:staff_id>/serahkan")
    @require(*READERS)
    def give(desk: Desk, staff_id: int) -> _Answer:
        """Hand a companion's families over to another one."""
        _require_known(desk, staff_id)
        return _give(desk, staff_id, lambda desk, said: _one_page(desk, staff_id, said))

    _add_leave(blueprint)
    add_split(blueprint)
    add_service(blueprint)
    return blueprint


def _add_leave(blueprint: Blueprint) -> None:
    @blueprint.post("/pendamping/<int:staff_id>/pengganti")
    @require(*READERS)
    def leave(desk: Desk, staff_id: int) -> _Answer:
        """Let somebody stand in for a companion from day to day."""
        _require_known(desk, staff_id)
        try:
            with desk.begin() as session:
                stand_in(
                    session, supervisor(desk), staff_id, _chosen(), _day("first"), _day("last")
                )
        except Unfit as unfit:
            return _one_page(desk, staff_id, str(unfit)), 400
        flash(say("companions.stands_in"))
        return redirect(url_for("console.companions.one", staff_id=staff_id), 303)

    @blueprint.post("/pendamping/pengganti/<int:substitution_id>/selesai")
    @require(*READERS)
    def end(desk: Desk, substitution_id: int) -> Response:
        """End a substitution before its last day."""
        with desk.begin() as session:
            ended = end_leave(session, supervisor(desk), substitution_id)
        if ended is None:
            abort(404)
        flash(say("companions.ended" if ended else "companions.over"))
        return redirect(url_for("console.companions.show"), 303)

    @blueprint.post("/pendamping/<int:staff_id>/kode")
    @require(*READERS)
    def code(desk: Desk, staff_id: int) -> _Answer:
        """Show a new one-time code for a companion's chat, this once."""
        _require_known(desk, staff_id)
        try:
            with desk.begin() as session:
                given = new_code(session, supervisor(desk), staff_id)
        except Unfit as unfit:
            return _one_page(desk, staff_id, str(unfit)), 400
        return _one_page(desk, staff_id, code=given), 200


def _give(desk: Desk, from_id: int | None, page: Callable[[Desk, str], str]) -> _Answer:
    to_id = _chosen()
    try:
        with desk.begin() as session:
            families, groups = give_families(
                session, supervisor(desk), from_id, field("place", 30), to_id, line("why")
            )
            away_until = away_on(session, to_id, desk.today)
    except Unfit as unfit:
        return page(desk, str(unfit)), 400
    flash(say("companions.given", families=families))
    if away_until is not None:
        flash(say("companions.given_away", day=plain_date(away_until)))
    if groups:
        flash(say("companions.given_kube", groups=groups))
    return redirect(url_for("console.companions.one", staff_id=to_id), 303)


def _all_page(desk: Desk, problem: str = "") -> str:
    with desk.read() as session:
        return render_template(
            "console/companions.html",
            left=left_behind(session, desk.scope),
            places=places_of(session, desk.scope, None),
            **_common(session, desk, None, problem),
        )


def _one_page(desk: Desk, staff_id: int, problem: str = "", code: str = "") -> str:
    with desk.read() as session:
        companion = companion_within(session, desk.scope, staff_id)
        if companion is None:
            abort(404)
        return render_template(
            "console/companion.html",
            companion=companion,
            code=code,
            places=places_of(session, desk.scope, staff_id),
            **_common(session, desk, staff_id, problem),
        )


def _common(session: Session, desk: Desk, staff_id: int | None, problem: str) -> dict[str, Any]:
    """Give what both pages show: loads, substitutions, hand-overs."""
    return {
        "loads": loads(session, desk.scope, desk.today),
        "stand_ins": stand_ins(session, desk.scope, desk.today, staff_id),
        "handed": handed_over(session, desk.scope, staff_id, _HISTORY),
        "by": names_of_staff(session, desk.scope),
        "decides": desk.staff.role in DECIDERS,
        "problem": problem,
        "fields": request.form,
        "longest_why": LONGEST_WHY,
    }


def _require_known(desk: Desk, staff_id: int) -> None:
    with desk.read() as session:
        if companion_within(session, desk.scope, staff_id) is None:
            abort(404)


def _chosen() -> int:
    """Give who was chosen, 0 for what is no id of the store."""
    chosen = request.form.get("to", 0, type=int)
    return chosen if 0 < chosen <= _LARGEST_ID else 0


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(field(name, 10))
    except ValueError:
        return None
