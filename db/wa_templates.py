"""WhatsApp templates: what may be said outside the 24 hours, and what Meta thinks of it."""

from datetime import datetime

from sqlalchemy import JSON, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId

DRAFT, PENDING, APPROVED, REJECTED, PAUSED = "draft", "pending", "approved", "rejected", "paused"
STATES = (DRAFT, PENDING, APPROVED, REJECTED, PAUSED)


class WaTemplate(Base):
    """One template of one kind of broadcast in one language."""

    __tablename__ = "wa_templates"
    __table_args__ = (UniqueConstraint("name", "language"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))  # of broadcast
    language: Mapped[str] = mapped_column(String(5))
    name: Mapped[str] = mapped_column(String(60))
    body: Mapped[str] = mapped_column(String(1024))  # with {{1}}, {{2}} …
    variables: Mapped[list[str]] = mapped_column(JSON)  # the name of what fills each, in order
    content_sid: Mapped[str | None] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10), default=DRAFT)
    reason: Mapped[str | None] = mapped_column(String(300))  # Meta's, for a rejection
    changed_by: Mapped[str] = mapped_column(String(60))
    changed_at: Mapped[datetime]
