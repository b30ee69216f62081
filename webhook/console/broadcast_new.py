"""A broadcast is prepared: its form, with a list of numbers where one comes in a file."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.notices.drafting import prepare
from bot.notices.languages import LANGUAGES
from bot.notices.own_words import blanks_of
from bot.notices.refusals import NoticeRefused
from bot.notices.wording import LONGEST
from bot.texts import say
from db.audiences import TRAITS
from db.broadcast_lists import find_broadcast
from db.broadcasts import Kind, notices_of
from db.hoaxes import DECIDERS
from db.round_lists import AHEAD, find_round_row, list_rounds
from db.session import Session
from webhook.console import audience_upload, broadcast_forms
from webhook.console.audience_forms import DECILES, STATUSES, Unfit
from webhook.console.desk import Desk
from webhook.console.guards import require


def add_new(blueprint: Blueprint) -> None:
    """Add the routes that prepare a broadcast."""

    @blueprint.get("/pengumuman/baru")
    @require(*DECIDERS)
    def new(desk: Desk) -> str:
        """Ask what is to be told to whom; as it was in another broadcast, where one is named."""
        of = request.args.get("dari", 0, type=int)
        with desk.read() as session:
            values = broadcast_forms.blank()
            if given := request.args.get("penyaluran", "")[:18]:
                values = broadcast_forms.values_for(session, desk, given)
            if of:
                row = find_broadcast(session, desk.scope, max(0, min(of, 2**63 - 1)))
                if row is None:
                    abort(404)
                values = broadcast_forms.values_of(session, desk, row.broadcast)
            return _form(session, desk, values)

    @blueprint.post("/pengumuman/baru")
    @require(*DECIDERS)
    def make(desk: Desk) -> Response | tuple[str, int]:
        """Keep it as a draft and show what it would come to; a list that comes with it first."""
        values = broadcast_forms.written()
        if audience_upload.is_sent():
            values, told_of_list = audience_upload.take_in(desk, values)
            with desk.read() as session:
                page = _form(session, desk, values, told_of_list=told_of_list)
            return page, audience_upload.status_of(told_of_list)
        try:
            with desk.begin() as session:
                offered = broadcast_forms.offered_for(session, desk, values)
                draft = broadcast_forms.read_draft(session, desk, values, offered)
                broadcast_id = prepare(session, draft, desk.actor, desk.now).id
                broadcast_forms.check_lengths(draft.texts, notices_of(session, broadcast_id))
        except (Unfit, NoticeRefused) as error:
            told = say(error.key) if isinstance(error, NoticeRefused) else str(error)
            with desk.read() as session:
                return _form(session, desk, values, told), 400
        return redirect(url_for("console.broadcasts.one", broadcast_id=broadcast_id), 303)


def _form(
    session: Session, desk: Desk, values: Mapping[str, Any], problem: str | None = None,
    told_of_list: Sequence[tuple[str, str]] = (),
) -> str:  # fmt: skip
    rounds = list(list_rounds(session, desk.scope, AHEAD, desk.today))
    picked = values["round"]
    if picked.isdecimal() and picked not in {str(row.round.id) for row in rounds}:
        row = find_round_row(session, desk.scope, int(picked[:18]))
        rounds += [row] if row is not None else []
    return render_template(
        "console/broadcast_new.html",
        values=values, problem=problem, rounds=rounds,
        offered=broadcast_forms.offered_for(session, desk, values),
        statuses=STATUSES, deciles=DECILES, traits=TRAITS, languages=LANGUAGES,
        longest=LONGEST, blanks=blanks_of(Kind.DISTRIBUTION), told_of_list=told_of_list,
    )  # fmt: skip
