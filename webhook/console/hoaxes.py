"""Messages whose truth people doubt: the list, what was reported, the office's word, a warning."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.capabilities.citizen.genuine import (
    LONGEST_WARNING,
    count_warned,
    warn_everybody,
    warning_text,
)
from bot.notices.refusals import NoticeRefused
from bot.service import Service
from bot.texts import say
from db import audit
from db.broadcasts import State
from db.hoax_lists import PAGE, count_hoaxes, list_hoaxes, told_of
from db.hoaxes import (
    DECIDERS,
    HOAX,
    LONGEST_ANSWER,
    OPEN,
    STATES,
    Hoax,
    StaleHoax,
    decide,
    find_hoax,
    subject_of,
    version_of,
)
from db.session import Session
from nlu.genuine_fingerprint import masked
from webhook.console.desk import Desk
from webhook.console.fields import field
from webhook.console.guards import require
from webhook.console.paging import page_asked

READERS = (*DECIDERS, "front_office", "back_office")
_SHORTEST = 10  # characters of what people are told


def hoaxes_pages(_parts: Service) -> Blueprint:
    """Make the routes about messages of doubtful truth."""
    blueprint = Blueprint("hoaxes", __name__)

    @blueprint.get("/kabar")
    @require(*READERS)
    def show(desk: Desk) -> str:
        """Show the matters of a state; that subjects were read is written down."""
        state = request.args.get("state", OPEN)
        state = state if state in STATES else OPEN
        with desk.begin() as session:
            counts = count_hoaxes(session, desk.scope)
            page, pages = page_asked(counts.get(state, 0), PAGE)
            listed = list_hoaxes(session, desk.scope, state, page)
            audit.record(session, desk.now, desk.actor, "list hoaxes", "hoaxes")
        return render_template(
            "console/hoaxes.html",
            listed=listed, counts=counts, state=state, states=STATES, page=page, pages=pages,
        )  # fmt: skip

    @blueprint.get("/kabar/<int:hoax_id>")
    @require(*READERS)
    def one(desk: Desk, hoax_id: int) -> str:
        """Show one matter with what was reported; that it was read is written down."""
        return _page(desk, hoax_id)

    _add_answers(blueprint)
    _add_warnings(blueprint)
    return blueprint


def _add_answers(blueprint: Blueprint) -> None:
    @blueprint.post("/kabar/<int:hoax_id>")
    @require(*DECIDERS)
    def mark(desk: Desk, hoax_id: int) -> Response | str:
        """Keep whether a matter is true, and what people are told of it."""
        state = request.form.get("state", "")
        answer = field("answer", LONGEST_ANSWER)
        problem = None
        if state not in STATES:
            problem = say("hoax.no_state")
        elif state != OPEN and len(answer) < _SHORTEST:
            problem = say("hoax.no_answer")
        if problem:
            return _page(desk, hoax_id, problem, answer)
        seen = request.form.get("seen", "")
        try:
            with desk.begin() as session:
                if not decide(
                    session, desk.scope, hoax_id, state, answer, desk.actor, desk.now, seen
                ):
                    abort(404)
        except StaleHoax:
            return _page(desk, hoax_id, say("hoax.stale"), answer)
        flash(say("hoax.reopened" if state == OPEN else "hoax.marked"))
        return redirect(url_for("console.hoaxes.one", hoax_id=hoax_id), 303)


def _add_warnings(blueprint: Blueprint) -> None:
    @blueprint.get("/kabar/<int:hoax_id>/peringatan")
    @require(*DECIDERS)
    def warning(desk: Desk, hoax_id: int) -> Response | str:
        """Show the warning before it goes out, and how many it would reach."""
        with desk.begin() as session:
            hoax = _existing(session, desk, hoax_id)
            if hoax.state != HOAX:
                return _refused(hoax_id, "hoax.not_marked")
            audit.record(session, desk.now, desk.actor, "read hoax", f"hoax:{hoax_id}")
            return _warning_page(session, desk, hoax, warning_text(session, hoax))

    @blueprint.post("/kabar/<int:hoax_id>/peringatan")
    @require(*DECIDERS)
    def warn(desk: Desk, hoax_id: int) -> Response | str:
        """Hand in the warning to everybody of the area who wants to be told."""
        text = field("text", LONGEST_WARNING + 1)
        try:
            with desk.begin() as session:
                hoax = _existing(session, desk, hoax_id)
                count = count_warned(session, hoax, desk.scope, desk.now)
                if not _SHORTEST <= len(text) <= LONGEST_WARNING:
                    return _warning_page(session, desk, hoax, text, say("hoax.no_text"))
                if not count:
                    return _refused(hoax_id, "hoax.nobody")
                made = warn_everybody(session, hoax, text, desk.scope, desk.actor, desk.now)
                waits = made.state == State.WAITING
        except NoticeRefused as refused:
            return _refused(hoax_id, refused.key)
        flash(say("hoax.warning_waits" if waits else "hoax.warned", count=count))
        return redirect(url_for("console.hoaxes.one", hoax_id=hoax_id), 303)


def _page(desk: Desk, hoax_id: int, problem: str | None = None, answer: str = "") -> str:
    with desk.begin() as session:
        hoax = _existing(session, desk, hoax_id)
        subject = subject_of(session, hoax)
        told = [
            (masked(item.text, subject), item.area_name, item.at)
            for item in told_of(session, desk.scope, hoax_id)
        ]
        audit.record(session, desk.now, desk.actor, "read hoax", f"hoax:{hoax_id}")
        return render_template(
            "console/hoax.html",
            hoax=hoax,
            seen=version_of(hoax),
            subject=subject,
            told=told,
            may_decide=desk.staff.role in DECIDERS,
            problem=problem,
            answer=answer or hoax.answer or "",
            most=LONGEST_ANSWER,
        )


def _warning_page(
    session: Session, desk: Desk, hoax: Hoax, text: str, problem: str | None = None
) -> str:
    return render_template(
        "console/hoax_warning.html",
        hoax=hoax,
        text=text,
        count=count_warned(session, hoax, desk.scope, desk.now),
        problem=problem,
        most=LONGEST_WARNING,
    )


def _refused(hoax_id: int, key: str) -> Response:
    flash(say(key), "danger")
    return redirect(url_for("console.hoaxes.one", hoax_id=hoax_id), 303)


def _existing(session: Session, desk: Desk, hoax_id: int) -> Hoax:
    hoax = find_hoax(session, desk.scope, hoax_id)
    if hoax is None:
        abort(404)
    return hoax
