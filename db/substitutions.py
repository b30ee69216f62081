"""Who stands in for a companion on leave: from a day to a day, after which it ends by itself."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, ForeignKey, Select, String, and_, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from db import audit
from db.areas import Area
from db.base import Base, BigId
from db.session import Session
from db.staff import Staff


class Substitution(Base):
    """A companion's families looked after by another one, on every day from first to last."""

    __tablename__ = "substitutions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    absent_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    substitute_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    created_by: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # ended before its last day, or before it began
    begin_told_at: Mapped[datetime | None]  # when both companions heard of it
    end_told_at: Mapped[datetime | None]


class SubstitutionRefused(Exception):
    """A substitution that cannot be: not two companions in service, or days that cannot be."""


def substitute(
    session: Session,
    absent_id: int,
    substitute_id: int,
    first_day: date,
    last_day: date,
    *,
    actor: str,
    now: datetime,
) -> Substitution:
    """Let one companion look after another's families for some days; raises SubstitutionRefused.

    Nobody has two substitutes on one day, and nobody who is away then stands in for another.
    """
    both = select(Staff.id).where(
        Staff.id.in_((absent_id, substitute_id)), Staff.active.is_(True), Staff.role == "companion"
    )
    if len(session.scalars(both.with_for_update()).all()) != 2 or last_day < first_day:
        raise SubstitutionRefused
    crossing = select(Substitution.id).where(
        Substitution.first_day <= last_day,
        Substitution.last_day >= first_day,
        Substitution.ended_at.is_(None),
        or_(
            Substitution.absent_id.in_((absent_id, substitute_id)),
            Substitution.substitute_id == absent_id,
        ),
    )
    if session.scalar(crossing.limit(1)) is not None:
        raise SubstitutionRefused
    made = Substitution(
        absent_id=absent_id, substitute_id=substitute_id, first_day=first_day, last_day=last_day,
        created_by=actor, created_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    audit.record(session, now, actor, "substitute companion", f"staff:{absent_id}")
    return made


def end_substitution(session: Session, substitution_id: int, actor: str, now: datetime) -> bool:
    """End a substitution at once; False where there is none or it was ended before."""
    found = session.get(Substitution, substitution_id, with_for_update=True)
    if found is None or found.ended_at is not None:
        return False
    found.ended_at = now
    audit.record(session, now, actor, "end substitution", f"staff:{found.absent_id}")
    return True


def zones_of_leaves(session: Session) -> Sequence[str]:
    """Give the zones of companions of whose leave something is still to be told."""
    query = (
        select(Area.timezone)
        .join(Staff, Staff.area_code == Area.code)
        .join(Substitution, Substitution.absent_id == Staff.id)
        .where(Substitution.end_told_at.is_(None))
    )
    return session.scalars(query.distinct()).all()


def leaves_to_tell(session: Session, zone: str, today: date, limit: int) -> Sequence[int]:
    """Give the substitutions of a zone of whose beginning or end nobody has heard."""
    query = (
        select(Substitution.id)
        .join(Staff, Staff.id == Substitution.absent_id)
        .join(Area, Area.code == Staff.area_code)
        .where(Area.timezone == zone, or_(_begins(today), _ends(today)))
    )
    return session.scalars(query.order_by(Substitution.id).limit(limit)).all()


def take_telling(
    session: Session, substitution_id: int, today: date, now: datetime
) -> tuple[Substitution, bool] | None:
    """Note that a leave's beginning (True) or end is told; None where somebody else did it."""
    due = select(Substitution).where(
        Substitution.id == substitution_id, or_(_begins(today), _ends(today))
    )
    found = session.scalars(due.with_for_update()).one_or_none()
    if found is None:
        return None
    begins = found.begin_told_at is None
    if begins:
        found.begin_told_at = now
    else:
        found.end_told_at = now
    session.flush()
    return found, begins


def _begins(today: date) -> ColumnElement[bool]:
    return and_(Substitution.begin_told_at.is_(None), holds_on(today))


def _ends(today: date) -> ColumnElement[bool]:
    """Give the condition that a leave of which both know is over."""
    over = or_(Substitution.ended_at.is_not(None), Substitution.last_day < today)
    told = Substitution.begin_told_at.is_not(None)
    return and_(told, Substitution.end_told_at.is_(None), over)


def absent_ones(session: Session, substitute_id: int, today: date) -> Sequence[int]:
    """Give for whom somebody stands in on a day."""
    return session.scalars(away(substitute_id, today)).all()


def away_on(session: Session, staff_id: int, today: date) -> date | None:
    """Give the last day of somebody's leave, None for who is not away on a day."""
    query = select(Substitution.last_day).where(Substitution.absent_id == staff_id, holds_on(today))
    return session.scalars(query.order_by(Substitution.last_day.desc())).first()


def away(substitute_id: int, today: date) -> Select[int]:
    """Select for whom somebody stands in on a day."""
    return select(Substitution.absent_id).where(
        Substitution.substitute_id == substitute_id, holds_on(today)
    )


def holds_on(today: date) -> ColumnElement[bool]:
    """Give the condition that a substitution is in force on a day."""
    return and_(
        Substitution.first_day <= today,
        Substitution.last_day >= today,
        Substitution.ended_at.is_(None),
    )
