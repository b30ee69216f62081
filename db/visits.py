"""Visits of companions to families."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId


class Visit(Base):
    """One visit; the finding is sealed. A correction is a new row, which replaces the old one."""

    __tablename__ = "visits"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(30))
    finding_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    checks: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)  # what was asked → answer
    visited_at: Mapped[datetime]
    told_at: Mapped[datetime]  # when it was written, which may be long before it reached us
    recorded_at: Mapped[datetime]
    distance_m: Mapped[int | None]  # of the point sent from that of the kelurahan, in metres
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"), index=True)
