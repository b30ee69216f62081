"""What officers keep for their own work: saved views, canned answers, and who looks at what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from db.base import DIALECT_INSERT, Base, BigId
from db.session import Session
from db.staff import Staff

PRESENT = timedelta(seconds=45)  # after so long without a sign somebody has left a ticket
NOTED_EACH = timedelta(seconds=15)  # so that not every question of a page is a write


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


_VIEWER: Any = TicketViewer.__table__


class TitleTaken(Exception):
    """Another canned answer has this title; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Present:
    """Who has a ticket before him, and whether one's own sign is to be given anew."""

    others: Sequence[str]  # their names
    is_due: bool


def canned_answers(session: Session, section: str | None = None) -> Sequence[CannedAnswer]:
    """Give the canned answers by title: all, or those for a section and for everybody."""
    query = select(CannedAnswer).order_by(CannedAnswer.title)
    if section is not None:
        query = query.where(or_(CannedAnswer.section.is_(None), CannedAnswer.section == section))
    return session.scalars(query).all()


def find_canned(session: Session, canned_id: int, lock: bool = False) -> CannedAnswer | None:
    """Give a canned answer."""
    return session.get(CannedAnswer, canned_id, with_for_update=lock or None)


def save_canned(
    session: Session,
    found: CannedAnswer | None,
    *,
    title: str,
    text: str,
    section: str | None,
    actor: str,
    now: datetime,
) -> None:
    """Keep a new canned answer, or change the one given; raises TitleTaken."""
    taken = session.scalar(select(CannedAnswer.id).where(CannedAnswer.title == title))
    if taken is not None and (found is None or found.id != taken):
        raise TitleTaken
    kept = found or CannedAnswer()
    kept.title, kept.text, kept.section = title, text, section
    kept.changed_by, kept.changed_at = actor, now
    session.add(kept)
    session.flush()


def note_viewer(session: Session, ticket_id: int, staff_id: int, now: datetime) -> None:
    """Note that somebody has a ticket before him."""
    insert = DIALECT_INSERT[session.core.dialect.name](_VIEWER)
    session.core.execute(
        insert.values(ticket_id=ticket_id, staff_id=staff_id, seen_at=now).on_conflict_do_update(
            index_elements=["ticket_id", "staff_id"], set_={"seen_at": now}
        )
    )


def present(session: Session, ticket_id: int, staff_id: int, now: datetime) -> Present:
    """Say who else has a ticket before him now."""
    rows = session.core.execute(
        select(_VIEWER.c.staff_id, _VIEWER.c.seen_at, Staff.name)
        .join_from(_VIEWER, Staff, Staff.id == _VIEWER.c.staff_id)
        .where(_VIEWER.c.ticket_id == ticket_id, _VIEWER.c.seen_at > now - PRESENT)
        .order_by(Staff.name)
    ).all()
    own = [row.seen_at for row in rows if row.staff_id == staff_id]
    return Present(
        others=[row.name for row in rows if row.staff_id != staff_id],
        is_due=not own or now - own[0] >= NOTED_EACH,
    )
