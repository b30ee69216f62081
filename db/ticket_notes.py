"""What was written about a ticket beside its story: answers, notes of the desk, additions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId
from db.session import Session

PURPOSE = "note"
NOTE = "note"  # of the desk, never shown to the citizen
ANSWER = "answer"  # told to the citizen
ADDED = "added"  # by the citizen
AGENCY = "agency"  # what an agency answered
KINDS = (NOTE, ANSWER, ADDED, AGENCY)


class TicketNote(Base):
    """One piece of writing, sealed."""

    __tablename__ = "ticket_notes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(10))
    text_sealed: Mapped[bytes] = mapped_column(LargeBinary)


@dataclass(frozen=True, slots=True)
class Noted:
    """One piece of writing, opened."""

    id: int
    at: datetime
    actor: str
    kind: str
    text: str


_TABLE: Any = TicketNote.__table__


def add_note(
    session: Session, ticket_id: int, kind: str, text: str, actor: str, now: datetime
) -> None:
    """Keep what was written about a ticket."""
    session.add(
        TicketNote(
            ticket_id=ticket_id,
            at=now,
            actor=actor,
            kind=kind,
            text_sealed=session.vault.seal(text, PURPOSE),
        )
    )
    session.flush()


def is_repeated(session: Session, ticket_id: int, kind: str, text: str, since: datetime) -> bool:
    """Say whether the last writing of a kind says the same, and came after a moment."""
    query = select(_TABLE.c.at, _TABLE.c.text_sealed).where(
        _TABLE.c.ticket_id == ticket_id, _TABLE.c.kind == kind
    )
    last = session.core.execute(query.order_by(_TABLE.c.id.desc()).limit(1)).one_or_none()
    return (
        last is not None
        and last.at > since
        and session.vault.open(last.text_sealed, PURPOSE) == text
    )


def last_said(session: Session, ticket_id: int, but: str) -> int:
    """Give the id of what citizen or desk last said to the other, whoever `but` this one did it.

    0 where nothing was said.
    """
    said = select(func.max(_TABLE.c.id)).where(
        _TABLE.c.ticket_id == ticket_id, _TABLE.c.kind != NOTE, _TABLE.c.actor != but
    )
    return session.core.scalar(said) or 0


def notes_of(session: Session, ticket_id: int) -> Sequence[Noted]:
    """Give all that was written about a ticket, oldest first."""
    columns = (_TABLE.c.id, _TABLE.c.at, _TABLE.c.actor, _TABLE.c.kind, _TABLE.c.text_sealed)
    rows = session.core.execute(
        select(*columns).where(_TABLE.c.ticket_id == ticket_id).order_by(_TABLE.c.id)
    )
    return [
        Noted(row.id, row.at, row.actor, row.kind, session.vault.open(row.text_sealed, PURPOSE))
        for row in rows
    ]


def last_noted(session: Session, ticket_id: int, kind: str) -> datetime | None:
    """Give when something was last written of a kind about a ticket; None where nothing was."""
    at: datetime | None = session.core.scalar(
        select(_TABLE.c.at)
        .where(_TABLE.c.ticket_id == ticket_id, _TABLE.c.kind == kind)
        .order_by(_TABLE.c.id.desc())
        .limit(1)
    )
    return at


def last_note(session: Session, ticket_id: int, kind: str) -> str:
    """Give what was last written of a kind about a ticket; empty where nothing was."""
    sealed = session.core.scalar(
        select(_TABLE.c.text_sealed)
        .where(_TABLE.c.ticket_id == ticket_id, _TABLE.c.kind == kind)
        .order_by(_TABLE.c.id.desc())
        .limit(1)
    )
    return "" if sealed is None else session.vault.open(sealed, PURPOSE)
