"""The way of a family out of aid: training, capital, a joint business, until it stands alone."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, mapped_column

from db import audit
from db.base import Base, BigId
from db.session import Session
from db.visits import Visit

UNDER_WAY, GRADUATED, DROPPED = "under_way", "graduated", "dropped"
STATES = (UNDER_WAY, GRADUATED, DROPPED)
STEPS = ("training", "capital", "kube")


class Graduation(Base):
    """A family that a companion found ready to stand without aid."""

    __tablename__ = "graduations"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"), unique=True)
    state: Mapped[str] = mapped_column(String(12))
    opened_by: Mapped[str] = mapped_column(String(60))
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class GraduationStep(Base):
    """Something that was done for a family on its way, once of each kind."""

    __tablename__ = "graduation_steps"

    graduation_id: Mapped[int] = mapped_column(ForeignKey("graduations.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]


def open_track(session: Session, household_id: int, actor: str, now: datetime) -> Graduation:
    """Put a family on its way; one that was dropped goes on, one that is under way stays so."""
    track = track_of(session, household_id)
    if track is None:
        track = Graduation(
            household_id=household_id, state=UNDER_WAY, opened_by=actor, opened_at=now,
            changed_at=now,
        )  # fmt: skip
        session.add(track)
        session.flush()
    elif track.state == UNDER_WAY:
        return track
    track.state, track.changed_at = UNDER_WAY, now
    audit.record(session, now, actor, "open graduation", f"household:{household_id}")
    return track


def track_of(session: Session, household_id: int) -> Graduation | None:
    """Give the way of a family, held until the transaction ends; None where it has none."""
    query = select(Graduation).where(Graduation.household_id == household_id).with_for_update()
    return session.scalars(query).one_or_none()


def steps_of(session: Session, graduation_id: int) -> Sequence[GraduationStep]:
    """Give what was done for a family on its way, oldest first."""
    query = select(GraduationStep).where(GraduationStep.graduation_id == graduation_id)
    return session.scalars(query.order_by(GraduationStep.at, GraduationStep.kind)).all()


def take_step(session: Session, track: Graduation, kind: str, actor: str, now: datetime) -> bool:
    """Note that a step was done; False where it was before. Raises ValueError for another kind."""
    if kind not in STEPS:
        raise ValueError(f"{kind} is no step")
    if session.get(GraduationStep, (track.id, kind)) is not None:
        return False
    session.add(GraduationStep(graduation_id=track.id, kind=kind, by=actor, at=now))
    track.changed_at = now
    audit.record(session, now, actor, "take graduation step", f"household:{track.household_id}")
    return True


def end_track(session: Session, track: Graduation, state: str, actor: str, now: datetime) -> None:
    """Say how a family's way ended: it stands alone, or it needs aid after all."""
    if state not in (GRADUATED, DROPPED):
        raise ValueError(f"{state} ends nothing")
    track.state, track.changed_at = state, now
    audit.record(session, now, actor, "end graduation", f"household:{track.household_id}")


def withdraw_track(session: Session, track: Graduation, actor: str, now: datetime) -> bool:
    """Take back a way that began by mistake; False where somebody has gone on with it since."""
    touched = track.changed_at != track.opened_at or track.state != UNDER_WAY
    if touched or steps_of(session, track.id):
        return False
    audit.record(session, now, actor, "withdraw graduation", f"household:{track.household_id}")
    named = Visit.graduation_id == track.id
    session.execute(update(Visit).where(named).values(graduation_id=None))
    session.delete(track)
    session.flush()
    return True


def under_way(session: Session, household_ids: Collection[int]) -> Sequence[int]:
    """Give those of some families that are on their way, who began first before the others."""
    query = select(Graduation.household_id).where(
        Graduation.household_id.in_(household_ids), Graduation.state == UNDER_WAY
    )
    return session.scalars(query.order_by(Graduation.opened_at, Graduation.id)).all()
