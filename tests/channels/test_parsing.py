"""The contract of all channels, first half: what the services send, as plain events."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.channels import simulator, telegram, twilio
from bot.messages import (
    Address,
    Channel,
    DeliveryState,
    Event,
    Ignored,
    Inbound,
    Location,
    Media,
    MediaKind,
    Reachability,
    Receipt,
)
from tests.channels import fixtures

NOW = datetime(2025, 12, 1, 3, 0, tzinfo=UTC)
WRITTEN = datetime(2025, 12, 1, 0, 0, tzinfo=UTC)
EDITED = datetime(2025, 12, 1, 0, 1, tzinfo=UTC)
NUMBER = "+6281200000001"
SITI = Address(Channel.TELEGRAM, "5000000001")
WHATSAPP = Address(Channel.WHATSAPP, NUMBER)
SMS = Address(Channel.SMS, NUMBER)
MEDIA_URL = (
    "https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages/"
)


def _sid(number: int) -> str:
    return f"SM{number:032x}"


def _url(message: int, medium: int) -> str:
    return f"{MEDIA_URL}{_sid(message)}/Media/ME{medium:032d}"


def _telegram(number: int, **fields: Any) -> Inbound:
    return Inbound(SITI, str(871230000 + number), **{"sent_at": WRITTEN, **fields})


def _file(kind: MediaKind, ref: str, mime: str | None, size: int) -> tuple[Media, ...]:
    return (Media(kind, ref, mime, size),)


def _twilio(address: Address, number: int, **fields: Any) -> Inbound:
    return Inbound(address, _sid(number), sent_at=NOW, **fields)


def _whatsapp(number: int, state: DeliveryState, *fault: Any) -> Receipt:
    return Receipt(Channel.WHATSAPP, _sid(number), state, *fault)


def _sms(number: int, state: DeliveryState, *fault: Any) -> Receipt:
    return Receipt(Channel.SMS, _sid(number), state, *fault)


TELEGRAM: dict[str, Event] = {
    "text": _telegram(1, text="Bu, bantuan PKH sy kpn cair? *_[ 🙏"),
    "start": _telegram(2, text="/start pendamping-7Q2K"),
    "photo_with_caption": _telegram(
        3,
        text="KKS saya rusak",
        media=_file(MediaKind.PHOTO, "AgACAgUAAxkBAAIlarge", "image/jpeg", 154321),
    ),
    "voice": _telegram(4, media=_file(MediaKind.VOICE, "AwACAgUAAxkBAAIvoice", "audio/ogg", 28113)),
    "audio": _telegram(
        5, media=_file(MediaKind.VOICE, "CQACAgUAAxkBAAIaudio", "audio/mpeg", 501221)
    ),
    "video": _telegram(
        6,
        text="antre dari subuh",
        media=_file(MediaKind.VIDEO, "BAACAgUAAxkBAAIvideo", "video/mp4", 1830221),
    ),
    "animation": _telegram(
        7, media=_file(MediaKind.VIDEO, "CgACAgUAAxkBAAIgif", "video/mp4", 90112)
    ),
    "document": _telegram(
        8, media=_file(MediaKind.DOCUMENT, "BQACAgUAAxkBAAIdoc", "application/pdf", 245001)
    ),
    "sticker": _telegram(9, media=_file(MediaKind.STICKER, "CAACAgUAAxkBAAIsticker", None, 18222)),
    "location": _telegram(10, location=Location(-5.470012, 122.600034)),
    "contact_own": _telegram(11, phone=NUMBER),
    "contact_of_another": _telegram(12),
    "poll": _telegram(13),
    "service_pinned": Ignored("service message"),
    "group": Ignored("message in a group or channel"),
    "from_a_bot": Ignored("message of a bot"),
    "edited": _telegram(17, text="tgl 3, eh salah, tgl 5", sent_at=EDITED, edited=True),
    "live_location": Ignored("step of a live location"),
    "channel_post": Ignored("update of kind channel_post"),
    "callback": _telegram(20, sent_at=NOW, button="menu:jadwal", callback_id="4382bfdwdsb323b2d9"),
    "callback_inaccessible": _telegram(
        21, sent_at=NOW, button="menu:jadwal", callback_id="4382bfdwdsb323b2d9"
    ),
    "callback_without_message": _telegram(
        22, sent_at=NOW, button="menu:jadwal", callback_id="4382bfdwdsb323b2d9"
    ),
    "callback_in_group": Ignored("button in a group or channel"),
    "callback_game": Ignored("button without data"),
    "blocked": Reachability(SITI, "871230025", reachable=False),
    "unblocked": Reachability(SITI, "871230026", reachable=True),
    "added_to_group": Ignored("membership in a group or channel"),
    "unknown_kind": Ignored("update of kind brain_wave"),
    "reaction": Ignored("update of kind message_reaction"),
}

TWILIO_MESSAGES: dict[str, Event] = {
    "whatsapp_text": _twilio(WHATSAPP, 1, text="Assalamualaikum, sy mau tanya bantuan 🙏"),
    "whatsapp_button": _twilio(WHATSAPP, 2, text="Ya, setuju", button="consent:yes"),
    "whatsapp_list": _twilio(WHATSAPP, 3, text="Jadwal", button="menu:jadwal"),
    "whatsapp_image": _twilio(
        WHATSAPP, 4, text="KKS rusak", media=(Media(MediaKind.PHOTO, _url(4, 4), "image/jpeg"),)
    ),
    "whatsapp_voice": _twilio(
        WHATSAPP, 5, media=(Media(MediaKind.VOICE, _url(5, 5), "audio/ogg"),)
    ),
    "whatsapp_sticker": _twilio(
        WHATSAPP, 6, media=(Media(MediaKind.STICKER, _url(6, 6), "image/webp"),)
    ),
    "whatsapp_contact": _twilio(
        WHATSAPP, 7, media=(Media(MediaKind.DOCUMENT, _url(7, 7), "text/vcard"),)
    ),
    "whatsapp_location": _twilio(
        WHATSAPP, 8, location=Location(-5.470012054443359, 122.60003662109375)
    ),
    "sms_text": _twilio(SMS, 11, text="min pkh thp 2 kpn cair"),
    "mms_two_files": _twilio(
        SMS,
        12,
        media=(
            Media(MediaKind.PHOTO, _url(12, 12), "image/png"),
            Media(MediaKind.VIDEO, _url(12, 13), "video/3gpp"),
        ),
    ),
    "sms_stop": Reachability(SMS, _sid(13), reachable=False, by_word=True),
    "sms_start": Reachability(SMS, _sid(14), reachable=True, by_word=True),
    "sms_help": Ignored("help keyword, answered by Twilio"),
    "sms_short_code": Ignored("sender is not a telephone number"),
}

TWILIO_STATUSES: dict[str, Event] = {
    "status_whatsapp_queued": Ignored("delivery status queued"),
    "status_whatsapp_sent": _whatsapp(501, DeliveryState.SENT),
    "status_whatsapp_delivered": _whatsapp(501, DeliveryState.DELIVERED),
    "status_whatsapp_read": _whatsapp(501, DeliveryState.READ),
    "status_whatsapp_canceled": _whatsapp(501, DeliveryState.CANCELED),
    "status_whatsapp_window": _whatsapp(502, DeliveryState.FAILED, "window"),
    "status_whatsapp_blocked": _whatsapp(503, DeliveryState.FAILED, "blocked", True),
    "status_sms_sent": _sms(504, DeliveryState.SENT),
    "status_sms_opted_out": _sms(505, DeliveryState.FAILED, "opted_out", True),
    "status_sms_unlisted_code": _sms(506, DeliveryState.FAILED, "twilio_30410"),
    "status_sms_without_code": _sms(507, DeliveryState.FAILED, "unknown"),
}

_WRITTEN = NOW - timedelta(minutes=90) + timedelta(milliseconds=250)
_RAHMA = Address(Channel.SIMULATOR, "rahma")
SIMULATOR: list[tuple[dict[str, Any], Event]] = [
    ({"text": "halo"}, Inbound(_RAHMA, "m-1", NOW, text="halo")),
    # What is sent when the signal is back; a clock that cannot be right is not believed.
    ({"text": "p", "at": 1764552600250}, Inbound(_RAHMA, "m-1", _WRITTEN, "p")),
    ({"text": "p", "at": 1764558000001}, Inbound(_RAHMA, "m-1", NOW, "p")),
    ({"text": "p", "at": 1764300000000}, Inbound(_RAHMA, "m-1", NOW, "p")),
    ({"button": "menu:jadwal"}, Inbound(_RAHMA, "m-1", NOW, button="menu:jadwal")),
    (
        {"media": {"kind": "photo", "name": "kks.jpg", "mime": "image/jpeg", "size": 99}},
        Inbound(_RAHMA, "m-1", NOW, media=(Media(MediaKind.PHOTO, "kks.jpg", "image/jpeg", 99),)),
    ),
    (
        {"location": {"latitude": -5.47, "longitude": 122}},
        Inbound(_RAHMA, "m-1", NOW, location=Location(-5.47, 122.0)),
    ),
]


def test_every_fixture_has_its_line() -> None:
    assert set(TELEGRAM) == set(fixtures.TELEGRAM)
    assert set(TWILIO_MESSAGES) | set(TWILIO_STATUSES) == set(fixtures.TWILIO)


@pytest.mark.parametrize("name", TELEGRAM)
def test_telegram_updates(name: str) -> None:
    assert telegram.parse(fixtures.telegram(name), NOW) == [TELEGRAM[name]]


@pytest.mark.parametrize("name", TWILIO_MESSAGES)
def test_twilio_messages(name: str) -> None:
    assert twilio.parse_message(fixtures.twilio(name), NOW) == [TWILIO_MESSAGES[name]]


@pytest.mark.parametrize("name", TWILIO_STATUSES)
def test_twilio_statuses(name: str) -> None:
    assert twilio.parse_status(fixtures.twilio(name)) == [TWILIO_STATUSES[name]]


@pytest.mark.parametrize(("fields", "event"), SIMULATOR)
def test_simulator_messages(fields: dict[str, Any], event: Event) -> None:
    assert simulator.parse({"user": "rahma", "id": "m-1", **fields}, NOW) == [event]
