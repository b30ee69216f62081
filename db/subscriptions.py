"""Subscriptions: who wants to hear of a programme in an area, whether on a list or not."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId


class Subscription(Base):
    """One contact's wish to hear of one programme, or of all, in one area."""

    __tablename__ = "subscriptions"
    __table_args__ = (Index("ix_subscriptions_area", "area_code", "program_code"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    program_code: Mapped[str | None] = mapped_column(ForeignKey("programs.code"))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    created_at: Mapped[datetime]
