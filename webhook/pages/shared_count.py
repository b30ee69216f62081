"""Numbers that are dear to count and asked for by anybody: counted once for all who ask."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

from flask import Response

from db.session import Session, Store

KEPT_FOR = timedelta(minutes=10)
_Counted = TypeVar("_Counted")


class SharedCount(Generic[_Counted]):
    """Counts something, and keeps it for some minutes for all who ask."""

    def __init__(
        self, store: Store, clock: Callable[[], datetime],
        count: Callable[[Session, datetime], _Counted],
    ) -> None:  # fmt: skip
        self._store, self._clock, self._count = store, clock, count
        self._lock = Lock()
        self._kept: tuple[datetime, _Counted] | None = None

    def get(self) -> _Counted:
        """Give what was counted; where that is old, one request counts anew.

        The others get the old one meanwhile. Before anything was counted they wait.
        """
        now, kept = self._clock(), self._kept
        if kept is not None and now - kept[0] < KEPT_FOR:
            return kept[1]
        if not self._lock.acquire(blocking=kept is None) and kept is not None:
            return kept[1]
        try:
            if self._kept is None or self._kept is kept:
                with self._store.read() as session:
                    self._kept = now, self._count(session, now)
            return self._kept[1]
        finally:
            self._lock.release()


def kept_page(page: str) -> Response:
    """Let browsers and servers in between keep a page too."""
    response = Response(page)
    response.headers["Cache-Control"] = f"public, max-age={int(KEPT_FOR.total_seconds())}"
    return response
