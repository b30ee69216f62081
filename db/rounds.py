"""Rounds: the distributions of one programme that are announced, changed and cancelled as one."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, exists, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from db.areas import Area
from db.audiences import Filters, families
from db.base import Base, BigId
from db.broadcasts import Broadcast, State
from db.registry import Household
from db.schedules import Distribution
from db.session import Session

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


def distributions_of(session: Session, round_id: int) -> Sequence[Distribution]:
    """Give the distributions of a round in their order, those too that fell away."""
    query = select(Distribution).where(Distribution.round_id == round_id)
    order = (Distribution.held_on, Distribution.starts_at, Distribution.id)
    return session.scalars(query.order_by(*order)).all()


def areas_named(session: Session, codes: Sequence[str]) -> Mapping[str, Area]:
    """Give some areas by their codes."""
    found = session.scalars(select(Area).where(Area.code.in_(codes)))
    return {area.code: area for area in found}


def place_key(place: str) -> str:
    """Give what two spellings of one place have in common."""
    return " ".join(place.split()).casefold()


def find_distribution(
    session: Session,
    program_code: str,
    area_code: str,
    held_on: date,
    starts_at: time,
    place: str,
    hold: bool = False,
) -> Distribution | None:
    """Find a distribution that is known already, however its place was spelt."""
    query = select(Distribution).where(
        Distribution.program_code == program_code,
        Distribution.area_code == area_code,
        Distribution.held_on == held_on,
        Distribution.starts_at == starts_at,
    )
    if hold:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    known = session.scalars(query)
    # Not in SQL: SQLite lowers the case of ASCII letters only.
    return next((found for found in known if place_key(found.place) == place_key(place)), None)


def is_taken(session: Session, distribution: Distribution) -> bool:
    """Say whether a distribution is of a round that is announced, or is still to be.

    What fell away by a change that nobody has approved may come back.
    """
    if distribution.round_id is None:
        return False
    of_round = Broadcast.round_id == distribution.round_id
    if distribution.canceled:
        undecided = Broadcast.state.in_((State.DRAFT, State.WAITING))
        changing = select(Broadcast.id).where(of_round, undecided, Broadcast.before.is_not(None))
        return session.scalar(changing.limit(1)) is not None
    ended = Broadcast.state.in_((State.REFUSED, State.CANCELED))
    query = select(Round.id).where(
        Round.id == distribution.round_id,
        Round.state == PLANNED,
        or_(~exists().where(of_round), exists().where(of_round, ~ended)),
    )
    return session.scalar(query) is not None


def count_families(session: Session, filters: Filters) -> int:
    """Count the families of an audience."""
    return session.scalar(select(func.count(Household.id)).where(families(filters))) or 0
