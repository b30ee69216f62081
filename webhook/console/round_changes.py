"""A round is made, changed, put off and cancelled; each change tells those who were told."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.notices.changing import LONGEST_WHY, cancel_round, change_round
from bot.notices.planning import LONGEST_PLACE, Plan, check_plan, make_round
from bot.notices.refusals import NoticeRefused, StaleBroadcast
from bot.texts import say
from db.audiences import TRAITS
from db.broadcasts import Broadcast, Kind
from db.hoaxes import DECIDERS
from db.round_lists import RoundRow, StopRow, find_round_row, stops_of
from db.rounds import CANCELED, PLACE_KINDS
from db.session import Session
from webhook.console import audience_upload, round_forms
from webhook.console.audience_forms import DECILES, STATUSES, Choices, Unfit, choices
from webhook.console.desk import Desk
from webhook.console.fields import line
from webhook.console.guards import require

Change = Callable[[Session, int], Sequence[Broadcast]]  # of the version that was looked at


def add_changes(blueprint: Blueprint) -> None:
    """Add the routes that make and change rounds."""

    @blueprint.get("/penyaluran/baru")
    @require(*DECIDERS)
    def new(desk: Desk) -> str:
        """Ask for a round."""
        with desk.read() as session:
            return _form(choices(session, desk), round_forms.blank(), None)

    @blueprint.post("/penyaluran/baru")
    @require(*DECIDERS)
    def make(desk: Desk) -> Response | str | tuple[str, int]:
        """Keep a round, or give its form one more place."""
        values = round_forms.written()
        if audience_upload.is_sent():
            return _with_list(desk, values, None)
        with desk.read() as session:
            offered = choices(session, desk)
        if values["act"] == "more":
            return _form(offered, round_forms.one_more(values), None)
        try:
            with desk.begin() as session:
                plan = _checked(session, desk, round_forms.read_plan(values, offered))
                round_id = make_round(session, plan, desk.actor, desk.now).id
        except (Unfit, NoticeRefused) as refused:
            return _form(offered, values, None, _words_of(refused)), 400
        flash(say("round.made"))
        return _to(round_id)

    _add_change(blueprint)
    _add_ends(blueprint)


def _add_change(blueprint: Blueprint) -> None:
    @blueprint.get("/penyaluran/<int:round_id>/ubah")
    @require(*DECIDERS)
    def change_page(desk: Desk, round_id: int) -> Response | str:
        """Show what may be changed of a round."""
        with desk.read() as session:
            row = existing(session, desk, round_id)
            if row.round.state == CANCELED:
                return _refused(round_id, "round.is_canceled")
            stops = [stop.distribution for stop in in_force(session, row)]
            offered = choices(session, desk, row.round.filters)
            return _form(offered, round_forms.values_of(row.round, stops), row)

    @blueprint.post("/penyaluran/<int:round_id>/ubah")
    @require(*DECIDERS)
    def change(desk: Desk, round_id: int) -> Response | str | tuple[str, int]:
        """Keep a change, or give the form one more place."""
        values = round_forms.written()
        with desk.read() as session:
            row = existing(session, desk, round_id)
            offered = choices(session, desk, row.round.filters)
        if audience_upload.is_sent():
            return _with_list(desk, values, row)
        if values["act"] == "more":
            return _form(offered, round_forms.one_more(values), row)
        try:
            plan = round_forms.read_plan(values, offered, row.round.filters)
            return _change(desk, round_id, _by_plan(desk, round_id, plan))
        except (Unfit, NoticeRefused) as refused:
            return _form(offered, values, row, _words_of(refused)), 400

    @blueprint.post("/penyaluran/<int:round_id>/tunda")
    @require(*DECIDERS)
    def postpone(desk: Desk, round_id: int) -> Response:
        """Give the places of a round other days."""
        with desk.read() as session:
            row = existing(session, desk, round_id)
            stops = [stop.distribution for stop in in_force(session, row)]
        try:
            plan = round_forms.plan_of(row.round, round_forms.postponed(stops))
            return _change(desk, round_id, _by_plan(desk, round_id, plan))
        except (Unfit, NoticeRefused) as refused:
            flash(_words_of(refused), "danger")
            return _to(round_id)


def _add_ends(blueprint: Blueprint) -> None:
    @blueprint.post("/penyaluran/<int:round_id>/batal")
    @require(*DECIDERS)
    def cancel(desk: Desk, round_id: int) -> Response:
        """Cancel a round."""
        with desk.read() as session:
            existing(session, desk, round_id)
        try:
            return _change(
                desk, round_id,
                lambda session, seen: cancel_round(
                    session, round_id, line("why"), desk.actor, desk.now, seen
                ),
            )  # fmt: skip
        except NoticeRefused as refused:
            flash(say(refused.key), "danger")
            return _to(round_id)


def existing(session: Session, desk: Desk, round_id: int) -> RoundRow:
    """Give a round of the area; what lies outside of it is not there."""
    found = find_round_row(session, desk.scope, round_id)
    if found is None:
        abort(404)
    return found


def in_force(session: Session, row: RoundRow) -> list[StopRow]:
    """Give the places of a round without those that fell away by a change."""
    is_canceled = row.round.state == CANCELED
    stops = stops_of(session, row.round.id)
    return [stop for stop in stops if is_canceled or not stop.distribution.canceled]


def _by_plan(desk: Desk, round_id: int, plan: Plan) -> Change:
    return lambda session, seen: change_round(
        session, round_id, plan, line("why"), desk.actor, desk.now, seen
    )


def _change(desk: Desk, round_id: int, change: Change) -> Response:
    """Change a round, and show what is to be told those who were told; raises NoticeRefused."""
    try:
        with desk.begin() as session:
            drafts = change(session, request.form.get("seen", 0, type=int))
            made = {Kind(draft.kind): draft.id for draft in drafts}
    except StaleBroadcast:
        return _refused(round_id, "round.stale")
    if not made:
        flash(say("round.changed_untold"))
        return _to(round_id)
    if Kind.CHANGE in made:
        flash(say("round.changed_told"))
    if Kind.DISTRIBUTION in made:
        flash(say("round.changed_added", number=made[Kind.DISTRIBUTION]))
    first = min(made.values())
    return redirect(url_for("console.broadcasts.one", broadcast_id=first), 303)


def _words_of(refused: Unfit | NoticeRefused) -> str:
    return say(refused.key) if isinstance(refused, NoticeRefused) else str(refused)


def _checked(session: Session, desk: Desk, plan: Plan) -> Plan:
    """Give the plan back; raises Unfit with all that is wrong with it."""
    wrong = check_plan(session, plan, desk.now, desk.scope)
    if wrong:
        raise Unfit(" ".join(say(key) for key in wrong))
    return plan


def _with_list(
    desk: Desk, values: Mapping[str, Any], row: RoundRow | None
) -> tuple[str, int]:  # fmt: skip
    """Show the form again with the list that came with it."""
    values, told_of_list = audience_upload.take_in(desk, values)
    with desk.read() as session:
        offered = choices(session, desk, None if row is None else row.round.filters)
    page = _form(offered, values, row, told_of_list=told_of_list)
    return page, audience_upload.status_of(told_of_list)


def _form(
    offered: Choices, values: Mapping[str, Any], row: RoundRow | None, problem: str | None = None,
    told_of_list: Sequence[tuple[str, str]] = (),
) -> str:  # fmt: skip
    return render_template(
        "console/round_form.html",
        offered=offered, values=values, row=row, problem=problem, place_kinds=PLACE_KINDS,
        statuses=STATUSES, deciles=DECILES, traits=TRAITS, longest=LONGEST_WHY,
        most_stops=round_forms.MOST_STOPS, lengths=round_forms.LENGTHS, longest_place=LONGEST_PLACE,
        told_of_list=told_of_list,
    )  # fmt: skip


def _refused(round_id: int, key: str) -> Response:
    flash(say(key), "danger")
    return _to(round_id)


def _to(round_id: int) -> Response:
    return redirect(url_for("console.rounds.one", round_id=round_id), 303)
