"""Visits of companions to families."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId


class Visit(Base):
    """One visit: when it was made, and when it reached us; the finding is sealed."""

    __tablename__ = "visits"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(30))
    finding_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    visited_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
