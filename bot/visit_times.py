"""When something was, as it is told in passing: `kemarin sore`, `td pg jam 8`, `setengah 10`.

The moments are those of the place; what is told before four in the morning is of the day before.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from nlu.calendar_words import MONTHS, SMALL_NUMBERS, WEEKDAYS, any_of
from nlu.dates import find_dates
from nlu.fold import fold
from nlu.span import Span

OLDEST = timedelta(days=31)  # of a visit that is told of
_HOURS = {name: number for name, number in SMALL_NUMBERS.items() if name != "se"} | {
    "sebelas": 11, "duabelas": 12, "dua belas": 12,
}  # fmt: skip
_PARTS = {
    "dini hari": 4, "subuh": 5, "shubuh": 5, "pagi": 9, "pg": 9, "pgi": 9, "siang": 13, "sore": 16,
    "petang": 17, "magrib": 18, "maghrib": 18, "malam": 19, "malem": 19, "mlm": 19, "semalam": 19,
    "zuhur": 13, "dzuhur": 13, "dhuhur": 13, "duhur": 13, "lohor": 13, "asar": 16, "ashar": 16,
    "isya": 19,
}  # fmt: skip
_BEGINS = {5: 4, 9: 6, 13: 10, 16: 14}  # from which hour on it is that part of the day
_NIGHT, _NOON, _MORNING, _DAWN = 19, 12, 7, 4
_HOUR = rf"(?:\d{{1,2}}|{any_of(_HOURS)})"
_TO = r"\s*(?:-|–|s\.?/?d\.?|sampai|sampe|hingga|smp)\s*(?:jam|jm|pukul|pkl)?\s*"
_CLOCK = re.compile(
    rf"(?P<named>(?:jam|jm|pukul|pkl|pkul)(?:\b|(?=\d))[\s.:]*)?(?P<half>(?:se|s)?tengah\s+)?(?P<hour>{_HOUR})"
    r"(?:\s?[.:]\s?(?P<minute>[0-5]\d))?(?!\d|[./]\d)"
    r"(?:\s*(?P<way>lewat|lebih|kurang)(?:\s*(?P<by>\d{1,2}|seperempat)\b(?:\s*menit)?)?)?"
    rf"(?:{_TO}{_HOUR}(?:[.:][0-5]\d)?(?!\d))?(?=\W|$|pagi|pg|siang|sore|malam|mlm|w)"
)
_MEASURE = re.compile(
    r"\s*(?:kg|kilo|liter|ltr|karung|juta|jt|ribu|rb|kali|hari|bulan|tahun|meter|hektar)\b"
)
_PART = re.compile(
    r"(?:(?:(?:se)?(?:habis|abis)|setelah|sesudah|ba'?da|menjelang|sebelum)\s+(?:s[hy]?[ao]lat\s+)?)?"
    rf"(?P<part>{any_of(_PARTS)})\b"
)
_AGO = re.compile(
    rf"(?P<count>\d{{1,2}}|{any_of(_HOURS)}|se|setengah)\s*(?P<unit>jam|menit|mnt)\s+"
    r"(?:(?:yang|yg)\s+)?lalu\b"
)
# What names no day for certain: a whole week or month, or one that there is not.
_ROUGH = re.compile(
    r"(?<!hari )(?<!hr )(?:(?:awal|akhir|pertengahan)\s+)?(?:bulan|bln|minggu|mggu|mgg|pekan|tahun"
    r"|thn)\s+(?:(?:yang|yg)\s+)?(?:lalu|kemarin|kmrn|kmarin|silam|sebelumnya|ini)\b"
    r"|(?:beberapa|brp)\s+(?:hari|hr|minggu|bulan|bln|tahun|thn)\s+(?:(?:yang|yg)\s+)?(?:lalu|silam)\b"
    r"|(?:\d+\s*|se)(?:tahun|thn)\s+(?:(?:yang|yg)\s+)?(?:lalu|silam)\b"
    r"|(?:awal|akhir|pertengahan)\s+(?:bulan|bln|tahun|thn)\b|(?:kapan|tempo)\s+hari\b"
)
_UNREAD = re.compile(
    rf"(?:tgl|tanggal|tg)\W*\d{{1,2}}(?!\d)(?:\s*[/.-]?\s*(?:\d{{1,2}}|{any_of(MONTHS)})\b)?"
    r"(?:\s*[/.-]?\s*\d{4}\b)?"
    rf"|\d{{1,2}}\s*[/.-]\s*\d{{1,2}}\s*[/.-]\s*\d{{2,4}}\b|\d{{1,2}}/\d{{1,2}}\s*$"
    rf"|\d{{1,2}}\s*[/-]?\s*(?:{any_of(MONTHS)})\b(?:\s*[/-]?\s*\d{{4}}\b)?"
)
_AROUND = re.compile(
    r"(?:tadi|td|barusan|baru saja|nanti|ntar|hari|hr|ini|pada|pas|sekitar(?:an)?|kira-?\s?kira"
    r"|kira2|sktr|kurleb|wib|wita|wit|waktu|dikunjungi|kunjungan|tgl|tanggal|itu|lalu|yang|yg"
    r"|mi|ji|nya)\b"
)
_GAP = " \t\n.:,-–()"
_BACK = re.compile(r"\b(?:tadi|td|barusan|baru saja|semalam)\b")
_AHEAD = re.compile(r"\b(?:nanti|ntar)\b")
_SAID_AHEAD = re.compile(r"\b(?:besok|bsk|bsok|besuk|esok|lusa|depan|dpn|lagi|mendatang|\d{4})\b")
_DAY_ALONE = re.compile(
    rf"\b(?:tgl|tanggal|tg)\W*\d{{1,2}}(?!\s*(?:[/-]?\s*\d|[-/]?\s*{any_of(MONTHS)}\b))"
)
_SOON = timedelta(days=3)  # "tgl 25" on the 24th is hardly a month ago
_ROUNDED = timedelta(minutes=30)  # "jam 9" may be said a little before
_WEEKDAY = re.compile(rf"\b(?:{any_of(WEEKDAYS)}|minggu)\b")


@dataclass(frozen=True, slots=True)
class When:
    """When something was as far as it is told; `ahead` if that moment has not come.

    `unsure` if a day is told that is too long ago, or that cannot be read for certain.
    """

    at: datetime | None = None
    ahead: bool = False
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class _Said:
    """One or several parts of a text that tell a time, and nothing beside it."""

    words: str
    day: date | None
    hour: time | None
    part: int | None  # the usual hour of the part of the day
    ago: timedelta | None
    is_rough: bool  # a day is told that is not certain

    def tells(self) -> bool:
        return self.hour is not None or self.part is not None or self.tells_day()

    def tells_day(self) -> bool:
        return self.day is not None or self.ago is not None or self.is_rough


def time_told(part: str, told_at: datetime, zone: str) -> datetime | None:
    """Read `tadi jam 9` or `kemarin sore`, said at a moment; None for words that tell more."""
    return when_told(part, told_at, zone).at


def when_told(part: str, told_at: datetime, zone: str) -> When:
    """Read a time as `time_told` does, and say why it is none where a day is told."""
    return moment_of([part], told_at, zone) if tells_time(part, told_at, zone) else When()


def tells_time(part: str, told_at: datetime, zone: str) -> bool:
    """Say whether words tell a time and nothing else."""
    said, end = _scan(fold(part), _local(told_at, zone))
    return said.tells() and not part[end:].strip(" .,:-")


def time_first(text: str, told_at: datetime, zone: str, day_alone: bool) -> tuple[str, str]:
    """Give the time with which a text begins, and the rest; a day counts alone where it may."""
    said, end = _scan(fold(text), _local(told_at, zone))
    by_day = said.tells_day() and (day_alone or said.hour is not None or said.part is not None)
    by_part = said.part is not None and _BACK.search(said.words) is not None
    # Last night somebody was ill; few are visited then.
    by_part = by_part and (said.part != _NIGHT or day_alone or not text[end:].strip())
    if not (by_day or by_part or said.hour is not None):
        return "", text
    return text[:end], text[end:].lstrip(" .,:;-\n")


def moment_of(parts: Sequence[str], told_at: datetime, zone: str) -> When:
    """Put together what several parts of a text tell of one time: `kemarin`, `jam 9`."""
    local = _local(told_at, zone)
    said = [_scan(fold(part), local)[0] for part in parts]
    words = " ".join(one.words for one in said)
    day = next((one.day for one in said if one.day is not None), None)
    part = next((one.part for one in said if one.part is not None), None)
    hour = next((one.hour for one in said if one.hour is not None), None)
    ago = next((one.ago for one in said if one.ago is not None), None)
    if day is not None:
        meant = _past(day, words, local.date())
        if meant is None:
            return When(unsure=True)
        if meant > local.date():
            return When(ahead=True)
        of_day = _hour(hour, part, local) or local.time()
        moment = datetime.combine(meant, of_day, local.tzinfo)
    elif any(one.is_rough for one in said):
        return When(unsure=True)
    elif ago is not None:
        moment = local - ago
    elif part is None and hour is None:
        return When()
    else:
        moment = _of_today(hour, part, words, local)
    if moment > local + _ROUNDED or _AHEAD.search(words):
        return When(ahead=True)
    return When(min(moment, local)) if local - OLDEST <= moment else When(unsure=True)


def _local(told_at: datetime, zone: str) -> datetime:
    return told_at.astimezone(ZoneInfo(zone))


def _scan(text: str, local: datetime) -> tuple[_Said, int]:
    """Read a time from the beginning of a folded text as far as it goes."""
    dates = {span.start: span for span in find_dates(text, local.date())}
    day, hour, part, ago, is_rough = None, None, None, None, False
    at, end = _after_gap(text, 0), 0
    while at < len(text):
        clock = _clock(text, at) if hour is None else None
        of_day = _PART.match(text, at)
        rough = _rough(text, at, dates)
        if rough is not None:
            is_rough, stop = True, rough
        elif (past := _AGO.match(text, at)) and ago is None:
            ago, stop = _ago(past), past.end()
        elif at in dates and day is None:
            day, stop = date.fromisoformat(dates[at].value), dates[at].end
        elif of_day is not None and part is None:
            part, stop = _PARTS[" ".join(of_day["part"].split())], of_day.end()
        elif clock is not None:
            hour, stop = clock
        elif around := _AROUND.match(text, at):
            stop = around.end()
        else:
            break
        end = stop
        at = _after_gap(text, stop)
    return _Said(text[:end], day, hour, part, ago, is_rough), end


def _rough(text: str, at: int, dates: Mapping[int, Span]) -> int | None:
    """Give the end of words that tell a day, but not which for certain."""
    rough, unread = _ROUGH.match(text, at), _UNREAD.match(text, at)
    if rough is not None and (at not in dates or dates[at].end <= rough.end()):
        return rough.end()
    if unread is not None and not any(at <= start < unread.end() for start in dates):
        return unread.end()
    return None


def _ago(found: re.Match[str]) -> timedelta:
    unit = timedelta(hours=1) if found["unit"] == "jam" else timedelta(minutes=1)
    if found["count"] == "setengah":
        return unit / 2
    said = found["count"]
    return unit * (1 if said == "se" else int(said) if said.isdigit() else _HOURS[said])


def _after_gap(text: str, at: int) -> int:
    return len(text) - len(text[at:].lstrip(_GAP))


def _clock(text: str, at: int) -> tuple[time, int] | None:
    """Read an hour; without "jam" it needs its minutes or a half, and no measure behind it."""
    found = _CLOCK.match(text, at)
    if found is None or not (found["named"] or found["minute"] or found["half"]):
        return None
    if not found["named"] and re.match(
        r"\s*[a-z]*(?:kg|kilo|liter|karung|juta|jt|ribu|rb|kali"
        r"|hari|bulan|tahun|meter|hektar)\b",
        text[found.end() :],
    ):
        return None
    said = " ".join(found["hour"].split())
    hour = int(said) if said.isdigit() else _HOURS[said]
    minutes = hour * 60 + int(found["minute"] or 0) - (30 if found["half"] else 0)
    if found["by"]:
        by = 15 if found["by"] == "seperempat" else int(found["by"])
        minutes += -by if found["way"] == "kurang" else by
    if not 0 <= minutes < 24 * 60:
        return None
    return time(*divmod(minutes, 60)), found.end()


def _hour(hour: time | None, part: int | None, local: datetime) -> time | None:
    """Give the hour of the day that is meant: "jam 8" of the evening is 20."""
    if hour is None:
        return None if part is None else time(part)
    later = hour.hour + _NOON
    if part is None:
        afternoon = 0 < hour.hour < 6 or (hour.hour < _MORNING and later <= local.hour)
    elif part == _NIGHT:
        if hour.hour == _NOON:
            return hour.replace(hour=0)
        afternoon = 5 < hour.hour < _NOON
    else:
        afternoon = part >= 13 and hour.hour < (6 if part == 13 else 8)
    return hour.replace(hour=later) if afternoon else hour


def _of_today(hour: time | None, part: int | None, words: str, local: datetime) -> datetime:
    """Give the moment of a time without a day: of today, or of the day before as it is told."""
    moment = datetime.combine(local.date(), _hour(hour, part, local) or time(), local.tzinfo)
    if "semalam" in words and local.hour >= _NIGHT:
        return moment - timedelta(days=1)
    if moment <= local + _ROUNDED:
        return moment
    back = _BACK.search(words) is not None
    if hour is None and back and local.hour >= _BEGINS.get(part or 0, 24):
        return local  # "tadi pagi", said at eight
    past_night = part == _NIGHT and not words.endswith(" ini")
    if back or past_night or local.hour < _DAWN:
        return moment - timedelta(days=1)
    return moment


def _past(day: date, words: str, today: date) -> date | None:
    """Give the day that is meant where what was is told: "tgl 20" may be of last month.

    None where it may as well be a day that comes soon.
    """
    if day <= today or _SAID_AHEAD.search(words):
        return day
    if _WEEKDAY.search(words) and day - timedelta(days=7) <= today < day:
        return day - timedelta(days=7)
    past = (today - timedelta(days=back) for back in range(OLDEST.days + 1))
    if _DAY_ALONE.search(words):
        if day - today <= _SOON:
            return None
        return next((one for one in past if one.day == day.day), day)
    return next((one for one in past if (one.month, one.day) == (day.month, day.day)), day)
