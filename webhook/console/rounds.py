"""Rounds of distributions: the list of the area, and one with its messages and its answers."""

from flask import Blueprint, render_template, request

from bot.notices.carrying_on import rest_of_round, unheard_of_round
from bot.notices.changing import LONGEST_WHY
from bot.service import Service
from db.broadcast_lists import broadcasts_of, names_in
from db.broadcasts import Broadcast, Kind, State
from db.hoaxes import DECIDERS
from db.pickups import answers_about
from db.round_changes import areas_untold, last_change, undecided_change
from db.round_lists import AHEAD, PAGE, WHICH, RoundRow, count_rounds, list_rounds
from db.rounds import CANCELED, Round, areas_named
from db.session import Session
from webhook.console.broadcast_forms import audience_of_round
from webhook.console.broadcast_live import rest_words
from webhook.console.desk import Desk
from webhook.console.guards import require
from webhook.console.paging import page_asked
from webhook.console.round_changes import add_changes, existing, in_force

READERS = (*DECIDERS, "front_office")
_GONE = (State.REFUSED, State.CANCELED)


def rounds_pages(_parts: Service) -> Blueprint:
    """Make the routes about rounds."""
    blueprint = Blueprint("rounds", __name__)

    @blueprint.get("/penyaluran")
    @require(*READERS)
    def show(desk: Desk) -> str:
        """Show the rounds of the area: ahead, past or cancelled."""
        which = request.args.get("yang", AHEAD)
        which = which if which in WHICH else AHEAD
        with desk.read() as session:
            found = count_rounds(session, desk.scope, desk.today)
            page, pages = page_asked(found[which], PAGE, "halaman")
            listed = list_rounds(session, desk.scope, which, desk.today, page)
        return render_template(
            "console/rounds.html",
            listed=listed, counts=found, which=which, kinds=WHICH, page=page, pages=pages,
            may_decide=desk.staff.role in DECIDERS,
        )  # fmt: skip

    @blueprint.get("/penyaluran/<int:round_id>")
    @require(*READERS)
    def one(desk: Desk, round_id: int) -> str:
        """Show one round with what was said of it, and what people answered."""
        with desk.read() as session:
            return _page(session, desk, existing(session, desk, round_id))

    add_changes(blueprint)
    return blueprint


def _page(session: Session, desk: Desk, row: RoundRow) -> str:
    told = broadcasts_of(session, row.round.id)
    is_announced = any(
        one.broadcast.kind == Kind.DISTRIBUTION and one.broadcast.state not in _GONE for one in told
    )
    untold = areas_named(session, [*areas_untold(session, row.round.id)]).values()
    last = last_change(session, row.round.id)
    audience = audience_of_round(session, row.round)
    return render_template(
        "console/round.html",
        audience=audience, named=names_in(session, audience),
        undone=last if last is not None and _is_taken_back(row.round, last) else None,
        changing=undecided_change(session, row.round.id),
        untold=sorted(area.name for area in untold),
        stopped=[
            (one.broadcast, rest_words(one.count))
            for one in rest_of_round(session, row.round.id, desk.now)
        ],
        unheard=unheard_of_round(session, row.round.id),
        row=row, stops=in_force(session, row), told=told, is_announced=is_announced,
        is_over=row.last_on is not None and row.last_on < desk.today,
        is_canceled=row.round.state == CANCELED, answers=answers_about(session, row.round.id),
        may_decide=desk.staff.role in DECIDERS, longest=LONGEST_WHY,
    )  # fmt: skip


def _is_taken_back(round_: Round, last: Broadcast) -> bool:
    """Say whether the last change of a round is undone, and nothing was changed after it."""
    return last.undone and (round_.changed_at is None or round_.changed_at < last.created_at)
