"""Dates as agencies write them, and as Excel counts them."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

from db.intake.cells import Unreadable, bare, is_nothing, refuse_formula

_FIRST_YEAR = 1900
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari jan january", "februari feb pebruari peb february", "maret mar march",
            "april apr", "mei may", "juni jun june", "juli jul july",
            "agustus agu ags agt agst aug august", "september sep sept", "oktober okt oct october",
            "november nov nop nopember", "desember des dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip

_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?"
_ISO = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}", re.ASCII)
_DAY_FIRST = re.compile(
    rf"(\d{{1,2}})\s?([-/. ])\s?(\d{{1,2}})\s?\2\s?(\d{{4}}|\d{{2}}){_TIME}", re.ASCII
)
_NAMED = re.compile(r"(\d{1,2})[\s\-/.]*([A-Za-z]{3,9})[\s\-/.,]*(\d{4}|\d{2})", re.ASCII)
_SERIAL = re.compile(r"(\d{1,5})(?:\.\d+)?", re.ASCII)


def date_cleaner(
    column: str, latest: date, is_1904: bool = False, far: str = "import.date_future"
) -> Callable[[str], date | None]:
    """Make the cleaner of a date that is not after `latest`; `far` is the key of what is said then.

    A date of slashes is read day first, as in Indonesia; a month above 12 is told, not swapped.
    """

    @lru_cache(maxsize=1 << 16)
    def clean(cell: str) -> date | None:
        text = bare(cell, column)
        if not text or is_nothing(text) or not text.strip("0-/. :"):
            return None
        refuse_formula(text, column)
        try:
            day = _read(text, latest, is_1904)
        except (ValueError, OverflowError):
            raise Unreadable("import.date_impossible", column=column) from None
        if day is None:
            raise Unreadable("import.date_malformed", column=column)
        if day.year < _FIRST_YEAR:
            raise Unreadable("import.date_old", column=column)
        if day > latest:
            raise Unreadable(far, column=column)
        return day

    return clean


def after_place(clean: Callable[[str], date | None]) -> Callable[[str], date | None]:
    """Make the cleaner of a cell that names the place of birth before the date."""

    def clean_after(cell: str) -> date | None:
        return clean(cell.rpartition(",")[2] or cell)

    return clean_after


def serial_date(serial: int, is_1904: bool) -> date:
    """Give the day that Excel counts by a number; raises OverflowError beyond the calendar."""
    if is_1904:
        return date(1904, 1, 1) + timedelta(days=serial)
    # Excel believes in a 29 February 1900, its day 60.
    return date(1899, 12, 31 if serial < 60 else 30) + timedelta(days=serial)


def _read(text: str, latest: date, is_1904: bool) -> date | None:
    if found := _ISO.fullmatch(text):
        return date(int(found[1]), int(found[3]), int(found[4]))
    if found := _DAY_FIRST.fullmatch(text):
        return date(_year(found[4], latest), int(found[3]), int(found[1]))
    if found := _NAMED.fullmatch(text):
        month = _MONTHS.get(found[2].lower())
        return date(_year(found[3], latest), month, int(found[1])) if month else None
    if len(text) == 8 and text.isdecimal() and text.isascii():
        # The middle of 19901231 is no month 19 or 20 unless the year stands last.
        if text[4:6] in ("19", "20"):
            return date(int(text[4:]), int(text[2:4]), int(text[:2]))
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    # A bare year is no date, though it would be a day of 1905 to Excel.
    if (found := _SERIAL.fullmatch(text)) and not 1900 <= int(found[1]) <= latest.year:
        return serial_date(int(found[1]), is_1904)
    return None


def _year(digits: str, latest: date) -> int:
    if len(digits) == 4:
        return int(digits)
    year = latest.year // 100 * 100 + int(digits)
    return year if year <= latest.year else year - 100
