"""Who stands in for a companion on leave: from a day to a day, after which it ends by itself."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, ForeignKey, Select, String, and_, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from db import audit
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


def absent_ones(session: Session, substitute_id: int, today: date) -> Sequence[int]:
    """Give for whom somebody stands in on a day."""
    return session.scalars(away(substitute_id, today)).all()


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
