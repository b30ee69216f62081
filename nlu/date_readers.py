"""Reads the parts of a date that a rule has found, each rule in its own way."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from nlu.calendar_words import (
    DAY_PHRASES,
    LAST,
    MONTHS,
    NEXT,
    SMALL_NUMBERS,
    WEEKDAYS,
    any_of,
)
from nlu.money import spelt
from nlu.not_dates import is_duration

Reader = Callable[[re.Match[str], date], date | None]
_OF_DATES: Final = re.compile(r"\b(?:tgl|tanggal|lahir|lhir|laire|lahire)")
_NEARBY: Final = 48
_PAST_AFTER: Final = re.compile(rf"\s+(?:(?:yang|yg|sing)\s+)?{any_of(LAST)}\b")


def make(year: int, month: int, day: int) -> date | None:
    """Return the date, or nothing if the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _full_year(written: str, today: date) -> int:
    """Read a year of two digits as the one nearest below a few years from now."""
    year = int(written)
    if len(written) > 2:
        return year
    return 2000 + year if year <= today.year % 100 + 5 else 1900 + year


def _step_month(first: date, months: int) -> date:
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _direction(word: str) -> int:
    return 1 if word in NEXT else -1 if word in LAST else 0


def numeric(match: re.Match[str], today: date) -> date | None:
    """Read "17-8-45"."""
    return make(_full_year(match["year"], today), int(match["month"]), int(match["day"]))


def iso(match: re.Match[str], today: date) -> date | None:
    """Read "2026-12-01"."""
    return make(int(match["year"]), int(match["month"]), int(match["day"]))


def _coming(month: int, day: int, today: date) -> date | None:
    """Return the day of this year, or of the next one if it is long past."""
    this_year = make(today.year, month, day)
    if this_year is None or (today - this_year).days <= 180:
        return this_year
    return make(today.year + 1, month, day)


def day_month(match: re.Match[str], today: date) -> date | None:
    """Read "7 desember", with or without its year."""
    named = match["month"]
    month = int(named) if named.isdigit() else MONTHS[named]
    year = match.groupdict().get("year")
    if year:
        return make(_full_year(year, today), month, int(match["day"]))
    found = _coming(month, int(match["day"]), today)
    if found is not None and found > today and _PAST_AFTER.match(match.string, match.end()):
        return make(found.year - 1, month, found.day)
    return found


def day_month_said(match: re.Match[str], today: date) -> date | None:
    """Read "05-11" where the talk is of dates."""
    before = match.string[max(0, match.start() - _NEARBY) : match.start()]
    return day_month(match, today) if _OF_DATES.search(before) else None


def day_of_near_month(match: re.Match[str], today: date) -> date | None:
    """Read "tgl 5 bulan depan" and "bulan depan tanggal 5"."""
    groups = match.groupdict()
    month = _step_month(today.replace(day=1), _direction(match["near"]))
    return make(month.year, month.month, int(groups.get("day") or match["numbered"]))


def spelt_day(match: re.Match[str], today: date) -> date | None:
    """Read "tanggal dua puluh tiga", with or without its month."""
    day = spelt(match["spelt"].split()) or 0
    if not 1 <= day <= 31:
        return None
    if match["month"]:
        return _coming(MONTHS[match["month"]], day, today)
    return _last_day(day, today) if match["near"] else _next_day(day, today)


def day_alone(match: re.Match[str], today: date) -> date | None:
    """Read "tgl 5" as the next fifth."""
    return _next_day(int(match["day"]), today)


def _next_day(day: int, today: date) -> date | None:
    """Return the next day of a month that has this number."""
    month = today.replace(day=1)
    for ahead in range(3):
        first = _step_month(month, ahead)
        found = make(first.year, first.month, day)
        if found is not None and found >= today:
            return found
    return None


def day_past(match: re.Match[str], today: date) -> date | None:
    """Read "tgl 10 kemarin" as the tenth just past."""
    return _last_day(int(match["day"]), today)


def _last_day(day: int, today: date) -> date | None:
    """Return the last day of a month before today that had this number."""
    month = today.replace(day=1)
    for back in range(3):
        first = _step_month(month, -back)
        found = make(first.year, first.month, day)
        if found is not None and found < today:
            return found
    return None


def phrase(match: re.Match[str], today: date) -> date | None:
    """Read "besok" and the like."""
    return today + timedelta(days=DAY_PHRASES[" ".join(match["said"].split())])


def weekday(match: re.Match[str], today: date) -> date | None:
    """Read "kamis" and "kamis depan"."""
    name = match["weekday"]
    wanted = 6 if name == "minggu" else WEEKDAYS[name]
    near = match["near"]
    if near is None or near in ("besok", "bsk"):
        return today + timedelta(days=(wanted - today.weekday()) % 7)
    monday = today - timedelta(days=today.weekday())
    if near in NEXT:
        return monday + timedelta(days=7 + wanted)
    if near in LAST:
        return today - timedelta(days=(today.weekday() - wanted - 1) % 7 + 1)
    return monday + timedelta(days=wanted)


def weekday_of_week(match: re.Match[str], today: date) -> date:
    """Read "jumat minggu depan" and "minggu depan hari jumat"; a week begins on Monday."""
    name = match["weekday"]
    wanted = 6 if name == "minggu" else WEEKDAYS[name]
    monday = today - timedelta(days=today.weekday())
    return monday + timedelta(weeks=_direction(match["near"]), days=wanted)


def near_period(match: re.Match[str], today: date) -> date | None:
    """Read "minggu lalu" and "bulan depan"."""
    step = _direction(match["near"])
    if match["unit"] in ("bulan", "bln", "sasi", "wulan"):
        return _step_month(today.replace(day=1), step)
    return today + timedelta(weeks=step)


def counted(match: re.Match[str], today: date) -> date | None:
    """Read "3 hari lagi" and "2 minggu lalu"."""
    ahead = match["way"].startswith(("lagi", "lg", "maneh", "malih"))
    if is_duration(match.string[max(0, match.start() - _NEARBY) : match.start()], ahead=ahead):
        return None
    written = match["count"] or "se"
    count = int(written) if written.isdigit() else SMALL_NUMBERS[written]
    step = count if ahead else -count
    unit = match["unit"]
    if unit in ("bulan", "bln", "sasi", "wulan"):
        first = _step_month(today.replace(day=1), step)
        return make(first.year, first.month, min(today.day, 28))
    return today + (timedelta(weeks=step) if unit[0] in "mp" else timedelta(days=step))


def month_alone(match: re.Match[str], today: date) -> date | None:
    """Read a month without a day."""
    named = match["month"]
    month = int(named) if named.isdigit() else MONTHS[named]
    if match["year"]:
        return make(_full_year(match["year"], today), month, 1)
    this_year = make(today.year, month, 1)
    if this_year is None:
        return None
    # "sejak maret" looks back, "maret" alone looks ahead.
    if match["since"]:
        return this_year if this_year <= today else make(today.year - 1, month, 1)
    return this_year if month >= today.month else make(today.year + 1, month, 1)
