"""The fetcher: takes files that people sent from their providers, and keeps what is fit for it.

A file is fetched, cleaned, written and settled, in this order: a process that dies between any two
of them leaves a file that is fetched once more, and written over with the same bytes.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import aclosing
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from bot.channels.base import FileSource
from bot.cleaning import LARGEST, Clean, NotKept, clean
from bot.desk.refusing import tell_refused
from bot.failures import where_only
from bot.messages import PermanentError, TemporaryError
from db.attachments import (
    KEPT,
    REFUSED,
    WAITING,
    ClaimedFile,
    FileOutcome,
    claim_files,
    is_any_due,
    settle_file,
)
from db.files import Files
from db.session import Store

_AT_ONCE = 2  # of 20 MB each, and a picture takes much more while it is painted
_POLL_SECONDS, _PAUSE_SECONDS = 1.0, 5.0
_SWEEP_EACH = timedelta(hours=1)
_FIRST_WAIT, _LONGEST_WAIT = 10.0, 1_800.0  # seconds
_MOST_TRIES = 56  # with these waits, a day
_MOST_TRIES_MISSING = 7  # ten minutes for what the provider does not have

_log = logging.getLogger(__name__)


class Fetcher:
    """Fetches what waits for the channels that it has sources for, until it is stopped.

    Any number may run, as each file is claimed by one of them. `jitter` gives numbers from 0 to 1.
    """

    def __init__(
        self,
        store: Store,
        files: Files,
        sources: Mapping[str, FileSource],
        clock: Callable[[], datetime],
        jitter: Callable[[], float],
    ) -> None:
        self._store = store
        self._files = files
        self._sources = sources
        self._clock = clock
        self._jitter = jitter
        self._swept_at: datetime | None = None

    async def run(self, stopped: asyncio.Event) -> None:
        """Work until stopped, and let go of what is then under way: its lease runs out."""
        work = asyncio.create_task(self._work())
        await stopped.wait()
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)

    async def _work(self) -> None:
        """Fetch for ever; no error of the store, of a disk or of a provider ends it."""
        reachable = True
        while True:
            pause = _POLL_SECONDS
            try:
                if await self.turn():
                    pause = 0.0
                await asyncio.to_thread(self._sweep)
                reachable = True
            except Exception as error:
                if reachable:
                    # The text of an error of the store would quote what was bound to a statement.
                    is_store = isinstance(error, SQLAlchemyError)
                    why = type(error).__name__ if is_store else where_only(error)
                    _log.warning("files cannot be fetched: %s", why)
                reachable, pause = False, _PAUSE_SECONDS
            await asyncio.sleep(pause)

    async def turn(self) -> bool:
        """Fetch the next few files; says whether there were any."""
        claimed = await asyncio.to_thread(self._claim)
        await asyncio.gather(*(self._handle(file) for file in claimed))
        return bool(claimed)

    def _claim(self) -> list[ClaimedFile]:
        now, channels = self._clock(), list(self._sources)
        with self._store.read() as session:  # on SQLite a claim would hold up the writers
            if not is_any_due(session, channels, now):
                return []
        with self._store.connect() as connection:
            return claim_files(connection, channels, _AT_ONCE, self._clock())

    async def _handle(self, file: ClaimedFile) -> None:
        outcome = await self._outcome(file)
        if outcome.reason is not None:
            told = (file.id, file.channel, outcome.state, outcome.reason)
            _log.info("file %s of %s: %s (%s)", *told)
        await asyncio.to_thread(self._settle, outcome)

    async def _outcome(self, file: ClaimedFile) -> FileOutcome:
        if file.tries > _MOST_TRIES:  # whoever held it died of it, time and again
            return FileOutcome(file.id, file.tries, REFUSED, "failing")
        try:
            data = await whole_file(self._sources[file.channel], file.ref)
            found = await asyncio.to_thread(clean, data)
        except (PermanentError, NotKept) as error:
            return FileOutcome(file.id, file.tries, REFUSED, error.reason)
        except TemporaryError as error:
            return self._put_off(file, error)
        return await asyncio.to_thread(self._keep, file, found)

    def _keep(self, file: ClaimedFile, found: Clean) -> FileOutcome:
        digest = self._files.put(found.data)
        return FileOutcome(
            file.id, file.tries, KEPT, digest=digest, mime=found.mime, size=len(found.data)
        )

    def _put_off(self, file: ClaimedFile, error: TemporaryError) -> FileOutcome:
        """Let a file wait for longer each time, or give it up after a day."""
        most = _MOST_TRIES_MISSING if error.reason == "missing" else _MOST_TRIES
        if file.tries >= most:
            return FileOutcome(file.id, file.tries, REFUSED, error.reason)
        wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(file.tries - 1, 16))
        wait = max(wait, min(error.retry_after or 0, _LONGEST_WAIT)) * (1 + self._jitter() / 4)
        retry_at = self._clock() + timedelta(seconds=wait)
        return FileOutcome(file.id, file.tries, WAITING, error.reason, retry_at=retry_at)

    def _settle(self, outcome: FileOutcome) -> None:
        if outcome.state != REFUSED:
            with self._store.connect() as connection:
                settle_file(connection, outcome)
            return
        with self._store.begin() as session:
            tell_refused(session, outcome, self._clock())

    def _sweep(self) -> None:
        """Delete what nothing refers to any more, once an hour."""
        now = self._clock()
        if self._swept_at is None or now - self._swept_at >= _SWEEP_EACH:
            self._files.sweep(self._store, now)
            self._swept_at = now


async def whole_file(source: FileSource, ref: str) -> bytes:
    """Read a file, and stop where it becomes too large."""
    data = bytearray()
    async with aclosing(source.fetch(ref)) as pieces:
        async for piece in pieces:
            data += piece
            if len(data) > LARGEST:
                raise PermanentError("too_big")
    return bytes(data)
