"""When the findings were last found anew, and how far somebody who does it has come."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, or_, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import DIALECT_INSERT, Base, BigId
from db.mismatch.refresh import Progress, Refreshed, refresh
from db.session import Session, Store

# Whoever has not stirred for so long has been stopped; one query on millions of lines takes less.
STALE = timedelta(minutes=15)
_ONLY = 1  # the row that there is


class RefreshRun(Base):
    """The refresh that runs, or the last one: a single row, so that two cannot run at once."""

    __tablename__ = "refreshes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    running: Mapped[bool]
    started_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    done: Mapped[int]
    total: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))  # which is being looked for
    counted_at: Mapped[datetime | None]  # of when the findings are

    def is_under_way(self, now: datetime) -> bool:
        """Say whether somebody is at it."""
        return self.running and self.touched_at > now - STALE


class UnderWay(Exception):
    """Somebody else finds everything anew just now."""


def last_run(session: Session) -> RefreshRun | None:
    """Give the refresh that runs, or the last one; None where there was none yet."""
    return session.get(RefreshRun, _ONLY)


def begin_run(store: Store, now: datetime) -> None:
    """Take the turn to find everything anew; raises UnderWay where somebody has it."""
    values: dict[str, Any] = {
        "running": True, "started_at": now, "touched_at": now, "done": 0, "total": 0, "kind": "",
    }  # fmt: skip
    with store.begin() as session:
        insert = DIALECT_INSERT[session.core.dialect.name](RefreshRun).values(id=_ONLY, **values)
        free = or_(RefreshRun.running.is_(False), RefreshRun.touched_at <= now - STALE)
        statement = insert.on_conflict_do_update(index_elements=["id"], set_=values, where=free)
        if session.core.execute(statement.returning(RefreshRun.id)).first() is None:
            raise UnderWay


def carry_out(
    store: Store, clock: Callable[[], datetime], progress: Progress | None = None
) -> Refreshed:
    """Find everything anew by the turn that was taken, and tell how far it has come."""
    now = clock()

    def tell(done: int, total: int, kind: str) -> None:
        _note(store, touched_at=clock(), done=done, total=total, kind=kind)
        if progress is not None:
            progress(done, total, kind)

    try:
        counted = refresh(store, now, tell)
    except BaseException:
        _note(store, running=False)
        raise
    _note(store, running=False, counted_at=now)
    return counted


def _note(store: Store, **values: Any) -> None:
    with store.begin() as session:
        session.execute(update(RefreshRun).where(RefreshRun.id == _ONLY).values(**values))
