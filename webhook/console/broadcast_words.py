"""What a change of a round says, in an officer's own words and in the languages of its readers."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from bot.notices.approving import may_reword, reword
from bot.notices.languages import LANGUAGES
from bot.notices.own_words import blanks_of
from bot.notices.refusals import NoticeRefused, StaleBroadcast
from bot.notices.wording import LONGEST
from bot.texts import say
from db.broadcast_lists import BroadcastRow, wordings_of
from db.broadcasts import Kind
from db.hoaxes import DECIDERS
from db.rounds import CANCELED, Round
from db.session import Session
from webhook.console.audience_forms import Unfit
from webhook.console.broadcast_deeds import existing, seen
from webhook.console.broadcast_forms import check_lengths, texts_of, written_texts
from webhook.console.desk import Desk
from webhook.console.guards import require


def add_words(blueprint: Blueprint) -> None:
    """Add the routes by which a change gets other words."""

    @blueprint.get("/pengumuman/<int:broadcast_id>/kata")
    @require(*DECIDERS)
    def words(desk: Desk, broadcast_id: int) -> Response | str:
        """Ask for the words, beside what is said now."""
        with desk.read() as session:
            row = existing(session, desk, broadcast_id)
            if not may_reword(row.broadcast, desk.actor):
                flash(say("notice.not_to_reword"), "danger")
                return _to(broadcast_id)
            held = row.broadcast.texts or {}
            return _form(session, row, {f"text_{code}": held.get(code, "") for code in LANGUAGES})

    @blueprint.post("/pengumuman/<int:broadcast_id>/kata")
    @require(*DECIDERS)
    def say_so(desk: Desk, broadcast_id: int) -> Response | tuple[str, int]:
        """Let the draft say that; in a language without words of its own it says ours."""
        values = written_texts()
        try:
            with desk.begin() as session:
                row = existing(session, desk, broadcast_id)
                texts = texts_of(values, Kind.CHANGE, _is_canceled(session, row))
                notices = reword(session, broadcast_id, texts, desk.actor, desk.now, seen())
                check_lengths(texts, notices)
        except (Unfit, NoticeRefused, StaleBroadcast) as error:
            with desk.read() as session:
                row = existing(session, desk, broadcast_id)
                return _form(session, row, values, _words_of(error)), 400
        flash(say("broadcast.did_reword"))
        return _to(broadcast_id)


def _words_of(error: Unfit | NoticeRefused | StaleBroadcast) -> str:
    if isinstance(error, NoticeRefused):
        return say(error.key)
    return say("broadcast.stale") if isinstance(error, StaleBroadcast) else str(error)


def _is_canceled(session: Session, row: BroadcastRow) -> bool:
    """Say whether it tells that nothing of its round is left."""
    round_id = row.broadcast.round_id
    return round_id is not None and session.get_one(Round, round_id).state == CANCELED


def _to(broadcast_id: int) -> Response:
    return redirect(url_for("console.broadcasts.one", broadcast_id=broadcast_id), 303)


def _form(
    session: Session, row: BroadcastRow, values: Mapping[str, str], problem: str | None = None
) -> str:
    return render_template(
        "console/broadcast_words.html",
        row=row, broadcast=row.broadcast, values=values, problem=problem,
        now_said=wordings_of(session, row.broadcast.id, 1), languages=LANGUAGES,
        longest=LONGEST, blanks=blanks_of(Kind.CHANGE), is_canceled=_is_canceled(session, row),
    )  # fmt: skip
