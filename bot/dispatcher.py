"""The dispatcher: takes queued messages from the store and sends them, one lane a channel."""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TypeVar

from filelock import FileLock, Timeout
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.base import Adapter
from bot.desk.companion_news import watch_leaves
from bot.desk.watching import watch_due
from bot.fetcher import Fetcher
from bot.kube_watch import watch_groups
from bot.lane import Lane, Surroundings, within
from bot.notices.tending import tend
from db.claims import LEASE, release_expired
from db.clock import ahead_of_us
from db.erasures import erase_due
from db.fallback import serve
from db.receipts import apply_left_over
from db.session import Store

_SWEEP_SECONDS = 5.0
_ERASE_EACH = timedelta(hours=1)
_LOCK_SECONDS = 0.5
_POLL_SECONDS, _POLL_SECONDS_SQLITE = 0.2, 1.0
_JOIN_SECONDS = 15.0

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Dispatcher:
    """Sends what is queued for the channels that it has adapters for, until it is stopped.

    Where it has a fetcher, this works beside it. `public_url` is where people reach our pages.
    `templates` is called every few seconds, to ask for their states when it is time.

    On PostgreSQL any number may run. On SQLite one works, as a second one would only stall the
    writers; it holds a lock on a file beside the database, and another takes over when it ends.
    `jitter` gives numbers from 0 to 1.
    """

    def __init__(
        self,
        store: Store,
        adapters: Mapping[str, Adapter],
        clock: Callable[[], datetime],
        jitter: Callable[[], float],
        limit_rates: bool = True,
        fetcher: Fetcher | None = None,
        public_url: str | None = None,
        templates: Callable[[], object] | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ahead = timedelta(0)
        self._adapters = adapters
        self._fetcher = fetcher
        self._public_url = public_url
        self._templates = templates
        self._threads = ThreadPoolExecutor(len(adapters) + 4, "outbox")
        self._around = Surroundings(
            store=store,
            clock=self._now,
            jitter=jitter,
            in_thread=self._in_thread,
            poll=_POLL_SECONDS_SQLITE if store.is_sqlite else _POLL_SECONDS,
            limit_rates=limit_rates,
        )
        self._guard = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped: asyncio.Event | None = None
        self._stopping = False
        self._lanes: tuple[Lane, ...] = ()
        self._waking = False
        self._erased_at: datetime | None = None
        self._serves = False
        self._is_tending = False

    @property
    def channels(self) -> frozenset[str]:
        """The channels that have an adapter."""
        return frozenset(self._adapters)

    def wake(self) -> None:
        """Look into the outbox now; may be called from any thread, at any time."""
        # Once is enough until they are up: each call takes the loop's thread out of its sleep.
        if self._lanes and not self._waking:
            self._waking = True
            self._in_loop(self._wake_lanes)

    def stop(self) -> None:
        """Let `run` end once what is in flight is settled; may be called from any thread."""
        with self._guard:
            self._stopping = True
        self._in_loop(self._stop_lanes)

    async def run(self) -> None:
        """Work until stopped, then close the adapters."""
        self._stopped = asyncio.Event()
        lock = _file_lock(self._store)
        try:
            with self._guard:
                self._loop = asyncio.get_running_loop()
                if self._stopping:
                    self._stopped.set()
            if await self._acquire(lock):
                await self._set_clock()
                await self._take_over()
            if not self._is_stopped():
                self._lanes = tuple(
                    Lane(channel, adapter, self._around)
                    for channel, adapter in self._adapters.items()
                )
                fetching = [self._fetcher.run(self._stopped)] if self._fetcher else []
                lanes = [lane.run() for lane in self._lanes]
                due = [self._repeat(self._sweep_all), self._repeat(self._tend)]
                if not self._store.is_sqlite:  # which lets one write at a time
                    due.append(self._repeat(self._tend_beside))
                if self._templates is not None:
                    due.append(self._repeat(self._ask_for_templates))
                await asyncio.gather(*due, *lanes, *fetching)
        finally:
            with self._guard:
                self._loop = None
            for adapter in self._adapters.values():
                await adapter.close()
            self._threads.shutdown(wait=False)
            if lock is not None:
                lock.release()

    def _in_loop(self, work: Callable[[], None]) -> None:
        with self._guard:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(work)

    def _wake_lanes(self) -> None:
        self._waking = False
        for lane in self._lanes:
            lane.wake()

    def _stop_lanes(self) -> None:
        if self._stopped is not None:
            self._stopped.set()
        for lane in self._lanes:
            lane.stop()

    async def _acquire(self, lock: FileLock | None) -> bool:
        """Wait for the lock; says whether there is work to do, or the dispatcher was stopped."""
        while not self._is_stopped():
            try:
                if lock is not None:
                    lock.acquire(blocking=False)
                return True
            except Timeout:
                await self._stopped_within(_LOCK_SECONDS)
        return False

    def _now(self) -> datetime:
        # Leases and the places of a rate mean the same moment to dispatchers on all machines.
        return self._clock() + self._ahead

    async def _set_clock(self) -> None:
        try:
            self._ahead = await self._in_thread(lambda: ahead_of_us(self._store))
        except SQLAlchemyError as error:
            _log.warning("the store's clock cannot be read (%s)", type(error).__name__)

    async def _take_over(self) -> None:
        """On SQLite, queue again all that is leased: the lock says that its holder is dead."""
        if not self._store.is_sqlite:
            return
        try:
            await self._in_thread(lambda: self._sweep(LEASE))
        except SQLAlchemyError as error:
            _log.warning("leases are left to run out (%s)", type(error).__name__)

    async def _repeat(self, work: Callable[[], Awaitable[None]]) -> None:
        """Work every few seconds, whether the store is there or not."""
        reachable = True
        while not self._is_stopped():
            try:
                await work()
                reachable = True
            except Exception as error:
                if reachable:
                    _log.warning("what is due cannot be seen to (%s)", type(error).__name__)
                reachable = False
            await self._stopped_within(_SWEEP_SECONDS)

    async def _sweep_all(self) -> None:
        """Queue again what dead dispatchers held, and see to what is due."""
        # Our own outcomes come first: what they settle need not be sent again.
        if any(lane.behind for lane in self._lanes):
            return
        await self._in_thread(self._serve)
        if await self._in_thread(self._sweep):
            self._wake_lanes()
        if await self._in_thread(self._watch):
            self._wake_lanes()
        await self._in_thread(self._erase)
        await self._set_clock()

    async def _tend(self) -> None:
        """See to broadcasts, in a thread of its own: a million rows are queued in minutes.

        What is begun when the dispatcher is stopped is done still, as it is whole or nothing.
        """
        self._is_tending = True
        try:
            await self._tend_once()
        finally:
            self._is_tending = False

    async def _tend_beside(self) -> None:
        """See to the others while one of them takes long; they pass over what is held."""
        if self._is_tending:
            await self._tend_once()

    async def _tend_once(self) -> None:
        around, url = self._around, self._public_url
        if await self._in_thread(lambda: tend(self._store, around.clock, url, self._is_stopped)):
            self._wake_lanes()

    async def _ask_for_templates(self) -> None:
        """See what became of templates; the provider may take long, and nothing waits for it."""
        if self._templates is not None:
            await self._in_thread(self._templates)

    def _sweep(self, ahead: timedelta = timedelta(0)) -> int:
        with self._store.connect() as connection:
            now = self._around.clock()
            apply_left_over(connection, now)
            return release_expired(connection, now + ahead)

    def _serve(self) -> None:
        """Note once which channels have an adapter, as a fallback asks for it."""
        if self._serves:
            return
        with self._store.connect() as connection:
            for channel in sorted(self._adapters):
                serve(connection, channel, self._around.clock())
        self._serves = True

    def _watch(self) -> int:
        clock = self._around.clock
        told = watch_due(self._store, clock, self._public_url)
        told += watch_leaves(self._store, clock)
        return told + watch_groups(self._store, clock)

    def _erase(self) -> None:
        """Carry out what people asked to have erased, once an hour."""
        now = self._around.clock()
        if self._erased_at is not None and now - self._erased_at < _ERASE_EACH:
            return
        with self._store.begin() as session:
            erase_due(session, now)
        self._erased_at = now

    def _is_stopped(self) -> bool:
        return self._stopped is None or self._stopped.is_set()

    async def _stopped_within(self, seconds: float) -> None:
        if self._stopped is not None:
            await within(self._stopped.wait(), seconds)

    def _in_thread(self, work: Callable[[], T]) -> Awaitable[T]:
        return asyncio.get_running_loop().run_in_executor(self._threads, work)


class DispatcherThread:
    """A dispatcher at work in a thread of the web process."""

    def __init__(self, dispatcher: Dispatcher, thread: threading.Thread) -> None:
        self._dispatcher = dispatcher
        self._thread = thread

    def stop(self) -> None:
        """Stop the dispatcher and wait until it has settled what was in flight."""
        self._dispatcher.stop()
        self._thread.join(_JOIN_SECONDS)

    @property
    def is_alive(self) -> bool:
        """Say whether it still works."""
        return self._thread.is_alive()


def start_in_thread(dispatcher: Dispatcher) -> DispatcherThread:
    """Run a dispatcher in a daemon thread with a loop of its own."""
    thread = threading.Thread(
        target=lambda: asyncio.run(dispatcher.run()), name="dispatcher", daemon=True
    )
    thread.start()
    return DispatcherThread(dispatcher, thread)


def _file_lock(store: Store) -> FileLock | None:
    if not store.is_sqlite or not store.url.database:
        return None
    return FileLock(f"{store.url.database}.dispatcher.lock", thread_local=False)
