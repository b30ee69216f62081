"""Pickups: what people answered to the question whether they got their aid."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId


class Pickup(Base):
    """One contact's last answer about one distribution."""

    __tablename__ = "pickups"
    __table_args__ = (UniqueConstraint("distribution_id", "contact_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    distribution_id: Mapped[int] = mapped_column(ForeignKey("distributions.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("households.id"), index=True)
    got_it: Mapped[bool]
    answered_at: Mapped[datetime]
