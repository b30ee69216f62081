"""Pulses: how a group fares, month by month; corrections are new versions, silence is kept too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ForeignKey, Index, LargeBinary, String, exists, select
from sqlalchemy.orm import Mapped, mapped_column

from db import audit
from db.areas import Area
from db.base import Base, BigId
from db.contacts import ACTIVE as REACHABLE
from db.contacts import CONSENT_GIVEN, Contact
from db.kube_groups import RUNNING, UNKNOWN, KubeGroup
from db.kube_members import officers_of
from db.session import Session

NEEDS_PURPOSE = "kube needs"
ASKED, REMINDED, SILENT = "asked_at", "reminded_at", "silent_at"


class Pulse(Base):
    """What was told of one month, named by its first day; the one in force has no successor."""

    __tablename__ = "pulses"
    __table_args__ = (Index("ix_pulses_group_id", "group_id", "month"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("kube_groups.id"))
    month: Mapped[date]
    condition: Mapped[str] = mapped_column(String(10))
    turnover: Mapped[int | None]  # rupiah in the month
    cash: Mapped[int | None]  # rupiah that the group has
    needs_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    told_by: Mapped[str] = mapped_column(String(60))
    told_at: Mapped[datetime]  # when it was written, which may be long before it reached us
    recorded_at: Mapped[datetime]
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("pulses.id"))


class PulseAsk(Base):
    """That a group was asked for a month, reminded, and then taken for silent."""

    __tablename__ = "pulse_asks"

    group_id: Mapped[int] = mapped_column(ForeignKey("kube_groups.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    silent_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody tells of a month; amounts are rupiah, None where nothing was said."""

    condition: str
    turnover: int | None = None
    cash: int | None = None
    needs: str = ""


def first_of(day: date) -> date:
    """Give the first day of a day's month, which names the month."""
    return day.replace(day=1)


def month_before(day: date) -> date:
    """Give the month before that of a day."""
    return first_of(first_of(day) - timedelta(days=1))


def month_after(day: date) -> date:
    """Give the month after that of a day."""
    return first_of(first_of(day) + timedelta(days=31))


def month_meant(day: date, silent_day: int) -> date:
    """Give the month that a report of a day is about: until the last day to report, the one before.

    `silent_day` is the first day on which a month without a report is taken for unknown.
    """
    return month_before(day) if day.day < silent_day else first_of(day)


def record_pulse(
    session: Session, group: KubeGroup, month: date, told: Told, actor: str,
    told_at: datetime, now: datetime,
) -> Pulse:  # fmt: skip
    """Keep what is told of a held group; of two versions the one that was written later counts."""
    before = pulse_of(session, group.id, month)
    pulse = Pulse(
        group_id=group.id, month=month, condition=told.condition, turnover=told.turnover,
        cash=told.cash,
        needs_sealed=session.vault.seal(told.needs, NEEDS_PURPOSE) if told.needs else None,
        told_by=actor, told_at=told_at, recorded_at=now,
    )  # fmt: skip
    session.add(pulse)
    session.flush()
    audit.record(session, now, actor, "report kube", f"kube:{group.id}")
    if before is not None and before.told_at > told_at:
        pulse.replaced_by_id = before.id
    else:
        if before is not None:
            before.replaced_by_id = pulse.id
        _take_condition(group, month, told.condition)
    session.flush()
    return pulse


def pulse_of(session: Session, group_id: int, month: date) -> Pulse | None:
    """Give what is known of a group's month."""
    query = select(Pulse).where(
        Pulse.group_id == group_id, Pulse.month == month, Pulse.replaced_by_id.is_(None)
    )
    return session.scalars(query).one_or_none()


def last_pulse(session: Session, group_id: int) -> Pulse | None:
    """Give what was told of the newest month of a group."""
    query = select(Pulse).where(Pulse.group_id == group_id, Pulse.replaced_by_id.is_(None))
    return session.scalars(query.order_by(Pulse.month.desc()).limit(1)).first()


def needs_of(session: Session, pulse: Pulse) -> str:
    """Give what a group needs, or an empty text."""
    sealed = pulse.needs_sealed
    return "" if sealed is None else session.vault.open(sealed, NEEDS_PURPOSE)


def zones_of_groups(session: Session) -> Sequence[str]:
    """Give the zones in which groups are."""
    query = select(Area.timezone).join(KubeGroup, KubeGroup.area_code == Area.code)
    return session.scalars(query.where(KubeGroup.state == RUNNING).distinct()).all()


def silent_groups(session: Session, zone: str, month: date, step: str, limit: int) -> Sequence[int]:
    """Give running groups of a zone that told nothing of a month and had not this step yet."""
    had_it = exists().where(
        PulseAsk.group_id == KubeGroup.id,
        PulseAsk.month == month,
        getattr(PulseAsk, step).is_not(None),
    )
    told = exists().where(Pulse.group_id == KubeGroup.id, Pulse.month == month)
    query = (
        select(KubeGroup.id)
        .join(Area, Area.code == KubeGroup.area_code)
        .where(
            KubeGroup.state == RUNNING,
            KubeGroup.running_since < month_after(month),
            Area.timezone == zone,
            ~had_it,
            ~told,
        )
        .order_by(KubeGroup.id)
        .limit(limit)
    )
    return session.scalars(query).all()


def take_step(
    session: Session, group: KubeGroup, month: date, step: str, now: datetime
) -> bool:  # fmt: skip
    """Note a step towards a held group; False where it is not due any more.

    Of a group that stays silent to the last nothing is known.
    """
    if group.state != RUNNING or pulse_of(session, group.id, month) is not None:
        return False
    ask = session.get(PulseAsk, (group.id, month), populate_existing=True)
    if ask is None:
        ask = PulseAsk(group_id=group.id, month=month)
        session.add(ask)
    if getattr(ask, step) is not None:
        return False
    setattr(ask, step, now)
    if step == SILENT:
        _take_condition(group, month, UNKNOWN)
    session.flush()
    return True


def contacts_of_officers(session: Session, group_id: int) -> Sequence[int]:
    """Give the contacts of a group's officers who have agreed and want to be told."""
    query = select(Contact.id).where(
        Contact.person_id.in_(officers_of(session, group_id)),
        Contact.consent == CONSENT_GIVEN,
        Contact.state == REACHABLE,
        Contact.notices.is_(True),
    )
    return session.scalars(query.order_by(Contact.id)).all()


def _take_condition(group: KubeGroup, month: date, condition: str) -> None:
    """Let a group be what its newest month says."""
    if group.condition_month is None or group.condition_month <= month:
        group.condition, group.condition_month = condition, month
