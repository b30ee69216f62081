"""Talks: an officer and a citizen speak through the chat, and the service is silent meanwhile."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, literal_column, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from db.areas import Area
from db.base import Base, BigId
from db.session import Session
from db.staff import Staff
from db.ticket_desk import Sight
from db.tickets import Ticket

WAITING, TAKEN, ENDED = "waiting", "taken", "ended"
MOST = 200  # that the list shows


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


@dataclass(frozen=True, slots=True)
class ListedTalk:
    """One talk as the list shows it."""

    id: int
    number: str
    state: str
    area_name: str
    staff_id: int | None
    staff_name: str | None
    opened_at: datetime
    said_at: datetime


_TALK: Any = Talk.__table__
_TICKET: Any = Ticket.__table__
# Written out, as SQLite uses the index of a part only where it can read that this is meant.
_GOING_ON = _TALK.c.state != literal_column("'ended'")


def open_talk(session: Session, contact_id: int, ticket_id: int, now: datetime) -> Talk:
    """Let a citizen wait for somebody to talk to."""
    talk = Talk(
        contact_id=contact_id, ticket_id=ticket_id, state=WAITING, opened_at=now, said_at=now
    )
    session.add(talk)
    session.flush()
    return talk


def lock_talk(session: Session, talk_id: int) -> Talk:
    """Hold a talk; its contact and its ticket are to be held before."""
    query = select(Talk).where(Talk.id == talk_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def ticket_of_talk(session: Session, talk_id: int) -> int | None:
    """Give the ticket of a talk, or None where there is no such talk."""
    found: int | None = session.core.scalar(select(_TALK.c.ticket_id).where(_TALK.c.id == talk_id))
    return found


def talks_about(session: Session, ticket_id: int) -> Sequence[Talk]:
    """Give the talks about a ticket that somebody took, oldest first."""
    query = select(Talk).where(Talk.ticket_id == ticket_id, Talk.taken_at.is_not(None))
    return session.scalars(query.order_by(Talk.id)).all()


def waiting_talk(session: Session, contact_id: int) -> str | None:
    """Give the number of the ticket by which a contact waits for somebody to talk to."""
    found: str | None = session.core.scalar(
        select(_TICKET.c.number)
        .join(_TALK, _TALK.c.ticket_id == _TICKET.c.id)
        .where(_TALK.c.contact_id == contact_id, _TALK.c.state == WAITING)
        .limit(1)
    )
    return found


def open_talks(session: Session, contact_id: int) -> Sequence[int]:
    """Give the talks of a contact that wait or go on, oldest first."""
    query = select(_TALK.c.id).where(_TALK.c.contact_id == contact_id, _GOING_ON)
    return session.core.scalars(query.order_by(_TALK.c.id)).all()


def move_waiting(session: Session, from_ids: Collection[int], contact_id: int) -> None:
    """Let what waits in some chats wait in another, where its ticket went to that."""
    gone = select(_TICKET.c.id).where(_TICKET.c.contact_id == contact_id)
    waiting = _TALK.c.contact_id.in_(from_ids) & (_TALK.c.state == WAITING)
    there = update(_TALK).where(waiting, _TALK.c.ticket_id.in_(gone))
    session.core.execute(there.values(contact_id=contact_id))


def drop_waiting(session: Session, ticket_id: int, actor: str, now: datetime) -> None:
    """End what still waits of a ticket that is done."""
    waiting = select(Talk).where(Talk.ticket_id == ticket_id, Talk.state == WAITING)
    for talk in session.scalars(waiting.with_for_update()):
        talk.state, talk.ended_at, talk.ended_by = ENDED, now, actor
    session.flush()


def silent_talks(session: Session, before: datetime, limit: int) -> Sequence[int]:
    """Give the talks in which nothing was said since a moment."""
    query = select(_TALK.c.id).where(_TALK.c.state == TAKEN, _TALK.c.said_at <= before, _GOING_ON)
    return session.core.scalars(query.order_by(_TALK.c.said_at).limit(limit)).all()


def talks_in_sight(session: Session, sight: Sight) -> Sequence[ListedTalk]:
    """Give the talks that wait or go on within an officer's sight, the longest waiting first."""
    rows = session.core.execute(
        select(
            _TALK.c.id, _TICKET.c.number, _TALK.c.state, Area.name, _TALK.c.staff_id, Staff.name,
            _TALK.c.opened_at, _TALK.c.said_at,
        )
        .join(_TICKET, _TICKET.c.id == _TALK.c.ticket_id)
        .join(Area, Area.code == _TICKET.c.area_code)
        .outerjoin(Staff, Staff.id == _TALK.c.staff_id)
        .where(_GOING_ON, sight.holds())
        .order_by(_TALK.c.state.desc(), _TALK.c.opened_at, _TALK.c.id)
        .limit(MOST)
    )  # fmt: skip
    return [ListedTalk(*row) for row in rows]


def visible_talk(session: Session, sight: Sight, talk_id: int) -> tuple[Talk, Ticket] | None:
    """Give a talk with its ticket if an officer may see it, also one that has ended."""
    row = session.execute(
        select(Talk, Ticket)
        .join(Ticket, Ticket.id == Talk.ticket_id)
        .where(Talk.id == talk_id, sight.holds())
    ).one_or_none()
    return (row[0], row[1]) if row is not None else None
