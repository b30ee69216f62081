"""Lines of a budget are entered and changed by form; what each said before stays to be read."""

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.texts import say
from bot.texts.format import plain_date, rupiah
from db.budget_history import history_of
from db.budgets import (
    BURDEN,
    STRATEGIES,
    BudgetLine,
    BudgetTaken,
    Planned,
    StaleBudget,
    add_line,
    begin_year,
    change_line,
    find_line,
    lines_of,
)
from db.catalogue import SEEDED
from db.registry import all_programs
from db.session import Session
from db.trail import names_of_staff
from webhook.console.audience_forms import Unfit
from webhook.console.budget_forms import (
    FIELDS,
    FIRST_DAY,
    LONGEST,
    read_planned,
    read_year,
    values_of,
)
from webhook.console.desk import Desk
from webhook.console.fields import line as written
from webhook.console.guards import require

EDITORS = ("officer", "chief", "admin")
READERS = (*EDITORS, "front_office", "back_office")
_Answer = Response | tuple[str, int]


def add_edits(blueprint: Blueprint) -> None:
    """Add the routes by which lines are entered and changed."""

    @blueprint.get("/anggaran/baru")
    @require(*EDITORS)
    def new(desk: Desk) -> str:
        """Ask for a new line."""
        values = dict.fromkeys(FIELDS, "") | {
            "year": request.args.get("tahun", "")[:4] or str(desk.today.year),
            "as_of": desk.today.isoformat(), "strategy": BURDEN, "realised": "0",
        }  # fmt: skip
        with desk.read() as session:
            return _page(session, desk, None, values)

    @blueprint.post("/anggaran/baru")
    @require(*EDITORS)
    def add(desk: Desk) -> _Answer:
        """Enter a line."""
        values = {name: written(name) for name in FIELDS}
        try:
            with desk.begin() as session:
                year = read_year(values["year"], desk.today)
                planned = _planned(session, desk, values)
                area = desk.staff.area_code
                found = add_line(session, area, year, planned, desk.actor, desk.now)
                line_id = found.id
        except (Unfit, BudgetTaken) as unfit:
            with desk.read() as session:
                return _page(session, desk, None, values, _why(unfit)), 400
        flash(say("budget.added"))
        return redirect(url_for("console.budget.line", line_id=line_id), 303)

    @blueprint.get("/anggaran/<int:line_id>")
    @require(*READERS)
    def line(desk: Desk, line_id: int) -> str:
        """Show one line with its source and its history, and its form to who may change it."""
        with desk.read() as session:
            found = find_line(session, desk.scope, line_id)
            if found is None:
                abort(404)
            return _page(session, desk, found, values_of(found))

    _add_changes(blueprint)


def _add_changes(blueprint: Blueprint) -> None:
    @blueprint.post("/anggaran/<int:line_id>")
    @require(*EDITORS)
    def change(desk: Desk, line_id: int) -> _Answer:
        """Keep a change of a line."""
        values = {name: written(name) for name in FIELDS}
        try:
            with desk.begin() as session:
                found = find_line(session, desk.scope, line_id, lock=True)
                if found is None:
                    abort(404)
                planned = _planned(session, desk, values)
                seen = int(values["seen"]) if values["seen"].isdecimal() else 0
                changed = change_line(session, found, seen, planned, desk.actor, desk.now)
        except (Unfit, BudgetTaken, StaleBudget) as unfit:
            with desk.read() as session:
                found = find_line(session, desk.scope, line_id)
                stale = isinstance(unfit, StaleBudget)
                page = _page(session, desk, found, values, _why(unfit))
            return page, 409 if stale else 400
        flash(say("budget.changed" if changed else "budget.unchanged"))
        return redirect(url_for("console.budget.line", line_id=line_id), 303)

    @blueprint.post("/anggaran/salin")
    @require(*EDITORS)
    def copy(desk: Desk) -> Response:
        """Begin a year with the lines of another one, all at nothing yet."""
        try:
            former, year = (read_year(written(name), desk.today) for name in ("from", "to"))
        except Unfit:
            abort(400)
        with desk.begin() as session:
            copied = [
                _emptied(one, former, desk)
                for one in lines_of(session, desk.scope, former)
                if one.area_code == desk.staff.area_code and one.in_use
            ]
            count = begin_year(
                session, desk.staff.area_code, year, copied, desk.actor, desk.now
            )  # fmt: skip
        flash(say("budget.copied", lines=count, former=former, year=year))
        return redirect(url_for("console.budget.show", tahun=year), 303)


def _emptied(line: BudgetLine, year: int, desk: Desk) -> Planned:
    source = say("budget.copied_source", year=year)
    return Planned(line.name, line.program_code, line.strategy, 0, 0, source, desk.today)


def _planned(session: Session, desk: Desk, values: Mapping[str, str]) -> Planned:
    programs = {program.code for program in all_programs(session)}
    return read_planned(values, programs, desk.today)


def _why(problem: Exception) -> str:
    if isinstance(problem, StaleBudget):
        return say("budget.stale")
    return say("budget.taken") if isinstance(problem, BudgetTaken) else str(problem)


def _page(
    session: Session, desk: Desk, found: BudgetLine | None, values: Mapping[str, str],
    problem: str = "",
) -> str:  # fmt: skip
    names = names_of_staff(session, desk.scope)
    programs = all_programs(session)
    by_code = {program.code: program.name for program in programs}
    return render_template(
        "console/budget_line.html",
        line=found, values=values, problem=problem, programs=programs, strategies=STRATEGIES,
        history=history_of(session, found.id) if found is not None else (),
        who=lambda actor: say("budget.by_program") if actor == SEEDED else names.get(actor, actor),
        told=lambda name, value: _told(name, value, by_code),
        may_edit=desk.staff.role in EDITORS, longest=LONGEST, first_day=FIRST_DAY,
    )  # fmt: skip


def _told(name: str, value: str | None, programs: Mapping[str, str]) -> str:
    """Give a value of the history as people write it."""
    if value is None:
        return "–"
    if name in ("allocated", "realised"):
        return rupiah(int(value))
    if name == "strategy":
        return say(f"budget.{value}")
    if name == "as_of":
        return plain_date(date.fromisoformat(value))
    return programs.get(value, value) if name == "program_code" else value
