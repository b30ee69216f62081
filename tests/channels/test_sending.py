"""The contract of all channels, second half: what leaves, and what each refusal means."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from bot.channels.base import Adapter
from bot.channels.simulator import SimulatorAdapter
from bot.channels.sms import SmsAdapter
from bot.channels.telegram import TelegramAdapter
from bot.channels.twilio_client import TwilioClient
from bot.channels.twilio_errors import FAULTS
from bot.channels.whatsapp import WhatsAppAdapter
from bot.messages import (
    Address,
    Channel,
    Choice,
    Outgoing,
    PermanentError,
    Reply,
    SendError,
    TemporaryError,
)
from tests.fakes import FakeTelegram, FakeTwilio, Fault
from tests.fakes import telegram as telegram_fake
from tests.fakes import twilio as twilio_fake

TOKEN = "7000000001:AAE-secret_of_the_bot"
NUMBER = "+6281200000001"
OUR_NUMBER = "+15005550006"
CALLBACK = "https://halo.example/webhook/twilio/status"
MENU = Reply("Silakan *pilih*_", (Choice("menu:jadwal", "Jadwal"), Choice("menu:lapor", "Lapor")))
NUMBERED = "Silakan *pilih*_\n\n1. Jadwal\n2. Lapor"


@dataclass(frozen=True)
class Service:
    """An adapter with the fake behind it, and a view on what that took."""

    adapter: Adapter
    fake: Any
    user: str
    seen: Callable[[], list[Any]]

    def send(self, reply: Reply = MENU, **fields: Any) -> str:
        return asyncio.run(self._send(reply, fields))

    async def _send(self, reply: Reply, fields: dict[str, Any]) -> str:
        message = Outgoing(1, Address(self.adapter.channel, self.user), reply, **fields)
        try:
            return await self.adapter.send(message)
        finally:
            await self.adapter.close()
            await self.adapter.close()  # a second time does nothing


@contextmanager
def _telegram() -> Iterator[Service]:
    with FakeTelegram(TOKEN) as fake:
        adapter = TelegramAdapter(TOKEN, fake.url)
        yield Service(
            adapter,
            fake,
            "5000000001",
            lambda: [(sent.chat_id, sent.text, sent.buttons) for sent in fake.sent],
        )


@contextmanager
def _twilio(channel: Channel) -> Iterator[Service]:
    with FakeTwilio("AC01", "twilio-secret") as fake:
        client = TwilioClient("AC01", "twilio-secret", fake.url)
        adapter: Adapter = (
            WhatsAppAdapter(client, f"whatsapp:{OUR_NUMBER}", CALLBACK)
            if channel is Channel.WHATSAPP
            else SmsAdapter(client, OUR_NUMBER, CALLBACK)
        )
        yield Service(
            adapter, fake, NUMBER, lambda: [(sent.to, sent.from_, sent.body) for sent in fake.sent]
        )


@contextmanager
def _service(channel: Channel) -> Iterator[Service]:
    if channel is Channel.SIMULATOR:
        yield Service(SimulatorAdapter(), None, "rahma", list)
    else:
        with _telegram() if channel is Channel.TELEGRAM else _twilio(channel) as service:
            yield service


WHATSAPP_ENDS = (f"whatsapp:{NUMBER}", f"whatsapp:{OUR_NUMBER}")
SMS_ENDS = (NUMBER, OUR_NUMBER)
BUTTONS = [("Jadwal", "menu:jadwal"), ("Lapor", "menu:lapor")]
LONG = Reply(" ".join(["Kalimat yang panjang."] * 250), MENU.choices)  # 5,499 characters

SENT: list[tuple[Channel, Reply, str, list[Any]]] = [
    (Channel.TELEGRAM, MENU, "1", [(5000000001, "Silakan *pilih*_", BUTTONS)]),
    (Channel.TELEGRAM, Reply("Halo"), "1", [(5000000001, "Halo", [])]),
    (Channel.WHATSAPP, MENU, f"SM{1:032x}", [(*WHATSAPP_ENDS, NUMBERED)]),
    (Channel.SMS, MENU, f"SM{1:032x}", [(*SMS_ENDS, NUMBERED)]),
    (Channel.SMS, Reply("Halo – “Ibu” 🙏"), f"SM{1:032x}", [(*SMS_ENDS, 'Halo - "Ibu"')]),
    (Channel.SIMULATOR, MENU, "sim-1", []),
]


@pytest.mark.parametrize(("channel", "reply", "provider_id", "seen"), SENT)
def test_what_arrives(channel: Channel, reply: Reply, provider_id: str, seen: list[Any]) -> None:
    with _service(channel) as service:
        assert service.send(reply) == provider_id
        assert service.seen() == seen


@pytest.mark.parametrize(
    ("channel", "parts"), [(Channel.TELEGRAM, 2), (Channel.WHATSAPP, 4), (Channel.SMS, 4)]
)
def test_a_long_text_goes_in_parts(channel: Channel, parts: int) -> None:
    with _service(channel) as service:
        provider_id = service.send(LONG)
        assert len(service.fake.sent) == parts
        assert provider_id.endswith(f"{parts:x}")  # the id is that of the last part
    if channel is Channel.TELEGRAM:
        assert [len(sent.buttons) for sent in service.fake.sent] == [0, 2]


@pytest.mark.parametrize("channel", [Channel.TELEGRAM, Channel.WHATSAPP, Channel.SMS])
def test_an_empty_text_is_not_sent(channel: Channel) -> None:
    with _service(channel) as service, pytest.raises(PermanentError, match="rejected"):
        service.send(Reply(" \n"))


def test_twilio_is_told_where_to_report() -> None:
    with _twilio(Channel.SMS) as service:
        service.send()
        assert service.fake.sent[0].status_callback == CALLBACK


def test_a_template_goes_outside_the_window() -> None:
    with _twilio(Channel.WHATSAPP) as service:
        service.send(window_open=False, content_sid="HX01", content_variables={"1": "Bu Siti"})
        service.send(window_open=False, content_sid="HX02")
    sent = [(s.body, s.content_sid, s.content_variables) for s in service.fake.sent]
    assert sent == [(None, "HX01", '{"1": "Bu Siti"}'), (None, "HX02", None)]


def test_without_a_template_the_window_stays_shut() -> None:
    with _twilio(Channel.WHATSAPP) as service:
        with pytest.raises(PermanentError) as caught:
            service.send(window_open=False)
        assert (caught.value.reason, caught.value.unreachable) == ("window", False)
        assert service.fake.sent == []


T, W, S = Channel.TELEGRAM, Channel.WHATSAPP, Channel.SMS
PAGE = Fault(status=403, answer="<html>Internet Positif</html>")

TEMPORARY: list[tuple[Channel, Fault, str, float | None]] = [
    (T, telegram_fake.flood(17), "rate_limited", 17.0),
    (T, telegram_fake.error(429, "Too Many Requests"), "rate_limited", None),
    (T, telegram_fake.error(500, "Internal Server Error"), "network", None),
    (T, telegram_fake.error(401, "Unauthorized"), "credentials", None),
    (T, telegram_fake.error(404, "Not Found"), "credentials", None),
    (T, telegram_fake.error(409, "Conflict: terminated by other getUpdates"), "conflict", None),
    (T, PAGE, "network", None),
    (T, Fault(answer="<html>captive portal</html>"), "network", None),
    (T, Fault(answer={"ok": True}), "network", None),
    (T, Fault(drop=True), "network", None),
    (T, Fault(drop=True, accepted=True), "network", None),
    *(
        (channel, fault, reason, None)
        for channel in (W, S)
        for fault, reason in (
            (twilio_fake.error(429, 20429), "rate_limited"),
            (Fault(status=429), "rate_limited"),
            (twilio_fake.error(400, 63018), "rate_limited"),
            (twilio_fake.error(500, 20500), "network"),
            (Fault(status=503, answer="<html>down</html>"), "network"),
            (Fault(status=302), "network"),
            (twilio_fake.error(401, 20003), "credentials"),
            (twilio_fake.error(403, 20008), "credentials"),
            (twilio_fake.error(404, 20404), "credentials"),
            (twilio_fake.error(400, 21606), "sender"),
            (PAGE, "network"),
            (Fault(answer="<html>captive portal</html>"), "network"),
            (Fault(answer={"status": "queued"}), "network"),
            (Fault(status=400, answer={"code": ["63016"], "message": "x"}), "network"),
            (Fault(drop=True, accepted=True), "network"),
        )
    ),
]

PERMANENT: list[tuple[Channel, Fault, str, bool]] = [
    (T, telegram_fake.error(403, "Forbidden: bot was blocked by the user"), "blocked", True),
    (T, telegram_fake.error(400, "Bad Request: chat not found"), "bad_address", True),
    (T, telegram_fake.error(400, "Bad Request: user is deactivated"), "bad_address", True),
    (T, telegram_fake.error(400, "x", migrate_to_chat_id=-100), "bad_address", True),
    (T, telegram_fake.error(400, "Bad Request: BUTTON_DATA_INVALID"), "rejected", False),
    (W, twilio_fake.error(400, 63016), "window", False),
    (W, twilio_fake.error(400, 63024), "not_on_channel", True),
    (W, twilio_fake.error(400, 63014), "blocked", True),
    (W, twilio_fake.error(400, 63049), "withheld", False),
    (S, twilio_fake.error(400, 21610), "opted_out", True),
    (S, twilio_fake.error(400, 21211), "bad_address", True),
    (S, twilio_fake.error(400, 21614), "bad_address", True),
    (S, twilio_fake.error(400, 30007), "filtered", False),
    (S, twilio_fake.error(400, 21612), "rejected", False),
    (
        S,
        Fault(400, {"type": "x", "title": "Opted out", "status": 400, "code": 21610}),
        "opted_out",
        True,
    ),
]


def _refused(channel: Channel, fault: Fault) -> SendError:
    with _service(channel) as service:
        service.fake.faults.append(fault)
        with pytest.raises(SendError) as caught:
            service.send()
        assert len(service.fake.sent) == fault.accepted or fault.status == 200
    return caught.value


@pytest.mark.parametrize(("channel", "fault", "reason", "pause"), TEMPORARY)
def test_errors_that_pass(channel: Channel, fault: Fault, reason: str, pause: float | None) -> None:
    error = _refused(channel, fault)
    assert isinstance(error, TemporaryError)
    assert (error.reason, error.retry_after) == (reason, pause)


@pytest.mark.parametrize(("channel", "fault", "reason", "unreachable"), PERMANENT)
def test_errors_that_stay(channel: Channel, fault: Fault, reason: str, unreachable: bool) -> None:
    error = _refused(channel, fault)
    assert isinstance(error, PermanentError)
    assert (error.reason, error.unreachable) == (reason, unreachable)


@pytest.mark.parametrize("channel", [T, W])
def test_a_dead_server_is_a_passing_error(channel: Channel) -> None:
    with _service(channel) as service:
        pass
    with pytest.raises(TemporaryError, match="network"):
        service.send()


@pytest.mark.parametrize(
    ("fault", "variable"),
    [
        (twilio_fake.error(401, 20003), "TWILIO_AUTH_TOKEN"),
        (twilio_fake.error(400, 21606), "TWILIO_SMS_FROM"),
    ],
)
def test_an_operator_is_told_which_variable_is_wrong(fault: Fault, variable: str) -> None:
    error = _refused(Channel.SMS, fault)
    assert variable in str(error)
    assert NUMBER not in str(error)


def test_a_reason_means_one_thing() -> None:
    assert len(set(FAULTS.values())) == len({fault.reason for fault in FAULTS.values()})
