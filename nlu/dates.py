"""Finds dates by rules written for Indonesian; the value is an ISO date."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from nlu import date_readers as readers
from nlu.calendar_words import (
    DAY_PHRASES,
    LAST,
    MONTHS,
    MONTHS_ALONE,
    NEXT,
    SMALL_NUMBERS,
    THIS,
    WEEKDAYS,
    any_of,
)
from nlu.money import NUMBER_WORDS
from nlu.not_dates import is_other
from nlu.span import Span

_NEAR: Final = any_of((*NEXT, *LAST, *THIS))
_MONTH: Final = any_of(MONTHS)
_COUNT: Final = rf"(?:\d{{1,2}}|{any_of([w for w in SMALL_NUMBERS if w != 'se'])})"
_DAY: Final = r"(?<![\w./-])(?P<day>\d{1,2})"
# "tggl" may also be "tinggal": "tggl 3 yg aktif" is no date.
_DATE_WORD: Final = r"(?:tanggale?|tgl|tg|tggl(?!\s*\d+\s+(?:yg|yang|org|orang)))"
_AFTER_WORD: Final = _DATE_WORD + r"\b\.?\s*(?P<day>\d{1,2})(?!\d)"
# "tgl 6 orang" has six people left.
_LEFT: Final = (
    r"(?<!tgl \d)(?<!tgl \d\d)(?<!tg \d)(?<!tg \d\d)"
    r"|(?!\s*(?:orang|org|wong|tiyang|urang|anggota|kk|keluarga|jiwa|biji|ekor|unit|karung|kg)\b)"
)
_MONTH_WORD: Final = r"(?:bulan|bln|sasi|wulan)"
_WEEK_WORD: Final = r"(?:minggu|mggu|mgg|mnggu|pekan)"
_BEFORE_LAST: Final = rf"(?=\s+(?:(?:yang|yg|sing)\s+)?(?P<near>{any_of(LAST)})\b)"
_NEAR_WEEK: Final = rf"{_WEEK_WORD}\s+(?:(?:yang|yg|sing)\s+)?(?P<near>{_NEAR})\b"
_NEAR_MONTH: Final = rf"{_MONTH_WORD}\s+(?:(?:yang|yg|sing)\s+)?(?P<near>{_NEAR})\b"
_ON: Final = r"(?:\s*,\s*|\s+)(?:(?:pas|pada|di|ing)\s+)?"
_UNIT: Final = r"(?:hari|hri|hr|dinten|dino|dina|minggu|mggu|mgg|pekan|bulan|bln|sasi|wulan)"


_SUNDAY: Final = (
    r"(?:(?<=hari )minggu\b|(?<=dino )minggu\b|(?<=dinten )minggu\b"
    r"|minggu(?=\s+(?:malam|malem|mlm|pagi|pg|siang|sore|esuk|isuk|enjing|bengi|dalu|jam|jm|pukul|pkl|tgl|tanggal)\b)"
    rf"|(?:(?<=^)|(?<=[.!?] ))minggu(?!\s+(?:{_NEAR}|ke|kedua|pertama|terakhir|yang|yg|sing)\b))"
)
# "lewat" is also "by way of", and only at the end of a text surely "ago".
_WAY: Final = (
    r"(?:lagi|lg|maneh|malih"
    r"|(?:(?:yang|yg|sing|kang|ingkang)\s+)?(?:lalu|llu|silam|k[ea]pungkur|k[ea]pengker)"
    r"|lewat(?=\s*$))"
)
# A question or stress may be written onto the word: "besokkah".
_PARTICLE: Final = r"(?=(?:kah|ji|mi|pi|lah|pun|mo)?\b)"
_NOT_WEEK: Final = rf"(?!\s*(?:{_NEAR}|ke|apa|apo|opo|nopo|berapa|brp|puasa|\d))"
_NUMBER: Final = any_of(NUMBER_WORDS)
_SINCE: Final = r"(?P<since>\b(?:sejak|sjk|dari|dr|mulai|ket)\s+)?"
_RULES: Final[tuple[tuple[re.Pattern[str], readers.Reader], ...]] = (
    (
        re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)"),
        readers.iso,
    ),
    (
        re.compile(
            _DAY
            + r"\s?(?P<s>[-/.])\s?(?P<month>\d{1,2})\s?(?P=s)\s?(?P<year>\d{4}|\d{2})(?![\d/-])"
        ),
        readers.numeric,
    ),
    (
        re.compile(
            r"(?<!\d )" + _DAY + r"\s+(?P<month>\d{1,2})\s+(?P<year>(?:19|20)\d\d)"
            r"(?!\s?[\d/-]|\s*(?:ribu|rb|orang|kali))"
        ),
        readers.numeric,
    ),
    (
        re.compile(
            r"(?<![\w./-])(?P<day>[0-3]\d)(?P<month>[01]\d)(?P<year>(?:19|20)\d\d)(?![\w/-])"
        ),
        readers.numeric,
    ),
    (
        re.compile(
            _DAY
            + rf"\s*[-/]?\s*(?P<month>{_MONTH})\b(?:\s*[-/,]?\s*(?P<year>(?:19|20)\d\d)(?!\d))?"
        ),
        readers.day_month,
    ),
    (
        re.compile(
            _DAY + rf"\s+{_MONTH_WORD}\s+(?P<month>{_MONTH}|\d{{1,2}})\b"
            r"(?:\s+(?P<year>(?:19|20)\d\d)(?!\d))?(?!\s*(?:bulan|bln|hari))"
        ),
        readers.day_month,
    ),
    (re.compile(rf"\b{_AFTER_WORD}{_ON}{_NEAR_MONTH}"), readers.day_of_near_month),
    (
        re.compile(rf"\b{_NEAR_MONTH}{_ON}{_DATE_WORD}\b\.?\s*(?P<numbered>\d{{1,2}})(?!\d)"),
        readers.day_of_near_month,
    ),
    (
        re.compile(
            r"(?<![\w./-])(?P<day>\d{1,2})/(?P<month>\d{1,2})(?![\d/])"
            r"(?!\s*(?:rw|hari|jam))"
        ),
        readers.day_month,
    ),
    (
        re.compile(r"\b" + _AFTER_WORD.replace("(?!\\d)", "") + r"-(?P<month>\d{1,2})(?![\d-])"),
        readers.day_month,
    ),
    (re.compile(rf"\b{_AFTER_WORD}{_BEFORE_LAST}"), readers.day_past),
    (re.compile(rf"\b{_AFTER_WORD}(?:{_LEFT})"), readers.day_alone),
    (
        re.compile(
            rf"\b{_DATE_WORD}\s+(?P<spelt>{_NUMBER}(?:\s+{_NUMBER}){{0,3}})\b"
            rf"(?:\s+(?P<month>{_MONTH})\b|{_BEFORE_LAST})?"
        ),
        readers.spelt_day,
    ),
    (re.compile(r"(?<![\w./-])(?P<day>\d\d)-(?P<month>\d\d)(?![\w-])"), readers.day_month_said),
    (
        re.compile(rf"\b(?P<weekday>{any_of(WEEKDAYS)}|{_SUNDAY}){_ON}{_NEAR_WEEK}"),
        readers.weekday_of_week,
    ),
    (
        re.compile(
            rf"\b{_NEAR_WEEK}{_ON}(?:(?:hari|hr|dino|dina|dinten|ari)\s+)?"
            rf"(?P<weekday>{any_of(WEEKDAYS)}|(?<=hari )minggu)\b"
        ),
        readers.weekday_of_week,
    ),
    (
        re.compile(
            rf"\b(?P<weekday>{any_of(WEEKDAYS)}|{_SUNDAY})(?:\s+(?P<near>{_NEAR})\b)?{_PARTICLE}"
        ),
        readers.weekday,
    ),
    (
        re.compile(
            rf"(?<![\w.,/-])(?:(?P<count>{_COUNT})\s*|se)(?P<unit>{_UNIT})\s+(?P<way>{_WAY}){_PARTICLE}"
        ),
        readers.counted,
    ),
    (
        re.compile(
            rf"\b(?P<unit>minggu|mggu|mgg|pekan|bulan|bln|sasi|wulan)\s+"
            rf"(?:(?:yang|yg)\s+)?(?P<near>{_NEAR})\b"
        ),
        readers.near_period,
    ),
    (
        re.compile(r"\b(?P<near>ini)\s+(?P<unit>minggu|mggu|bulan|bln)\b" + _NOT_WEEK),
        readers.near_period,
    ),
    (
        re.compile(rf"(?<!tahun )(?<!taun )(?<!thn )\b(?P<said>{any_of(DAY_PHRASES)}){_PARTICLE}"),
        readers.phrase,
    ),
    (
        re.compile(
            _SINCE + rf"(?<!\b\d )(?<!\b\d\d )\b(?:{_MONTH_WORD}\s+)(?P<month>{_MONTH}|\d{{1,2}})\b"
            r"(?:\s+(?P<year>(?:19|20)\d\d)(?!\d))?(?!\s*(?:kali|x\b|bulan|hari|orang|ribu|rb))"
        ),
        readers.month_alone,
    ),
    (
        re.compile(
            _SINCE + rf"\b(?P<month>{any_of(MONTHS_ALONE)})\b"
            r"(?:\s+(?P<year>(?:19|20)\d\d)(?!\d))?"
        ),
        readers.month_alone,
    ),
)
_WHOLE: Final = frozenset({readers.iso, readers.numeric, readers.day_month, readers.spelt_day})
_STARTS: Final = re.compile(
    rf"\b(?:{any_of([*DAY_PHRASES, *WEEKDAYS, *MONTHS_ALONE])}|tanggal|tgl|(?:se)?{_UNIT})|\d"
)
_WEEKDAY_BEFORE: Final = re.compile(rf"\b(?:{any_of(WEEKDAYS)}|minggu)(?:\s*,\s*|\s+)$")
_BEFORE: Final = 32


def _span(match: re.Match[str]) -> tuple[int, int]:
    """Return where the date itself stands, without the words before it."""
    groups = match.groupdict()
    if groups.get("spelt"):
        return match.start("spelt"), match.end()
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
            # "3 november kemarin" is one date.
            if any(start < stop + 2 and begin < end + 2 for begin, stop in taken):
                continue
            value = None if is_other(folded, start, end) else _safely(read, match, today)
            if value is None:
                # "31 februari" is no day, and its parts are no other day either.
                if read in _WHOLE:
                    taken.append((start, end))
                continue
            if folded[start].isdigit():
                weekday = _WEEKDAY_BEFORE.search(folded[max(0, start - _BEFORE) : start])
                start -= len(weekday.group()) if weekday else 0
            taken.append((start, end))
            yield Span("date", value.isoformat(), start, end)


def _safely(read: readers.Reader, match: re.Match[str], today: date) -> date | None:
    """Read a date; one beyond the calendar is none."""
    try:
        return read(match, today)
    except (OverflowError, ValueError):
        return None
