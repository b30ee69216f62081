"""Pickups: what people answered to the question whether they got their aid."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, func, literal, select
from sqlalchemy.orm import Mapped, mapped_column

from db.base import DIALECT_INSERT, Base, BigId
from db.broadcasts import Broadcast, Kind, Wave
from db.outbox import TOLD, OutboundMessage
from db.schedules import Distribution
from db.session import Session


class Pickup(Base):
    """One contact's last answer about one distribution."""

    __tablename__ = "pickups"
    __table_args__ = (UniqueConstraint("distribution_id", "contact_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    distribution_id: Mapped[int] = mapped_column(ForeignKey("distributions.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("households.id"), index=True)
    got_it: Mapped[bool]
    answered_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Answers:
    """How many contacts answered yes and no, and how many got the question."""

    yes: int
    no: int
    asked: int


def keep_answer(
    session: Session,
    contact_id: int,
    household_id: int | None,
    distribution_id: int,
    got_it: bool,
    now: datetime,
) -> None:
    """Keep what a contact says about a distribution, in the place of what it said before.

    Of a distribution that is not known nothing is kept.
    """
    table: Any = Pickup.__table__
    values: dict[str, Any] = {
        "distribution_id": Distribution.id,
        "contact_id": literal(contact_id),
        "household_id": literal(household_id, table.c.household_id.type),
        "got_it": literal(got_it),
        "answered_at": literal(now, table.c.answered_at.type),
    }
    about = select(*values.values()).where(Distribution.id == distribution_id)
    statement = DIALECT_INSERT[session.core.dialect.name](table).from_select(
        list(values), about, include_defaults=False
    )
    newer = {name: statement.excluded[name] for name in ("household_id", "got_it", "answered_at")}
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["distribution_id", "contact_id"], set_=newer
        )
    )


def answers_about(session: Session, round_id: int) -> Answers:
    """Count what people answered about all distributions of a round."""
    rows = session.execute(
        select(Pickup.got_it, func.count())
        .join(Distribution, Distribution.id == Pickup.distribution_id)
        .where(Distribution.round_id == round_id)
        .group_by(Pickup.got_it)
    )
    counts = {got_it: count for got_it, count in rows}  # noqa: C416 - dict() has no type here
    asked = session.scalar(
        select(func.count(func.distinct(OutboundMessage.contact_id)))
        .join(Wave, Wave.id == OutboundMessage.wave_id)
        .join(Broadcast, Broadcast.id == Wave.broadcast_id)
        .where(
            Broadcast.round_id == round_id,
            Broadcast.kind == Kind.FOLLOWUP,
            OutboundMessage.state.in_(TOLD),
        )
    )
    return Answers(counts.get(True, 0), counts.get(False, 0), asked or 0)
