"""What Telegram's refusals mean for a message."""

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.messages import PermanentError, SendError, TemporaryError

# Descriptions of error 400 that speak of the person, not of the message.
_NOBODY_THERE = (
    "chat not found",
    "user not found",
    "user is deactivated",
    "input_user_deactivated",
    "peer_id_invalid",
)


class FloodError(TelegramError):
    """Telegram asks for a pause of so many seconds."""

    # Stands in for RetryAfter, which cannot even be built without a PTBDeprecationWarning.
    def __init__(self, seconds: float | None) -> None:
        super().__init__("Flood control exceeded")
        self.seconds = seconds


def as_send_error(error: TelegramError) -> SendError:
    """Translate an error of the SDK; the detail never holds a token, a chat or a text."""
    # BadRequest and TimedOut are kinds of NetworkError, so that one is what remains at the end.
    match error:
        case FloodError():
            return TemporaryError("rate_limited", retry_after=error.seconds)
        case RetryAfter():
            return TemporaryError("rate_limited")
        case Forbidden():
            return PermanentError("blocked", unreachable=True)
        case InvalidToken():
            # An operator's mistake must lose no message.
            return TemporaryError("credentials", "Telegram does not accept TELEGRAM_BOT_TOKEN")
        case ChatMigrated():
            return PermanentError("bad_address", "the chat has another id now", unreachable=True)
        case BadRequest():
            return _refused(error.message)
        case Conflict():
            return TemporaryError("conflict", "another process polls, or a webhook is set")
        case TimedOut():
            return TemporaryError("network", "Telegram did not answer in time")
        case _:
            return TemporaryError("network", error.message[:120])


def as_file_error(error: TelegramError) -> SendError:
    """Translate an error of getFile: the same words are used for a wrong id and for an outage."""
    if not isinstance(error, BadRequest):
        return as_send_error(error)
    if "too big" in error.message.lower():
        return PermanentError("too_big")
    if "temporarily unavailable" in error.message.lower():
        return TemporaryError("unavailable")
    return PermanentError("gone")


def _refused(description: str) -> SendError:
    if any(sign in description.lower() for sign in _NOBODY_THERE):
        return PermanentError("bad_address", unreachable=True)
    return PermanentError("rejected", description[:120])
