"""The trail: who read or changed which personal data, and when."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Index, String, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId
from db.session import Session

SHOWN = "show in list"


class AuditEntry(Base):
    """One reading or change of personal data; the database lets nobody alter it."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_subject", "subject", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(60))


def record(session: Session, at: datetime, actor: str, action: str, subject: str) -> None:
    """Add one row to the trail; actor and subject are ids such as `contact:7`, never names."""
    session.add(AuditEntry(at=at, actor=actor, action=action, subject=subject))


def record_shown(
    session: Session, at: datetime, actor: str, person_ids: Iterable[int | None]
) -> None:
    """Add one row for each of the people whom a page names, those known to the registry."""
    for person_id in sorted({person_id for person_id in person_ids if person_id is not None}):
        record(session, at, actor, SHOWN, f"person:{person_id}")


def record_families(
    session: Session, at: datetime, actor: str, action: str, household_ids: Iterable[int]
) -> None:
    """Add one row for each of the families that a list names, of which there may be many."""
    rows = [
        {"at": at, "actor": actor, "action": action, "subject": f"household:{household_id}"}
        for household_id in household_ids
    ]
    if rows:
        session.core.execute(insert(AuditEntry), rows)


@dataclass(frozen=True, slots=True)
class Looked:
    """One row of the trail."""

    at: datetime
    actor: str
    action: str


def trail_of(session: Session, subjects: Collection[str], limit: int) -> Sequence[Looked]:
    """Give the last rows of the trail about these subjects, newest first."""
    query = (
        select(AuditEntry.at, AuditEntry.actor, AuditEntry.action)
        .where(AuditEntry.subject.in_(subjects))
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    )
    return [Looked(*row) for row in session.execute(query)]
