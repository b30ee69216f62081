"""One channel's way from the outbox to its adapter; the dispatcher runs one lane a channel."""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from bot.channels.base import Adapter
from bot.messages import PermanentError, TemporaryError
from bot.outbox import outgoing
from bot.retries import UNREADABLE, Breaker, put_off, refused, sent
from db.claims import Batch, Claimed, claim
from db.crypto import CryptoError
from db.session import Store
from db.settlement import Outcome, settle

WIDEST = 128  # messages in flight; more made no adapter faster
SEND_LIMIT = 20.0  # seconds; with it every message is settled well within its lease of 30 s
STOP_LIMIT = 5.0

_STEADY = 8  # filled claims in a row before a second message may be in flight
_LINGER = 0.01  # seconds that a finished send of a busy channel waits for others to settle with it
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 8.0  # seconds between tries while the store is down

_log = logging.getLogger(__name__)
T = TypeVar("T")


class InThread(Protocol):
    """Runs blocking work in a thread."""

    def __call__(self, work: Callable[[], T]) -> Awaitable[T]:
        """Run the work and give its result."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all lanes of a dispatcher share."""

    store: Store
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    in_thread: InThread
    poll: float
    limit_rates: bool


class Lane:
    """Claims, sends and settles the messages of one channel.

    A claimed message that was sent but not yet settled when the process is killed goes out twice,
    so the window of messages in flight is as narrow as the traffic allows. It is 1 as long as a
    claim ever comes back empty: a quiet office repeats at most one message after a SIGKILL. After
    eight filled claims in a row it doubles with each filled one up to 128, and a busy service pays
    for its speed with at most so many repetitions. An empty claim brings it back to 1.
    """

    def __init__(self, channel: str, adapter: Adapter, around: Surroundings) -> None:
        self._channel = channel
        self._adapter = adapter
        self._around = around
        self._rate = adapter.rate if around.limit_rates else None
        self._breaker = Breaker(around.clock)
        self._sends: set[asyncio.Task[None]] = set()
        self._done: list[Outcome] = []
        self._stir = asyncio.Event()
        self._stopped = asyncio.Event()
        self._window = 1
        self._filled = 0
        self._more_at: datetime | None = None
        self._pause = 0.0

    @property
    def behind(self) -> bool:
        """Say whether outcomes wait for a store that could not be reached."""
        return bool(self._pause and self._done)

    def wake(self) -> None:
        """Look into the outbox now; to be called in the loop's own thread."""
        self._stir.set()

    def stop(self) -> None:
        """Claim no more; to be called in the loop's own thread."""
        self._stopped.set()
        self._stir.set()

    async def run(self) -> None:
        """Work until stopped; no error of the store or of an adapter ends it."""
        while not self._stopped.is_set():
            try:
                if not await self._turn():
                    await self._wait()
            except Exception as error:
                self._complain(error)
                await within(self._stopped.wait(), self._pause)
        await self._finish()

    async def _turn(self) -> bool:
        """Settle what is done, claim what there is room for; says whether there may be more."""
        self._stir.clear()
        wanted = self._room()
        if not self._done and wanted <= 0:
            return False
        batch = await self._exchange(wanted)
        if self._pause:
            _log.info("channel %s: the store is back", self._channel)
            self._pause = 0.0
        for message in batch.messages:
            self._start(message)
        self._more_at = batch.more_at
        if wanted > 0:
            self._adapt(wanted, len(batch.messages))
        return self._filled > 0 and self._more_at is None and self._room() > 0

    def _room(self) -> int:
        if self._breaker.rest() or (self._pause and self._done):
            return 0
        window = 1 if self._breaker.tripped or self._pause else self._window
        return window - len(self._sends)

    def _adapt(self, wanted: int, got: int) -> None:
        if got == wanted:
            self._filled += 1
            if self._filled >= _STEADY:
                self._window = min(WIDEST, self._window * 2)
        elif self._more_at is None:
            self._filled = 0
            self._window = max(1, len(self._sends)) if got else 1

    async def _exchange(self, wanted: int) -> Batch:
        outcomes, self._done = self._done, []
        around = self._around

        def work() -> Batch:
            with around.store.connect() as connection:
                # Read only here: the wait for a turn to write may have been long.
                now = around.clock()
                settle(connection, outcomes, now)
                if wanted <= 0:
                    return Batch([])
                return claim(connection, self._channel, wanted, now, self._rate)

        try:
            return await around.in_thread(work)
        except BaseException:
            # The fence makes a second settling harmless, should the first have come through.
            self._done = outcomes + self._done
            raise

    async def _wait(self) -> None:
        seconds = self._around.poll
        if self._more_at is not None:
            seconds = (self._more_at - self._around.clock()).total_seconds()
        seconds = max(seconds, self._breaker.rest())
        await within(self._stir.wait(), seconds)

    def _start(self, message: Claimed) -> None:
        task = asyncio.create_task(self._send(message))
        self._sends.add(task)
        task.add_done_callback(self._end)

    async def _send(self, message: Claimed) -> None:
        now, jitter = self._around.clock, self._around.jitter
        trouble: TemporaryError | None = None
        try:
            async with asyncio.timeout(SEND_LIMIT):
                parcel = outgoing(message, self._around.store.vault, now())
                outcome = sent(message, await self._adapter.send(parcel))
        except PermanentError as error:
            outcome = refused(message, error)
        except TemporaryError as error:
            trouble = error
        except TimeoutError:
            trouble = TemporaryError("network")
        except CryptoError:
            trouble = TemporaryError(UNREADABLE)
        except Exception as error:
            _log.error(
                "message %d on %s: the adapter failed\n%s", message.id, self._channel, _where(error)
            )
            trouble = TemporaryError("error")
        if trouble is not None:
            outcome = put_off(message, trouble, now(), jitter())
        self._breaker.note(failed=trouble is not None)
        self._done.append(outcome)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._sends.discard(task)
        if len(self._done) >= len(self._sends):
            self._stir.set()
        elif len(self._done) == 1:
            asyncio.get_running_loop().call_later(_LINGER, self._stir.set)

    async def _finish(self) -> None:
        """Let what is in flight arrive, for a few seconds, and settle it."""
        if self._sends:
            await asyncio.wait(self._sends, timeout=STOP_LIMIT)
        for task in tuple(self._sends):
            task.cancel()  # its lease will end, and another dispatcher sends it again
        await asyncio.gather(*self._sends, return_exceptions=True)
        try:
            if self._done:
                await self._exchange(0)
        except Exception as error:
            self._complain(error)

    def _complain(self, error: Exception) -> None:
        if not self._pause and isinstance(error, SQLAlchemyError):
            # The text of the error would quote the statement and what was bound to it.
            _log.warning("channel %s: no store (%s)", self._channel, type(error).__name__)
        elif not self._pause:
            _log.error("channel %s: the dispatcher failed\n%s", self._channel, _where(error))
        self._pause = min(_LONGEST_PAUSE, self._pause * 2 or _FIRST_PAUSE)


def _where(error: Exception) -> str:
    """Give the traceback without the error's own text, which may quote a person."""
    return "".join(traceback.format_tb(error.__traceback__)) + type(error).__name__


async def within(waited: Awaitable[object], seconds: float) -> None:
    """Wait for something for so many seconds at most."""
    try:
        await asyncio.wait_for(waited, max(0.0, seconds))
    except TimeoutError:
        return
