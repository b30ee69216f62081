"""Delivery receipts move a message forward, never back, in whatever order they come."""

import uuid
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select

from db.claims import release_expired
from db.outbox import EarlyReceipt
from db.receipts import apply_left_over, record_receipt
from db.session import Store
from db.settlement import Outcome
from tests.queued import (
    CHANNEL,
    NOW,
    as_sent,
    contact_state,
    finish,
    message_row,
    new_contact,
    put,
    take,
)

STATES = ("sent", "failed", "delivered", "read")


def report(store: Store, provider_id: str, state: str, unreachable: bool = False) -> None:
    reason = "blocked" if state == "failed" else None
    with store.begin() as session:
        record_receipt(session, CHANNEL, provider_id, state, reason, unreachable, NOW)


def early(store: Store) -> int:
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(EarlyReceipt)) or 0


def sent_message(store: Store, user: str) -> int:
    put(store, new_contact(store, user))
    claimed = take(store)
    finish(store, *as_sent(claimed))
    return claimed[0].id


def test_receipts_in_any_order_end_in_the_furthest_state(store: Store) -> None:
    for number, order in enumerate(permutations(STATES)):
        message = sent_message(store, f"{number}")
        for place, state in enumerate(order):
            report(store, f"p{message}", state)
            furthest = max(order[: place + 1], key=STATES.index)
            assert message_row(store, message).state == furthest
        assert message_row(store, message).reason is None


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    reports=st.lists(st.sampled_from(STATES), max_size=5),
    before=st.integers(0, 5),
)
def test_early_and_late_receipts_give_the_same(
    store: Store, reports: list[str], before: int
) -> None:
    contact = new_contact(store, user=uuid.uuid4().hex)
    message = put(store, contact)
    claimed = take(store)
    for state in reports[:before]:
        report(store, f"p{message}", state)
    assert message_row(store, message).state == "sending"
    finish(store, *as_sent(claimed))
    for state in reports[before:]:
        report(store, f"p{message}", state)
    assert message_row(store, message).state == max(["sent", *reports], key=STATES.index)
    assert early(store) == 0


def test_an_early_report_of_a_lost_contact_marks_it(store: Store) -> None:
    contact = new_contact(store)
    message = put(store, contact)
    claimed = take(store)
    report(store, f"p{message}", "failed", unreachable=True)
    assert contact_state(store, contact) == "active"
    finish(store, *as_sent(claimed))
    row = message_row(store, message)
    assert (row.state, row.reason) == ("failed", "blocked")
    assert contact_state(store, contact) == "blocked"


@pytest.mark.parametrize(("first", "marked"), [("sent", True), ("read", False)])
def test_a_failure_marks_the_contact_unless_the_phone_knew_better(
    store: Store, first: str, marked: bool
) -> None:
    message = sent_message(store, "1")
    report(store, f"p{message}", first)
    report(store, f"p{message}", "failed", unreachable=True)
    contact = message_row(store, message).contact_id
    assert (contact_state(store, contact) == "blocked") is marked


def test_a_receipt_that_crossed_with_the_settling_is_applied_by_the_sweep(store: Store) -> None:
    message = sent_message(store, "1")
    row = {
        "channel": CHANNEL, "provider_id": f"p{message}", "state": "delivered",
        "unreachable": False, "received_at": NOW,
    }  # fmt: skip
    stranger = row | {"provider_id": "nobody's"}
    with store.connect() as connection:
        connection.execute(insert(EarlyReceipt), [row, stranger])
        apply_left_over(connection, NOW)
    assert message_row(store, message).state == "delivered"
    assert early(store) == 1
    with store.connect() as connection:
        apply_left_over(connection, NOW + timedelta(days=8))
    assert early(store) == 0


def test_receipts_of_another_channel_are_not_ours(store: Store) -> None:
    message = sent_message(store, "1")
    with store.begin() as session:
        record_receipt(session, "sms", f"p{message}", "read", None, False, NOW)
    assert message_row(store, message).state == "sent"


def test_a_receipt_does_not_touch_a_message_that_waits_for_another_try(store: Store) -> None:
    message = put(store, new_contact(store))
    (claimed,) = take(store)
    with store.connect() as connection:
        release_expired(connection, NOW + timedelta(minutes=1))
    finish(store, Outcome(claimed.id, claimed.tries, "sent", provider_id="lost"))
    report(store, "lost", "delivered")
    assert message_row(store, message).state == "queued"
    assert early(store) == 1
