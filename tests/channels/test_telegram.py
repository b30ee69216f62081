"""Telegram's own: the secret, the buttons, the courtesies, the polling, and the token's secrecy."""

import asyncio
import logging
import traceback

import pytest

from bot.channels.telegram import ALLOWED_UPDATES, TelegramAdapter, keyboard, verify
from bot.messages import (
    Address,
    Channel,
    Choice,
    Event,
    Ignored,
    Inbound,
    Outgoing,
    PermanentError,
    Reply,
    SendError,
    TemporaryError,
)
from tests.channels import fixtures
from tests.fakes import FakeTelegram, Fault
from tests.fakes.telegram import error

TOKEN = "7000000001:AAE-secret_of_the_bot"
SITI = Address(Channel.TELEGRAM, "5000000001")


def _send(fake: FakeTelegram, *messages: Outgoing, token: str = TOKEN) -> list[str]:
    async def send() -> list[str]:
        try:
            return [await adapter.send(message) for message in messages]
        finally:
            await adapter.close()

    adapter = TelegramAdapter(token, fake.url)
    return asyncio.run(send())


@pytest.mark.parametrize(
    ("header", "expected", "valid"),
    [
        ("s3cret", "s3cret", True),
        ("s3cret", "other", False),
        ("s3cre", "s3cret", False),
        ("", "", False),
        (None, "s3cret", False),
        ("s3cret", "", False),
        ("rahasia-é\udcff", "s3cret", False),
    ],
)
def test_the_secret(header: str | None, expected: str, valid: bool) -> None:
    assert verify(header, expected) is valid


def _labels(*labels: str) -> list[list[str]]:
    markup = keyboard(tuple(Choice(label, label) for label in labels))
    return [[button.text for button in row] for row in markup.inline_keyboard] if markup else []


def test_two_short_choices_share_a_row() -> None:
    assert _labels() == []
    assert _labels("Ya", "Tidak", "Batal") == [["Ya", "Tidak"], ["Batal"]]
    assert _labels("Ya", "Tanya petugas saja", "Batal") == [
        ["Ya"],
        ["Tanya petugas saja"],
        ["Batal"],
    ]


@pytest.mark.parametrize("value", ["", "é" * 33])
def test_a_button_value_must_fit(value: str) -> None:
    with pytest.raises(ValueError, match="cannot carry"):
        Choice(value, "x")


def test_an_address_that_is_no_chat() -> None:
    with FakeTelegram() as fake, pytest.raises(PermanentError) as caught:
        _send(fake, Outgoing(1, Address(Channel.TELEGRAM, "+62812"), Reply("x"), bulk=True))
    assert caught.value.unreachable is True


def test_the_message_is_plain_and_shows_no_preview() -> None:
    with FakeTelegram() as fake:
        _send(fake, Outgoing(1, SITI, Reply("*_[ https://contoh.go.id"), bulk=True))
    assert fake.sent[0].params == {
        "chat_id": "5000000001",
        "text": "*_[ https://contoh.go.id",
        "link_preview_options": {"is_disabled": True},
    }


def test_courtesies_go_with_replies_only() -> None:
    with FakeTelegram() as fake:
        _send(
            fake,
            Outgoing(1, SITI, Reply("bulk"), bulk=True),
            Outgoing(2, SITI, Reply("typed")),
            Outgoing(3, SITI, Reply("pressed"), callback_id="77"),
        )
    assert sorted((method, params) for method, params in fake.calls) == [
        ("answercallbackquery", {"callback_query_id": "77"}),
        ("sendchataction", {"chat_id": "5000000001", "action": "typing"}),
    ]


def test_a_failed_courtesy_costs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with FakeTelegram() as fake, caplog.at_level(logging.INFO, "bot"):
        fake.fail_courtesies = True
        assert _send(fake, Outgoing(1, SITI, Reply("halo"), callback_id="77")) == ["1"]
    assert "courtesy to a Telegram chat failed: BadRequest" in caplog.text
    assert "5000000001" not in caplog.text


def test_courtesies_that_hang_neither_delay_nor_grow() -> None:
    async def send() -> int:
        for number in range(100):
            await adapter.send(Outgoing(number, SITI, Reply("halo")))
        waiting = len(adapter._courtesies)
        for task in adapter._courtesies:
            task.cancel()
        await adapter.close()
        return waiting

    with FakeTelegram() as fake:
        fake.courtesy_delay = 60.0
        adapter = TelegramAdapter(TOKEN, fake.url)
        assert asyncio.run(send()) == 32
        assert len(fake.sent) == 100


def test_polling() -> None:
    async def poll() -> list[list[tuple[int, list[Event]]]]:
        await adapter.start_polling()
        first = await adapter.updates(None, 5)
        second = await adapter.updates(first[-1][0] + 1, 0)
        await adapter.close()
        return [first, second]

    with FakeTelegram() as fake:
        fake.webhook = {"url": "https://halo.example/webhook/telegram"}
        odd = {"update_id": 871230002, "message": {"message_id": 5}}
        fake.push(fixtures.telegram("text"), odd, fixtures.telegram("unknown_kind"))
        adapter = TelegramAdapter(TOKEN, fake.url)
        first, second = asyncio.run(poll())
    assert [number for number, _ in first] == [871230001, 871230002, 871230028]
    events = [event for _, events in first for event in events]
    assert isinstance(events[0], Inbound)
    assert events[1] == Ignored("unreadable update: KeyError")
    assert events[2] == Ignored("update of kind brain_wave")
    assert second == []
    assert fake.calls[1][1]["allowed_updates"] == list(ALLOWED_UPDATES)


@pytest.mark.parametrize("call", ["start_polling", "updates"])
def test_polling_reports_errors_as_sending_does(call: str) -> None:
    async def poll() -> None:
        try:
            await (adapter.start_polling() if call == "start_polling" else adapter.updates(1, 0))
        finally:
            await adapter.close()

    with FakeTelegram("7:right") as fake:
        adapter = TelegramAdapter(TOKEN, fake.url)
        with pytest.raises(TemporaryError, match="TELEGRAM_BOT_TOKEN"):
            asyncio.run(poll())


@pytest.mark.parametrize(
    "fault",
    [
        error(401, "Unauthorized"),
        error(404, "Not Found"),
        error(500, "Internal Server Error"),
        Fault(answer=f"<html>https://api.telegram.org/bot{TOKEN}/sendMessage</html>"),
        Fault(status=502, answer=f"<html>/bot{TOKEN}/sendMessage</html>"),
        Fault(drop=True),
        None,
    ],
)
def test_the_token_is_never_shown(fault: Fault | None, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with FakeTelegram() as fake:
        if fault is not None:
            fake.faults.append(fault)
        try:
            _send(fake, Outgoing(1, SITI, Reply("rahasia Bu Siti")))
        except SendError as caught:
            shown = "".join(traceback.format_exception(caught))
            assert TOKEN not in shown
            assert (fault is not None and fault.status in (401, 404)) == (
                "TELEGRAM_BOT_TOKEN" in shown
            )
    for secret in (TOKEN, "rahasia Bu Siti", "5000000001"):
        assert secret not in caplog.text


def test_a_slow_answer_is_a_passing_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeTelegram() as fake:
        fake.faults.append(Fault(delay=30, accepted=True))
        adapter = TelegramAdapter(TOKEN, fake.url)
        monkeypatch.setattr(adapter._request, "_read_timeout", 0.05)
        monkeypatch.setattr(adapter._request, "_connect_timeout", 0.05)

        async def send() -> None:
            try:
                await adapter.send(Outgoing(1, SITI, Reply("halo"), bulk=True))
            finally:
                await adapter.close()

        with pytest.raises(TemporaryError, match="did not answer in time"):
            asyncio.run(send())
    assert len(fake.sent) == 1
