"""What officers do about a group in the console: each deed is a form of its page."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from bot.desk.companions import Unfit
from bot.kube_changes import change, end, hand_over, move, read_received, receive, strike
from bot.kube_proposing import deliver
from bot.kube_sight import DESK_ROLES
from bot.texts import say
from db.kube_groups import KubeAsset, KubeGroup, StaleGroup, Viewer, asset_within, group_for
from db.kube_proposals import ProposalMoved, proposal_within
from db.session import Session
from webhook.console.companions_split import supervisor
from webhook.console.desk import Desk
from webhook.console.fields import field, line
from webhook.console.guards import require
from webhook.console.kube_page import group_page

_LARGEST_ID = 2**63 - 1
_Answer = Response | tuple[str, int]


def add_deeds(blueprint: Blueprint) -> None:
    """Add the forms of one group to the routes about groups."""
    _add_changes(blueprint)
    _add_companion(blueprint)
    _add_proposals(blueprint)


def _add_changes(blueprint: Blueprint) -> None:
    @blueprint.post("/kube/<int:group_id>/ubah")
    @require(*DESK_ROLES)
    def alter(desk: Desk, group_id: int) -> _Answer:
        """Keep another name, business or account."""

        def deed(session: Session, group: KubeGroup) -> None:
            change(
                session, supervisor(desk), group, _number("seen"), name=line("name"),
                business=line("business"), account=line("account"),
                has_account=field("no_account") != "1",
            )  # fmt: skip

        return _do(desk, group_id, deed, "changed")

    @blueprint.post("/kube/<int:group_id>/barang")
    @require(*DESK_ROLES)
    def add(desk: Desk, group_id: int) -> _Answer:
        """Note what the group received."""

        def deed(session: Session, group: KubeGroup) -> None:
            by = supervisor(desk)
            received = read_received(
                by, field("pieces", 20), field("value", 60), field("day", 10), line("source")
            )
            receive(session, by, group, _number("seen"), line("what"), received)

        return _do(desk, group_id, deed, "added")

    @blueprint.post("/kube/barang/<int:asset_id>/coret")
    @require(*DESK_ROLES)
    def take_out(desk: Desk, asset_id: int) -> _Answer:
        """Take out of the list what was noted by mistake."""
        with desk.read() as session:
            found = asset_within(session, desk.scope, asset_id)
        if found is None:
            abort(404)

        def deed(session: Session, group: KubeGroup) -> None:
            strike(session, supervisor(desk), group, session.get_one(KubeAsset, asset_id))

        return _do(desk, found.group_id, deed, "struck")

    @blueprint.post("/kube/<int:group_id>/akhiri")
    @require(*DESK_ROLES)
    def close(desk: Desk, group_id: int) -> _Answer:
        """End the group for a reason."""

        def deed(session: Session, group: KubeGroup) -> None:
            end(session, supervisor(desk), group, _number("seen"), line("why"))

        return _do(desk, group_id, deed, "ended")


def _add_companion(blueprint: Blueprint) -> None:
    @blueprint.post("/kube/<int:group_id>/serahkan")
    @require(*DESK_ROLES)
    def give(desk: Desk, group_id: int) -> _Answer:
        """Hand the group over to another companion."""

        def deed(session: Session, group: KubeGroup) -> None:
            hand_over(session, supervisor(desk), group, _number("seen"), _number("to"), line("why"))

        return _do(desk, group_id, deed, "handed")


def _add_proposals(blueprint: Blueprint) -> None:
    @blueprint.post("/kube/usulan/<int:proposal_id>/pindah")
    @require(*DESK_ROLES)
    def forward(desk: Desk, proposal_id: int) -> _Answer:
        """Move a proposal on: up, granted, refused or withdrawn; the last two with a reason."""

        def deed(session: Session, _group: KubeGroup) -> None:
            move(
                session, supervisor(desk), proposal_id, field("seen", 15), field("state", 15),
                line("why"),
            )  # fmt: skip

        return _do(desk, _group_of(desk, proposal_id), deed, "moved")

    @blueprint.post("/kube/usulan/<int:proposal_id>/terima")
    @require(*DESK_ROLES)
    def hand_out(desk: Desk, proposal_id: int) -> _Answer:
        """Note that what was granted was handed over, with its value."""

        def deed(session: Session, _group: KubeGroup) -> None:
            received = read_received(
                supervisor(desk), field("pieces", 20), field("value", 60), field("day", 10),
                line("source"),
            )  # fmt: skip
            deliver(
                session, desk.scope, proposal_id, pieces=received.pieces, value=received.value,
                received_on=received.received_on, source=received.source, actor=desk.actor,
                now=desk.now,
            )  # fmt: skip

        return _do(desk, _group_of(desk, proposal_id), deed, "delivered")


def _do(
    desk: Desk, group_id: int, deed: Callable[[Session, KubeGroup], None], told: str
) -> _Answer:
    """Do something about a group of the area, held meanwhile; what is refused changes nothing."""
    try:
        with desk.begin() as session:
            group = group_for(session, Viewer(scope=desk.scope), group_id, lock=True)
            if group is None:
                abort(404)
            deed(session, group)
    except Unfit as unfit:
        return group_page(desk, group_id, str(unfit)), 400
    except StaleGroup:
        return group_page(desk, group_id, say("kube_desk.stale")), 409
    except ProposalMoved:
        return group_page(desk, group_id, say("kube_wish.moved_before")), 409
    flash(say(f"kube_desk.{told}"))
    return redirect(url_for("console.kube.one", group_id=group_id), 303)


def _group_of(desk: Desk, proposal_id: int) -> int:
    with desk.read() as session:
        proposal = proposal_within(session, desk.scope, proposal_id)
        if proposal is None:
            abort(404)
        return proposal.group_id


def _number(name: str) -> int:
    """Give a number of the form, 0 for what is none of the store."""
    number = request.form.get(name, 0, type=int)
    return number if 0 < number <= _LARGEST_ID else 0
