"""Dates, times, money and names as people in Indonesia write them; messages of readable length."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni",
    "Juli", "Agustus", "September", "Oktober", "November", "Desember",
)  # fmt: skip
_ZONES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}

_LONGEST = 600  # characters of one message
_TITLES = frozenset(("wa", "la", "wd", "ld"))
# Alone they call nobody: every second man is a Muhammad.
_HALF_NAMES = frozenset(
    ("muhammad", "muhamad", "mohammad", "mohamad", "muh", "moh", "md", "m", "abdul", "abd", "nur",
     "siti", "sitti", "andi", "ode")
)  # fmt: skip


def packed(paragraphs: Iterable[str]) -> list[str]:
    """Put paragraphs together into messages of a readable length; a longer one ends at a line."""
    messages: list[str] = []
    for paragraph in (part for whole in paragraphs for part in _parts(whole)):
        if messages and len(messages[-1]) + len(paragraph) + 2 <= _LONGEST:
            messages[-1] += f"\n\n{paragraph}"
        else:
            messages.append(paragraph)
    return messages


def _parts(paragraph: str) -> list[str]:
    """Cut a paragraph that is too long for one message between its lines."""
    parts = [""]
    for line in paragraph.split("\n"):
        joined = f"{parts[-1]}\n{line}" if parts[-1] else line
        if len(joined) <= _LONGEST:
            parts[-1] = joined
        else:
            parts.append(line)
    return [part for part in parts if part]


def long_date(day: date) -> str:
    """Write a day as `Selasa, 1 Desember 2026`."""
    return f"{_DAYS[day.weekday()]}, {plain_date(day)}"


def plain_date(day: date) -> str:
    """Write a day as `1 Desember 2026`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def month_name(day: date) -> str:
    """Name the month of a day as `Desember 2026`."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def age(since: date, today: date) -> str:
    """Write how long ago a day was, as `12 hari`, `5 bulan` or `2 tahun 3 bulan`."""
    days = (today - since).days
    if days < 1:
        return "hari ini"
    if days < 31:
        return f"{days} hari"
    if days < 365:
        return f"{days // 30} bulan"
    months = days % 365 // 30
    return f"{days // 365} tahun" + (f" {months} bulan" if months else "")


def grouped(number: int) -> str:
    """Write a number as `1.234.567`."""
    return f"{number:,}".replace(",", ".")


def clock(moment: time) -> str:
    """Write a time of day as `08.00`."""
    return moment.strftime("%H.%M")


def local_moment(moment: datetime, zone: str) -> str:
    """Write a moment in the area's zone as `22 November 2026 08.00 WITA`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{plain_date(local.date())} {clock(local.time())} {zone_name(zone)}"


def local_day(moment: datetime, zone: str) -> date:
    """Give the day that it is in a zone at a moment."""
    return moment.astimezone(ZoneInfo(zone)).date()


def short_moment(moment: datetime, zone: str) -> str:
    """Write a moment for a narrow column, as `22 Nov 2026 08.00`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{_short_date(local.date())} {clock(local.time())}"


def deadline(moment: datetime, zone: str) -> str:
    """Write until when something may last; what ends at midnight lasts through the day before."""
    day = _whole_day(moment, zone)
    return local_moment(moment, zone) if day is None else plain_date(day)


def short_deadline(moment: datetime, zone: str) -> str:
    """Write a deadline for a narrow column."""
    day = _whole_day(moment, zone)
    return short_moment(moment, zone) if day is None else _short_date(day)


def _whole_day(moment: datetime, zone: str) -> date | None:
    local = moment.astimezone(ZoneInfo(zone))
    return local.date() - timedelta(days=1) if local.time() == time() else None


def _short_date(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1][:3]} {day.year}"


def zone_name(zone: str) -> str:
    """Name a zone as people do: WIB, WITA, WIT."""
    return _ZONES.get(zone, zone)


def rupiah(amount: int) -> str:
    """Write an amount as `Rp 300.000`."""
    return f"Rp {grouped(amount)}"


def given_name(name: str) -> str:
    """Shorten a name to what is called out: `Wa Ode Nurlina`, `Muhammad Ali`, `Rosmini`."""
    words = name.split()
    plain = [word.lower().rstrip(".") for word in words]
    at = 1 if len(words) > 1 and plain[0] in _TITLES else 0
    if at and plain[at] == "ode" and len(words) > at + 1:
        at += 1
    if at < len(words) and plain[at] in _HALF_NAMES:
        at += 1
    return " ".join(words[: at + 1])


def without_gaps(text: str) -> str:
    """Leave no empty paragraph where a blank was filled with nothing."""
    return re.sub(r"\n{3,}", "\n\n", text).strip()
