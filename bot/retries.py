"""What becomes of a message that an adapter could not send, and of a channel that fails."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.messages import PermanentError, TemporaryError
from db.claims import Claimed
from db.settlement import Outcome

MOST_FAILURES = 8
MOST_AGE = timedelta(hours=24)  # since the first try
SETUP_WAIT = 60.0  # seconds until an operator may have mended a token or a key
RATE_LIMITED = "rate_limited"
UNREADABLE = "unreadable"  # sealed with another key than ours

_FIRST_WAIT, _LONGEST_WAIT = 2.0, 600.0  # seconds
_REASON_LENGTH = 40  # of the column
_PATIENCE, _LONGEST_REST = 5, 60.0  # failures in a row; seconds
_CROWD, _CROWDED_FOR = 3, timedelta(seconds=5)  # chats at once
_SETUP = frozenset({"credentials", "sender", "conflict", UNREADABLE})
# The message can do nothing for these: they last as long as the provider, the line to it or the
# setup is out of order, and an outage of an hour may not cost a message its eight chances.
_NOT_TO_BLAME = _SETUP | {"network", RATE_LIMITED}


def sent(claimed: Claimed, provider_id: str) -> Outcome:
    """Give the outcome of a message that the provider took."""
    # No provider's id is longer or holds NUL; one that did would keep the whole batch unsettled.
    kept = provider_id.replace("\0", "")[:80] or None
    return Outcome(claimed.id, claimed.tries, "sent", provider_id=kept)


def refused(claimed: Claimed, error: PermanentError) -> Outcome:
    """Give the outcome of a message that no further try can save."""
    reason = error.reason[:_REASON_LENGTH]
    return Outcome(
        claimed.id, claimed.tries, "failed", reason=reason, unreachable=error.unreachable
    )


def given_back(claimed: Claimed, now: datetime) -> Outcome:
    """Queue a message again that was claimed and never sent."""
    return Outcome(claimed.id, claimed.tries, "queued", retry_at=now)


def put_off(claimed: Claimed, error: TemporaryError, now: datetime, jitter: float) -> Outcome:
    """Queue a message again for later, or let it fail once its tries or its day are over.

    The wait doubles from 2 s up to 10 min with each failure, is lengthened by up to a quarter
    (`jitter` from 0 to 1), and is never shorter than what the provider asks for. A message has
    eight failures of its own and 24 hours from its first try; outages, rate limits and faults of
    the setup take only time. What would be out of date by then fails at once, while another way to
    the family may be in time.
    """
    reason = error.reason[:_REASON_LENGTH]
    blamed = reason not in _NOT_TO_BLAME and error.retry_after is None
    spent = claimed.failures + blamed >= MOST_FAILURES
    if spent or now - claimed.first_tried_at >= MOST_AGE:
        return Outcome(claimed.id, claimed.tries, "failed", reason=reason)
    doublings = min(
        claimed.failures + claimed.outages, 16
    )  # enough for the cap; a float bears no more than 1023
    wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2**doublings)
    if reason in _SETUP:
        wait = SETUP_WAIT
    wait = max(wait, error.retry_after or 0) * (1 + jitter / 4)
    retry_at = now + timedelta(seconds=min(wait, MOST_AGE.total_seconds()))
    if claimed.expires_at is not None and retry_at >= claimed.expires_at:
        return Outcome(claimed.id, claimed.tries, "failed", reason=reason)
    return Outcome(
        claimed.id, claimed.tries, "queued", reason=reason, retry_at=retry_at, blamed=blamed
    )


class Brake:
    """Tells when a provider finds the whole channel too fast.

    It does when it refuses a message without naming a wait, or names one to three chats within 5 s;
    one chat with a wait of its own is that chat's matter alone.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._pressed = False
        self._chats: dict[int, datetime] = {}

    def note(self, contact_id: int, error: TemporaryError) -> None:
        """Take in a temporary failure."""
        if error.reason != RATE_LIMITED:
            return
        now = self._clock()
        self._chats[contact_id] = now
        self._chats = {chat: at for chat, at in self._chats.items() if now - at < _CROWDED_FOR}
        if error.retry_after is None or len(self._chats) >= _CROWD:
            self._pressed = True

    def release(self) -> bool:
        """Say whether the channel is to be slowed, and begin anew."""
        pressed, self._pressed = self._pressed, False
        if pressed:
            self._chats.clear()
        return pressed


class Breaker:
    """Pauses a channel on which nothing goes through, so that an outage costs few tries.

    After five temporary failures without a success between them the channel rests for 1 s; then
    one message goes ahead, and each time that it fails the rest is twice as long, up to 60 s.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._failures = 0
        self._rests = 0
        self._open_at: datetime | None = None

    def note(self, failed: bool) -> None:
        """Take in how one more sending ended."""
        if not failed:
            self._failures, self._rests, self._open_at = 0, 0, None
            return
        self._failures += 1
        # What was on its way when the rest began says nothing new.
        if self.tripped and not self.rest():
            seconds = min(_LONGEST_REST, 2.0 ** min(self._rests, 16))
            self._rests += 1
            self._open_at = self._clock() + timedelta(seconds=seconds)

    @property
    def tripped(self) -> bool:
        """Say whether the channel may send one message at a time only."""
        return self._failures >= _PATIENCE

    def rest(self) -> float:
        """Give for how many seconds the channel must still pause."""
        if self._open_at is None:
            return 0.0
        return max(0.0, (self._open_at - self._clock()).total_seconds())
