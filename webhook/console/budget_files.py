"""Lines of a budget out of a file: read, shown with what they would change, and then kept."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.texts import say
from bot.texts.format import plain_date, rupiah
from db.budgets import BURDEN, STRATEGIES, StaleBudget, Wanted, put_lines
from webhook.console.audience_forms import Unfit
from webhook.console.budget_coming import Coming, coming_of
from webhook.console.budget_edit import EDITORS
from webhook.console.budget_forms import FIRST_DAY, LONGEST
from webhook.console.budget_reading import MOST_LINES, Raw, Uploaded, uploaded
from webhook.console.desk import Desk
from webhook.console.fields import line as written
from webhook.console.guards import require

_FIELDS = ("year", "strategy", "source", "as_of")
_Answer = Response | str | tuple[str, int]


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
    def file(desk: Desk) -> _Answer:
        """Show what a file would change; keep it once that was seen."""
        values = {name: written(name) for name in _FIELDS}
        kept = request.form.get("rows", "")
        try:
            if not kept:
                return _look(desk, values, _uploaded())
            return _keep(desk, values, _unpacked(kept, request.form.get("notes", "[]")))
        except Unfit as unfit:
            return _form(values, str(unfit).splitlines()), 400


def _look(desk: Desk, values: Mapping[str, str], table: Uploaded, problem: str = "") -> str:
    """Show what some rows would change now; raises Unfit."""
    with desk.read() as session:
        coming = coming_of(session, desk, values, table.raws)
    return render_template(
        "console/budget_file_look.html",
        values=values, coming=coming, problem=problem,
        rows=json.dumps([astuple(raw) for raw in table.raws]),
        notes=table.notes, noted=json.dumps(list(table.notes)),
        seen=json.dumps([one.seen for one in coming.lines]),
        money=rupiah, plain_date=plain_date,
    )  # fmt: skip


def _keep(desk: Desk, values: Mapping[str, str], table: Uploaded) -> _Answer:
    """Keep the rows, unless a line is no longer as it was shown; raises Unfit."""
    seen = _versions(request.form.get("seen", ""))
    try:
        with desk.begin() as session:
            coming = coming_of(session, desk, values, table.raws)
            if len(seen) != len(coming.lines):
                raise Unfit(say("budget.file_again"))
            if any(one.seen != at for one, at in zip(coming.lines, seen, strict=True)):
                raise StaleBudget  # also of a line that is older only since it was shown
            wanted = _wanted(coming, request.form.getlist("older"))
            area, year = desk.staff.area_code, coming.year
            changed = put_lines(session, area, year, wanted, desk.actor, desk.now)
    except StaleBudget:
        return _look(desk, values, table, say("budget.file_stale")), 409
    flash(say("budget.imported", lines=changed, year=year) if changed else say("budget.unchanged"))
    if len(wanted) < len(coming.lines):
        flash(say("budget.left_out", lines=len(coming.lines) - len(wanted)))
    return redirect(url_for("console.budget.show", tahun=year), 303)


def _wanted(coming: Coming, ticked: Collection[str]) -> list[Wanted]:
    """Give the lines that are to be kept: an older one only where its number is ticked."""
    return [
        Wanted(one.planned, one.seen)
        for number, one in enumerate(coming.lines)
        if not one.is_older or str(number) in ticked
    ]


def _uploaded() -> Uploaded:
    given = request.files.get("file")
    if given is None or not given.filename:
        raise Unfit(say("budget.no_file"))
    return uploaded(given)


def _unpacked(text: str, noted: str) -> Uploaded:
    """Give the table that the page kept between looking and keeping; it is read anew."""
    try:
        rows = json.loads(text)
        raws = [Raw(int(row), *map(str, cells)) for row, *cells in rows]
        notes = [str(note) for note in json.loads(noted)]
    except (ValueError, TypeError, RecursionError):
        raise Unfit(say("budget.file_again")) from None
    if len(raws) > MOST_LINES:
        raise Unfit(say("budget.many_lines", most=MOST_LINES))
    return Uploaded(raws, notes)


def _versions(text: str) -> Sequence[int]:
    """Give the version of each line as the page showed it."""
    try:
        return [int(one) for one in json.loads(text)]
    except (ValueError, TypeError, RecursionError):
        raise Unfit(say("budget.file_again")) from None


def _form(values: Mapping[str, str], problems: Sequence[str] = ()) -> str:
    return render_template(
        "console/budget_file.html",
        values=values, problems=problems, strategies=STRATEGIES, longest=LONGEST, most=MOST_LINES,
        first_day=FIRST_DAY,
    )  # fmt: skip
