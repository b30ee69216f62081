"""The channel's clock: no second holds more than the rate, whoever claims."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.claims import claim
from db.pace import Pace
from db.session import Store
from tests.queued import CHANNEL, NOW, FakeClock, new_contacts, put

SECOND = timedelta(seconds=1)


@settings(deadline=None)
@given(
    rate=st.integers(1, 1000),
    gaps=st.lists(st.integers(0, 400_000), max_size=200),
    wanted=st.integers(1, 500),
)
def test_no_second_holds_more_than_the_rate(rate: int, gaps: list[int], wanted: int) -> None:
    beat, next_at, now = Pace.of(rate), NOW, NOW
    taken = []
    for gap in gaps:
        now += timedelta(microseconds=gap)
        places = min(wanted, beat.free(next_at, now))
        next_at = max(now, next_at) + places * beat.interval
        taken.append((now, places))
    for start, _ in taken:
        assert sum(places for at, places in taken if start <= at < start + SECOND) <= rate


@pytest.mark.parametrize("rate", [1.0, 30.0, 80.0])
def test_a_busy_channel_uses_nearly_all_of_its_rate(rate: float) -> None:
    beat, next_at, now = Pace.of(rate), NOW, NOW
    taken = 0
    while now < NOW + 10 * SECOND:
        places = beat.free(next_at, now)
        next_at = max(now, next_at) + places * beat.interval
        taken += places
        now = max(beat.free_from(next_at), now + timedelta(milliseconds=3))
    assert 9.5 * rate <= taken <= 10 * rate


def test_a_slow_channel_sends_once_in_two_seconds() -> None:
    beat = Pace.of(0.5)
    assert (beat.burst, beat.interval) == (1, 2 * SECOND)


def test_two_dispatchers_share_one_rate(store: Store) -> None:
    for contact in new_contacts(store, 100):
        put(store, contact)
    clock, rate = FakeClock(), 10.0
    seen = []
    for _ in range(250):
        for _dispatcher in range(2):
            with store.connect() as connection:
                batch = claim(connection, CHANNEL, 64, clock.now, rate)
            seen += [clock.now] * len(batch.messages)
        clock.forward(0.017)
    for start in seen:
        assert sum(start <= at < start + SECOND for at in seen) <= rate
    assert len(seen) >= 4 * rate


def test_a_claim_says_when_the_next_place_is_free(store: Store) -> None:
    for contact in new_contacts(store, 3):
        put(store, contact)
    with store.connect() as connection:
        first = claim(connection, CHANNEL, 2, NOW, rate=1.0)
        second = claim(connection, CHANNEL, 2, NOW, rate=1.0)
        third = claim(connection, CHANNEL, 2, NOW + SECOND, rate=1.0)
    assert (len(first.messages), first.more_at) == (1, NOW + SECOND)
    assert (second.messages, second.more_at) == ([], NOW + SECOND)
    assert len(third.messages) == 1


def test_an_empty_queue_uses_up_no_places(store: Store) -> None:
    (contact,) = new_contacts(store, 1)
    with store.connect() as connection:
        assert claim(connection, CHANNEL, 5, NOW, rate=1.0).more_at is None
    put(store, contact)
    with store.connect() as connection:
        assert len(claim(connection, CHANNEL, 5, NOW, rate=1.0).messages) == 1
