"""What is decided on a broadcast: submitted, approved, refused, paused, cancelled, sent again."""

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from bot.notices import approving, carrying_on
from bot.notices.refusals import NoticeRefused, StaleBroadcast
from bot.texts import say
from bot.texts.format import grouped
from db.broadcast_lists import BroadcastRow, find_broadcast
from db.broadcasts import Broadcast, State
from db.hoaxes import DECIDERS
from db.session import Session
from webhook.console.desk import Desk
from webhook.console.fields import line
from webhook.console.guards import require

Done = TypeVar("Done")


def add_deeds(blueprint: Blueprint, wake: Callable[[], None], public_url: str | None) -> None:
    """Add the routes of what is decided; `wake` lets the dispatcher look at once.

    `public_url` is where people reach our pages.
    """

    @blueprint.post("/pengumuman/<int:broadcast_id>/ajukan")
    @require(*DECIDERS)
    def submit(desk: Desk, broadcast_id: int) -> Response:
        """Ask for approval; in an office of one this is the approval."""
        return _do(
            desk, broadcast_id, _say_submitted,
            lambda session: _key_of(approving.submit(
                session, broadcast_id, desk.actor, desk.now, seen(), _is_sure(), public_url
            )),
        )  # fmt: skip

    @blueprint.post("/pengumuman/<int:broadcast_id>/setujui")
    @require(*DECIDERS)
    def approve(desk: Desk, broadcast_id: int) -> Response:
        """Approve what was prepared; it is sent as it stands."""
        return _do(
            desk, broadcast_id, _saying("broadcast.did_approve"),
            lambda session: approving.approve(
                session, broadcast_id, desk.actor, desk.now, seen(), sure=_is_sure()
            ),
        )  # fmt: skip

    @blueprint.post("/pengumuman/<int:broadcast_id>/tolak")
    @require(*DECIDERS)
    def refuse(desk: Desk, broadcast_id: int) -> Response:
        """Refuse it, with a reason that its author reads."""
        return _do(
            desk, broadcast_id, _saying("broadcast.did_refuse"),
            lambda session: approving.refuse(
                session, broadcast_id, desk.actor, line("why"), desk.now, seen()
            ),
        )  # fmt: skip

    _add_running(blueprint, wake)


def _add_running(blueprint: Blueprint, wake: Callable[[], None]) -> None:
    @blueprint.post("/pengumuman/<int:broadcast_id>/jeda")
    @require(*DECIDERS)
    def pause(desk: Desk, broadcast_id: int) -> Response:
        """Stop sending until it is resumed."""
        return _do(
            desk, broadcast_id, _saying("broadcast.did_pause"),
            lambda session: approving.pause(session, broadcast_id, desk.actor, desk.now),
        )  # fmt: skip

    @blueprint.post("/pengumuman/<int:broadcast_id>/lanjut")
    @require(*DECIDERS)
    def resume(desk: Desk, broadcast_id: int) -> Response:
        """Go on with what is left."""
        answer = _do(
            desk, broadcast_id, _saying("broadcast.did_resume"),
            lambda session: approving.resume(session, broadcast_id, desk.actor, desk.now),
        )  # fmt: skip
        wake()
        return answer

    @blueprint.post("/pengumuman/<int:broadcast_id>/batal")
    @require(*DECIDERS)
    def cancel(desk: Desk, broadcast_id: int) -> Response:
        """End it for good; what was sent cannot be taken back."""
        return _do(
            desk, broadcast_id, _saying("broadcast.did_cancel"),
            lambda session: approving.cancel(
                session, broadcast_id, desk.actor, line("why"), desk.now
            ),
        )  # fmt: skip

    @blueprint.post("/pengumuman/<int:broadcast_id>/sisa")
    @require(*DECIDERS)
    def carry_on(desk: Desk, broadcast_id: int) -> Response:
        """Send what was stopped to those alone who have not heard it."""
        answer = _do(
            desk, broadcast_id, _say_carried_on,
            lambda session: carrying_on.carry_on(
                session, broadcast_id, desk.actor, desk.now, seen()
            ),
        )  # fmt: skip
        wake()
        return answer

    @blueprint.post("/pengumuman/<int:broadcast_id>/ulang")
    @require(*DECIDERS)
    def resend(desk: Desk, broadcast_id: int) -> Response:
        """Send again to those alone whom it did not reach for a passing reason."""
        answer = _do(
            desk, broadcast_id, _say_resent,
            lambda session: approving.resend_failed(session, broadcast_id, desk.actor, desk.now),
        )  # fmt: skip
        wake()
        return answer


def existing(session: Session, desk: Desk, broadcast_id: int) -> BroadcastRow:
    """Give a broadcast of the area; what lies outside of it is not there."""
    found = find_broadcast(session, desk.scope, broadcast_id)
    if found is None:
        abort(404)
    return found


def _do(
    desk: Desk, broadcast_id: int, tell: Callable[[Done], None], verb: Callable[[Session], Done]
) -> Response:
    """Do something to a broadcast, and tell what came of it or why it was refused."""
    try:
        with desk.begin() as session:
            existing(session, desk, broadcast_id)
            done = verb(session)
    except StaleBroadcast:
        flash(say("broadcast.stale"), "danger")
    except NoticeRefused as refused:
        flash(say(refused.key), "danger")
    else:
        tell(done)
    return redirect(url_for("console.broadcasts.one", broadcast_id=broadcast_id), 303)


def _saying(key: str) -> Callable[[object], None]:
    return lambda _done: flash(say(key))


def _key_of(submitted: Broadcast) -> str:
    """Give the sentence about what was submitted: it waits, or it is as good as sent."""
    if submitted.state != State.SCHEDULED:
        return "broadcast.did_submit"
    return "broadcast.did_release_urgent" if submitted.urgent else "broadcast.did_release"


def _say_submitted(key: str) -> None:
    flash(say(key))


def _say_carried_on(count: int) -> None:
    flash(say("broadcast.did_carry_on", count=grouped(count)))


def _say_resent(count: int) -> None:
    key = "broadcast.did_resend" if count else "broadcast.none_to_resend"
    flash(say(key, count=grouped(count)), "success" if count else "danger")


def seen() -> int:
    """Give the version of the broadcast that the form was made of; 0 fits none."""
    return request.form.get("seen", 0, type=int)


def _is_sure() -> bool:
    return request.form.get("sure") == "1"
