"""Subscriptions: who wants to hear of a programme in an area, whether on a list or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from db.areas import Area
from db.audience_files import AudienceMember
from db.base import Base, BigId
from db.registry import Program
from db.session import Session


class Subscription(Base):
    """One contact's wish to hear of one programme, of all, or of dangers alone, in one area."""

    __tablename__ = "subscriptions"
    __table_args__ = (Index("ix_subscriptions_area", "area_code", "program_code"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    program_code: Mapped[str | None] = mapped_column(ForeignKey("programs.code"))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    emergencies: Mapped[bool] = mapped_column(default=False)  # of these, and of no programme
    created_at: Mapped[datetime]


_TABLE: Any = Subscription.__table__
_MEMBER: Any = AudienceMember.__table__


@dataclass(frozen=True, slots=True)
class Subscribed:
    """What a contact wants to hear of: dangers, or a programme; every one where none is named."""

    program_code: str | None
    program: str | None
    area_code: str
    area: str
    emergencies: bool
    created_at: datetime


def subscribe(
    session: Session,
    contact_id: int,
    program_code: str | None,
    area_code: str,
    now: datetime,
    emergencies: bool = False,
) -> bool:
    """Note that a contact, whose row is held, wants to hear of it; False where that was known."""
    known = select(Subscription.id).where(
        Subscription.contact_id == contact_id,
        Subscription.program_code.is_not_distinct_from(program_code),
        Subscription.area_code == area_code,
        Subscription.emergencies == emergencies,
    )
    if session.scalar(known.limit(1)) is not None:
        return False
    session.add(
        Subscription(
            contact_id=contact_id, program_code=program_code, area_code=area_code,
            emergencies=emergencies, created_at=now,
        )
    )  # fmt: skip
    session.flush()
    return True


def unsubscribe(session: Session, contact_id: int, one: Subscribed) -> None:
    """Drop one thing that a contact wanted to hear of."""
    session.flush()
    session.core.execute(
        delete(_TABLE).where(
            _TABLE.c.contact_id == contact_id,
            _TABLE.c.program_code.is_not_distinct_from(one.program_code),
            _TABLE.c.area_code == one.area_code,
            _TABLE.c.emergencies == one.emergencies,
        )
    )


def unsubscribe_all(session: Session, contact_id: int) -> int:
    """Drop all that a contact wanted to hear of; gives how much that was."""
    session.flush()
    return session.core.execute(delete(_TABLE).where(_TABLE.c.contact_id == contact_id)).rowcount


def move_subscriptions(session: Session, contact_id: int, to_id: int) -> None:
    """Let another contact of the same telephone hear of what one wanted to hear of."""
    for one in subscriptions_of(session, contact_id):
        subscribe(session, to_id, one.program_code, one.area_code, one.created_at, one.emergencies)
    unsubscribe_all(session, contact_id)


def forget(session: Session, contact_id: int) -> None:
    """Drop what a contact wanted to hear of, and its places in the lists of audiences."""
    unsubscribe_all(session, contact_id)
    session.core.execute(delete(_MEMBER).where(_MEMBER.c.contact_id == contact_id))


def subscriptions_of(session: Session, contact_id: int) -> Sequence[Subscribed]:
    """Give what a contact wants to hear of, in the order in which it said so."""
    rows = session.execute(
        select(
            Subscription.program_code, Program.name, Subscription.area_code, Area.name,
            Subscription.emergencies, Subscription.created_at,
        )
        .outerjoin(Program, Program.code == Subscription.program_code)
        .join(Area, Area.code == Subscription.area_code)
        .where(Subscription.contact_id == contact_id)
        .order_by(Subscription.id)
    )  # fmt: skip
    return [Subscribed(*row) for row in rows]
