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
from bot.retries import UNREADABLE, Brake, Breaker, given_back, put_off, refused, sent
from db.claims import Claimed
from db.crypto import CryptoError, Vault
from db.settlement import Outcome

WIDEST = 64  # messages in flight; more made no adapter faster
SEND_LIMIT = 20.0  # seconds; with HOLD_LIMIT well within the lease of 30 s
HOLD_LIMIT = timedelta(seconds=6)  # for which a claimed message may wait for a place
STOP_LIMIT = 5.0

_MISSED = timedelta(milliseconds=12)  # after its place; the rest of 40 ms is the line's
_MOST_MISSED = 3
_COLD = timedelta(seconds=5)  # after which a connection may have to be opened anew
_FEW = 8  # messages: with no more than these each is settled as soon as it is sent
_LINGER_PACED = 0.125  # the same where the rate leaves time
_LINGER = 0.05  # seconds that a finished send of a busy channel waits for others to settle with it

_log = logging.getLogger(__name__)


class Flight:
    """Sends messages, as many at a time as there are, up to 64, and gathers their outcomes.

    `breaker` and `brake` learn how each sending ended; `landed` is set when outcomes are worth
    settling.
    """

    def __init__(
        self,
        adapter: Adapter,
        vault: Vault,
        clock: Callable[[], datetime],
        jitter: Callable[[], float],
        landed: asyncio.Event,
        paced: bool = False,
    ) -> None:
        self.breaker = Breaker(clock)
        self.brake = Brake(clock)
        self.done: list[Outcome] = []
        self._adapter = adapter
        self._vault = vault
        self._clock = clock
        self._jitter = jitter
        self._landed = landed
        self._paced = paced
        self._next: deque[tuple[Claimed, datetime]] = deque()  # with the latest start
        self._places: deque[datetime] = deque()  # moments at which one may start
        self._pacer: asyncio.Task[None] | None = None
        self._missed = 0  # places in a row
        self._landed_at: datetime | None = None
        self._too_many = False
        self._senders: set[asyncio.Task[None]] = set()
        self._in_flight = 0
        self._reminder: asyncio.TimerHandle | None = None

    @property
    def held(self) -> int:
        """Count the messages whose outcome is not known yet."""
        return self._in_flight + len(self._next)

    @property
    def waiting(self) -> int:
        """Count the messages that were not begun yet."""
        return len(self._next)

    @property
    def waiting_bulk(self) -> int:
        """Count those of them before which a reply goes."""
        return sum(message.bulk for message, _ in self._next)

    @property
    def places(self) -> int:
        """Count the moments at which one of them may start."""
        return len(self._places)

    def add(self, messages: Sequence[Claimed], places: Sequence[datetime] = ()) -> None:
        """Send these in their order; where the channel is paced, each at the next of its places."""
        latest = self._clock() + HOLD_LIMIT
        self._next.extend((message, latest) for message in messages)
        if self._paced:
            self._add_places(places)
            return
        while len(self._senders) < min(WIDEST, self.held):
            sender = asyncio.create_task(self._send_on())
            self._senders.add(sender)
            sender.add_done_callback(self._senders.discard)

    def held_too_many(self) -> bool:
        """Say whether messages were given back since the last look, as their turn came too late."""
        too_many, self._too_many = self._too_many, False
        return too_many

    def hand_over(self) -> list[Outcome]:
        """Give the outcomes to whoever settles them."""
        if self._reminder is not None:
            self._reminder.cancel()  # else each visit to the store would call for another
            self._reminder = None
        outcomes, self.done = self.done, []
        return outcomes

    def _add_places(self, places: Sequence[datetime]) -> None:
        self._places.extend(places)
        if any(not message.bulk for message, _ in self._next):
            # What was claimed for others waits on: a reply takes the first place there is.
            self._next = deque(sorted(self._next, key=lambda one: one[0].bulk))
        if self._places and (self._pacer is None or self._pacer.done()):
            self._pacer = asyncio.create_task(self._keep_pace())

    async def finish(self) -> None:
        """Let what is in flight arrive, for a few seconds, and give the rest back."""
        self._give_back()
        if self._pacer is not None:
            await self._pacer
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
                self._too_many = True
                continue
            await self._send_one(message)
        self._tell()

    async def _keep_pace(self) -> None:
        """Begin one message at each place; a place that was missed is left unused.

        Else those that a slow moment of this process held up would all come to the provider at
        once, and to its count of that second. So would those that begin while the first one opens
        its connection.
        """
        while self._next and self._places:
            wait = (self._places[0] - self._clock()).total_seconds()
            if wait > 0:
                await asyncio.sleep(wait)
            if not self._next or not self._places:
                break
            if self._is_missed(self._places.popleft()) or len(self._senders) >= self._widest():
                continue
            message, latest = self._next.popleft()
            if self._clock() > latest:
                self.done.append(given_back(message, self._clock()))
                continue
            sender = asyncio.create_task(self._send_one(message))
            self._senders.add(sender)
            sender.add_done_callback(self._senders.discard)
        if self._next:
            self._landed.set()

    def _widest(self) -> int:
        cold = self._landed_at is None or self._clock() - self._landed_at > _COLD
        return 1 if cold else WIDEST

    def _is_missed(self, place: datetime) -> bool:
        late = self._clock() - place > _MISSED
        # A process that is always late sends too little to crowd anybody, and must send at last.
        self._missed = self._missed + 1 if late and self._missed < _MOST_MISSED else 0
        return self._missed > 0

    async def _send_one(self, message: Claimed) -> None:
        self._in_flight += 1
        try:
            outcome = await self._send(message)
        finally:
            self._in_flight -= 1
        self._landed_at = self._clock()
        self.done.append(outcome)
        if self.breaker.tripped:
            self._give_back()
        self._tell(at_once=not message.bulk)

    def _tell(self, at_once: bool = False) -> None:
        # On a paced channel a visit to the store for each message would cost more than the message.
        many = not self._paced and (self.held <= _FEW or 2 * len(self.done) >= self.held)
        if at_once or many:
            self._landed.set()
        elif self._reminder is None:
            linger = _LINGER_PACED if self._paced else _LINGER
            self._reminder = asyncio.get_running_loop().call_later(linger, self._landed.set)

    def _give_back(self) -> None:
        now = self._clock()
        self.done += [given_back(message, now) for message, _ in self._next]
        self._next.clear()
        self._places.clear()

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
            self.brake.note(message.contact_id, trouble)
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
