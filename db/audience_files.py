"""Audiences from a file: whom a list of NIK or ticket numbers meant; the numbers are not kept."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId


class AudienceFile(Base):
    """One list that somebody brought in."""

    __tablename__ = "audience_files"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"), index=True)  # of its uploader
    lines: Mapped[int]
    found: Mapped[int]
    created_by: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]


class AudienceMember(Base):
    """One family of a list, or one contact that belongs to no known family."""

    __tablename__ = "audience_members"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("audience_files.id"), index=True)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("households.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"), index=True)
