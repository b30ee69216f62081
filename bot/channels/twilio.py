"""What arrives from Twilio, the same for WhatsApp and SMS: signed forms as plain events."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from bot.channels.reading import is_phone, read_id, read_optional_id, read_point, read_text
from bot.channels.twilio_errors import failure
from bot.messages import (
    Address,
    Channel,
    DeliveryState,
    Event,
    Ignored,
    Inbound,
    Location,
    Malformed,
    Media,
    MediaKind,
    Reachability,
    Receipt,
)

_WHATSAPP = "whatsapp:"
_SID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MOST_MEDIA = 10
_KINDS: Final = {
    "image": MediaKind.PHOTO,
    "audio": MediaKind.VOICE,
    "video": MediaKind.VIDEO,
}
_STATES: Final = {
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "partially_delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "undelivered": DeliveryState.FAILED,
    "failed": DeliveryState.FAILED,
    "canceled": DeliveryState.CANCELED,
}
# Keywords that Twilio has already acted on and answered by itself.
_OPT_OUT: Final = {"STOP": False, "START": True}
_HELP: Final = "HELP"


class _Fields(dict[str, list[str]]):
    """Form fields in the only form in which the SDK sees repeated ones."""

    def getlist(self, name: str) -> list[str]:
        """Return all values of a field."""
        return self[name]


def verify(
    auth_token: str, public_url: str, params: Mapping[str, list[str]], signature: str | None
) -> bool:
    """Tell whether Twilio signed this form for this public URL."""
    if not auth_token or not signature or not signature.isascii():
        return False
    try:
        valid = RequestValidator(auth_token).validate(public_url, _Fields(params), signature)
    except (TypeError, ValueError):  # half a surrogate pair, or a URL with a port that is none
        return False
    return bool(valid)


def parse_message(form: Mapping[str, str], now: datetime) -> list[Event]:
    """Read a message that a person sent by WhatsApp or SMS."""
    external_id = _sid(form)
    sender = read_id(form.get("From"), "From")
    channel = Channel.WHATSAPP if sender.startswith(_WHATSAPP) else Channel.SMS
    number = sender.removeprefix(_WHATSAPP).strip()
    if not is_phone(number):
        return [Ignored("sender is not a telephone number")]  # a short code or a company's name
    address = Address(channel, number)
    opt_out = form.get("OptOutType")
    if opt_out in _OPT_OUT:
        return [Reachability(address, external_id, _OPT_OUT[opt_out], by_word=True)]
    if opt_out == _HELP:
        return [Ignored("help keyword, answered by Twilio")]
    titles = (form.get("Body"), form.get("ButtonText"), form.get("ListTitle"))
    return [
        Inbound(
            address=address,
            external_id=external_id,
            sent_at=now,  # Twilio does not tell when it was written
            text=read_text(next((title for title in titles if title), ""), "Body"),
            button=read_optional_id(form.get("ButtonPayload") or form.get("ListId"), "button"),
            media=tuple(_media(form, index) for index in range(_media_count(form))),
            location=_location(form),
        )
    ]


def parse_status(form: Mapping[str, str]) -> list[Event]:
    """Read what became of a message that Twilio had taken from us."""
    provider_id = _sid(form)
    status = form.get("MessageStatus") or form.get("SmsStatus")
    if not isinstance(status, str):
        raise Malformed("MessageStatus is missing")
    state = _STATES.get(status)
    if state is None:
        return [Ignored(f"delivery status {status if status.isalpha() else 'unknown'}"[:64])]
    ends = (form.get("From") or "", form.get("To") or "")
    channel = Channel.WHATSAPP if any(end.startswith(_WHATSAPP) for end in ends) else Channel.SMS
    if state is not DeliveryState.FAILED:
        return [Receipt(channel, provider_id, state)]
    fault = failure(_error_code(form))
    return [Receipt(channel, provider_id, state, fault.reason, fault.unreachable)]


def _sid(form: Mapping[str, str]) -> str:
    sid = form.get("MessageSid") or form.get("SmsSid") or ""
    if not _SID.fullmatch(sid):
        raise Malformed("MessageSid is missing or odd")
    return sid


def _error_code(form: Mapping[str, str]) -> int | None:
    code = form.get("ErrorCode") or ""
    if not code:
        return None
    if not (code.isascii() and code.isdigit() and len(code) <= 6):
        raise Malformed("ErrorCode is not a number")
    return int(code)


def _media_count(form: Mapping[str, str]) -> int:
    count = form.get("NumMedia") or "0"
    if not (count.isascii() and count.isdigit() and len(count) <= 2 and int(count) <= _MOST_MEDIA):
        raise Malformed("NumMedia is not a small number")
    return int(count)


def _media(form: Mapping[str, str], index: int) -> Media:
    url = read_text(form.get(f"MediaUrl{index}"), "MediaUrl", 2048)
    if not url:
        raise Malformed("MediaUrl is missing")
    mime = read_optional_id(form.get(f"MediaContentType{index}"), "MediaContentType")
    if mime == "image/webp":  # WhatsApp's stickers; its photos are JPEG or PNG
        return Media(MediaKind.STICKER, url, mime)
    return Media(_KINDS.get((mime or "").partition("/")[0], MediaKind.DOCUMENT), url, mime)


def _location(form: Mapping[str, str]) -> Location | None:
    latitude, longitude = form.get("Latitude"), form.get("Longitude")
    if not latitude and not longitude:
        return None
    return read_point(latitude, longitude)
