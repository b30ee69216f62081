"""Whether a sentence names more than one day, hour or place: a chat announces one of each."""

import re
from collections.abc import Sequence
from itertools import pairwise

from nlu.parse import Entity

_MONTH = (
    r"(?:jan|feb|mar|apr|mei|jun|jul|agu|agt|ags|sep|okt|nov|des)[a-z]*"
    r"|january|february|march|may|august|october|december"
)
_AND = r"(?:dan|dn|serta|sama|lalu|kemudian|,|&|\+)"
_TO = r"(?:-|–|—|/|s\.?/?d\.?|sampai|sampe|hingga|smp)"
_DAYS = re.compile(
    rf"\b(?:tanggal|tgl\.?)\s*\d{{1,2}}\s*(?:{_TO}|{_AND})\s*(?:tanggal\s+|tgl\.?\s*)?\d{{1,2}}\b"
    rf"(?!\s*[/.-]\s*\d)|\b\d{{1,2}}\s*(?:{_TO}|{_AND})\s*\d{{1,2}}\s+(?:{_MONTH})\b",
    re.IGNORECASE,
)
_NEAR = re.compile(r"(?:minggu|mgg|pekan|bulan|bln|sasi|wulan|tahun)\s+\w+", re.IGNORECASE)


def several(text: str, hours: Sequence[range], places: Sequence[range]) -> str | None:
    """Give what is said twice, in the words of the sentence; None where nothing is."""
    days = _DAYS.search(text)
    if days is not None:
        return days[0]
    for one, other in (*pairwise(hours), *pairwise(places)):
        return " ".join(text[one.start : other.stop].split())
    return None


def is_a_day(day: Entity) -> bool:
    """Say whether a date was said as a day, and not as a week or a month."""
    return _NEAR.fullmatch(day.raw.strip()) is None
