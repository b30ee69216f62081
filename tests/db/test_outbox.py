"""Claims and settlement: the order, the lease, the fence and what two dispatchers do at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from db.broadcasts import Notice, count_by_state
from db.claims import LEASE, claim, release_expired
from db.contacts import Contact
from db.outbox import (
    BULK,
    OutboundMessage,
    oldest_due,
    queue_replies,
    waiting_by_channel,
)
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
    new_contacts,
    new_wave,
    put,
    take,
    taken,
)

LATER = NOW + timedelta(seconds=5)


def release(store: Store, seconds: float = LEASE.total_seconds() + 1) -> int:
    with store.connect() as connection:
        return release_expired(connection, NOW + timedelta(seconds=seconds))


def test_replies_go_before_bulk(store: Store) -> None:
    one, two = new_contacts(store, 2)
    bulk = put(store, one, priority=BULK)
    reply = put(store, two)
    assert taken(store, limit=1) == [reply]
    assert taken(store, limit=1) == [bulk]


def test_a_claim_gives_all_that_an_adapter_needs(store: Store) -> None:
    contact = new_contact(store, user="77")
    with store.begin() as session:
        queue_replies(session, contact, CHANNEL, [b"first", b"second"], NOW, callback_id="press")
    (first,) = take(store)
    assert (first.address, first.channel, first.body) == ("77", CHANNEL, b"first")
    assert (first.tries, first.failures, first.first_tried_at) == (1, 0, NOW)
    assert (first.callback_id, first.bulk, first.notice_text) == ("press", False, None)
    finish(store, *as_sent([first]))
    (second,) = take(store)
    assert (second.body, second.callback_id) == (b"second", None)


def test_a_notice_comes_with_its_text_and_template(store: Store) -> None:
    contact = new_contact(store)
    with store.begin() as session:
        wave = new_wave(session)
        notice = Notice(
            broadcast_id=wave.broadcast_id, text="PKH besok", choices=[["pickup:yes", "Sudah"]],
            content_sid="HX1", content_variables={"1": "PKH"},
        )  # fmt: skip
        session.add(notice)
        session.flush()
        message = OutboundMessage(
            contact_id=contact, channel=CHANNEL, priority=BULK, state="queued", not_before=NOW,
            notice_id=notice.id, wave_id=wave.id, created_at=NOW,
        )  # fmt: skip
        session.add(message)
        session.flush()
        notice_id, broadcast_id = notice.id, wave.broadcast_id
    (claimed,) = take(store)
    assert (claimed.notice_id, claimed.notice_text, claimed.body) == (notice_id, "PKH besok", None)
    assert (claimed.content_sid, claimed.content_variables) == ("HX1", {"1": "PKH"})
    assert claimed.choices == [["pickup:yes", "Sudah"]]
    assert claimed.bulk
    with store.read() as session:
        assert count_by_state(session, broadcast_id) == {"sending": 1}


def test_one_contact_is_served_one_message_at_a_time(store: Store) -> None:
    contact = new_contact(store)
    line = [put(store, contact) for _ in range(3)]
    for message in line:
        claimed = take(store)
        assert [one.id for one in claimed] == [message]
        assert taken(store) == []
        finish(store, *as_sent(claimed))
    assert taken(store) == []


def test_a_retry_keeps_its_place_in_the_line_and_holds_up_nobody_else(store: Store) -> None:
    one, two = new_contacts(store, 2)
    first, second = put(store, one), put(store, one)
    (claimed,) = take(store)
    finish(store, Outcome(claimed.id, claimed.tries, "queued", reason="network", retry_at=LATER))
    other = put(store, two)
    assert taken(store) == [other]
    (again,) = take(store, now=LATER)
    assert (again.id, again.tries, again.first_tried_at) == (first, 2, NOW)
    finish(store, *as_sent([again]))
    assert taken(store) == [second]


def test_failures_are_counted_apart_from_tries_by_who_is_to_blame(store: Store) -> None:
    put(store, new_contact(store))
    # Given back without being sent, failed by an outage, and failed by its own fault.
    for reason, blamed in ((None, False), ("network", False), ("error", True)):
        (claimed,) = take(store)
        again = Outcome(
            claimed.id, claimed.tries, "queued", reason=reason, retry_at=NOW, blamed=blamed
        )
        finish(store, again)
    (claimed,) = take(store)
    assert (claimed.tries, claimed.outages, claimed.failures) == (4, 1, 1)


@pytest.mark.parametrize("priority", [0, BULK])
def test_what_is_planned_for_later_waits_and_does_not_block(store: Store, priority: int) -> None:
    contact = new_contact(store)
    tomorrow = put(store, contact, priority=priority, not_before=NOW + timedelta(days=1))
    today = put(store, contact, priority=priority)
    claimed = take(store)
    assert [one.id for one in claimed] == [today]
    finish(store, *as_sent(claimed))
    assert taken(store) == []
    assert taken(store, now=NOW + timedelta(days=1)) == [tomorrow]


def test_other_channels_are_left_alone(store: Store) -> None:
    put(store, new_contact(store, channel="sms"), channel="sms")
    assert taken(store) == []


def test_a_lease_that_ran_out_is_given_to_another_in_its_old_order(store: Store) -> None:
    contact = new_contact(store)
    first = put(store, contact)
    put(store, contact)
    assert taken(store) == [first]
    assert release(store, LEASE.total_seconds() - 1) == 0
    assert taken(store) == []
    assert release(store) == 1
    assert taken(store) == [first]


def test_a_dispatcher_that_lost_its_lease_changes_nothing(store: Store) -> None:
    contact = new_contact(store)
    put(store, contact)
    (late,) = take(store)
    release(store)
    died = Outcome(late.id, late.tries, "failed", reason="blocked", unreachable=True)
    finish(store, died)
    assert message_row(store, late.id).state == "queued"
    (current,) = take(store)
    finish(store, died, Outcome(late.id, late.tries, "sent", provider_id="late"))
    assert message_row(store, late.id).state == "sending"
    finish(store, *as_sent([current]))
    finish(store, died)
    row = message_row(store, late.id)
    assert (row.state, row.provider_id, row.reason) == ("sent", f"p{late.id}", None)
    assert contact_state(store, contact) == "active"


def test_settling_twice_is_settling_once(store: Store) -> None:
    put(store, new_contact(store))
    (claimed,) = take(store)
    finish(store, *as_sent([claimed]))
    finish(store, *as_sent([claimed]), now=LATER)
    row = message_row(store, claimed.id)
    assert (row.state, row.settled_at, row.lease_until) == ("sent", NOW, None)


def test_a_batch_of_mixed_outcomes_is_settled_in_one_call(store: Store) -> None:
    contacts = new_contacts(store, 4)
    for contact in contacts:
        put(store, contact)
    sent, failed, lost, again = take(store)
    finish(
        store,
        *as_sent([sent]),
        Outcome(failed.id, failed.tries, "failed", reason="rejected"),
        Outcome(lost.id, lost.tries, "failed", reason="blocked", unreachable=True),
        Outcome(again.id, again.tries, "queued", reason="network", retry_at=LATER),
    )
    rows = [message_row(store, message.id) for message in (sent, failed, lost, again)]
    assert [row.state for row in rows] == ["sent", "failed", "failed", "queued"]
    assert [row.reason for row in rows] == [None, "rejected", "blocked", "network"]
    assert [row.settled_at for row in rows] == [NOW, NOW, NOW, None]
    assert rows[3].not_before == LATER
    states = [contact_state(store, contact) for contact in contacts]
    assert states == ["active", "active", "blocked", "active"]


def test_two_claims_at_once_never_take_the_same_message(store: Store) -> None:
    contacts = new_contacts(store, 60)
    for contact in contacts:
        put(store, contact)
    workers = 4
    start = threading.Barrier(workers)

    def work() -> list[int]:
        start.wait()
        mine: list[int] = []
        while got := taken(store, limit=3):
            mine += got
        return mine

    with ThreadPoolExecutor(workers) as pool:
        shares = [pool.submit(work) for _ in range(workers)]
        got = [message for share in shares for message in share.result()]
    assert sorted(got) == sorted(set(got))
    assert set(got) | set(taken(store)) == set(all_messages(store))


def test_two_dispatchers_keep_the_order_of_each_contact(store: Store) -> None:
    contacts = new_contacts(store, 5)
    for _ in range(6):
        for contact in contacts:
            put(store, contact)
    order: list[tuple[int, int]] = []
    start = threading.Barrier(2)

    def work() -> None:
        start.wait()
        while len(order) < 30:
            claimed = take(store, limit=3)
            order.extend((message.contact_id, message.id) for message in claimed)
            finish(store, *as_sent(claimed))

    with ThreadPoolExecutor(2) as pool:
        for worker in [pool.submit(work) for _ in range(2)]:
            worker.result()
    for contact in contacts:
        mine = [message for owner, message in order if owner == contact]
        assert mine == sorted(mine)
        assert len(mine) == 6


@pytest.mark.databases("postgresql")  # SQLite has one writer
def test_a_claim_under_way_hides_the_rest_of_its_contacts_line(store: Store) -> None:
    contact = new_contact(store)
    put(store, contact)
    put(store, contact)
    with store.connect() as connection:
        assert len(claim(connection, CHANNEL, 10, NOW).messages) == 1
        assert taken(store) == []


def test_counts_for_the_operator(store: Store) -> None:
    one, two = new_contacts(store, 2)
    put(store, one, not_before=NOW - timedelta(minutes=3))
    put(store, two)
    with store.read() as session:
        assert oldest_due(session, NOW, {CHANNEL}) == NOW - timedelta(minutes=3)
        assert count_by_state(session, 1) == {}
    taken(store, limit=1)
    with store.read() as session:
        assert waiting_by_channel(session) == {(CHANNEL, "queued"): 1, (CHANNEL, "sending"): 1}
        assert oldest_due(session, NOW - timedelta(days=1), {CHANNEL}) is None


def all_messages(store: Store) -> list[int]:
    with store.read() as session:
        return list(session.scalars(select(OutboundMessage.id)))


def test_what_was_queued_again_after_its_contact_said_no_is_ended(store: Store) -> None:
    changes: dict[str, dict[str, object]] = {
        "willing": {}, "opted out": {"news": False}, "erased": {"consent": "refused"},
    }  # fmt: skip
    rows = {}
    for name in changes:
        rows[name] = put(store, new_contact(store, name), priority=BULK)
    claimed = take(store)
    assert [message.id for message in claimed] == [*rows.values()]
    with store.begin() as session:
        for contact in session.scalars(select(Contact)):
            for column, value in changes[contact.address].items():
                setattr(contact, column, value)
    again = [Outcome(one.id, one.tries, "queued", retry_at=NOW) for one in claimed[:2]]
    finish(store, *again)
    release(store)  # the dispatcher died that held the third
    assert taken(store) == [rows["willing"]]
    states = {name: message_row(store, row) for name, row in rows.items()}
    assert {name: (row.state, row.reason) for name, row in states.items()} == {
        "willing": ("sending", None), "opted out": ("canceled", "opted_out"),
        "erased": ("canceled", "opted_out"),
    }  # fmt: skip
