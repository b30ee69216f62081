"""Replies in the outbox: sealed, opened, and made into what an adapter sends."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.messages import Address, Channel, Choice, Reply
from bot.outbox import open_reply, outgoing, seal_reply
from db.crypto import CryptoError, Vault, new_key
from tests.bot.test_retries import CLAIMED
from tests.queued import NOW

VAULT = Vault(new_key())


@settings(deadline=None)
@given(
    text=st.text(),
    choices=st.lists(
        st.builds(Choice, value=st.text(min_size=1, max_size=16), label=st.text()), max_size=4
    ),
)
def test_a_reply_survives_being_sealed(text: str, choices: list[Choice]) -> None:
    reply = Reply(text, tuple(choices))
    assert open_reply(VAULT, seal_reply(VAULT, reply)) == reply


def test_a_sealed_reply_shows_nothing_and_opens_with_its_key_only() -> None:
    sealed = seal_reply(VAULT, Reply("Bantuan PKH"))
    assert b"PKH" not in sealed
    with pytest.raises(CryptoError):
        open_reply(Vault(new_key()), sealed)


@pytest.mark.parametrize(
    ("hours", "is_open"), [(None, False), (0, True), (23.99, True), (24, False), (100, False)]
)
def test_the_window_is_open_for_a_day_after_a_message(hours: float | None, is_open: bool) -> None:
    heard = None if hours is None else NOW - timedelta(hours=hours)
    claimed = replace(CLAIMED, notice_text="PKH", last_inbound_at=heard)
    assert outgoing(claimed, VAULT, NOW).window_open is is_open


def test_a_notice_says_its_own_text() -> None:
    claimed = replace(
        CLAIMED, bulk=True, notice_text="PKH besok", content_sid="HX1",
        content_variables={"1": "PKH"},
    )  # fmt: skip
    message = outgoing(claimed, VAULT, NOW)
    assert message.address == Address(Channel.TELEGRAM, "3")
    assert message.reply == Reply("PKH besok")
    assert (message.bulk, message.content_sid) == (True, "HX1")
    assert message.content_variables == {"1": "PKH"}
