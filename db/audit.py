"""The trail: who read or changed which personal data, and when."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId
from db.session import Session


class AuditEntry(Base):
    """One reading or change of personal data; never altered."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(60))


def record(session: Session, at: datetime, actor: str, action: str, subject: str) -> None:
    """Add one row to the trail; actor and subject are ids such as `contact:7`, never names."""
    session.add(AuditEntry(at=at, actor=actor, action=action, subject=subject))
