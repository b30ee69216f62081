"""Talks with citizens: who waits, who is talking; taken, spoken in and ended here."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.desk.talking import LONGEST, NotWaiting, TalkOver, end_talk, say_in_talk, take_talk
from bot.service import Service
from bot.texts import say
from db import audit
from db.session import Session
from db.staff import Staff
from db.talks import TAKEN, WAITING, Talk, talks_in_sight, visible_talk
from db.ticket_live import mark_of
from db.tickets import Ticket
from webhook.console.beside import beside
from webhook.console.desk import Desk
from webhook.console.fields import field
from webhook.console.guards import passive, require

ROLES = ("front_office", "back_office", "chief", "officer", "admin")
LEADS = ("chief", "officer", "admin")  # who may also end the talk of another


def talks_pages(service: Service) -> Blueprint:
    """Make the routes about talks."""
    blueprint = Blueprint("talks", __name__)

    @blueprint.get("/bicara")
    @require(*ROLES)
    def show(desk: Desk) -> str:
        """Show the talks that wait and those that go on."""
        with desk.read() as session:
            talks = talks_in_sight(session, desk.sight)
        return render_template("console/talks.html", talks=talks)

    @blueprint.get("/bicara/<int:talk_id>")
    @require(*ROLES)
    def one(desk: Desk, talk_id: int) -> str:
        """Show one talk as the citizen sees it; that it was read is written down."""
        return _page(desk, talk_id)

    @blueprint.get("/bicara/<int:talk_id>/isi")
    @passive
    @require(*ROLES)
    def parts(desk: Desk, talk_id: int) -> str:
        """Give the page anew to the script of an open one."""
        return _page(desk, talk_id, again=True)

    _add_deeds(blueprint, service.dispatcher.wake)
    _add_end(blueprint, service.dispatcher.wake)
    return blueprint


def _add_deeds(blueprint: Blueprint, wake: Callable[[], None]) -> None:
    @blueprint.post("/bicara/<int:talk_id>/ambil")
    @require(*ROLES)
    def take(desk: Desk, talk_id: int) -> Response:
        """Take a talk; from now on the service is silent."""
        try:
            with desk.begin() as session:
                _existing(session, desk, talk_id)
                take_talk(session, talk_id, session.get_one(Staff, desk.staff.id), desk.now)
        except NotWaiting as refused:
            key = "talk.not_waiting" if refused.holder else "talk.gone"
            flash(say(key, holder=refused.holder or ""), "warning")
        else:
            wake()
            flash(say("talk.taken"))
        return _back(talk_id)

    @blueprint.post("/bicara/<int:talk_id>/kata")
    @require(*ROLES)
    def speak(desk: Desk, talk_id: int) -> Response | tuple[str, int]:
        """Say something to the citizen; what cannot be said stays in its field."""
        text = field("text")
        if len(text) > LONGEST:
            return _page(desk, talk_id, say("desk.too_long", most=LONGEST), text), 400
        try:
            with desk.begin() as session:
                _existing(session, desk, talk_id)
                if not text:
                    flash(say("talk.empty"), "warning")
                    return _back(talk_id)
                staff = session.get_one(Staff, desk.staff.id)
                reached = say_in_talk(session, talk_id, staff, text, desk.now)
        except TalkOver:
            return _page(desk, talk_id, say("talk.over"), text), 409
        wake()
        if not reached:
            flash(say("talk.away"), "warning")
        return _back(talk_id)


def _add_end(blueprint: Blueprint, wake: Callable[[], None]) -> None:
    @blueprint.post("/bicara/<int:talk_id>/selesai")
    @require(*ROLES)
    def end(desk: Desk, talk_id: int) -> Response:
        """Give the citizen back to the service."""
        whose = None if desk.staff.role in LEADS else desk.staff.id
        resolved = request.form.get("resolved") == "1"
        try:
            with desk.begin() as session:
                _existing(session, desk, talk_id)
                end_talk(session, talk_id, whose, desk.now, actor=desk.actor, resolved=resolved)
        except TalkOver:
            flash(say("talk.over"), "warning")
        else:
            wake()
            flash(say("talk.ended"))
        return _back(talk_id)


def _page(
    desk: Desk, talk_id: int, problem: str | None = None, text: str = "", *, again: bool = False
) -> str:
    with desk.begin() as session:
        talk, ticket = _existing(session, desk, talk_id)
        holder = session.get(Staff, talk.staff_id) if talk.staff_id is not None else None
        mark = mark_of(session, desk.sight, ticket.id)
        may_read = desk.sight.may_read(ticket) and desk.sight.may_know_reporter(ticket)
        if not again:
            audit.record(session, desk.now, desk.actor, "read talk", f"ticket:{ticket.id}")
        return render_template(
            "console/talk.html",
            talk=talk,
            ticket=ticket,
            holder=holder.name if holder is not None else None,
            beside=beside(session, desk.sight, ticket) if may_read else None,
            mark=mark.text if mark is not None else "",
            mine=talk.state == TAKEN and talk.staff_id == desk.staff.id,
            may_take=talk.state == WAITING,
            may_end=talk.state == TAKEN
            and (talk.staff_id == desk.staff.id or desk.staff.role in LEADS),
            problem=problem,
            text=text,
            most=LONGEST,
        )


def _existing(session: Session, desk: Desk, talk_id: int) -> tuple[Talk, Ticket]:
    found = visible_talk(session, desk.sight, talk_id)
    if found is None:
        abort(404)
    return found


def _back(talk_id: int) -> Response:
    return redirect(url_for("console.talks.one", talk_id=talk_id), 303)
