"""WhatsApp templates: the list with their states, the words of one, and what Meta says of it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.messages import SendError
from bot.notices.languages import KNOWN_TO_META, LANGUAGES, TEMPLATE_LANGUAGES
from bot.notices.template_sync import sync
from bot.notices.templates import (
    LONGEST,
    LONGEST_NAME,
    VARIABLES,
    check_wording,
    filled_body,
    sample_values,
)
from bot.service import Service, twilio_client
from bot.texts import say
from db.hoaxes import DECIDERS
from db.notice_rules import rules_all
from db.session import Session
from db.wa_templates import (
    APPROVED,
    DRAFT,
    EDITABLE,
    LONGEST_REASON,
    PENDING,
    STATES,
    NameTaken,
    StaleTemplate,
    TemplateFixed,
    WaTemplate,
    Wording,
    add_template,
    change_template,
    find_template,
    list_templates,
    mark_template,
    version_of,
)
from webhook.console.desk import Desk
from webhook.console.fields import field
from webhook.console.guards import require

MARKERS = ("chief", "admin")
_MOST_BLANKS = 9
_SID = re.compile(r"HX[0-9a-fA-F]{32}")
_KNOWN = tuple(dict.fromkeys(name for names in VARIABLES.values() for name in names))
_MARKABLE = tuple(state for state in STATES if state != DRAFT)
_ADDRESS = "/templat/<name>/<language>"
Values = dict[str, Any]


def templates_pages(parts: Service) -> Blueprint:
    """Make the routes about WhatsApp templates."""
    blueprint = Blueprint("templates", __name__)

    @blueprint.get("/templat")
    @require(*DECIDERS)
    def show(desk: Desk) -> str:
        """Show every template with its state."""
        with desk.read() as session:
            found = list_templates(session)
            may_change = rules_all(session, desk.scope)
        return render_template(
            "console/wa_templates.html",
            found=found, connected=parts.settings.twilio is not None, may_change=may_change,
        )  # fmt: skip

    @blueprint.post("/templat/perbarui")
    @require(*DECIDERS)
    def refresh(desk: Desk) -> Response:
        """Submit what waits, and fetch what Meta decided."""
        if _may_change(desk):
            _sync(parts, desk)
        else:
            flash(say("template.not_yours"), "danger")
        return redirect(url_for("console.templates.show"), 303)

    _add_new(blueprint)
    _add_one(blueprint, parts)
    _add_states(blueprint)
    return blueprint


def _add_new(blueprint: Blueprint) -> None:
    @blueprint.get("/templat/baru")
    @require(*DECIDERS)
    def new(desk: Desk) -> str:
        """Ask for a new template, perhaps after the words of another."""
        name, language = (request.args.get(key, "") for key in ("nama", "bahasa"))
        with desk.read() as session:
            like = find_template(session, name, language)
        values = _values_of(like) | {"name": ""} if like else _written()
        return _page(desk, None, values, [])

    @blueprint.post("/templat/baru")
    @require(*DECIDERS)
    def add(desk: Desk) -> Response | tuple[str, int] | str:
        """Keep a new template as a draft, or show first how it reads."""
        values = _written()
        wording = _wording(values)
        if not _may_change(desk):
            return _page(desk, None, values, ["template.not_yours"]), 403
        problems = check_wording(wording)
        if problems or values["act"] == "preview":
            return _answer(_page(desk, None, values, problems), problems)
        try:
            with desk.begin() as session:
                add_template(session, wording, desk.actor, desk.now)
        except NameTaken:
            return _page(desk, None, values, ["template.name_taken"]), 400
        return _kept(wording, "template.saved")


def _add_one(blueprint: Blueprint, parts: Service) -> None:
    @blueprint.get(_ADDRESS)
    @require(*DECIDERS)
    def one(desk: Desk, name: str, language: str) -> str:
        """Show a template as a recipient reads it, with what Meta says of it."""
        with desk.read() as session:
            found = _existing(session, name, language)
        return _page(desk, found, _values_of(found), [])

    @blueprint.post(_ADDRESS)
    @require(*DECIDERS)
    def change(desk: Desk, name: str, language: str) -> Response | tuple[str, int] | str:
        """Keep other words, and submit them to Meta if that is wanted."""
        values = _written()
        wording = _wording(values)
        problems = check_wording(wording)
        submit = values["act"] == "submit"
        with desk.read() as session:
            found = _existing(session, name, language)
        if not _may_change(desk):
            return _page(desk, found, _values_of(found), ["template.not_yours"]), 403
        if problems or values["act"] == "preview":
            return _answer(_page(desk, found, values, problems), problems)
        try:
            _change(desk, found.id, wording, values["seen"], submit)
        except (StaleTemplate, TemplateFixed, NameTaken) as error:
            with desk.read() as session:
                found = _existing(session, name, language)
            return _page(desk, found, values, [_REFUSED[type(error)]]), 409
        if not submit:
            return _kept(wording, "template.saved")
        is_out = parts.settings.twilio is None or _sync(parts, desk)
        return _kept(wording, "template.submitted" if is_out else "template.not_out")


def _add_states(blueprint: Blueprint) -> None:
    @blueprint.post(f"{_ADDRESS}/keadaan")
    @require(*MARKERS)
    def mark(desk: Desk, name: str, language: str) -> Response | tuple[str, int]:
        """Keep by hand what Meta says, of a template that was submitted in Twilio's console.

        Nothing shows whether a SID has these words, and all areas send by it.
        """
        state, sid, reason = (field(key, 300) for key in ("state", "content_sid", "reason"))
        problem = None
        if state not in _MARKABLE:
            problem = "template.bad_state"
        elif not _SID.fullmatch(sid) and (sid or state == APPROVED):
            problem = "template.bad_sid"
        with desk.begin() as session:
            found = _existing(session, name, language)
            if not rules_all(session, desk.scope):
                problem = "template.not_whole"
            if problem is None:
                try:
                    mark_template(
                        session, found.id, state, sid or None, reason[:LONGEST_REASON] or None,
                        desk.actor, desk.now, field("seen", 60),
                    )  # fmt: skip
                except StaleTemplate:
                    problem = "template.stale"
        if problem is not None:
            status = 403 if problem == "template.not_whole" else 400
            return _page(desk, found, _values_of(found), [problem]), status
        return _kept(_wording_of(found), "template.marked")


_REFUSED = {
    StaleTemplate: "template.stale",
    TemplateFixed: "template.fixed",
    NameTaken: "template.name_taken",
}


def _change(desk: Desk, template_id: int, wording: Wording, seen: str, submit: bool) -> None:
    with desk.begin() as session:
        changed = change_template(session, template_id, wording, seen, desk.actor, desk.now)
        if changed is not None and submit:
            mark_template(session, template_id, PENDING, None, None, desk.actor, desk.now)


def _may_change(desk: Desk) -> bool:
    """Say whether somebody may change templates: all areas send by the same."""
    with desk.read() as session:
        return rules_all(session, desk.scope)


def _sync(parts: Service, desk: Desk) -> bool:
    """Ask Twilio and say what came of it; gives whether it answered."""
    twilio = parts.settings.twilio
    if twilio is None:
        flash(say("template.no_twilio"), "danger")
        return False
    try:
        changes = sync(desk.store, twilio_client(twilio), desk.actor, parts.clock)
    except SendError as error:
        flash(say("template.no_answer", reason=error), "danger")
        return False
    key = "template.synced" if changes else "template.nothing_new"
    flash(say(key, count=len(changes)))
    return True


def _existing(session: Session, name: str, language: str) -> WaTemplate:
    found = find_template(session, name, language)
    if found is None:
        abort(404)
    return found


def _kept(wording: Wording, key: str) -> Response:
    flash(say(key))
    address = url_for("console.templates.one", name=wording.name, language=wording.language)
    return redirect(address, 303)


def _answer(page: str, problems: Sequence[str]) -> tuple[str, int] | str:
    return (page, 400) if problems else page


def _page(
    desk: Desk, found: WaTemplate | None, values: Values, problems: Sequence[str]
) -> str:  # fmt: skip
    wording = _wording(values)
    sound = not check_wording(wording) or (found is not None and not problems)
    preview = (
        filled_body(wording.body, sample_values(wording.kind, wording.variables)) if sound else ""
    )
    return render_template(
        "console/wa_template.html",
        template=found,
        values=values,
        seen=version_of(found) if found is not None else "",
        problems=[say(problem) for problem in problems],
        preview=preview,
        may_edit=found is None or found.state in EDITABLE,
        may_change=_may_change(desk),
        kinds=tuple(VARIABLES),
        languages=TEMPLATE_LANGUAGES,
        at_meta=KNOWN_TO_META,
        chosen=LANGUAGES,
        known=_KNOWN,
        blanks=_MOST_BLANKS,
        states=_MARKABLE,
        markers=MARKERS,
        longest=LONGEST,
        longest_name=LONGEST_NAME,
    )


def _written() -> Values:
    """Give what the form holds, bounded; one more sign than may be, so that it can be said."""
    blanks = [field(f"variable_{at}", 20) for at in range(1, _MOST_BLANKS + 1)]
    return {
        "kind": field("kind", 12),
        "language": field("language", 5),
        "name": field("name", LONGEST_NAME + 1),
        "body": field("body", LONGEST + 1),
        "variables": blanks,
        "seen": field("seen", 60),
        "act": field("act", 10),
    }


def _wording(values: Mapping[str, Any]) -> Wording:
    named = list(values["variables"])
    while named and not named[-1]:
        named.pop()
    return Wording(values["kind"], values["language"], values["name"], values["body"], tuple(named))


def _wording_of(found: WaTemplate) -> Wording:
    return Wording(found.kind, found.language, found.name, found.body, tuple(found.variables))


def _values_of(found: WaTemplate) -> Values:
    blanks = [*found.variables, *[""] * (_MOST_BLANKS - len(found.variables))]
    return {
        "kind": found.kind, "language": found.language, "name": found.name, "body": found.body,
        "variables": blanks,
    }  # fmt: skip
