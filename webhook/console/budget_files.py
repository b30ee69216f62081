"""Lines of a budget out of a file: read, shown with what they would change, and then kept."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.texts import say
from db.budgets import BURDEN, STRATEGIES, Planned, last_named, lines_of, put_line, said_by
from db.registry import all_programs
from db.session import Session
from webhook.console.audience_forms import Unfit
from webhook.console.budget_edit import EDITORS
from webhook.console.budget_forms import LONGEST, read_source, read_year
from webhook.console.budget_reading import MOST_LINES, Raw, Read, raws_of, read_rows
from webhook.console.desk import Desk
from webhook.console.fields import line as written
from webhook.console.guards import require

_FIELDS = ("year", "strategy", "source", "as_of")
_MOST_PROBLEMS = 10  # sentences at once


@dataclass(frozen=True, slots=True)
class Coming:
    """What the lines of a file would do to a year."""

    year: int
    lines: Sequence[tuple[Planned, str]]  # each with new, changed or unchanged
    programs: Mapping[str, str]  # names by codes
    untouched: int  # lines of the year that the file does not name


def add_import(blueprint: Blueprint) -> None:
    """Add the routes by which a file comes in."""

    @blueprint.get("/anggaran/berkas")
    @require(*EDITORS)
    def file_page(desk: Desk) -> str:
        """Ask for a file, and of what year it is."""
        values = {
            "year": request.args.get("tahun", "")[:4] or str(desk.today.year),
            "strategy": BURDEN, "source": "", "as_of": desk.today.isoformat(),
        }  # fmt: skip
        return _form(values)

    @blueprint.post("/anggaran/berkas")
    @require(*EDITORS)
    def file(desk: Desk) -> Response | str | tuple[str, int]:
        """Show what a file would change; keep it once that was seen."""
        values = {name: written(name) for name in _FIELDS}
        kept = request.form.get("rows", "")
        try:
            raws = _unpacked(kept) if kept else _uploaded()
            if not kept:
                with desk.read() as session:
                    coming = _coming(session, desk, values, raws)
                return _preview(values, raws, coming)
            with desk.begin() as session:
                coming = _coming(session, desk, values, raws)
                area, year = desk.staff.area_code, coming.year
                for planned, _ in coming.lines:
                    put_line(session, area, year, planned, desk.actor, desk.now)
        except Unfit as unfit:
            return _form(values, str(unfit).splitlines()), 400
        flash(say("budget.imported", lines=len(coming.lines), year=coming.year))
        return redirect(url_for("console.budget.show", tahun=coming.year), 303)


def _uploaded() -> Sequence[Raw]:
    given = request.files.get("file")
    if given is None or not given.filename:
        raise Unfit(say("budget.no_file"))
    return raws_of(given)


def _unpacked(text: str) -> Sequence[Raw]:
    """Give the rows that the page kept between looking and keeping; they are read anew."""
    try:
        rows = json.loads(text)
        raws = [Raw(int(row), *map(str, cells)) for row, *cells in rows]
    except (ValueError, TypeError, RecursionError):
        raise Unfit(say("budget.file_again")) from None
    if len(raws) > MOST_LINES:
        raise Unfit(say("budget.many_lines", most=MOST_LINES))
    return raws


def _coming(session: Session, desk: Desk, values: Mapping[str, str], raws: Sequence[Raw]) -> Coming:
    """Hold the rows against the lines of the year; raises Unfit, a sentence a line."""
    year = read_year(values["year"], desk.today)
    source, as_of = read_source(values, desk.today)
    if values["strategy"] not in STRATEGIES:
        raise Unfit(say("budget.bad_strategy"))
    names = {program.code: program.name for program in all_programs(session)}
    found, problems = read_rows(raws, names)
    if problems:
        raise Unfit("\n".join(problems[:_MOST_PROBLEMS]))
    if not found:
        raise Unfit(say("budget.no_lines"))
    lines = [
        _line(session, desk, year, read, values["strategy"], source, as_of) for read in found
    ]  # fmt: skip
    own = [one for one in lines_of(session, desk.scope, year)
           if one.area_code == desk.staff.area_code]  # fmt: skip
    untouched = {one.name for one in own} - {planned.name for planned, _ in lines}
    return Coming(year, lines, names, len(untouched))


def _line(
    session: Session, desk: Desk, year: int, read: Read, strategy: str, source: str, as_of: date
) -> tuple[Planned, str]:
    """Give what a row wants a line to say, with what is new in it.

    What it does not say stays as it is, or as the line of its name was in the years before.
    """
    line = last_named(session, desk.staff.area_code, year, read.name)
    planned = Planned(
        read.name,
        read.program or (line.program_code if line else None),
        read.strategy or (line.strategy if line else strategy),
        read.allocated,
        read.realised,
        source,
        as_of,
    )
    if line is None or line.year != year:
        return planned, "new"
    return planned, "unchanged" if said_by(line) == planned else "changed"


def _form(values: Mapping[str, str], problems: Sequence[str] = ()) -> str:
    return render_template(
        "console/budget_file.html",
        values=values, problems=problems, strategies=STRATEGIES, longest=LONGEST, most=MOST_LINES,
    )  # fmt: skip


def _preview(values: Mapping[str, str], raws: Sequence[Raw], coming: Coming) -> str:
    return render_template(
        "console/budget_file_look.html",
        values=values, coming=coming, rows=json.dumps([astuple(raw) for raw in raws]),
        allocated=sum(planned.allocated for planned, _ in coming.lines),
        realised=sum(planned.realised for planned, _ in coming.lines),
    )  # fmt: skip
