"""A broadcast is prepared: its form, and the lists of numbers that come in a file."""

import re
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from bot.notices.drafting import prepare
from bot.notices.languages import LANGUAGES
from bot.notices.own_words import blanks_of
from bot.notices.refusals import NoticeRefused
from bot.notices.wording import LONGEST
from bot.texts import say
from bot.texts.format import grouped
from db.audience_files import store_members
from db.audiences import TRAITS
from db.broadcast_lists import find_broadcast
from db.broadcasts import Kind, notices_of
from db.hoaxes import DECIDERS
from db.intake.lines import FileRefused
from db.intake.sheets import open_source
from db.round_lists import AHEAD, find_round_row, list_rounds
from db.session import Session
from webhook.console import broadcast_forms
from webhook.console.audience_forms import DECILES, STATUSES, Unfit
from webhook.console.desk import Desk
from webhook.console.fields import line
from webhook.console.guards import require

_MOST_LINES = 100_000
_LONGEST_NAME = 100


def add_new(blueprint: Blueprint) -> None:
    """Add the routes that prepare a broadcast."""

    @blueprint.get("/pengumuman/baru")
    @require(*DECIDERS)
    def new(desk: Desk) -> str:
        """Ask what is to be told to whom; as it was in another broadcast, where one is named."""
        of = request.args.get("dari", 0, type=int)
        with desk.read() as session:
            values = broadcast_forms.blank(request.args.get("berkas", "")[:18])
            if given := request.args.get("penyaluran", "")[:18]:
                values = broadcast_forms.values_for(session, desk, given)
            if of:
                row = find_broadcast(session, desk.scope, min(of, 2**63 - 1))
                if row is None:
                    abort(404)
                values = broadcast_forms.values_of(session, desk, row.broadcast)
            return _form(session, desk, values)

    @blueprint.post("/pengumuman/baru")
    @require(*DECIDERS)
    def make(desk: Desk) -> Response | tuple[str, int]:
        """Keep it as a draft and show what it would come to."""
        values = broadcast_forms.written()
        try:
            with desk.begin() as session:
                offered = broadcast_forms.offered_for(session, desk, values)
                draft = broadcast_forms.read_draft(session, desk, values, offered)
                broadcast_id = prepare(session, draft, desk.actor, desk.now).id
                broadcast_forms.check_lengths(draft, notices_of(session, broadcast_id))
        except (Unfit, NoticeRefused) as error:
            told = say(error.key) if isinstance(error, NoticeRefused) else str(error)
            with desk.read() as session:
                return _form(session, desk, values, told), 400
        return redirect(url_for("console.broadcasts.one", broadcast_id=broadcast_id), 303)

    _add_files(blueprint)


def _add_files(blueprint: Blueprint) -> None:
    @blueprint.post("/pengumuman/berkas")
    @require(*DECIDERS)
    def keep(desk: Desk) -> Response:
        """Find whom a list of NIK or ticket numbers means; the numbers are not kept."""
        file, name = request.files.get("list"), line("name")[:_LONGEST_NAME]
        try:
            if file is None or not file.filename:
                raise Unfit(say("batches.no_file"))
            if len(name) < 3:
                raise Unfit(say("broadcast.no_file_name"))
            lines = _lines(file)
        except Unfit as unfit:
            flash(str(unfit), "danger")
            return redirect(url_for("console.broadcasts.new"), 303)
        with desk.begin() as session:
            kept = store_members(
                session, name, desk.staff.area_code, lines, desk.scope, desk.actor, desk.now
            )
            found, of, file_id = kept.found, kept.lines, kept.id
        flash(say("broadcast.file_kept", found=grouped(found), of=grouped(of), name=name))
        if len(lines) > of:
            flash(say("broadcast.file_unread", count=grouped(len(lines) - of)), "danger")
        return redirect(url_for("console.broadcasts.new", berkas=file_id), 303)


def _lines(file: FileStorage) -> list[str]:
    """Give the rows of a file that hold any digit; raises Unfit where it cannot be read."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "daftar"
        file.save(path)
        try:
            with closing(open_source(path)) as source:
                rows = [cells for table in source.tables for _, cells in table.rows()]
        except FileRefused as refused:
            raise Unfit(say(refused.problem.key, **refused.problem.values)) from None
    lines = [" ".join(map(_whole, row)) for row in rows]
    numbered = [line for line in lines if any(sign.isdigit() for sign in line)]
    if not numbered:
        raise Unfit(say("broadcast.no_numbers"))
    if len(numbered) > _MOST_LINES:
        raise Unfit(say("broadcast.many_numbers", most=grouped(_MOST_LINES)))
    return numbered


def _whole(cell: str) -> str:
    """Take a NIK together that was written in groups, as `7472 0212 0485 0001`."""
    digits = re.sub(r"[\s.'-]", "", cell)
    return digits if digits.isdecimal() else cell


def _form(
    session: Session, desk: Desk, values: Mapping[str, Any], problem: str | None = None
) -> str:
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
        longest=LONGEST, blanks=blanks_of(Kind.DISTRIBUTION),
    )  # fmt: skip
