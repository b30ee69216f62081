"""What Twilio's error codes mean, for a refused request and for a failed delivery alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.messages import PermanentError, SendError, TemporaryError


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a message failed, whether a retry may help, and whether the address is of no more use."""

    reason: str
    temporary: bool = False
    unreachable: bool = False


_BAD_ADDRESS = Fault("bad_address", unreachable=True)
_BLOCKED = Fault("blocked", unreachable=True)
_CREDENTIALS = Fault("credentials", temporary=True)
_FILTERED = Fault("filtered")
_NETWORK = Fault("network", temporary=True)
_NOT_ON_CHANNEL = Fault("not_on_channel", unreachable=True)
_RATE_LIMITED = Fault("rate_limited", temporary=True)
_REJECTED = Fault("rejected")
# The operator's own number or account is set up wrongly: nothing may be lost by that.
_SENDER = Fault("sender", temporary=True)
_UNKNOWN = Fault("unknown", temporary=True)
_WITHHELD = Fault("withheld")

FAULTS: Final[Mapping[int, Fault]] = {
    20003: _CREDENTIALS,  # authentication failed
    20404: _CREDENTIALS,  # no such account
    20429: _RATE_LIMITED,
    21211: _BAD_ADDRESS,  # not a telephone number
    21212: _SENDER,  # our own number is none
    21408: _SENDER,  # the account may not send to this country
    21606: _SENDER,  # our own number is not ours, or cannot send texts
    21610: Fault("opted_out", unreachable=True),
    21614: _BAD_ADDRESS,  # not a mobile number
    21660: _SENDER,  # our own number belongs to another account
    30001: _RATE_LIMITED,  # Twilio's queue is full
    30002: _CREDENTIALS,  # account suspended
    30003: Fault("device_off"),  # or out of reach; the next message may well arrive
    30004: _BLOCKED,
    30005: _BAD_ADDRESS,  # unknown to the operator
    30006: _BAD_ADDRESS,  # landline, or a network that takes no texts
    30007: _FILTERED,  # taken for spam
    30008: _UNKNOWN,
    63003: _NOT_ON_CHANNEL,
    63007: _SENDER,  # our own number is not on this channel
    63013: _REJECTED,  # against the channel's rules
    63014: _BLOCKED,
    63016: Fault("window"),  # free text outside the 24 hours
    63018: _RATE_LIMITED,
    63024: _NOT_ON_CHANNEL,
    63032: _WITHHELD,  # one of Meta's experiments
    63033: _BLOCKED,
    63038: _RATE_LIMITED,  # the account's messages of the day are used up
    63049: _WITHHELD,  # Meta chose not to deliver it
}


def failure(code: int | None) -> Fault:
    """Tell what the error code in a delivery receipt means."""
    if code is None:
        return _UNKNOWN
    return FAULTS.get(code) or Fault(f"twilio_{code}")


def refusal(status: int, code: int | None) -> SendError:
    """Translate a refused request by Twilio's code, or by the HTTP status where there is none."""
    fault = FAULTS.get(code or 0) or _fault_of_status(status, code)
    detail = f"Twilio answered {status}" + (f" with code {code}" if code else "")
    if fault is _CREDENTIALS:
        detail += "; see TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"
    if fault is _SENDER:
        detail += "; see TWILIO_WHATSAPP_FROM and TWILIO_SMS_FROM"
    if fault.temporary:
        return TemporaryError(fault.reason, detail)
    return PermanentError(fault.reason, detail, unreachable=fault.unreachable)


def _fault_of_status(status: int, code: int | None) -> Fault:
    if status == 429:
        return _RATE_LIMITED
    # Without a code of Twilio's own (the SDK fills in the status) a proxy may have answered.
    is_twilio = code is not None and code >= 10_000
    if status in (401, 403):
        return _CREDENTIALS if is_twilio or status == 401 else _NETWORK
    return _REJECTED if is_twilio and 400 <= status < 500 else _NETWORK
