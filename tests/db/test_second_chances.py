"""What WhatsApp withholds is tried again, otherwise or later, and never when it is out of date."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from db.broadcasts import Broadcast, Notice, State, Wave
from db.contacts import Contact
from db.outbox import BULK, OutboundMessage
from db.pace import look
from db.receipts import record_receipt
from db.session import Store
from db.settlement import Outcome, settle
from tests.queued import NOW, message_row, new_contact, new_wave

HOUR = timedelta(hours=1)
WHATSAPP = "whatsapp"


def sent_to(store: Store, user: str, template: str | None = "HX1", **broadcast: Any) -> int:
    """Make a notice that WhatsApp took of us while it thought the window open."""
    contact = new_contact(store, user, WHATSAPP)
    with store.begin() as session:
        session.get_one(Contact, contact).last_inbound_at = NOW - HOUR
        wave = new_wave(session, **broadcast)
        notice = Notice(broadcast_id=wave.broadcast_id, text="PKH besok", content_sid=template)
        session.add(notice)
        session.flush()
        message = OutboundMessage(
            contact_id=contact, channel=WHATSAPP, priority=BULK, state="sent", not_before=NOW,
            created_at=NOW, wave_id=wave.id, notice_id=notice.id, provider_id=f"SM{user}",
            settled_at=NOW, first_tried_at=NOW, tries=1,
        )  # fmt: skip
        session.add(message)
        session.flush()
        return message.id


def fail(store: Store, user: str, reason: str, now: datetime = NOW) -> None:
    with store.begin() as session:
        record_receipt(session, WHATSAPP, f"SM{user}", "failed", reason, False, now)


def send_again(store: Store, message_id: int, user: str) -> None:
    with store.begin() as session:
        message = session.get_one(OutboundMessage, message_id)
        message.state, message.provider_id = "sent", f"SM{user}"


def test_a_shut_window_is_remembered_and_the_template_goes_out(store: Store) -> None:
    message, bare = sent_to(store, "1"), sent_to(store, "2", template=None)
    for user in ("1", "2"):
        fail(store, user, "window")
    row = message_row(store, message)
    assert (row.state, row.not_before, row.provider_id) == ("queued", NOW, None)
    with store.read() as session:
        assert session.get_one(Contact, row.contact_id).window_shut_at == NOW
    assert message_row(store, bare).state == "failed"
    send_again(store, message, "1")
    fail(store, "1", "window")  # of a template that would be strange, and for ever
    assert message_row(store, message).state == "failed"


def test_what_was_refused_at_once_is_treated_alike(store: Store) -> None:
    message = sent_to(store, "1")
    with store.begin() as session:
        session.get_one(OutboundMessage, message).state = "sending"
    with store.connect() as connection:
        settle(connection, [Outcome(message, 1, "failed", reason="window")], NOW)
    assert message_row(store, message).state == "queued"


def test_what_meta_withholds_is_tried_twice_more_after_hours(store: Store) -> None:
    message = sent_to(store, "1", expires_at=NOW + 100 * HOUR, state=State.DONE)
    late = sent_to(store, "2", expires_at=NOW + 2 * HOUR)
    gone = sent_to(store, "3", state=State.CANCELED)
    for user in ("2", "3"):
        fail(store, user, "withheld")
    assert [message_row(store, one).state for one in (late, gone)] == ["failed", "failed"]
    for _ in range(2):
        fail(store, "1", "withheld")
        row = message_row(store, message)
        assert (row.state, row.not_before) == ("queued", NOW + 6 * HOUR)
        send_again(store, message, "1")
    fail(store, "1", "withheld")
    assert message_row(store, message).state == "failed"
    with store.read() as session:
        wave = session.get_one(Wave, row.wave_id)
        assert session.get_one(Broadcast, wave.broadcast_id).state == State.RUNNING


def test_a_receipt_that_says_too_fast_slows_the_channel(store: Store) -> None:
    message = sent_to(store, "1")
    with store.connect() as connection:
        before = look(connection, WHATSAPP, 80, NOW).interval
    fail(store, "1", "rate_limited")
    row = message_row(store, message)
    assert (row.state, row.failures) == ("queued", 0)
    with store.connect() as connection:
        assert look(connection, WHATSAPP, 80, NOW).interval > 1.9 * before


def test_who_said_stop_meanwhile_gets_no_second_chance(store: Store) -> None:
    message, other = sent_to(store, "1"), sent_to(store, "2", kind="distribution")
    with store.begin() as session:
        for contact in session.scalars(select(Contact)):
            contact.news = False
    for user in ("1", "2"):
        fail(store, user, "withheld")
    assert [message_row(store, one).state for one in (message, other)] == ["failed", "queued"]
