"""The last count of a large broadcast: it takes seconds, so all who look share one."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import DIALECT_INSERT, Base, BigId
from db.broadcast_progress import Progress
from db.broadcasts import Broadcast
from db.session import Session

NOTHING = Progress({}, {}, [], {}, 0)
_FRESH = timedelta(seconds=5)
_REST = 5  # times as long as a count took it is kept, so that the store does other things too
_LOST = timedelta(minutes=1)  # a count that has not ended by then was cut off


class BroadcastCount(Base):
    """How the messages of one broadcast stood when they were last counted."""

    __tablename__ = "broadcast_counts"

    broadcast_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("broadcasts.id"), primary_key=True, autoincrement=False
    )
    begun_at: Mapped[datetime]  # of the last count, which may still be under way
    version: Mapped[int]  # of the broadcast at that moment
    counted_at: Mapped[datetime | None]  # when the count that is kept began
    seconds: Mapped[float | None] = mapped_column(Float)  # that it took
    progress: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a broadcast: nothing at first; `is_due` says to count anew.

    `is_coming` says that somebody counts right now.
    """

    progress: Progress = NOTHING
    counted_at: datetime | None = None
    begun_at: datetime | None = None
    is_due: bool = True
    is_coming: bool = False


def kept_count(session: Session, broadcast: Broadcast, now: datetime) -> Kept:
    """Give the last count of a broadcast; one that somebody decided on since is due at once."""
    row = session.get(BroadcastCount, broadcast.id)
    if row is None:
        return Kept()
    rest = max(_FRESH, timedelta(seconds=_REST * (row.seconds or 0)))
    is_coming = row.counted_at != row.begun_at and now - row.begun_at < _LOST
    is_stale = row.version != broadcast.version or now - row.begun_at >= rest
    found = NOTHING if row.progress is None else _progress(row.progress)
    return Kept(found, row.counted_at, row.begun_at, is_stale and not is_coming, is_coming)


def begin_count(session: Session, broadcast: Broadcast, kept: Kept, now: datetime) -> bool:
    """Take on the count that is due; False where somebody else has taken it."""
    values = {"begun_at": now, "version": broadcast.version}
    if kept.begun_at is None:
        insert = DIALECT_INSERT[session.core.dialect.name](BroadcastCount)
        taken = insert.values(broadcast_id=broadcast.id, **values).on_conflict_do_nothing()
    else:
        taken = (
            update(BroadcastCount)
            .where(
                BroadcastCount.broadcast_id == broadcast.id,
                BroadcastCount.begun_at == kept.begun_at,
            )
            .values(values)
        )
    return session.core.scalar(taken.returning(BroadcastCount.broadcast_id)) is not None


def keep_count(
    session: Session, broadcast_id: int, found: Progress, begun_at: datetime, seconds: float
) -> None:
    """Keep what was counted, unless another count was begun since."""
    session.core.execute(
        update(BroadcastCount)
        .where(BroadcastCount.broadcast_id == broadcast_id, BroadcastCount.begun_at == begun_at)
        .values(counted_at=begun_at, seconds=seconds, progress=asdict(found))
    )


def _progress(kept: dict[str, Any]) -> Progress:
    areas = [(name, states) for name, states in kept["by_area"]]
    return Progress(**{**kept, "by_area": areas})
