"""Rounds: the distributions of one programme that are announced, changed and cancelled as one."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId

PLANNED, CANCELED = "planned", "canceled"
PLACE_KINDS = ("bank", "post", "ewarong", "kelurahan", "other")


class Round(Base):
    """One stage of a programme, handed out at one or several places and times."""

    __tablename__ = "rounds"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    program_code: Mapped[str] = mapped_column(ForeignKey("programs.code"))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"), index=True)  # holds all of it
    stage: Mapped[str | None] = mapped_column(String(60))
    bring: Mapped[str | None] = mapped_column(String(300))
    contact: Mapped[str | None] = mapped_column(String(120))
    filters: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # whom besides the areas
    state: Mapped[str] = mapped_column(String(10), default=PLANNED)
    why: Mapped[str | None] = mapped_column(String(200))  # it was last changed or cancelled
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]
