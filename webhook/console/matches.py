"""People who may be one: the queue, both side by side, and what a human says."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.service import Service
from bot.texts import say
from db import audit
from db.match_queue import Pair, Side, decide, has_match, open_matches
from db.merging import MergeRefused
from webhook.console.decisions import add_decisions
from webhook.console.desk import Desk
from webhook.console.guards import require

JUDGES = ("back_office", "chief", "officer", "admin")
_PAGE = 10
_LARGEST_ID = 2**63 - 1
_ANSWERS = {"same": True, "different": False}


def matches_pages(_parts: Service) -> Blueprint:
    """Make the routes about who is who."""
    blueprint = Blueprint("matches", __name__)
    add_decisions(blueprint, JUDGES)

    @blueprint.get("/pasangan")
    @require(*JUDGES)
    def show(desk: Desk) -> str:
        """Show pairs that wait; whose data were read is written down."""
        after = max(0, min(request.args.get("after", 0, type=int), _LARGEST_ID))
        with desk.begin() as session:
            pairs = open_matches(session, desk.scope, _PAGE + 1, after)
            for pair in pairs[:_PAGE]:
                for side in (pair.person, pair.other):
                    subject = f"person:{side.person_id}"
                    audit.record(session, desk.now, desk.actor, "compare person", subject)
        more = pairs[_PAGE - 1].match_id if len(pairs) > _PAGE else None
        return render_template(
            "console/matches.html",
            pairs=[(pair, differing(pair)) for pair in pairs[:_PAGE]], more=more, first=after == 0,
            after=after,
        )  # fmt: skip

    @blueprint.post("/pasangan/<int:match_id>")
    @require(*JUDGES)
    def settle(desk: Desk, match_id: int) -> Response:
        """Note whether two people are one; what another has decided meanwhile stays."""
        is_same = _ANSWERS.get(request.form.get("answer", ""))
        with desk.read() as session:
            if not has_match(session, desk.scope, match_id):
                abort(404)
        if is_same is None:
            abort(400)
        try:
            with desk.begin() as session:
                decide(session, match_id, is_same, desk.scope, desk.actor, desk.now)
        except MergeRefused as refused:
            flash(say(refused.key), "danger")
        else:
            flash(say("matches.same" if is_same else "matches.different"))
        after = request.form.get("after", 0, type=int) or None
        return redirect(url_for("console.matches.show", after=after), 303)

    return blueprint


def differing(pair: Pair) -> frozenset[str]:
    """Name what the two do not have in common, of what is known of both."""
    one, other = _known(pair.person), _known(pair.other)
    return frozenset(
        name for name in one
        if one[name] is not None and other[name] is not None and one[name] != other[name]
    )  # fmt: skip


def _known(side: Side) -> dict[str, object]:
    return {
        "name": side.name.casefold(),
        "nik": side.nik_index,
        "kk": side.kk_index,
        "birth_date": side.birth_date,
        "sex": side.sex,
        "area_name": side.area_name,
    }
