"""Broadcasts: one message to many, from the draft to the last receipt.

A broadcast is prepared, approved and frozen; its notices are the wordings (by place, slot and
language) and its waves the time zones in which it runs; each contact has one row of the outbox.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    ForeignKey,
    LargeBinary,
    String,
    bindparam,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.areas import Scope
from db.base import Base, BigId
from db.outbox import OutboundMessage
from db.quiet_hours import is_awake
from db.session import Session


class Kind(StrEnum):
    """What a broadcast is for."""

    DISTRIBUTION = "distribution"
    CHANGE = "change"
    REMINDER = "reminder"
    FOLLOWUP = "followup"
    NEWS = "news"
    WARNING = "warning"
    EMERGENCY = "emergency"


class State(StrEnum):
    """How far a broadcast has come."""

    DRAFT = "draft"
    WAITING = "waiting"  # for somebody else's approval
    REFUSED = "refused"
    SCHEDULED = "scheduled"  # approved; its rows are not queued yet
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELED = "canceled"


UNENDED = (State.DRAFT, State.WAITING, State.SCHEDULED, State.RUNNING, State.PAUSED)


class Broadcast(Base):
    """One message to an audience; what was approved is what is sent."""

    __tablename__ = "broadcasts"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"), index=True)  # holds all
    audience: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # Filters.to_data
    # Of a round: an officer's words by language, with their blanks.
    texts: Mapped[dict[str, str] | None] = mapped_column(JSON)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("broadcasts.id"), index=True)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("rounds.id"), index=True)
    hoax_id: Mapped[int | None] = mapped_column(ForeignKey("hoaxes.id"), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)  # of what it says
    state: Mapped[str] = mapped_column(String(10), index=True)
    urgent: Mapped[bool] = mapped_column(default=False)  # goes first, at night too
    send_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]  # from then on nothing of it is sent
    families: Mapped[int] = mapped_column(default=0)
    contacts: Mapped[int] = mapped_column(default=0)  # rows of the outbox
    created_by: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    approved_by: Mapped[str | None] = mapped_column(String(60))
    approved_at: Mapped[datetime | None]
    remark: Mapped[str | None] = mapped_column(String(300))  # why it was refused or cancelled
    version: Mapped[int] = mapped_column(default=1)
    ended_at: Mapped[datetime | None]
    # Of a change: what its round said before, as it was last approved (bot/notices/undoing).
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), deferred=True)
    undone: Mapped[bool] = mapped_column(default=False)  # the round says that again


class Wave(Base):
    """The part of a broadcast that goes to one time zone."""

    __tablename__ = "waves"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcasts.id"), index=True)
    zone: Mapped[str] = mapped_column(String(40))


class Notice(Base):
    """One wording of a broadcast for one area, slot and language; without an area it is for all."""

    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcasts.id"), index=True)
    area_code: Mapped[str | None] = mapped_column(ForeignKey("areas.code"))
    distribution_id: Mapped[int | None] = mapped_column(ForeignKey("distributions.id"), index=True)
    slot: Mapped[time | None]  # for the families of this hour at the distribution
    language: Mapped[str] = mapped_column(String(5), default="id")
    text: Mapped[str] = mapped_column(String(1600))
    choices: Mapped[list[list[str]] | None] = mapped_column(JSON)  # value and label of each button
    content_sid: Mapped[str | None] = mapped_column(String(40))
    content_variables: Mapped[dict[str, str] | None] = mapped_column(JSON)


_OUT: Any = OutboundMessage.__table__
_BROADCAST: Any = Broadcast.__table__
_WAVE: Any = Wave.__table__
_LATEST = datetime.max.replace(tzinfo=UTC)
_RUNNING = (
    select(
        _WAVE.c.id, _WAVE.c.zone, _BROADCAST.c.kind, _BROADCAST.c.urgent, _BROADCAST.c.expires_at,
        _BROADCAST.c.contacts,
    )
    .join(_BROADCAST, _BROADCAST.c.id == _WAVE.c.broadcast_id)
    .where(
        _BROADCAST.c.state == literal(State.RUNNING, literal_execute=True),
        _BROADCAST.c.send_at <= bindparam("now"),
        or_(_BROADCAST.c.expires_at.is_(None), _BROADCAST.c.expires_at > bindparam("now")),
    )
)  # fmt: skip


def waves_to_send(connection: Connection, now: datetime) -> dict[int, tuple[str, datetime | None]]:
    """Give the waves whose messages may go out now: of which kind, and when they go out of date.

    Those come first that are needed first: an emergency before all and at night too, then what goes
    out of date first, and of two such broadcasts the smaller.
    """
    rows = [
        row
        for row in connection.execute(_RUNNING, {"now": now})
        if row.urgent or is_awake(now, row.zone)
    ]
    rows.sort(key=lambda row: (not row.urgent, row.expires_at or _LATEST, row.contacts, row.id))
    return {row.id: (row.kind, row.expires_at) for row in rows}


def count_by_state(session: Session, broadcast_id: int) -> dict[str, int]:
    """Count the messages of a broadcast by their state."""
    rows = session.execute(
        select(_OUT.c.state, func.count().label("count"))
        .join(Wave, Wave.id == _OUT.c.wave_id)
        .where(Wave.broadcast_id == broadcast_id)
        .group_by(_OUT.c.state)
    )
    return {state: count for state, count in rows}  # noqa: C416 - dict() has no type here


def texts_of(session: Session, broadcast_ids: Collection[int]) -> dict[int, set[str]]:
    """Give the texts of some broadcasts."""
    query = select(Notice.broadcast_id, Notice.text).distinct()
    found: dict[int, set[str]] = {}
    for broadcast_id, text in session.execute(
        query.where(Notice.broadcast_id.in_([*broadcast_ids]))
    ):
        found.setdefault(broadcast_id, set()).add(text)
    return found


def hold_broadcast(session: Session, broadcast_id: int) -> Broadcast:
    """Hold a broadcast as it stands now; raises NoResultFound."""
    query = select(Broadcast).where(Broadcast.id == broadcast_id).with_for_update(key_share=True)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def find_within(session: Session, scope: Scope, broadcast_id: int) -> Broadcast | None:
    """Give a broadcast of an area as it stands now; None where there is none of this number."""
    query = select(Broadcast).where(Broadcast.id == broadcast_id, scope.holds(Broadcast.area_code))
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def notices_of(session: Session, broadcast_id: int) -> Sequence[Notice]:
    """Give the wordings of a broadcast as the store has them."""
    query = select(Notice).where(Notice.broadcast_id == broadcast_id).order_by(Notice.id)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def followers_of(session: Session, broadcast_id: int) -> Sequence[Broadcast]:
    """Hold the reminders of a broadcast, and the questions after it, that have not ended."""
    query = select(Broadcast).where(
        Broadcast.parent_id == broadcast_id,
        Broadcast.kind.in_((Kind.REMINDER, Kind.FOLLOWUP)),
        Broadcast.state.in_(UNENDED),
    )
    return session.scalars(query.order_by(Broadcast.id).with_for_update(key_share=True)).all()


def was_warned(session: Session, hoax_id: int, area_code: str) -> bool:
    """Say whether a warning of a hoax to an area was written, unless it came to nothing."""
    gone = (State.REFUSED, State.CANCELED)
    query = select(Broadcast.id).where(
        Broadcast.hoax_id == hoax_id,
        Broadcast.area_code == area_code,
        Broadcast.state.not_in(gone),
    )
    return session.scalar(query.limit(1)) is not None


def latest_broadcasts(session: Session, limit: int = 20) -> Sequence[Broadcast]:
    """Give the latest broadcasts that were submitted, newest first."""
    query = select(Broadcast).where(Broadcast.state != State.DRAFT)
    return session.scalars(query.order_by(Broadcast.id.desc()).limit(limit)).all()
