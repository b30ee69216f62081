"""Canned answers: the list that officers keep, and the form of one."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.desk.blanks import BLANKS, unknown_blanks
from bot.service import Service
from bot.texts import say
from bot.texts import tickets as words
from db.desk_tools import TitleTaken, canned_answers, find_canned, save_canned
from db.staff import SECTIONS
from webhook.console.desk import Desk
from webhook.console.fields import field
from webhook.console.guards import require

ROLES = ("chief", "officer", "admin")
_LONGEST_TITLE, _LONGEST_TEXT = 80, 1_000
_LARGEST_ID = 2**63 - 1
_FIELDS = {"title": _LONGEST_TITLE, "text": _LONGEST_TEXT, "section": 20}


class StaleCanned(Exception):
    """Somebody else changed the answer since the page was made."""


def canned_pages(_parts: Service) -> Blueprint:
    """Make the routes about canned answers."""
    blueprint = Blueprint("canned", __name__)

    @blueprint.get("/jawaban")
    @require(*ROLES)
    def show(desk: Desk) -> str:
        """Show every canned answer, with the one that `ubah` names in the form."""
        with desk.read() as session:
            wanted = _id(request.args.get("ubah", ""))
            found = find_canned(session, wanted) if wanted is not None else None
            fields = {name: getattr(found, name) or "" for name in _FIELDS} if found else {}
            return _page(desk, fields, found.id if found else None)

    @blueprint.post("/jawaban")
    @require(*ROLES)
    def save(desk: Desk) -> Response | tuple[str, int]:
        """Keep a new canned answer, or change the one of `id`."""
        fields = {name: field(name) for name in _FIELDS}
        wanted = _id(request.form.get("id", ""))
        problem = _problem(fields)
        if problem is not None:
            return _page(desk, fields, wanted, problem), 400
        try:
            _save(desk, fields, wanted, request.form.get("seen", ""))
        except StaleCanned:
            return _page(desk, fields, wanted, say("desk.canned_stale")), 409
        except TitleTaken:
            return _page(desk, fields, wanted, say("desk.canned_title_taken")), 400
        flash(say("desk.canned_saved"))
        return redirect(url_for("console.canned.show"), 303)

    return blueprint


def _save(desk: Desk, fields: dict[str, str], wanted: int | None, seen: str) -> None:
    with desk.begin() as session:
        found = find_canned(session, wanted, lock=True) if wanted is not None else None
        if wanted is not None and found is None:
            abort(404)
        if found is not None and seen != found.changed_at.isoformat():
            raise StaleCanned
        save_canned(
            session, found,
            title=fields["title"], text=fields["text"], section=fields["section"] or None,
            actor=desk.actor, now=desk.now,
        )  # fmt: skip


def _problem(fields: dict[str, str]) -> str | None:
    """Say what is wrong with a form, or None."""
    if not fields["title"] or not fields["text"]:
        return say("desk.canned_empty")
    for name, most in _FIELDS.items():
        if len(fields[name]) > most:
            return say("desk.too_long", most=most)
    if fields["section"] not in ("", *SECTIONS):
        return say("desk.bad_choice")
    unknown = unknown_blanks(fields["text"])
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in BLANKS)
        return say("desk.canned_blank", unknown=f"{{{unknown[0]}}}", known=known)
    return None


def _page(
    desk: Desk, fields: dict[str, str], canned_id: int | None, problem: str | None = None
) -> str:
    with desk.read() as session:
        found = find_canned(session, canned_id) if canned_id is not None else None
        return render_template(
            "console/canned.html",
            seen=found.changed_at.isoformat() if found is not None else "",
            answers=canned_answers(session), fields=fields, canned_id=canned_id,
            sections=SECTIONS, problem=problem, words=words,
        )  # fmt: skip


def _id(text: str) -> int | None:
    if not text.isascii() or not text.isdecimal() or len(text) > 19:
        return None
    return int(text) if int(text) <= _LARGEST_ID else None
