"""Proposals of groups on their way up: filed, moved, and told to whom they concern."""

from datetime import date, datetime

from bot.kube_telling import tell_companion, tell_officers
from bot.messages import Reply
from bot.texts import say
from db.areas import Scope
from db.kube_groups import add_asset, hold_group
from db.kube_proposals import (
    DELIVERED,
    GRANTED,
    KubeProposal,
    move_proposal,
    proposal_within,
    what_of,
)
from db.session import Session

_SHOWN = 100  # characters of what was asked for


def move_up(
    session: Session, scope: Scope, proposal_id: int, seen: str, state: str, actor: str,
    now: datetime, why: str = "",
) -> KubeProposal | None:  # fmt: skip
    """Move a proposal of an area and tell its group; None where it is none of the area's.

    Raises ProposalMoved where it is not in the state that was `seen`, or cannot go there.
    """
    proposal = proposal_within(session, scope, proposal_id)
    if proposal is None:
        return None
    group = hold_group(session, proposal.group_id)  # before the proposal, as whoever ends a group
    move_proposal(session, scope, proposal_id, seen, state, actor, now, why)
    text = say(
        "kube_wish.moved",
        name=group.name,
        what=what_of(session, proposal)[:_SHOWN],
        state=say(f"kube_wish.told_{state}"),
        why=f" {why}" if why else "",
    )
    tell_officers(session, group, text, now)
    tell_companion(session, group, Reply(text), now)
    return proposal


def deliver(
    session: Session, scope: Scope, proposal_id: int, *,
    pieces: int, value: int, received_on: date, source: str, actor: str, now: datetime,
) -> KubeProposal | None:  # fmt: skip
    """Hand over what was granted: from now on it is among the group's assets, with its value.

    None where the proposal is none of the area's; raises ProposalMoved where it is not granted.
    """
    proposal = move_up(session, scope, proposal_id, GRANTED, DELIVERED, actor, now)
    if proposal is not None:
        what = what_of(session, proposal)
        add_asset(
            session, proposal.group_id, what, pieces, value, received_on, source, actor, now
        )  # fmt: skip
    return proposal
