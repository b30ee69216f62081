"""The inbox: the tickets that somebody sees, chosen, found, paged, and several moved at once."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from bot.desk.together import Action, Hand, Outcome, Picked, assign_to, put_in, together, verify
from bot.service import Service
from bot.texts import say, tickets
from bot.texts.format import grouped, short_deadline, short_moment
from db import audit
from db.saved_views import LONGEST_NAME, TooManyViews, drop_view, save_view, views_of
from db.staff import SECTIONS
from db.ticket_clock import Light
from db.ticket_inbox import COUNTED, EVERY_STATE, OLDEST_DUE, PAGE, Chosen, choose, newest_id
from db.ticket_rows import areas_within, colleagues, rows_of
from db.ticket_states import State
from db.tickets import KINDS
from webhook.console.desk import Desk
from webhook.console.guards import passive, require
from webhook.console.inbox_choice import (
    LONGEST_TEXT,
    MINE,
    NOBODYS,
    PRIORITIES,
    Choice,
    categories,
    choice_in,
    choice_of,
)

GIVERS = ("front_office", "chief", "officer", "admin")  # whose the deeds of several at once are
QUICK: Mapping[str, Mapping[str, str]] = {
    "open": {},
    "mine": {"who": MINE},
    "new": {"state": State.RECEIVED},
    "late": {"light": Light.BREACHED, "order": OLDEST_DUE},
    "nearly": {"light": Light.AT_RISK, "order": OLDEST_DUE},
    "waiting": {"state": State.WAITING},
    "emergency": {"kind": "emergency"},
}


def inbox_pages(parts: Service) -> Blueprint:
    """Make the routes of the inbox."""
    blueprint = Blueprint("inbox", __name__)

    @blueprint.get("/tiket")
    @require()
    def show(desk: Desk) -> str:
        """Show a page of the tickets that were chosen; that stories were read is written down."""
        return _page(desk, _asked(desk), after=request.args.get("after"))

    @blueprint.get("/tiket/isi")
    @passive
    @require()
    def rows(desk: Desk) -> str:
        """Give the first page anew to the script of an open one."""
        return _page(desk, _asked(desk))

    @blueprint.post("/tiket/cari")
    @require()
    def search(desk: Desk) -> Response | tuple[str, int]:
        """Lead to the page of what was chosen and typed; what is too long stays in its field."""
        text = request.form.get("text", "").replace("\0", "").strip()
        if len(text) > LONGEST_TEXT:
            choice = choice_of(request.form, desk.store.vault, desk.staff.id)
            problem = say("inbox.too_long", most=LONGEST_TEXT)
            return _page(desk, replace(choice, text=text), problem=problem), 400
        return _to(choice_of(request.form, desk.store.vault, desk.staff.id, text))

    @blueprint.post("/tiket/pilihan")
    @require(*GIVERS)
    def bulk(desk: Desk) -> Response:
        """Do one thing with all tickets that were ticked, each for itself."""
        choice = choice_in(request.form.get("back", ""), desk.store.vault, desk.staff.id)
        picked = _picked(request.form)
        action, done = _action(desk, request.form)
        if not picked or action is None:
            flash(say("inbox.none_ticked" if not picked else "inbox.nothing_chosen"), "danger")
            return _to(choice)
        hand = Hand(desk.sight, desk.actor, desk.now)
        outcomes = together(desk.store, hand, picked, action)
        if outcomes[Outcome.DONE]:
            parts.dispatcher.wake()
        flash(_summary(outcomes, done), "success" if outcomes[Outcome.DONE] else "danger")
        return _to(choice)

    _add_views(blueprint)
    return blueprint


def _asked(desk: Desk) -> Choice:
    return choice_of(request.args, desk.store.vault, desk.staff.id)


def _page(
    desk: Desk, choice: Choice, *, after: str | None = None, problem: str | None = None
) -> str:
    with desk.read() as session:
        chosen = choose(session, desk.sight, choice.filters, desk.now, after)
        shown = {
            "newest": newest_id(session),
            "rows": rows_of(session, desk.sight, chosen.ids, desk.now),
            "areas": areas_within(session, desk.scope),
            "views": views_of(session, desk.staff.id),
            "colleagues": colleagues(session, desk.scope) if _gives(desk) else (),
        }
    if chosen.ids:
        with desk.begin() as session:
            audit.record(session, desk.now, desk.actor, "list tickets", "tickets")
    return render_template(
        "console/inbox.html", choice=choice, chosen=chosen, after=after, problem=problem,
        count=_count(chosen), may_give=_gives(desk), **shown, **_words(),
        short_moment=partial(short_moment, zone=desk.staff.zone),
        short_deadline=partial(short_deadline, zone=desk.staff.zone),
    )  # fmt: skip


def _add_views(blueprint: Blueprint) -> None:
    @blueprint.post("/tiket/tampilan")
    @require()
    def keep_view(desk: Desk) -> Response:
        """Keep a choice under a name, without what was typed: that may name somebody."""
        choice = choice_in(request.form.get("back", ""), desk.store.vault, desk.staff.id)
        name = " ".join(request.form.get("name", "").replace("\0", "").split())[:LONGEST_NAME]
        if not name:
            flash(say("inbox.no_name"), "danger")
            return _to(choice)
        query = url_for("console.inbox.show", **choice.kept).partition("?")[2]  # type: ignore[arg-type]
        try:
            with desk.begin() as session:
                save_view(session, desk.staff.id, name, query)
        except TooManyViews:
            flash(say("inbox.too_many_views"), "danger")
        else:
            flash(say("inbox.view_kept", name=name))
        return _to(choice)

    @blueprint.post("/tiket/tampilan/hapus")
    @require()
    def forget_view(desk: Desk) -> Response:
        """Forget a view of one's own."""
        view_id = _number(request.form.get("view", ""))
        with desk.begin() as session:
            name = drop_view(session, desk.staff.id, view_id) if view_id is not None else None
        if name is None:
            abort(404)
        flash(say("inbox.view_gone", name=name))
        return redirect(url_for("console.inbox.show"), 303)


def _words() -> dict[str, Any]:
    return {
        "kinds": KINDS, "categories": categories(), "states": list(State), "lights": list(Light),
        "sections": SECTIONS, "priorities": PRIORITIES, "quick": QUICK, "page_size": PAGE,
        "every_state": EVERY_STATE, "oldest_due": OLDEST_DUE, "mine": MINE, "nobodys": NOBODYS,
        "longest_text": LONGEST_TEXT, "longest_name": LONGEST_NAME, "words": tickets,
    }  # fmt: skip


def _gives(desk: Desk) -> bool:
    return desk.staff.role in GIVERS


def _to(choice: Choice) -> Response:
    return redirect(url_for("console.inbox.show", **choice.query), 303)  # type: ignore[arg-type]


def _count(chosen: Chosen) -> str:
    """Say how many tickets there are, as far as they were counted."""
    if chosen.count > COUNTED:
        return f"{grouped(COUNTED)}+"
    return f"{grouped(chosen.count)}{'' if chosen.looked_through else '+'}"


def _picked(form: MultiDict[str, str]) -> list[Picked]:
    """Read the tickets that were ticked, with the versions that stood on the page."""
    found = []
    for mark in dict.fromkeys(form.getlist("ticket")[:PAGE]):
        id_, version = (_number(part) for part in mark.partition(":")[::2])
        if id_ is not None and version is not None:
            found.append(Picked(id_, version))
    return found


def _number(text: str) -> int | None:
    """Read a number that a database can hold; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _action(desk: Desk, form: MultiDict[str, str]) -> tuple[Action | None, str]:
    """Read what is to be done with them, and how that is told."""
    deed = form.get("deed")
    if deed == "verify":
        return verify, say("inbox.did_verify")
    if deed == "section" and form.get("section") in SECTIONS:
        section = form["section"]
        return put_in(section), say("inbox.did_section", section=tickets.section_name(section))
    staff = _number(form.get("staff", ""))
    if deed == "assign" and staff is not None:
        name = _name_of(desk, staff)
        if name is not None:
            return assign_to(staff), say("inbox.did_assign", name=name)
    return None, ""


def _name_of(desk: Desk, staff_id: int) -> str | None:
    with desk.read() as session:
        names = {one.id: one.name for one in colleagues(session, desk.scope)}
    return names.get(staff_id)


def _summary(outcomes: Counter[Outcome], done: str) -> str:
    """Say how many were done, and kindly why the others were not."""
    told = [
        say(f"inbox.outcome_{outcome}", count=outcomes[outcome])
        for outcome in Outcome
        if outcome is not Outcome.DONE and outcomes[outcome]
    ]
    first = say("inbox.outcome_done", count=outcomes[Outcome.DONE], all=outcomes.total(), did=done)
    return " ".join([first, *told])
