"""Waits, ends of retries, and the pause of a channel on which nothing goes through."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.messages import PermanentError, TemporaryError
from bot.retries import MOST_AGE, MOST_FAILURES, Brake, Breaker, put_off, refused, sent
from db.claims import Claimed
from tests.queued import NOW, FakeClock

CLAIMED = Claimed(
    id=1, contact_id=2, channel="telegram", address="3", tries=1, failures=0, outages=0,
    first_tried_at=NOW, bulk=False, last_inbound_at=None, window_shut_at=None, callback_id=None,
    body=None, notice_id=None, notice_text=None, choices=None, content_sid=None,
    content_variables=None, due_at=NOW,
)  # fmt: skip


def wait(
    error: TemporaryError, outages: int = 0, jitter: float = 0.0, failures: int = 0, tries: int = 1
) -> float:
    claimed = replace(CLAIMED, tries=tries, failures=failures, outages=outages)
    outcome = put_off(claimed, error, NOW, jitter)
    assert outcome.retry_at
    return (outcome.retry_at - NOW).total_seconds()


@pytest.mark.parametrize(
    ("outages", "jitter", "seconds"),
    [(0, 0, 2), (1, 0, 4), (4, 0, 32), (4, 1, 40), (8, 0, 512), (9, 0, 600), (30_000, 0, 600)],
)
def test_the_wait_doubles_up_to_ten_minutes(outages: int, jitter: float, seconds: float) -> None:
    assert wait(TemporaryError("network"), outages, jitter) == seconds


def test_the_providers_own_wait_is_obeyed() -> None:
    assert wait(TemporaryError("rate_limited", retry_after=7)) == 7
    assert wait(TemporaryError("rate_limited", retry_after=3600)) == 3600
    assert wait(TemporaryError("rate_limited", retry_after=1), outages=3) == 16


@pytest.mark.parametrize("reason", ["credentials", "sender", "conflict", "unreadable"])
def test_a_faulty_setup_is_given_a_minute(reason: str) -> None:
    assert wait(TemporaryError(reason), outages=12) == 60


def test_the_eighth_failure_of_its_own_ends_a_message() -> None:
    claimed = replace(CLAIMED, failures=MOST_FAILURES - 2)
    assert put_off(claimed, TemporaryError("error"), NOW, 0).blamed
    claimed = replace(CLAIMED, failures=MOST_FAILURES - 1)
    outcome = put_off(claimed, TemporaryError("error"), NOW, 0)
    assert (outcome.state, outcome.reason, outcome.retry_at) == ("failed", "error", None)


@pytest.mark.parametrize("reason", ["network", "rate_limited", "credentials"])
def test_an_outage_costs_time_and_no_chances(reason: str) -> None:
    claimed = replace(CLAIMED, failures=MOST_FAILURES - 1, tries=100)
    assert not put_off(claimed, TemporaryError(reason), NOW, 0).blamed
    a_day_later = NOW + MOST_AGE
    assert put_off(claimed, TemporaryError(reason), a_day_later, 0).state == "failed"


@settings(deadline=None)
@given(
    tries=st.integers(1, 32_000),
    failures=st.integers(0, MOST_FAILURES - 2),
    outages=st.integers(0, 32_000),
    reason=st.text(min_size=1, max_size=80),
    retry_after=st.none() | st.floats(0, 1e12),
    jitter=st.floats(0, 1),
)
def test_every_wait_is_at_least_two_seconds_and_at_most_a_day(
    tries: int, failures: int, outages: int, reason: str, retry_after: float | None, jitter: float
) -> None:
    error = TemporaryError(reason, retry_after=retry_after)
    seconds = wait(error, outages, jitter, failures, tries)
    assert 2 <= seconds <= MOST_AGE.total_seconds()
    # What was claimed and given back has not failed, and a further failure shortens no wait.
    assert seconds == wait(error, outages, jitter, failures)
    assert seconds <= wait(error, outages + 1, jitter, failures)
    claimed = replace(CLAIMED, tries=tries, outages=outages, failures=MOST_FAILURES - 1)
    spared = put_off(claimed, TemporaryError("network"), NOW, jitter)
    assert (spared.state, spared.blamed) == ("queued", False)


def test_what_providers_say_fits_the_columns() -> None:
    assert sent(CLAIMED, "x\0" * 100).provider_id == "x" * 80
    assert sent(CLAIMED, "").provider_id is None
    assert refused(CLAIMED, PermanentError("y" * 60)).reason == "y" * 40


def test_a_channel_rests_when_nothing_goes_through() -> None:
    clock = FakeClock()
    breaker = Breaker(clock)
    for _ in range(4):
        breaker.note(failed=True)
    assert (breaker.tripped, breaker.rest()) == (False, 0)
    rests = []
    for _ in range(8):
        breaker.note(failed=True)
        rests.append(breaker.rest())
        breaker.note(failed=True)  # was in flight already, and lengthens nothing
        assert breaker.rest() == rests[-1]
        clock.forward(rests[-1])
    assert rests == [1, 2, 4, 8, 16, 32, 60, 60]
    assert breaker.tripped
    breaker.note(failed=False)
    assert (breaker.tripped, breaker.rest()) == (False, 0)


def test_the_age_counts_from_the_first_try() -> None:
    claimed = replace(CLAIMED, first_tried_at=NOW - MOST_AGE + timedelta(seconds=1))
    assert put_off(claimed, TemporaryError("network"), NOW, 0).state == "queued"


def test_a_retry_that_would_be_out_of_date_is_not_waited_for() -> None:
    claimed = replace(CLAIMED, expires_at=NOW + timedelta(seconds=60))
    assert put_off(claimed, TemporaryError("network"), NOW, 0).retry_at is not None
    late = put_off(claimed, TemporaryError("rate_limited", retry_after=60), NOW, 0)
    assert (late.state, late.reason, late.retry_at) == ("failed", "rate_limited", None)


def test_one_chats_wait_is_its_own_and_a_crowd_slows_the_channel() -> None:
    clock = FakeClock()
    brake = Brake(clock)
    for error in (TemporaryError("network"), TemporaryError("rate_limited", retry_after=9)):
        brake.note(1, error)
        brake.note(1, error)
    brake.note(2, TemporaryError("rate_limited", retry_after=9))
    assert not brake.release()
    clock.forward(6)
    brake.note(3, TemporaryError("rate_limited", retry_after=9))
    assert not brake.release()
    for chat in (4, 5):
        brake.note(chat, TemporaryError("rate_limited", retry_after=9))
    assert brake.release()
    assert not brake.release()
    brake.note(6, TemporaryError("rate_limited"))
    assert brake.release()
