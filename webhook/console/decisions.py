"""What was decided on who is who, and taking it back; parting a person who is two."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.texts import say
from db import audit, merging
from db.decisions import lines_of, person_within, split_within, splits
from db.deliveries import hands
from db.match_queue import has_match, settled_matches, undo_decision
from db.merging import MergeRefused
from db.session import Session
from webhook.console.desk import Desk
from webhook.console.guards import require

_MOST = 50
_LARGEST_ID = 2**63 - 1


def add_decisions(blueprint: Blueprint, judges: tuple[str, ...]) -> None:
    """Add the routes of decisions."""

    @blueprint.get("/pasangan/putusan")
    @require(*judges)
    def decisions(desk: Desk) -> str:
        """Show what was decided last in this person's area; of whom is written down."""
        with desk.begin() as session:
            settled = settled_matches(session, desk.scope, _MOST)
            parted = splits(session, desk.scope, _MOST)
            actors = [row.decided_by for row in settled] + [row.decided_by for row in parted]
            by = hands(session, actors)
            people = [side.person_id for row in settled for side in (row.person, row.other)]
            people += [person_id for row in parted for person_id in (row.kept_id, row.other_id)]
            audit.record_shown(session, desk.now, desk.actor, people)
        return render_template("console/decisions.html", settled=settled, parted=parted, by=by)

    @blueprint.post("/pasangan/<int:match_id>/batalkan")
    @require(*judges)
    def reopen(desk: Desk, match_id: int) -> Response:
        """Let a pair wait again; what was merged is parted."""
        with desk.read() as session:
            if not has_match(session, desk.scope, match_id):
                abort(404)
        return _undo(
            desk,
            lambda session: undo_decision(session, match_id, desk.scope, desk.actor, desk.now),
            say("matches.reopened"),
        )

    @blueprint.post("/pisahan/<int:decision_id>/batalkan")
    @require(*judges)
    def unite(desk: Desk, decision_id: int) -> Response:
        """Take a split back."""
        with desk.read() as session:
            if split_within(session, desk.scope, decision_id) is None:
                abort(404)
        return _undo(
            desk,
            lambda session: merging.undo(session, decision_id, desk.actor, desk.now),
            say("matches.united"),
        )

    @blueprint.get("/warga/<int:person_id>/pisah")
    @require(*judges)
    def split_page(desk: Desk, person_id: int) -> str:
        """Ask which lines are about somebody else."""
        return _split_page(desk, person_id)

    @blueprint.post("/warga/<int:person_id>/pisah")
    @require(*judges)
    def split(desk: Desk, person_id: int) -> Response:
        """Make a new person of the lines that were chosen."""
        chosen = {int(text) for text in request.form.getlist("line") if _is_id(text)}
        try:
            with desk.begin() as session:
                if person_within(session, desk.scope, person_id) is None:
                    abort(404)
                decision = merging.split(session, person_id, chosen, desk.actor, desk.now)
        except MergeRefused as refused:
            # By another page: one that refuses is to name nobody.
            flash(say(refused.key), "danger")
            return redirect(url_for("console.matches.split_page", person_id=person_id), 303)
        flash(say("matches.parted"))
        return redirect(url_for("console.people.show", person_id=decision.other_id), 303)


def _undo(desk: Desk, verb: Callable[[Session], object], done: str) -> Response:
    try:
        with desk.begin() as session:
            verb(session)
    except MergeRefused as refused:
        flash(say(refused.key), "danger")
    else:
        flash(done)
    return redirect(url_for("console.matches.decisions"), 303)


def _split_page(desk: Desk, person_id: int) -> str:
    with desk.begin() as session:
        person = person_within(session, desk.scope, person_id)
        if person is None:
            abort(404)
        audit.record(session, desk.now, desk.actor, "compare person", f"person:{person_id}")
        lines = lines_of(session, person)
    return render_template("console/split.html", person=person, lines=lines)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text[:20]) <= _LARGEST_ID
