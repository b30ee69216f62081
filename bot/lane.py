"""One channel's way from the outbox to its adapter; the dispatcher runs one lane a channel."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from bot.channels.base import Adapter
from bot.failures import where_only
from bot.flight import Flight
from db.claims import Batch, Claimed, Held, claim
from db.pace import slow
from db.session import Store
from db.settlement import Outcome, settle

MOST_HELD = 1024  # messages under lease: those in flight and those that come next

_STEADY = 32  # filled claims of late messages in a row before a second one may be in flight
_LATE = timedelta(seconds=0.5)  # behind the moment at which a message was due
_LONGEST_LEAD = timedelta(seconds=0.5)
_FORGET = 0.8  # of how long a visit to the store took, with each that is shorter
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

    What was sent but not yet settled when the process is killed goes out twice, so the window of
    messages under lease is as narrow as the traffic allows. It is 1 as long as nobody waits for
    longer than half a second: a quiet office repeats at most one message after a SIGKILL. After 32
    filled claims of late messages it doubles with each further one up to 1,024, of which 64 are in
    flight and the others come next, and a busy service pays for its speed with the repetition of
    what was in flight or had arrived in its last 50 ms. It halves with each filled claim that is in
    time, and an empty one brings it back to 1. On a channel with a rate, notices open it at once,
    as no more is claimed there than may be sent within a quarter of a second.
    """

    def __init__(self, channel: str, adapter: Adapter, around: Surroundings) -> None:
        self._channel = channel
        self._around = around
        self._rate = adapter.rate if around.limit_rates else None
        self._stir = asyncio.Event()
        self._stopped = asyncio.Event()
        self._flight = Flight(
            adapter,
            around.store.vault,
            around.clock,
            around.jitter,
            landed=self._stir,
            paced=self._rate is not None,
        )
        self._window = 1
        self._filled = 0
        self._more_at: datetime | None = None
        self._lead = timedelta(0)  # that a visit to the store takes
        self._pause = 0.0

    @property
    def behind(self) -> bool:
        """Say whether outcomes wait for a store that could not be reached."""
        return bool(self._pause and self._flight.done)

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
        if not self._flight.done and wanted <= 0 and not self._is_held_up():
            return False
        batch = await self._exchange(wanted)
        if self._pause:
            _log.info("channel %s: the store is back", self._channel)
            self._pause = 0.0
        self._flight.add(batch.messages, batch.places)
        self._more_at = batch.more_at
        if self._flight.held_too_many():
            # Each of them costs a claim, and lengthens its wait after a failure.
            self._window, self._filled = max(1, self._window // 2), 0
        elif wanted > 0:
            self._adapt(wanted, batch.messages)
        # A visit for a few more costs as much as one for half a window, which `landed` announces.
        roomy = 0 < self._window <= 2 * self._room()
        return self._filled > 0 and self._more_at is None and roomy

    def _room(self) -> int:
        flight = self._flight
        # What is done is settled before anything else is tried, lest one hinder the other.
        if flight.breaker.rest() or (self._pause and flight.done):
            return 0
        window = 1 if flight.breaker.tripped or self._pause else self._window
        return window - flight.held

    def _is_held_up(self) -> bool:
        """Say whether messages wait for places, or a reply may still come before them."""
        return self._rate is not None and self._flight.waiting > 0

    def _adapt(self, wanted: int, got: Sequence[Claimed]) -> None:
        if len(got) == wanted and self._is_late(got):
            self._filled += 1
            if self._rate is not None and all(message.bulk for message in got):
                self._window = MOST_HELD  # which the places of the next moments bound
            elif self._filled >= _STEADY:
                self._window = min(MOST_HELD, self._window * 2)
        elif len(got) == wanted:
            self._filled = 0
            self._window = max(1, self._window // 2) if self._rate is None else 1
        elif self._more_at is None:
            self._filled = 0
            self._window = max(1, self._flight.held) if got else 1

    def _is_late(self, messages: Sequence[Claimed]) -> bool:
        latest = self._around.clock() - _LATE
        return any(message.due_at < latest for message in messages)

    async def _exchange(self, wanted: int) -> Batch:
        flight = self._flight
        outcomes, pressed = flight.hand_over(), flight.brake.release()
        held = Held(flight.places, flight.waiting, flight.waiting_bulk, self._lead)
        try:
            batch, asked_at = await self._around.in_thread(
                lambda: self._visit_store(outcomes, wanted, held, pressed)
            )
        except BaseException:
            # The fence makes a second settling harmless, should the first have come through.
            flight.done = outcomes + flight.done
            raise
        took = self._around.clock() - asked_at
        self._lead = min(_LONGEST_LEAD, max(took, self._lead * _FORGET))
        return batch

    def _visit_store(
        self, outcomes: list[Outcome], wanted: int, held: Held, pressed: bool
    ) -> tuple[Batch, datetime]:
        with self._around.store.connect() as connection:
            # Read only here: the wait for a turn to write may have been long.
            now = self._around.clock()
            settle(connection, outcomes, now)
            if pressed:
                slow(connection, self._channel, now)
            if wanted <= 0 and not (self._rate and held.waiting):
                return Batch([]), now
            return claim(connection, self._channel, wanted, now, self._rate, held), now

    async def _wait(self) -> None:
        seconds = self._around.poll
        if self._more_at is not None:
            seconds = (self._more_at - self._around.clock()).total_seconds()
        await within(self._stir.wait(), max(seconds, self._flight.breaker.rest()))

    async def _finish(self) -> None:
        await self._flight.finish()
        try:
            if self._flight.done:
                await self._exchange(0)
        except Exception as error:
            self._complain(error)

    def _complain(self, error: Exception) -> None:
        if not self._pause and isinstance(error, SQLAlchemyError):
            # The text of the error would quote the statement and what was bound to it.
            _log.warning("channel %s: no store (%s)", self._channel, type(error).__name__)
        elif not self._pause:
            _log.error("channel %s: the dispatcher failed\n%s", self._channel, where_only(error))
        self._pause = min(_LONGEST_PAUSE, self._pause * 2 or _FIRST_PAUSE)


async def within(waited: Awaitable[object], seconds: float) -> None:
    """Wait for something for so many seconds at most."""
    try:
        await asyncio.wait_for(waited, max(0.0, seconds))
    except TimeoutError:
        return
