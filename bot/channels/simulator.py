"""The phone in the browser: a channel like the others, without a provider."""

import asyncio
import re
from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.channels.reading import (
    read_id,
    read_number,
    read_optional_id,
    read_point,
    read_size,
    read_text,
)
from bot.channels.rendering import numbered, plain
from bot.messages import (
    RATES,
    Address,
    Channel,
    Choice,
    Event,
    Inbound,
    Location,
    Malformed,
    Media,
    MediaKind,
    Outgoing,
    PermanentError,
    Reply,
)

# What the page calls a file whose bytes it handed over before: their name in the folder, its own.
_STORED = re.compile(r"sim:(?P<id>[0-9a-f]{32})-.*", re.DOTALL)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LONGEST_GAP = timedelta(days=2)  # without a signal; a clock that says more is wrong


def parse(payload: object, now: datetime) -> list[Event]:
    """Read what the page sends: {user, id, at?, text?, button?, media?, location?}.

    `at` is when it was written, in milliseconds since 1970: it may come long after that.
    """
    if not isinstance(payload, dict):
        raise Malformed("message is not a JSON object")
    inbound = Inbound(
        address=Address(Channel.SIMULATOR, read_id(payload.get("user"), "user")),
        external_id=read_id(payload.get("id"), "id"),
        sent_at=_written_at(payload.get("at"), now),
        text=read_text(payload.get("text"), "text"),
        button=read_optional_id(payload.get("button"), "button"),
        media=_media(payload.get("media")),
        location=_location(payload.get("location")),
    )
    if not (inbound.text or inbound.button or inbound.media or inbound.location):
        raise Malformed("message holds nothing")
    return [inbound]


def render(reply: Reply, look: Channel) -> tuple[str, tuple[Choice, ...]]:
    """Show a reply as the channel would: its text, and the buttons if it has any."""
    if look is Channel.WHATSAPP:
        return numbered(reply), ()
    if look is Channel.SMS:
        return plain(numbered(reply)), ()
    return reply.text, reply.choices


class SimulatorAdapter:
    """Takes every message at once: the page reads the outbox itself."""

    channel = Channel.SIMULATOR

    def __init__(self, folder: Path | None = None, rate: float = RATES[Channel.SIMULATOR]) -> None:
        """Take the folder of the files that the page sent; without one it has none."""
        self.rate = rate
        self._folder = folder

    async def send(self, message: Outgoing) -> str:
        """Call the message delivered."""
        return f"sim-{message.id}"

    async def fetch(self, ref: str) -> AsyncGenerator[bytes, None]:
        """Give a file that the page sent."""
        found = _STORED.fullmatch(ref)
        if found is None or self._folder is None:
            raise PermanentError("gone")
        try:
            data = await asyncio.to_thread((self._folder / found["id"]).read_bytes)
        except FileNotFoundError:
            raise PermanentError("gone") from None
        yield data

    async def close(self) -> None:
        """Do nothing: there is no connection."""


def _written_at(value: object, now: datetime) -> datetime:
    """Give when the page says that a message was written; now where its clock cannot be right."""
    if value is None:
        return now
    written = read_number(value, "time")
    gap = (now - _EPOCH) // _MILLISECOND - written
    return _EPOCH + written * _MILLISECOND if 0 <= gap <= _LONGEST_GAP // _MILLISECOND else now


def _media(value: object) -> tuple[Media, ...]:
    if value is None:
        return ()
    fields = _object(value, "media")
    try:
        kind = MediaKind(read_id(fields.get("kind"), "media kind"))
    except ValueError:
        raise Malformed("media kind is unknown") from None
    return (
        Media(
            kind=kind,
            ref=read_id(fields.get("name"), "media name"),
            mime=read_optional_id(fields.get("mime"), "media type"),
            size=read_size(fields.get("size"), "media size"),
        ),
    )


def _location(value: object) -> Location | None:
    if value is None:
        return None
    fields = _object(value, "location")
    return read_point(fields.get("latitude"), fields.get("longitude"))


def _object(value: object, name: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise Malformed(f"{name} is not a JSON object")
    return value
