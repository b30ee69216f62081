"""Finds dates by rules written for Indonesian; the value is an ISO date."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Final

from nlu.calendar_words import (
    DAY_PHRASES,
    LAST,
    MONTHS,
    MONTHS_ALONE,
    NEXT,
    SMALL_NUMBERS,
    THIS,
    WEEKDAYS,
)
from nlu.span import Span

Reader = Callable[[re.Match[str], date], date | None]


def _any(words: object) -> str:
    """Return a pattern for any of the words, the longest first."""
    ordered = sorted(map(str, words), key=len, reverse=True)  # type: ignore[call-overload]
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered) + ")"


_NEAR: Final = _any((*NEXT, *LAST, *THIS))
_MONTH: Final = _any(MONTHS)
_COUNT: Final = rf"(?:\d{{1,2}}|{_any([w for w in SMALL_NUMBERS if w != 'se'])})"
_DAY: Final = r"(?<![\w./-])(?P<day>\d{1,2})"
_AFTER_WORD: Final = r"(?:tanggal|tggl|tgl|tg)\b\.?\s*(?P<day>\d{1,2})(?!\d)"
_MONTH_WORD: Final = r"(?:bulan|bln|sasi|wulan)"
_UNIT: Final = r"(?P<unit>hari|hr|dinten|dino|minggu|mggu|mgg|bulan|bln|sasi|wulan)"


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


def _numeric(match: re.Match[str], today: date) -> date | None:
    return make(_full_year(match["year"], today), int(match["month"]), int(match["day"]))


def _iso(match: re.Match[str], today: date) -> date | None:
    return make(int(match["year"]), int(match["month"]), int(match["day"]))


def _coming(month: int, day: int, today: date) -> date | None:
    """Return the day of this year, or of the next one if it is long past."""
    this_year = make(today.year, month, day)
    if this_year is None or (today - this_year).days <= 180:
        return this_year
    return make(today.year + 1, month, day)


def _day_month(match: re.Match[str], today: date) -> date | None:
    named = match["month"]
    month = int(named) if named.isdigit() else MONTHS[named]
    year = match.groupdict().get("year")
    if year:
        return make(_full_year(year, today), month, int(match["day"]))
    return _coming(month, int(match["day"]), today)


def _day_of_near_month(match: re.Match[str], today: date) -> date | None:
    month = _step_month(today.replace(day=1), _direction(match["near"]))
    return make(month.year, month.month, int(match["day"]))


def _day_alone(match: re.Match[str], today: date) -> date | None:
    """Read "tgl 5" as the next fifth."""
    day = int(match["day"])
    month = today.replace(day=1)
    for ahead in range(3):
        first = _step_month(month, ahead)
        found = make(first.year, first.month, day)
        if found is not None and found >= today:
            return found
    return None


def _phrase(match: re.Match[str], today: date) -> date | None:
    return today + timedelta(days=DAY_PHRASES[" ".join(match.group().split())])


def _weekday(match: re.Match[str], today: date) -> date | None:
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


def _near_period(match: re.Match[str], today: date) -> date | None:
    step = _direction(match["near"])
    if match["unit"] in ("bulan", "bln", "sasi", "wulan"):
        return _step_month(today.replace(day=1), step)
    return today + timedelta(weeks=step)


def _counted(match: re.Match[str], today: date) -> date | None:
    """Read "3 hari lagi" and "2 minggu lalu"."""
    count = 1 if match["count"] is None else SMALL_NUMBERS.get(match["count"]) or 0
    if match["count"] is not None and match["count"].isdigit():
        count = int(match["count"])
    step = count if match["way"].startswith(("lagi", "lg", "maneh", "malih")) else -count
    unit = match["unit"]
    if unit.startswith("m"):
        return today + timedelta(weeks=step)
    if unit in ("bulan", "bln", "sasi", "wulan"):
        first = _step_month(today.replace(day=1), step)
        return make(first.year, first.month, min(today.day, 28))
    return today + timedelta(days=step)


def _month_alone(match: re.Match[str], today: date) -> date | None:
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


_SINCE: Final = r"(?P<since>\b(?:sejak|sjk|dari|dr|mulai|ket)\s+)?"
_RULES: Final[tuple[tuple[re.Pattern[str], Reader], ...]] = (
    (re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)"), _iso),
    (
        re.compile(
            _DAY
            + r"\s?(?P<s>[-/.])\s?(?P<month>\d{1,2})\s?(?P=s)\s?(?P<year>\d{4}|\d{2})(?![\d/-])"
        ),
        _numeric,
    ),
    (
        re.compile(
            _DAY
            + rf"\s*[-/]?\s*(?P<month>{_MONTH})\b(?:\s*[-/,]?\s*(?P<year>(?:19|20)\d\d)(?!\d))?"
        ),
        _day_month,
    ),
    (
        re.compile(
            _DAY + rf"\s+{_MONTH_WORD}\s+(?P<month>{_MONTH}|\d{{1,2}})\b"
            r"(?:\s+(?P<year>(?:19|20)\d\d)(?!\d))?(?!\s*(?:bulan|bln|hari))"
        ),
        _day_month,
    ),
    (re.compile(_DAY + rf"\s+{_MONTH_WORD}\s+(?P<near>{_NEAR})\b"), _day_of_near_month),
    (
        re.compile(
            r"(?<![\w./-])(?P<day>\d{1,2})/(?P<month>\d{1,2})(?![\d/])"
            r"(?!\s*(?:rw|hari|jam))"
        ),
        _day_month,
    ),
    (
        re.compile(r"\b" + _AFTER_WORD.replace("(?!\\d)", "") + r"-(?P<month>\d{1,2})(?![\d-])"),
        _day_month,
    ),
    (re.compile(r"\b" + _AFTER_WORD), _day_alone),
    (
        re.compile(
            rf"\b(?P<weekday>{_any(WEEKDAYS)}|(?<=hari )minggu)\b(?:\s+(?P<near>{_NEAR})\b)?"
        ),
        _weekday,
    ),
    (re.compile(rf"(?<!tahun )(?<!taun )(?<!thn )\b{_any(DAY_PHRASES)}\b"), _phrase),
    (
        re.compile(
            rf"(?<!\w)(?:(?P<count>{_COUNT})\s*|se){_UNIT}\s+"
            r"(?P<way>lagi|lg|maneh|malih|(?:(?:yang|yg|sing|ingkang)\s+)?(?:lalu|llu|kepungkur)"
            r"|lewat)\b"
        ),
        _counted,
    ),
    (
        re.compile(
            rf"(?<!\b\d )(?<!\b\d\d )\b(?P<unit>minggu|mggu|mgg|pekan|bulan|bln|sasi|wulan)\s+"
            rf"(?:(?:yang|yg)\s+)?(?P<near>{_NEAR})\b"
        ),
        _near_period,
    ),
    (
        re.compile(
            _SINCE + rf"(?<!\b\d )(?<!\b\d\d )\b(?:{_MONTH_WORD}\s+)(?P<month>{_MONTH}|\d{{1,2}})\b"
            r"(?:\s+(?P<year>(?:19|20)\d\d)(?!\d))?(?!\s*(?:kali|x\b|bulan|hari|orang|ribu|rb))"
        ),
        _month_alone,
    ),
    (
        re.compile(
            _SINCE + rf"\b(?P<month>{_any(MONTHS_ALONE)})\b"
            r"(?:\s+(?P<year>(?:19|20)\d\d)(?!\d))?"
        ),
        _month_alone,
    ),
)
_NUMBER_OF: Final = re.compile(r"\b(?:rt|rw|no|nomor|blok)\b[\s.]*$")
_STARTS: Final = re.compile(
    rf"\b(?:{_any([*DAY_PHRASES, *WEEKDAYS, *MONTHS_ALONE])}|minggu|mgg|pekan|bulan|bln|sasi"
    rf"|wulan|se(?:hari|minggu|bulan|pekan))\b|\d"
)


def _span(match: re.Match[str]) -> tuple[int, int]:
    """Return where the date itself stands, without the words before it."""
    groups = match.groupdict()
    if groups.get("day") and not match.group()[0].isdigit():
        return match.start("day"), match.end()
    if "since" in groups:
        return match.start("month"), match.end()
    return match.span()


def find_dates(folded: str, today: date) -> Iterator[Span]:
    """Find dates; an earlier rule is the more exact one."""
    if not _STARTS.search(folded):
        return
    taken: list[tuple[int, int]] = []
    for pattern, read in _RULES:
        for match in pattern.finditer(folded):
            start, end = _span(match)
            # "senin 7 desember" and "3 november kemarin" are one date each.
            if any(start < stop + 2 and begin < end + 2 for begin, stop in taken):
                continue
            if folded[start].isdigit() and _NUMBER_OF.search(folded[:start]):
                continue
            value = _safely(read, match, today)
            if value is not None:
                taken.append((start, end))
                yield Span("date", value.isoformat(), start, end)


def _safely(read: Reader, match: re.Match[str], today: date) -> date | None:
    """Read a date; one beyond the calendar is none."""
    try:
        return read(match, today)
    except (OverflowError, ValueError):
        return None
