"""Dates, times and money as people in Indonesia write them."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

_DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni",
    "Juli", "Agustus", "September", "Oktober", "November", "Desember",
)  # fmt: skip
_ZONES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}


def long_date(day: date) -> str:
    """Write a day as `Selasa, 1 Desember 2026`."""
    return f"{_DAYS[day.weekday()]}, {plain_date(day)}"


def plain_date(day: date) -> str:
    """Write a day as `1 Desember 2026`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def clock(moment: time) -> str:
    """Write a time of day as `08.00`."""
    return moment.strftime("%H.%M")


def local_moment(moment: datetime, zone: str) -> str:
    """Write a moment in the area's zone as `22 November 2026 08.00 WITA`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{plain_date(local.date())} {clock(local.time())} {zone_name(zone)}"


def zone_name(zone: str) -> str:
    """Name a zone as people do: WIB, WITA, WIT."""
    return _ZONES.get(zone, zone)


def rupiah(amount: int) -> str:
    """Write an amount as `Rp 300.000`."""
    return "Rp " + f"{amount:,}".replace(",", ".")


def given_name(name: str) -> str:
    """Shorten a name to what is called out: the first word, with `Wa` or `La` before it."""
    words = name.split()
    if len(words) > 1 and words[0].lower() in ("wa", "la", "wd", "ld", "siti", "muhammad", "abdul"):
        return " ".join(words[:2])
    return words[0] if words else ""
