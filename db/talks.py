"""Talks: an officer and a citizen speak through the chat, and the service is silent meanwhile."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId

WAITING, TAKEN, ENDED = "waiting", "taken", "ended"


class Talk(Base):
    """One talk; while it is taken, what the citizen writes goes to the officer alone."""

    __tablename__ = "talks"
    __table_args__ = (
        Index(
            "ix_talks_going_on", "state", "said_at",
            sqlite_where=text("state != 'ended'"), postgresql_where=text("state != 'ended'"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    state: Mapped[str] = mapped_column(String(10))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    opened_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    said_at: Mapped[datetime]  # when either last said something
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(60))
