"""The channel's clock: even moments for all dispatchers, and a pace that yields and comes back."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.claims import Batch, Held, claim
from db.outbox import BULK
from db.pace import AHEAD, Beat, look, share_now, slow
from db.session import Store
from tests.queued import CHANNEL, NOW, FakeClock, new_contacts, put

SECOND, LATE = timedelta(seconds=1), timedelta(milliseconds=40)


@settings(deadline=None, max_examples=50)
@given(
    rate=st.integers(1, 1000),
    gaps=st.lists(st.integers(0, 400_000), max_size=100),
    wanted=st.integers(1, 500),
    late=st.lists(st.floats(0, 1), min_size=1, max_size=7),
)
def test_no_second_at_the_provider_holds_more_than_the_rate(
    rate: int, gaps: list[int], wanted: int, late: list[float]
) -> None:
    beat, now = Beat.of(rate, NOW), NOW
    seen: list[datetime] = []
    for gap in gaps:
        now += timedelta(microseconds=gap)
        places, beat = beat.take(wanted, now)
        seen += [
            place + LATE * late[(len(seen) + at) % len(late)] for at, place in enumerate(places)
        ]
    seen.sort()
    for start, over in zip(seen, seen[rate:], strict=False):
        assert over - start >= SECOND


@pytest.mark.parametrize("rate", [1.0, 30.0, 80.0])
def test_a_busy_channel_uses_nearly_all_of_its_rate(rate: float) -> None:
    beat, now, taken = Beat.of(rate, NOW), NOW, 0
    while now < NOW + 60 * SECOND - AHEAD:
        places, beat = beat.take(1000, now)
        taken += len(places)
        now = max(beat.more_at, now + timedelta(milliseconds=3))
    assert 0.955 * 60 * rate <= taken <= 60 * rate


def test_a_slow_channel_sends_once_in_two_seconds() -> None:
    places, beat = Beat.of(0.5, NOW).take(9, NOW)
    assert (places, beat.interval) == ([NOW], 2.08 * SECOND)
    assert beat.take(9, NOW + SECOND) == ([], beat)


def ask(
    store: Store, limit: int, now: datetime, rate: float = 10.0, **held: int | timedelta
) -> Batch:
    with store.connect() as connection:
        return claim(connection, CHANNEL, limit, now, rate, Held(**held))  # type: ignore[arg-type]


def test_two_dispatchers_share_one_rate(store: Store) -> None:
    for contact in new_contacts(store, 60):
        put(store, contact)
    clock, seen = FakeClock(), []
    for _ in range(100):
        for _dispatcher in range(2):
            batch = ask(store, 64, clock.now)
            assert len(batch.places) == len(batch.messages)
            seen += batch.places
        clock.forward(0.05)
    assert all(b - a >= SECOND / 10 * 1.04 for a, b in pairwise(seen))
    assert len(seen) >= 9.6 * 5


def test_a_claim_says_when_there_is_more_to_ask_for(store: Store) -> None:
    for contact in new_contacts(store, 3):
        put(store, contact)
    first, second = ask(store, 2, NOW, rate=1.0), ask(store, 2, NOW, rate=1.0)
    assert (len(first.messages), first.places) == (1, [NOW])
    assert (second.messages, second.places) == ([], [])
    assert first.more_at == second.more_at == NOW + 1.04 * SECOND - AHEAD / 2
    third = ask(store, 2, NOW + SECOND, rate=1.0, lead=LATE)
    assert third.places == [NOW + SECOND + LATE]


def test_a_reply_takes_the_place_of_what_waits_and_what_waits_is_given_another(
    store: Store,
) -> None:
    one, two, three = new_contacts(store, 3)
    put(store, one, priority=BULK)
    put(store, two, priority=BULK)
    assert len(ask(store, 9, NOW, rate=4.0).messages) == 1
    reply = put(store, three)
    # One that waits itself is overtaken by none: they come in their turn.
    assert ask(store, 0, NOW, rate=4.0, places=1, waiting=1).messages == []
    full = ask(store, 0, NOW, rate=4.0, places=1, waiting=1, bulk=1)
    assert ([one.id for one in full.messages], full.places) == ([reply], [])
    owed = ask(store, 0, NOW + AHEAD, rate=4.0, places=1, waiting=2, bulk=1)
    assert (owed.messages, len(owed.places)) == ([], 1)


def test_an_empty_queue_uses_up_no_places(store: Store) -> None:
    (contact,) = new_contacts(store, 1)
    assert ask(store, 5, NOW, rate=1.0).more_at is None
    put(store, contact)
    assert len(ask(store, 5, NOW, rate=1.0).messages) == 1


def test_a_slowed_channel_is_slow_for_everybody_and_grows_back(store: Store) -> None:
    def apart(seconds: float) -> float:
        now = NOW + seconds * SECOND
        with store.connect() as connection:
            return look(connection, CHANNEL, 10.4, now).interval / SECOND

    def press(seconds: float) -> None:
        with store.connect() as connection:
            slow(connection, CHANNEL, NOW + seconds * SECOND)

    assert apart(0) == pytest.approx(0.1)
    press(0)
    press(1)  # of the same crowd
    assert apart(0) == pytest.approx(0.2)
    for second in range(2, 20, 2):
        press(second)
    assert apart(18) == pytest.approx(0.8)
    assert apart(18 + 15) == pytest.approx(0.4)
    assert apart(18 + 120) == pytest.approx(0.1)
    assert share_now(0.5, NOW, NOW - SECOND) == 0.5
