"""KUBE that go from one companion to another: by themselves, or with the families in them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, aliased, mapped_column

from db import audit
from db.areas import Scope
from db.assignments import Assignment
from db.base import Base, BigId
from db.kube_groups import ENDED, KubeGroup, KubeMember
from db.registry import Person
from db.session import Session
from db.staff import Staff


class KubeHandover(Base):
    """One change of who looks after a group."""

    __tablename__ = "kube_handovers"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("kube_groups.id"), index=True)
    from_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    why: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class GroupHanded:
    """A hand-over with the names of the companions; none where there was none before."""

    at: datetime
    from_name: str | None
    to_name: str
    why: str
    by: str


def hand_group(
    session: Session, group: KubeGroup, to_id: int, *, why: str, actor: str, now: datetime
) -> None:
    """Give a held group to another companion."""
    session.add(
        KubeHandover(
            group_id=group.id, from_id=group.companion_id, to_id=to_id, why=why, by=actor, at=now
        )
    )
    group.companion_id = to_id
    group.version += 1
    session.flush()
    audit.record(session, now, actor, "hand over kube", f"kube:{group.id}")


def bring_groups(
    session: Session, household_ids: Collection[int], from_id: int | None, to_id: int, *,
    why: str, actor: str, now: datetime,
) -> Sequence[int]:  # fmt: skip
    """Let groups follow families that were handed over; gives which did.

    A group of the former companion follows once the new one looks after more than half of the
    families in it, and works where it is. Any other stays, and the console shows it.
    """
    met = (
        select(KubeMember.group_id)
        .join(Person, Person.id == KubeMember.person_id)
        .where(Person.household_id.in_(household_ids), KubeMember.left_on.is_(None))
    )
    groups = session.scalars(
        select(KubeGroup)
        .where(
            KubeGroup.id.in_(met),
            KubeGroup.companion_id.is_not_distinct_from(from_id),
            KubeGroup.state != ENDED,
        )
        .order_by(KubeGroup.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    works_in = Scope(session.get_one(Staff, to_id).area_code)
    held = _families_with(session, [group.id for group in groups], to_id)
    followed = [
        group
        for group in groups
        if works_in.covers(group.area_code) and 2 * held[group.id][0] > held[group.id][1]
    ]
    for group in followed:
        hand_group(session, group, to_id, why=why, actor=actor, now=now)
    return [group.id for group in followed]


def handed_groups(session: Session, group_id: int) -> Sequence[GroupHanded]:
    """Give the hand-overs of a group, newest first."""
    giver, taker = aliased(Staff), aliased(Staff)
    query = (
        select(KubeHandover.at, giver.name, taker.name, KubeHandover.why, KubeHandover.by)
        .join(taker, taker.id == KubeHandover.to_id)
        .outerjoin(giver, giver.id == KubeHandover.from_id)
        .where(KubeHandover.group_id == group_id)
        .order_by(KubeHandover.id.desc())
    )
    return [GroupHanded(*row) for row in session.execute(query)]


def _families_with(
    session: Session, group_ids: Collection[int], staff_id: int
) -> dict[int, tuple[int, int]]:
    """Count the families in groups: those that a companion looks after, and all."""
    query = (
        select(
            KubeMember.group_id,
            func.count(Assignment.household_id.distinct()),
            func.count(Person.household_id.distinct()),
        )
        .join(Person, Person.id == KubeMember.person_id)
        .outerjoin(
            Assignment,
            (Assignment.household_id == Person.household_id) & (Assignment.staff_id == staff_id),
        )
        .where(KubeMember.group_id.in_(group_ids), KubeMember.left_on.is_(None))
        .group_by(KubeMember.group_id)
    )
    return {group_id: (his, every) for group_id, his, every in session.execute(query)}
