"""Slots: the hour at which a family is to come, so that nobody stands in a queue."""

from datetime import time

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class Slot(Base):
    """One family's hour at a distribution that has a quota."""

    __tablename__ = "slots"

    distribution_id: Mapped[int] = mapped_column(ForeignKey("distributions.id"), primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"), primary_key=True)
    starts_at: Mapped[time]
    ends_at: Mapped[time]
