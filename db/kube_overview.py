"""All groups of an area at once: how they fare, and what there is to be judged of each."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from db.areas import Area, Scope
from db.kube_groups import KubeGroup
from db.kube_members import Member, families_kept, members_within
from db.kube_proposals import OPEN, KubeProposal
from db.session import Session
from db.staff import Staff


@dataclass(frozen=True, slots=True)
class Wish:
    """A proposal that is not done: since when, and whether the office has answered."""

    filed_at: datetime
    is_answered: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """One group as the list of an area has it."""

    group: KubeGroup
    area_name: str
    companion: Staff | None
    members: Sequence[Member]  # none of a group that has ended
    kept: int  # families in it that its companion looks after
    wishes: Sequence[Wish]


def standings(session: Session, scope: Scope) -> Sequence[Standing]:
    """Give all groups of an area, those that ended too, by kelurahan and name."""
    members, kept = members_within(session, scope), families_kept(session, scope)
    wishes = _wishes(session, scope)
    return [
        Standing(
            group, area_name, companion, members.get(group.id, []), kept.get(group.id, 0),
            wishes.get(group.id, []),
        )
        for group, area_name, companion in session.execute(_groups(scope))
    ]  # fmt: skip


def _groups(scope: Scope) -> Any:
    return (
        select(KubeGroup, Area.name, Staff)
        .join(Area, Area.code == KubeGroup.area_code)
        .outerjoin(Staff, Staff.id == KubeGroup.companion_id)
        .where(scope.holds(KubeGroup.area_code))
        .order_by(Area.name, KubeGroup.area_code, KubeGroup.name, KubeGroup.id)
    )


def _wishes(session: Session, scope: Scope) -> dict[int, list[Wish]]:
    query = (
        select(KubeProposal.group_id, KubeProposal.filed_at, KubeProposal.answered_at)
        .join(KubeGroup, KubeGroup.id == KubeProposal.group_id)
        .where(KubeProposal.state.in_(OPEN), scope.holds(KubeGroup.area_code))
        .order_by(KubeProposal.id)
    )
    found: dict[int, list[Wish]] = defaultdict(list)
    for group_id, filed_at, answered_at in session.execute(query):
        found[group_id].append(Wish(filed_at, answered_at is not None))
    return found
