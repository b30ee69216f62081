"""What is decided on a list: it comes into force, is let go, or is taken back; each asked twice."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from bot.service import Service
from bot.texts import say
from db.batches import STAGED
from db.deliveries import Delivery, delivery, is_latest
from db.intake.approvers import MAY_APPROVE, approvers
from db.intake.importer import ImportRefused, approve, reject, take_back
from webhook.console.batches_jobs import APPLYING, TAKING_BACK, Jobs
from webhook.console.desk import Desk
from webhook.console.guards import require


def add_decisions(blueprint: Blueprint, parts: Service, jobs: Jobs) -> None:
    """Add the routes of decisions."""

    @blueprint.get("/kiriman/<int:batch_id>/setujui")
    @require(*MAY_APPROVE)
    def approve_page(desk: Desk, batch_id: int) -> str:
        """Ask whether a list is to come into force."""
        return _ask(desk, batch_id, "approve")

    @blueprint.post("/kiriman/<int:batch_id>/setujui")
    @require(*MAY_APPROVE)
    def approve_now(desk: Desk, batch_id: int) -> Response | tuple[str, int]:
        """Let a list come into force, while the officer looks on."""
        refused = _refusal(desk, batch_id, "approve")
        if refused is not None:
            return _ask(desk, batch_id, "approve", refused), 409
        jobs.start(
            batch_id, APPLYING,
            lambda tell: approve(parts.store, batch_id, desk.actor, desk.now, tell),
        )  # fmt: skip
        return _back(batch_id)

    @blueprint.get("/kiriman/<int:batch_id>/tolak")
    @require(*MAY_APPROVE)
    def reject_page(desk: Desk, batch_id: int) -> str:
        """Ask whether a list is to be let go."""
        return _ask(desk, batch_id, "reject")

    @blueprint.post("/kiriman/<int:batch_id>/tolak")
    @require(*MAY_APPROVE)
    def reject_now(desk: Desk, batch_id: int) -> Response | tuple[str, int]:
        """Let a list go."""
        _found(desk, batch_id)
        try:
            reject(parts.store, batch_id, desk.actor, desk.now)
        except ImportRefused as refused:
            sentence = say(refused.problem.key, **refused.problem.values)
            return _ask(desk, batch_id, "reject", sentence), 409
        flash(say("batches.rejected"))
        return _back(batch_id)

    @blueprint.get("/kiriman/<int:batch_id>/ambil-kembali")
    @require(*MAY_APPROVE)
    def take_back_page(desk: Desk, batch_id: int) -> str:
        """Ask whether a list is to be taken back."""
        return _ask(desk, batch_id, "take_back")

    @blueprint.post("/kiriman/<int:batch_id>/ambil-kembali")
    @require(*MAY_APPROVE)
    def take_back_now(desk: Desk, batch_id: int) -> Response | tuple[str, int]:
        """Take a list back whole, while the officer looks on."""
        refused = _refusal(desk, batch_id, "take_back")
        if refused is not None:
            return _ask(desk, batch_id, "take_back", refused), 409
        jobs.start(
            batch_id, TAKING_BACK,
            lambda _tell: take_back(parts.store, batch_id, desk.actor, desk.now),
        )  # fmt: skip
        return _back(batch_id)


def _found(desk: Desk, batch_id: int) -> Delivery:
    with desk.read() as session:
        found = delivery(session, desk.scope, batch_id)
    if found is None:
        abort(404)
    return found


def _refusal(desk: Desk, batch_id: int, what: str) -> str | None:
    """Say why something cannot be decided now; the verbs themselves look again."""
    batch = _found(desk, batch_id).batch
    with desk.read() as session:
        if what == "take_back":
            return None if is_latest(session, batch) else say("batch.not_latest")
        if batch.state != STAGED:
            return say("batch.not_staged")
        is_own = batch.uploaded_by == desk.actor
        if what == "approve" and is_own and approvers(session, batch.area_code, but=desk.actor):
            return say("batch.other_eyes")
    return None


def _ask(desk: Desk, batch_id: int, what: str, problem: str | None = None) -> str:
    found = _found(desk, batch_id)
    problem = problem or _refusal(desk, batch_id, what)
    return render_template("console/batch_ask.html", found=found, what=what, problem=problem)


def _back(batch_id: int) -> Response:
    return redirect(url_for("console.batches.show", batch_id=batch_id), 303)
