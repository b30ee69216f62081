"""The findings one by one: chosen and paged, given to somebody, settled with what came of them."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.texts import say
from bot.texts.findings import detail, kind_name
from bot.texts.format import given_name
from db import audit
from db.areas import Scope
from db.finding_tasks import (
    assignee,
    choices,
    find_finding,
    settlement,
    who_may_look_into,
    whom,
)
from db.findings import (
    DONE,
    OUTCOMES,
    PAGE,
    SECTION,
    STATES,
    AlreadySettled,
    Filters,
    FindingRefused,
    Found,
    NoSuchFinding,
    OutsideArea,
    WrongAssignee,
    assign,
    count_findings,
    open_findings,
    settle,
)
from db.mismatch.shape import KINDS
from db.session import Session
from webhook.console.desk import Desk
from webhook.console.guards import require
from webhook.console.paging import page_asked

GIVERS = ("chief", "officer", "admin")  # who say who is to look into a finding
ROLES = (*GIVERS, "back_office")
_CHOSEN = ("kind", "agency", "program", "area", "state", "mine")
_LONGEST, _LONGEST_NOTE = 100, 1_000
_WORDS = {
    NoSuchFinding: "mismatch.refused_unknown",
    OutsideArea: "mismatch.refused_area",
    AlreadySettled: "mismatch.refused_settled",
    WrongAssignee: "mismatch.refused_assignee",
}


def chosen_filters(desk: Desk) -> tuple[Filters, dict[str, str]]:
    """Give what the address asks for, as filters and as it stands there."""
    chosen = {
        name: request.args.get(name, "").replace("\0", "").strip()[:_LONGEST] for name in _CHOSEN
    }
    if chosen["kind"] not in KINDS:
        chosen["kind"] = ""
    if chosen["state"] not in STATES:
        chosen["state"] = ""
    filters = Filters(
        kind=chosen["kind"] or None,
        state=chosen["state"] or None,
        agency=chosen["agency"] or None,
        program_code=chosen["program"] or None,
        area_code=chosen["area"] or None,
        staff_id=desk.staff.id if chosen["mine"] else None,
    )
    return filters, chosen


def add_findings(blueprint: Blueprint) -> None:
    """Add the routes of the findings to those of the figures."""

    @blueprint.get("/selisih/temuan")
    @require(*ROLES)
    def findings(desk: Desk) -> str:
        """Show a page of the findings that were chosen; that names were read is written down."""
        filters, chosen = chosen_filters(desk)
        with desk.begin() as session:
            total = _count(session, desk.scope, filters)
            page, pages = page_asked(total, PAGE)
            found = open_findings(session, desk.scope, filters, page)
            people = whom(session, found)
            lists = choices(session, desk.scope)
            audit.record(session, desk.now, desk.actor, "list findings", "findings")
            shown = (one.person_id for one in people.values())
            audit.record_shown(session, desk.now, desk.actor, shown)
        kept = {name: value for name, value in chosen.items() if value}
        return render_template(
            "console/findings.html",
            found=found, people=people, choices=lists, chosen=chosen, kept=kept, total=total,
            page=page, pages=pages, kinds=KINDS, states=STATES, **_words(),
        )  # fmt: skip

    @blueprint.get("/selisih/temuan/<int:finding_id>")
    @require(*ROLES)
    def finding(desk: Desk, finding_id: int) -> str:
        """Show one finding, with what may be done with it."""
        return _finding_page(desk, finding_id)

    _add_deeds(blueprint)


def _add_deeds(blueprint: Blueprint) -> None:
    @blueprint.post("/selisih/temuan/<int:finding_id>/serahkan")
    @require(*GIVERS)
    def give(desk: Desk, finding_id: int) -> Response | str:
        """Give a finding to a companion or somebody of the section, or back to the section."""
        wanted = request.form.get("staff", "")
        to = int(wanted) if wanted.isdecimal() and len(wanted) < 10 else None
        try:
            with desk.begin() as session:
                _existing(session, desk.scope, finding_id)
                if wanted and to is None:
                    raise WrongAssignee
                assign(session, desk.scope, finding_id, to, desk.actor, desk.now)
        except FindingRefused as refused:
            return _finding_page(desk, finding_id, say(_WORDS[type(refused)]))
        flash(say("mismatch.given" if to is not None else "mismatch.given_back"))
        return _back_to(finding_id)

    @blueprint.post("/selisih/temuan/<int:finding_id>/selesai")
    @require(*ROLES)
    def done(desk: Desk, finding_id: int) -> Response | str:
        """Keep what came of a finding."""
        outcome = request.form.get("outcome", "")
        note = request.form.get("note", "").replace("\0", "").strip()
        if len(note) > _LONGEST_NOTE:
            problem = say("desk.too_long", most=_LONGEST_NOTE)
            return _finding_page(desk, finding_id, problem, note)
        try:
            with desk.begin() as session:
                _existing(session, desk.scope, finding_id)
                if not _may_settle(session, desk, finding_id):
                    abort(403)
                if outcome in OUTCOMES:
                    settle(session, desk.scope, finding_id, outcome, note, desk.actor, desk.now)
        except FindingRefused as refused:
            return _finding_page(desk, finding_id, say(_WORDS[type(refused)]))
        if outcome not in OUTCOMES:
            return _finding_page(desk, finding_id, say("mismatch.no_outcome"), note)
        flash(say("mismatch.settled"))
        return _back_to(finding_id)


def _finding_page(desk: Desk, finding_id: int, problem: str | None = None, note: str = "") -> str:
    # Also with a problem it is an ordinary page: a page of an error holds nobody's data.
    with desk.begin() as session:
        found = _existing(session, desk.scope, finding_id)
        who = whom(session, [found]).get(found.id)
        page = render_template(
            "console/finding.html",
            found=found,
            who=who,
            settled=settlement(session, found.id) if found.state == DONE else None,
            staff=who_may_look_into(session, found) if desk.staff.role in GIVERS else (),
            given_to=assignee(session, found.id),
            may_give=desk.staff.role in GIVERS,
            may_settle=_may_settle(session, desk, found.id),
            outcomes=OUTCOMES,
            problem=problem,
            note=note,
            **_words(),
        )
        subject = f"person:{who.person_id}" if who is not None else f"finding:{found.id}"
        audit.record(session, desk.now, desk.actor, "read finding", subject)
    return page


def _words() -> dict[str, Any]:
    return {"kind_name": kind_name, "detail": detail, "given_name": given_name}


def _existing(session: Session, scope: Scope, finding_id: int) -> Found:
    found = find_finding(session, scope, finding_id)
    if found is None:
        abort(404)
    return found


def _may_settle(session: Session, desk: Desk, finding_id: int) -> bool:
    """Say whether this is somebody's task: that of the section, or of whom it was given to."""
    if desk.staff.role in GIVERS or desk.staff.section == SECTION:
        return True
    return assignee(session, finding_id) == desk.staff.id


def _count(session: Session, scope: Scope, filters: Filters) -> int:
    counts = count_findings(session, scope, filters)
    left_out = DONE if filters.state is None else None
    return sum(
        count for states in counts.values() for state, count in states.items() if state != left_out
    )


def _back_to(finding_id: int) -> Response:
    return redirect(url_for("console.mismatch.finding", finding_id=finding_id), 303)
