"""What officers keep for their own work: saved views, canned answers, and who looks at what."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId


class SavedView(Base):
    """A choice of tickets under a name; the query is that of the address, which names nobody."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("staff_id", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(400))


class CannedAnswer(Base):
    """An answer that is often given; its blanks are filled in when it is used."""

    __tablename__ = "canned_answers"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    title: Mapped[str] = mapped_column(String(80), unique=True)
    text: Mapped[str] = mapped_column(String(1000))
    section: Mapped[str | None] = mapped_column(String(20))
    changed_by: Mapped[str] = mapped_column(String(60))
    changed_at: Mapped[datetime]


class TicketViewer(Base):
    """When somebody last had a ticket before him."""

    __tablename__ = "ticket_viewers"

    ticket_id: Mapped[int] = mapped_column(
        ForeignKey("tickets.id"), primary_key=True, autoincrement=False
    )
    staff_id: Mapped[int] = mapped_column(
        ForeignKey("staff.id"), primary_key=True, autoincrement=False
    )
    seen_at: Mapped[datetime]
