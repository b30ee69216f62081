"""Who is on duty, and emergencies of which somebody is told again until one takes them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId


class Duty(Base):
    """A stretch of time in which an officer is to be called."""

    __tablename__ = "duties"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)


class Alert(Base):
    """An emergency that officers are told of, in rounds, until one takes it."""

    __tablename__ = "alerts"
    __table_args__ = (
        Index(
            "ix_alerts_next", "next_at",
            sqlite_where=text("next_at IS NOT NULL"), postgresql_where=text("next_at IS NOT NULL"),
        ),
    )  # fmt: skip

    ticket_id: Mapped[int] = mapped_column(
        ForeignKey("tickets.id"), primary_key=True, autoincrement=False
    )
    rounds: Mapped[int] = mapped_column(SmallInteger)
    next_at: Mapped[datetime | None]  # None once it is taken
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    taken_at: Mapped[datetime | None]
