"""The messages of one channel that are under lease: next in turn, in flight, or done."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot.channels.base import Adapter
from bot.failures import where_only
from bot.messages import PermanentError, TemporaryError
from bot.outbox import outgoing
from bot.retries import UNREADABLE, Breaker, given_back, put_off, refused, sent
from db.claims import Claimed
from db.crypto import CryptoError, Vault
from db.settlement import Outcome

WIDEST = 64  # messages in flight; more made no adapter faster
SEND_LIMIT = 20.0  # seconds; with HOLD_LIMIT well within the lease of 30 s
HOLD_LIMIT = timedelta(seconds=6)  # for which a claimed message may wait for a place
STOP_LIMIT = 5.0

_FEW = 8  # messages: with no more than these each is settled as soon as it is sent
_LINGER = 0.05  # seconds that a finished send of a busy channel waits for others to settle with it

_log = logging.getLogger(__name__)


class Flight:
    """Sends messages, as many at a time as there are, up to 64, and gathers their outcomes.

    `breaker` learns how each sending ended; `landed` is set when outcomes are worth settling.
    """

    def __init__(
        self,
        adapter: Adapter,
        vault: Vault,
        clock: Callable[[], datetime],
        jitter: Callable[[], float],
        landed: asyncio.Event,
    ) -> None:
        self.breaker = Breaker(clock)
        self.done: list[Outcome] = []
        self._adapter = adapter
        self._vault = vault
        self._clock = clock
        self._jitter = jitter
        self._landed = landed
        self._next: deque[tuple[Claimed, datetime]] = deque()  # with the latest start
        self._senders: set[asyncio.Task[None]] = set()
        self._in_flight = 0
        self._reminder: asyncio.TimerHandle | None = None

    @property
    def held(self) -> int:
        """Count the messages whose outcome is not known yet."""
        return self._in_flight + len(self._next)

    def add(self, messages: Sequence[Claimed]) -> None:
        """Send these in their order."""
        latest = self._clock() + HOLD_LIMIT
        self._next.extend((message, latest) for message in messages)
        while len(self._senders) < min(WIDEST, self.held):
            sender = asyncio.create_task(self._send_on())
            self._senders.add(sender)
            sender.add_done_callback(self._senders.discard)

    def hand_over(self) -> list[Outcome]:
        """Give the outcomes to whoever settles them."""
        if self._reminder is not None:
            self._reminder.cancel()  # else each visit to the store would call for another
            self._reminder = None
        outcomes, self.done = self.done, []
        return outcomes

    async def finish(self) -> None:
        """Let what is in flight arrive, for a few seconds, and give the rest back."""
        self._give_back()
        if self._senders:
            await asyncio.wait(self._senders, timeout=STOP_LIMIT)
        for sender in tuple(self._senders):
            sender.cancel()  # its lease will end, and another dispatcher sends it again
        await asyncio.gather(*self._senders, return_exceptions=True)

    async def _send_on(self) -> None:
        # One task sends one message after the other: a task for each began whole batches at once,
        # and the many new objects kept the garbage collector busy for a third of the time.
        while self._next:
            message, latest = self._next.popleft()
            if self._clock() > latest:
                self.done.append(given_back(message, self._clock()))
                continue
            self._in_flight += 1
            try:
                outcome = await self._send(message)
            finally:
                self._in_flight -= 1
            self.done.append(outcome)
            if self.breaker.tripped:
                self._give_back()
            self._tell()
        self._tell()

    def _tell(self) -> None:
        if self.held <= _FEW or 2 * len(self.done) >= self.held:
            self._landed.set()
        elif self._reminder is None:
            self._reminder = asyncio.get_running_loop().call_later(_LINGER, self._landed.set)

    def _give_back(self) -> None:
        now = self._clock()
        self.done += [given_back(message, now) for message, _ in self._next]
        self._next.clear()

    async def _send(self, message: Claimed) -> Outcome:
        try:
            async with asyncio.timeout(SEND_LIMIT):
                parcel = outgoing(message, self._vault, self._clock())
                outcome = sent(message, await self._adapter.send(parcel))
        except PermanentError as error:
            outcome = refused(message, error)
        except Exception as error:
            self.breaker.note(failed=True)
            trouble = self._as_temporary(message, error)
            return put_off(message, trouble, self._clock(), self._jitter())
        self.breaker.note(failed=False)
        return outcome

    def _as_temporary(self, message: Claimed, error: Exception) -> TemporaryError:
        match error:
            case TemporaryError():
                return error
            case TimeoutError():
                return TemporaryError("network")
            case CryptoError():
                return TemporaryError(UNREADABLE)
        where = where_only(error)
        _log.error("message %d on %s: its adapter failed\n%s", message.id, message.channel, where)
        return TemporaryError("error")
