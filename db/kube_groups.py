"""KUBE, joint business groups of poor families: who sees them, their assets and accounts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from db import audit
from db.areas import Scope
from db.base import Base, BigId
from db.session import Session

FORMING, RUNNING, ENDED = "forming", "running", "ended"
CHAIR, SECRETARY, TREASURER, MEMBER = "chair", "secretary", "treasurer", "member"
OFFICERS = (CHAIR, SECRETARY, TREASURER)
ROLES = (*OFFICERS, MEMBER)
ACTIVE, SLOW, STOPPED, UNKNOWN = "active", "slow", "stopped", "unknown"
CONDITIONS = (ACTIVE, SLOW, STOPPED, UNKNOWN)
LONGEST_NAME = 80
ACCOUNT_PURPOSE, END_PURPOSE = "kube account", "kube end"


class StaleGroup(Exception):
    """Somebody changed the group after it was looked at; nothing was changed."""


class KubeGroup(Base):
    """A group that runs a business together; `condition` is what was last heard of it."""

    __tablename__ = "kube_groups"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"), index=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    business: Mapped[str] = mapped_column(String(LONGEST_NAME))
    state: Mapped[str] = mapped_column(String(10))
    companion_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    account_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    condition: Mapped[str] = mapped_column(String(10), default=UNKNOWN)
    condition_month: Mapped[date | None]  # the month for which that is so, by its first day
    running_since: Mapped[date | None]
    ended_on: Mapped[date | None]
    end_why_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_by: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class KubeMember(Base):
    """Somebody's time in a group; who left has an end, and may come again."""

    __tablename__ = "kube_members"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("kube_groups.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    role: Mapped[str] = mapped_column(String(10))
    joined_on: Mapped[date]
    left_on: Mapped[date | None]
    named_by: Mapped[str] = mapped_column(String(60))


class KubeAsset(Base):
    """What a group received, with its value in rupiah for all pieces and the day."""

    __tablename__ = "kube_assets"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("kube_groups.id"), index=True)
    what: Mapped[str] = mapped_column(String(100))
    pieces: Mapped[int]
    value: Mapped[int]
    received_on: Mapped[date]
    source: Mapped[str] = mapped_column(String(100))
    recorded_by: Mapped[str] = mapped_column(String(60))
    recorded_at: Mapped[datetime]
    struck_by: Mapped[str | None] = mapped_column(String(60))  # who took a mistake out of the list


@dataclass(frozen=True, slots=True)
class Viewer:
    """With whose eyes groups are seen: their companion's, an officer's of theirs, or an area's.

    The companions are more than one for whoever stands in for another.
    """

    companion_ids: Collection[int] = ()
    person_id: int | None = None
    scope: Scope | None = None


def groups_for(session: Session, viewer: Viewer) -> Sequence[KubeGroup]:
    """Give the groups that somebody may see, those that have not ended, by name."""
    query = select(KubeGroup).where(_seen_by(viewer), KubeGroup.state != ENDED)
    return session.scalars(query.order_by(KubeGroup.name, KubeGroup.id)).all()


def group_for(
    session: Session, viewer: Viewer, group_id: int, lock: bool = False
) -> KubeGroup | None:
    """Give a group that somebody may see, held against others where it is to change."""
    query = select(KubeGroup).where(KubeGroup.id == group_id, _seen_by(viewer))
    if lock:
        query = query.with_for_update()
    return session.scalars(query.execution_options(populate_existing=lock)).one_or_none()


def hold_group(session: Session, group_id: int) -> KubeGroup:
    """Give a group and keep others from changing it until the transaction ends."""
    return session.get_one(KubeGroup, group_id, with_for_update=True, populate_existing=True)


def make_group(
    session: Session, area_code: str, name: str, business: str, companion_id: int | None,
    actor: str, now: datetime,
) -> KubeGroup:  # fmt: skip
    """Begin a group that its members are to be named of."""
    group = KubeGroup(
        area_code=area_code, name=name[:LONGEST_NAME], business=business[:LONGEST_NAME],
        state=FORMING, companion_id=companion_id, created_by=actor, created_at=now,
    )  # fmt: skip
    session.add(group)
    session.flush()
    audit.record(session, now, actor, "make kube", f"kube:{group.id}")
    return group


def begin_running(
    session: Session, group: KubeGroup, today: date, actor: str, now: datetime
) -> None:
    """Let a held group be one; whether its members are those of a group is for the rules to say."""
    group.state, group.running_since = RUNNING, today
    group.version += 1
    session.flush()
    audit.record(session, now, actor, "start kube", f"kube:{group.id}")


def end_group(
    session: Session, group: KubeGroup, why: str, today: date, actor: str, now: datetime
) -> None:
    """End a held group for a reason; what it reported stays."""
    group.state, group.ended_on = ENDED, today
    group.end_why_sealed = session.vault.seal(why, END_PURPOSE)
    group.version += 1
    session.flush()
    audit.record(session, now, actor, "end kube", f"kube:{group.id}")


def change_group(
    session: Session, group: KubeGroup, actor: str, now: datetime, *,
    name: str, business: str, account: str,
) -> None:  # fmt: skip
    """Keep what an officer wrote of a held group; an empty account is none."""
    group.name, group.business = name, business
    group.account_sealed = session.vault.seal(account, ACCOUNT_PURPOSE) if account else None
    group.version += 1
    session.flush()
    audit.record(session, now, actor, "change kube", f"kube:{group.id}")


def require_seen(group: KubeGroup, seen: int) -> None:
    """Raise StaleGroup where a held group is not the version that was looked at any more."""
    if group.version != seen:
        raise StaleGroup


def account_of(session: Session, group: KubeGroup) -> str:
    """Give the bank and number of a group's account, or an empty text."""
    sealed = group.account_sealed
    return "" if sealed is None else session.vault.open(sealed, ACCOUNT_PURPOSE)


def end_why_of(session: Session, group: KubeGroup) -> str:
    """Give why a group ended, or an empty text."""
    sealed = group.end_why_sealed
    return "" if sealed is None else session.vault.open(sealed, END_PURPOSE)


def add_asset(
    session: Session, group_id: int, what: str, pieces: int, value: int, received_on: date,
    source: str, actor: str, now: datetime,
) -> KubeAsset:  # fmt: skip
    """Note what a group received, which changes it; `value` is rupiah for all pieces."""
    hold_group(session, group_id).version += 1
    asset = KubeAsset(
        group_id=group_id, what=what[:100], pieces=pieces, value=value, received_on=received_on,
        source=source[:100], recorded_by=actor, recorded_at=now,
    )  # fmt: skip
    session.add(asset)
    session.flush()
    audit.record(session, now, actor, "add kube asset", f"kube:{group_id}")
    return asset


def asset_within(session: Session, scope: Scope, asset_id: int) -> KubeAsset | None:
    """Give something that a group of an area received."""
    query = (
        select(KubeAsset)
        .join(KubeGroup, KubeGroup.id == KubeAsset.group_id)
        .where(KubeAsset.id == asset_id, scope.holds(KubeGroup.area_code))
    )
    return session.scalars(query).one_or_none()


def strike_asset(session: Session, asset: KubeAsset, actor: str, now: datetime) -> None:
    """Take what was noted by mistake of a held group out of what it received."""
    asset.struck_by = actor
    session.flush()
    audit.record(session, now, actor, "strike kube asset", f"kube:{asset.group_id}")


def assets_of(session: Session, group_id: int) -> Sequence[KubeAsset]:
    """Give what a group received, newest first; nothing that was struck out."""
    query = select(KubeAsset).where(KubeAsset.group_id == group_id, KubeAsset.struck_by.is_(None))
    return session.scalars(query.order_by(KubeAsset.received_on.desc(), KubeAsset.id.desc())).all()


def _seen_by(viewer: Viewer) -> Any:
    """Give the one condition of what somebody may see; nothing for nobody."""
    conditions: list[Any] = [KubeGroup.companion_id.in_([*viewer.companion_ids])]
    if viewer.person_id is not None:
        led = select(KubeMember.group_id).where(
            KubeMember.person_id == viewer.person_id,
            KubeMember.left_on.is_(None),
            KubeMember.role.in_(OFFICERS),
        )
        conditions.append(KubeGroup.id.in_(led))
    if viewer.scope is not None:
        conditions.append(viewer.scope.holds(KubeGroup.area_code))
    return or_(*conditions)
