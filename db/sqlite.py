"""SQLite takes one writer at a time: the line of those who wait, and how long they may wait."""

import math
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import TimeoutError as StoreBusy

READ_ONLY, DEADLINE = "halo_read_only", "halo_deadline"  # execution options of a connection
_IN_HASTE = 0.02  # seconds: enough for the commit of another process, if that is all there is


class WriteLine:
    """The writers of this process, one after another, and their patience with other processes.

    The server has few threads, so waits in vain would add up over the requests that queue for
    them. After one such wait nobody waits any more, until somebody gets in again or a whole wait
    has passed without a refusal.
    """

    def __init__(self, engine: Engine, wait: float) -> None:
        """Begin the engine's transactions from now on; `wait` is in seconds."""
        self._turn = threading.Lock()
        self._wait = wait
        self._refused_at = -math.inf
        event.listen(engine, "connect", self._prepare)
        event.listen(engine, "begin", self._begin)
        event.listen(engine, "handle_error", self._note_error)

    @contextmanager
    def turn(self) -> Iterator[float]:
        """Hold the turn to write; gives the moment until which the database is waited for."""
        deadline = time.monotonic() + self._wait
        # SQLite lets those who wait poll; here the next one starts as soon as the last has ended.
        while not self._turn.acquire(timeout=self._patience(deadline)):
            if self._is_in_vain() or time.monotonic() >= deadline:
                self._refused_at = time.monotonic()
                raise StoreBusy("too many wait to write")
        try:
            yield deadline
        finally:
            self._turn.release()

    def _is_in_vain(self) -> bool:
        return time.monotonic() - self._refused_at < self._wait

    def _patience(self, deadline: float | None) -> float:
        left = self._wait if deadline is None else max(0.0, deadline - time.monotonic())
        return min(left, _IN_HASTE) if self._is_in_vain() else left

    def _prepare(self, connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions are begun by _begin, not by the driver
        connection.execute(_busy_timeout(self._patience(None)))
        connection.execute("PRAGMA journal_mode=WAL")
        # FULL, not NORMAL: the provider was told 200, so a power cut in the office may lose nothing
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA cache_size=-65536")

    def _begin(self, connection: Connection) -> None:
        options = connection.get_execution_options()
        driver: Any = connection.connection.driver_connection
        driver.execute(_busy_timeout(self._patience(options.get(DEADLINE))))
        if options.get(READ_ONLY):
            connection.exec_driver_sql("BEGIN")
            return
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        self._refused_at = -math.inf

    def _note_error(self, context: ExceptionContext) -> None:
        if getattr(context.original_exception, "sqlite_errorcode", 0) == sqlite3.SQLITE_BUSY:
            self._refused_at = time.monotonic()


def _busy_timeout(seconds: float) -> str:
    # In steps of 10 ms: each text is another entry in the driver's cache of statements.
    return f"PRAGMA busy_timeout={math.ceil(seconds * 100) * 10}"
