"""The catalogue of questions and answers: by programme, with age, history and a preview."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.catalogue import LONGEST, as_told
from bot.service import Service
from bot.texts import say
from db.catalogue import (
    SEEDED,
    TOPICS,
    Draft,
    Entry,
    Stale,
    add_entry,
    all_entries,
    change_entry,
    count_old,
    entry_of_key,
    versions_of,
)
from db.notice_rules import rules_all
from db.programs import AMOUNT
from db.registry import all_programs
from db.session import Session
from db.trail import names_of_staff
from webhook.console.catalogue_programs import EDITORS, FIRST_SOURCE, READERS, add_programs
from webhook.console.desk import Desk
from webhook.console.guards import require

_GENERAL = "umum"  # begins the key of a question of no one programme
_LONGEST_ASKED = 4_000
_YEAR = timedelta(days=365)


class _Unfit(ValueError):
    """A form cannot be taken; its text says why."""


def catalogue_pages(_parts: Service) -> Blueprint:
    """Make the routes about the catalogue."""
    blueprint = Blueprint("catalogue", __name__)

    @blueprint.get("/katalog")
    @require(*READERS)
    def show(desk: Desk) -> str:
        """Show every question by programme, or those alone that have grown old."""
        only_old = request.args.get("lama") == "1"
        with desk.read() as session:
            found = [
                entry
                for entry in all_entries(session)
                if not only_old or (entry.active and entry.is_old(desk.today))
            ]
            names = {program.code: program.name for program in all_programs(session)}
            old = count_old(session, desk.today)
        groups = [
            (names.get(code, say("catalogue.general")), list(entries))
            for code, entries in groupby(found, lambda entry: entry.program_code or "")
        ]
        return render_template(
            "console/catalogue.html", groups=groups, old=old, only_old=only_old,
            may_edit=desk.staff.role in EDITORS,
        )  # fmt: skip

    @blueprint.get("/katalog/<key>")
    @require(*READERS)
    def entry(desk: Desk, key: str) -> str:
        """Show one question with its preview and what it said before."""
        with desk.read() as session:
            found = _existing(session, key)
            return _entry_page(desk, session, found, _values_of(found))

    _add_changes(blueprint)
    _add_new(blueprint)
    add_programs(blueprint)
    return blueprint


def _add_changes(blueprint: Blueprint) -> None:
    @blueprint.post("/katalog/<key>")
    @require(*EDITORS)
    def change(desk: Desk, key: str) -> Response | str | tuple[str, int]:
        """Keep a change, or show first how a citizen would read it."""
        values = _written()
        try:
            draft = _draft(values, desk.today)
            if values["act"] == "preview":
                raise _Unfit("")
            with desk.begin() as session:
                if not _may_write(session, desk, _existing(session, key).topic):
                    abort(403)
                seen = _moment(values["seen"])
                changed = change_entry(session, key, draft, seen, desk.actor, desk.now)
        except (_Unfit, Stale) as unfit:
            with desk.read() as session:
                found = _existing(session, key)
                problem = _stale(session, desk, found) if isinstance(unfit, Stale) else str(unfit)
                page = _entry_page(desk, session, found, values, problem)
            return (page, 409 if isinstance(unfit, Stale) else 400) if problem else page
        flash(say("catalogue.changed" if changed else "catalogue.unchanged"))
        return redirect(url_for("console.catalogue.entry", key=key), 303)


def _add_new(blueprint: Blueprint) -> None:
    @blueprint.get("/katalog/baru")
    @require(*EDITORS)
    def new(desk: Desk) -> str:
        """Ask for a new question."""
        values = _written() | {
            "program": request.args.get("program", "")[:20],
            "topic": request.args.get("topic", "")[:10],
            "source_date": desk.today.isoformat(),
            "check_on": (desk.today + _YEAR).isoformat(),
            "active": "1",
        }
        with desk.read() as session:
            return _new_page(desk, session, values)

    @blueprint.post("/katalog/baru")
    @require(*EDITORS)
    def add(desk: Desk) -> Response | tuple[str, int] | str:
        """Add a question, or show first how a citizen would read it."""
        values = _written()
        try:
            draft = _draft(values, desk.today)
            if values["topic"] not in TOPICS:
                raise _Unfit(say("catalogue.bad_topic"))
            if values["act"] == "preview":
                raise _Unfit("")
            key = _free_key(values)
            with desk.begin() as session:
                program = _program(session, values["program"])
                if not _may_write(session, desk, values["topic"]):
                    raise _Unfit(say("programs.not_whole"))
                if entry_of_key(session, key) is not None:
                    raise _Unfit(say("catalogue.taken"))
                add_entry(session, key, program, values["topic"], draft, desk.actor, desk.now)
        except _Unfit as unfit:
            with desk.read() as session:
                page = _new_page(desk, session, values, str(unfit))
            return (page, 400) if str(unfit) else page
        flash(say("catalogue.added"))
        return redirect(url_for("console.catalogue.entry", key=key), 303)


def _may_write(session: Session, desk: Desk, topic: str) -> bool:
    """Say whether somebody may write of a topic: what programmes give is one for all areas."""
    is_his = topic != AMOUNT or rules_all(session, desk.scope)
    return is_his and desk.staff.role in EDITORS


def _existing(session: Session, key: str) -> Entry:
    found = entry_of_key(session, key)
    if found is None:
        abort(404)
    return found


def _written() -> dict[str, str]:
    """Give what the form holds, bounded; line ends as one sign."""
    names = (
        "question", "answer", "asked", "source", "source_date", "check_on", "active", "seen",
        "act", "program", "topic",
    )  # fmt: skip
    return {
        name: request.form.get(name, "")
        .replace("\0", "")
        .replace("\r\n", "\n")
        .strip()[:_LONGEST_ASKED]
        for name in names
    }


def _values_of(entry: Entry) -> dict[str, str]:
    return {
        "question": entry.question,
        "answer": entry.answer,
        "asked": entry.asked,
        "source": entry.source,
        "source_date": entry.source_date.isoformat(),
        "check_on": entry.check_on.isoformat(),
        "active": "1" if entry.active else "",
    }


def _draft(values: dict[str, str], today: date) -> Draft:
    """Read a form; raises _Unfit with the sentence that says why it cannot be taken."""
    if not all(values[name] for name in ("question", "answer", "source")):
        raise _Unfit(say("catalogue.empty"))
    try:
        source_date, check_on = (
            date.fromisoformat(values[name]) for name in ("source_date", "check_on")
        )
    except ValueError:
        raise _Unfit(say("catalogue.bad_date")) from None
    if source_date > today:
        raise _Unfit(say("catalogue.future"))
    if source_date < FIRST_SOURCE:
        raise _Unfit(say("catalogue.old_date", first=FIRST_SOURCE.year))
    if check_on <= source_date:
        raise _Unfit(say("catalogue.check_before"))
    draft = Draft(
        question=values["question"][:150],
        answer=values["answer"],
        asked=values["asked"],
        source=values["source"][:200],
        source_date=source_date,
        check_on=check_on,
        active=values["active"] == "1",
    )
    length = len(_told(draft, is_old=True))
    if length > LONGEST:
        raise _Unfit(say("catalogue.too_long", length=length, most=LONGEST))
    return draft


def _told(draft: Draft, *, is_old: bool) -> str:
    return as_told(draft.question, draft.answer, draft.source, draft.source_date, is_old=is_old)


def _preview(values: dict[str, str], today: date) -> str:
    """Give the words that a citizen would read, as far as the form can be taken."""
    try:
        draft = _draft(values, today)
    except _Unfit:
        return ""
    return _told(draft, is_old=today >= draft.check_on)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Stale from None


def _free_key(values: dict[str, str]) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", values["question"].lower()).strip("-")
    return f"{(values['program'] or _GENERAL).lower()}.{values['topic']}.{slug}"[:50]


def _program(session: Session, code: str) -> str | None:
    if not code:
        return None
    if code not in {program.code for program in all_programs(session)}:
        raise _Unfit(say("catalogue.bad_program"))
    return code


def _stale(session: Session, desk: Desk, found: Entry) -> str:
    return say("catalogue.stale", who=_name(_names(session, desk), found.changed_by))


def _names(session: Session, desk: Desk) -> dict[str, str]:
    return names_of_staff(session, desk.scope)


def _name(names: dict[str, str], actor: str) -> str:
    return say("catalogue.by_program") if actor == SEEDED else names.get(actor, actor)


def _entry_page(
    desk: Desk, session: Session, found: Entry, values: dict[str, str], problem: str = ""
) -> str:
    names = _names(session, desk)
    versions: Sequence[object] = versions_of(session, found.id)
    return render_template(
        "console/catalogue_entry.html",
        entry=found,
        values=values,
        problem=problem,
        preview=_preview(values, desk.today),
        versions=versions,
        who=lambda actor: _name(names, actor),
        may_edit=_may_write(session, desk, found.topic),
        is_editor=desk.staff.role in EDITORS,
        longest=LONGEST,
    )


def _new_page(desk: Desk, session: Session, values: dict[str, str], problem: str = "") -> str:
    return render_template(
        "console/catalogue_new.html",
        values=values,
        problem=problem,
        preview=_preview(values, desk.today),
        programs=all_programs(session),
        topics=TOPICS,
        longest=LONGEST,
    )
