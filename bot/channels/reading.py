"""Readers of single values in payloads that strangers may have written."""

import math
import re

from bot.messages import MAX_TEXT, Location, Malformed

_ID_LENGTH = 256  # characters; no provider's identifier is longer
_LARGEST = 2**63 - 1  # what a bigint column holds
_E164 = re.compile(r"\+[1-9][0-9]{5,14}")


def read_text(value: object, name: str, limit: int = MAX_TEXT) -> str:
    """Return a text that every database can hold, cut at the limit; None is an empty one."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Malformed(f"{name} is not a text")
    # PostgreSQL refuses NUL, and no encoder takes half of a surrogate pair.
    text = value[:limit].replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def read_id(value: object, name: str) -> str:
    """Return an identifier, which must be there and be short."""
    text = read_text(value, name, _ID_LENGTH + 1)
    if not text or len(text) > _ID_LENGTH:
        raise Malformed(f"{name} is missing or too long")
    return text


def read_optional_id(value: object, name: str) -> str | None:
    """Return an identifier, or None where there is none."""
    return None if value is None or value == "" else read_id(value, name)


def read_number(value: object, name: str) -> int:
    """Return a whole number that fits a database column."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _LARGEST:
        raise Malformed(f"{name} is not a whole number")
    return value


def read_size(value: object, name: str) -> int | None:
    """Return a number of bytes, or None where the provider does not say it."""
    if value is None:
        return None
    size = read_number(value, name)
    if size < 0:
        raise Malformed(f"{name} is negative")
    return size


def read_point(latitude: object, longitude: object) -> Location:
    """Return a point on the earth."""
    north, east = _degrees(latitude), _degrees(longitude)
    if not (abs(north) <= 90 and abs(east) <= 180):
        raise Malformed("location is not on the earth")
    return Location(north, east)


def _degrees(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Malformed("location is not a number")
    try:
        degrees = float(value)
    except (ValueError, OverflowError):
        raise Malformed("location is not a number") from None
    if not math.isfinite(degrees):
        raise Malformed("location is not a number")
    return degrees


def is_phone(text: str) -> bool:
    """Tell whether a text is a telephone number as +62…."""
    return _E164.fullmatch(text) is not None


def read_phone(value: object) -> str | None:
    """Return the number on a contact card as +62…, or None where it cannot be one."""
    digits = re.sub(r"[\s().-]", "", read_text(value, "phone_number", 64))
    number = digits if digits.startswith("+") else f"+{digits}"
    return number if is_phone(number) else None
