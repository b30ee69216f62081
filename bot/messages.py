"""Plain data that crosses the border between channels and the engine; imports nothing of ours."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

_BUTTON_BYTES = 64
MAX_TEXT = (
    10_000  # characters of an inbound text that are kept; nobody tells a longer story by chat
)


class Channel(StrEnum):
    """The ways by which a person can be reached."""

    TELEGRAM = "telegram"
    WHATSAPP = "whatsapp"
    SMS = "sms"
    SIMULATOR = "simulator"


# Messages a second that a provider takes from one sender: core.telegram.org/bots/faq,
# twilio.com/docs/whatsapp/api (rate limits), and one ordinary (long code) number for texts.
RATES = {
    Channel.TELEGRAM: 30.0,
    Channel.WHATSAPP: 80.0,
    Channel.SMS: 1.0,
    Channel.SIMULATOR: 1_000.0,
}


@dataclass(frozen=True, slots=True)
class Address:
    """One person's end of a channel: a Telegram chat id, or a number as +62…."""

    channel: Channel
    user: str


class MediaKind(StrEnum):
    """What a received file shows or holds."""

    PHOTO = "photo"
    VOICE = "voice"
    VIDEO = "video"
    DOCUMENT = "document"
    STICKER = "sticker"


@dataclass(frozen=True, slots=True)
class Media:
    """A file that stays with the provider: its kind, the provider's reference and its MIME type."""

    kind: MediaKind
    ref: str
    mime: str | None = None
    size: int | None = None  # bytes, where the provider says it


@dataclass(frozen=True, slots=True)
class Location:
    """A point that a person sent, in degrees (WGS 84)."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message of one person; `external_id` is the provider's and repeats on redelivery."""

    address: Address
    external_id: str
    sent_at: datetime
    text: str = ""
    button: str | None = None
    media: tuple[Media, ...] = ()
    location: Location | None = None
    phone: str | None = None  # a contact card of the sender's own, as +62…
    edited: bool = False  # an earlier message was changed; its new text is in `text`
    callback_id: str | None = None  # Telegram's callback query, to be answered by the adapter


@dataclass(frozen=True, slots=True)
class Reachability:
    """The channel says that a person has blocked the service, or has come back."""

    address: Address
    external_id: str
    reachable: bool
    by_word: bool = False  # by a keyword that is about the messages, not about the channel


class DeliveryState(StrEnum):
    """States of an outbound message, in the order in which they may be reached."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a provider reports about a message that it had taken from us."""

    channel: Channel
    provider_id: str
    state: DeliveryState
    error: str | None = None
    unreachable: bool = False  # the address itself is of no more use


@dataclass(frozen=True, slots=True)
class Ignored:
    """An event that is knowingly put aside, with the reason for the log."""

    reason: str


Event = Inbound | Reachability | Receipt | Ignored


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: what is sent back when it is pressed (1 to 64 bytes) and what is written on it."""

    value: str
    label: str

    def __post_init__(self) -> None:
        """Raise ValueError for a value that no button could carry (Telegram's callback_data)."""
        if not 1 <= len(self.value.encode()) <= _BUTTON_BYTES:
            raise ValueError(f"a button cannot carry {len(self.value.encode())} bytes")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a person is to read, and the answers that are offered."""

    text: str
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message as the dispatcher hands it to an adapter."""

    id: int
    address: Address
    reply: Reply
    bulk: bool = False
    window_open: bool = True  # the person wrote within the last 24 hours (WhatsApp)
    content_sid: str | None = None  # approved WhatsApp template, for use outside the window
    content_variables: dict[str, str] = field(default_factory=dict)
    callback_id: str | None = None


@dataclass(frozen=True, slots=True)
class ProviderTemplate:
    """A template as the provider has it; `state` is Meta's word, empty before it was submitted."""

    sid: str
    name: str
    language: str
    body: str
    state: str = ""
    reason: str = ""  # of a rejection


class SendError(Exception):
    """A message could not be handed over; `reason` is a short code such as `blocked`."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


class TemporaryError(SendError):
    """Worth another try; `retry_after` is in seconds where the provider names it."""

    def __init__(self, reason: str, detail: str = "", retry_after: float | None = None) -> None:
        super().__init__(reason, detail)
        self.retry_after = retry_after


class PermanentError(SendError):
    """Not worth another try; `unreachable` says that the address itself is of no more use."""

    def __init__(self, reason: str, detail: str = "", unreachable: bool = False) -> None:
        super().__init__(reason, detail)
        self.unreachable = unreachable


class Malformed(ValueError):
    """A provider's payload that is not of its own documented shape."""
