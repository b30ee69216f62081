"""The programmes: who runs each, what it gives by which source, and for whom it is hinted at.

They are one for the whole deployment: whoever sees a part of it reads them and changes none.
"""

import re
from collections.abc import Mapping
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.capabilities.citizen.eligibility import MEMBERS
from bot.texts import say
from db.catalogue import versions_of
from db.notice_rules import rules_all
from db.programs import (
    Known,
    ProgramTaken,
    Rule,
    StaleProgram,
    add_program,
    change_program,
    former_versions,
    known_program,
    known_programs,
)
from db.session import Session
from db.trail import names_of_staff
from webhook.console.audience_forms import Unfit
from webhook.console.desk import Desk
from webhook.console.fields import line
from webhook.console.guards import require

EDITORS = ("officer", "chief", "admin")
READERS = (*EDITORS, "front_office", "back_office")
DECILES = range(1, 11)
FIRST_SOURCE = date(1945, 1, 1)  # no rule of the state is older
_LONGEST = {"name": 100, "agency": 100, "source": 200}
_FIELDS = ("code", *_LONGEST, "most_decile", "source_date", "seen")
_CODE = re.compile(r"[A-Z][A-Z0-9]{1,19}")
_Answer = Response | tuple[str, int]
_Values = Mapping[str, str | list[str]]


def add_programs(blueprint: Blueprint) -> None:
    """Add the routes about programmes."""

    @blueprint.get("/katalog/bantuan")
    @require(*READERS)
    def programs(desk: Desk) -> str:
        """Show every programme with the source and the age of its amount."""
        return _all_page(desk, {})

    @blueprint.post("/katalog/bantuan")
    @require(*EDITORS)
    def add_one(desk: Desk) -> _Answer:
        """Enter a programme."""
        values = _written()
        if not _may_change(desk):
            return _all_page(desk, values), 403
        try:
            code = str(values["code"]).upper()
            if not _CODE.fullmatch(code):
                raise Unfit(say("programs.bad_code"))
            name, agency = _named(values)
            with desk.begin() as session:
                add_program(session, code, name, agency, desk.actor, desk.now)
        except (Unfit, ProgramTaken) as unfit:
            why = say("programs.taken") if isinstance(unfit, ProgramTaken) else str(unfit)
            return _all_page(desk, values, why), 400
        flash(say("programs.added"))
        return redirect(url_for("console.catalogue.program", code=code), 303)

    @blueprint.get("/katalog/bantuan/<code>")
    @require(*READERS)
    def program(desk: Desk, code: str) -> str:
        """Show one programme, and its form to whoever may change it."""
        with desk.read() as session:
            known = _existing(session, code)
            return _page(session, desk, known, _values_of(known))

    @blueprint.post("/katalog/bantuan/<code>")
    @require(*EDITORS)
    def change_one(desk: Desk, code: str) -> _Answer:
        """Keep a change of a programme."""
        values = _written()
        if not _may_change(desk):
            with desk.read() as session:
                known = _existing(session, code)
                return _page(session, desk, known, _values_of(known)), 403
        try:
            with desk.begin() as session:
                name, agency = _named(values)
                rule = _rule(values, desk.today, is_there=_existing(session, code).hint is not None)
                seen = str(values["seen"])
                changed = change_program(
                    session, code, seen, name, agency, rule, desk.actor, desk.now
                )
        except (Unfit, StaleProgram) as unfit:
            stale = isinstance(unfit, StaleProgram)
            with desk.read() as session:
                known = _existing(session, code)
                why = say("programs.stale") if stale else str(unfit)
                page = _page(session, desk, known, values, why)
            return page, 409 if stale else 400
        flash(say("programs.changed" if changed else "programs.unchanged"))
        return redirect(url_for("console.catalogue.program", code=code), 303)


def _existing(session: Session, code: str) -> Known:
    known = known_program(session, code)
    if known is None:
        abort(404)
    return known


def _written() -> _Values:
    members = [name for name in request.form.getlist("members") if name in MEMBERS]
    return {name: line(name) for name in _FIELDS} | {"members": members}


def _values_of(known: Known) -> _Values:
    hint = known.hint
    decile = str(hint.most_decile) if hint is not None and hint.most_decile is not None else ""
    return {
        "name": known.program.name,
        "agency": known.program.agency,
        "members": hint.members.split() if hint is not None else [],
        "most_decile": decile,
        "source": hint.source if hint is not None else "",
        "source_date": hint.source_date.isoformat() if hint is not None else "",
    }


def _named(values: _Values) -> tuple[str, str]:
    """Read what a programme is called and who runs it; raises Unfit."""
    name, agency = str(values["name"]), str(values["agency"])
    for which, text in (("name", name), ("agency", agency)):
        if not 0 < len(text) <= _LONGEST[which] or not text.isprintable():
            raise Unfit(say("programs.bad_name", most=_LONGEST[which]))
    return name, agency


def _rule(values: _Values, today: date, *, is_there: bool) -> Rule | None:
    """Read for whom it is; None where nothing is said and there is no rule yet; raises Unfit."""
    decile, source = str(values["most_decile"]), str(values["source"])
    if not (is_there or source or decile or values["members"] or values["source_date"]):
        return None
    if decile and decile not in map(str, DECILES):
        raise Unfit(say("programs.bad_decile"))
    if not 0 < len(source) <= _LONGEST["source"] or not source.isprintable():
        raise Unfit(say("programs.bad_source"))
    try:
        day = date.fromisoformat(str(values["source_date"]))
    except ValueError:
        raise Unfit(say("programs.bad_date")) from None
    if day > today:
        raise Unfit(say("programs.future"))
    if day < FIRST_SOURCE:
        raise Unfit(say("programs.old_date", first=FIRST_SOURCE.year))
    return Rule(list(values["members"]), int(decile) if decile else None, source, day)


def _may_change(desk: Desk) -> bool:
    with desk.read() as session:
        return desk.staff.role in EDITORS and rules_all(session, desk.scope)


def _all_page(desk: Desk, values: _Values, problem: str = "") -> str:
    may_edit = _may_change(desk)
    with desk.read() as session:
        return render_template(
            "console/catalogue_programs.html",
            programs=known_programs(session), values=values, problem=problem, may_edit=may_edit,
            is_editor=desk.staff.role in EDITORS,
        )  # fmt: skip


def _page(session: Session, desk: Desk, known: Known, values: _Values, problem: str = "") -> str:
    names = names_of_staff(session, desk.scope)
    return render_template(
        "console/catalogue_program.html",
        known=known, values=values, problem=problem, members=MEMBERS, deciles=DECILES,
        first_source=FIRST_SOURCE,
        may_edit=desk.staff.role in EDITORS and rules_all(session, desk.scope),
        is_editor=desk.staff.role in EDITORS,
        former=former_versions(session, known.program.code),
        former_amounts=versions_of(session, known.amount.id) if known.amount is not None else (),
        who=lambda actor: names.get(actor, actor),
    )  # fmt: skip
