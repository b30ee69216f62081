"""When a place is open: weekly hours, closing days and public holidays, reckoned without IO."""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from holidays import country_holidays

Span = tuple[time, time]  # from, to; within one day

WEEKDAYS = 7
_AHEAD = 62  # days in which a next opening is looked for
_DAY = timedelta(days=1)
_SPAN = re.compile(r"(\d{1,2})(?:[.:](\d{2}))?\s*(?:-|–|sampai|s/?d)\s*(\d{1,2})(?:[.:](\d{2}))?")
_CLOSED = frozenset(("", "tutup", "-", "libur"))


class BadHours(ValueError):
    """What was written are no hours of a day."""


@dataclass(frozen=True, slots=True)
class Hours:
    """The spans of each weekday, Monday first; days closed besides; whether holidays count."""

    week: tuple[tuple[Span, ...], ...]
    closed_on: frozenset[date] = frozenset()
    on_holidays: bool = False  # open on public holidays too, as a shop may be

    def to_data(self) -> dict[str, Any]:
        """Give what JSON can hold."""
        return {
            "week": [[[f"{a:%H:%M}", f"{b:%H:%M}"] for a, b in spans] for spans in self.week],
            "closed_on": sorted(day.isoformat() for day in self.closed_on),
            "on_holidays": self.on_holidays,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Hours":
        """Read what `to_data` gave."""
        week = tuple(
            tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in spans)
            for spans in data["week"]
        )
        closed = frozenset(date.fromisoformat(day) for day in data["closed_on"])
        return cls(week, closed, bool(data["on_holidays"]))

    def on(self, day: date, holidays: Container[date]) -> tuple[Span, ...]:
        """Give the spans of one day; none where it is closed."""
        if day in self.closed_on or (day in holidays and not self.on_holidays):
            return ()
        return self.week[day.weekday()]


def parse_spans(text: str) -> tuple[Span, ...]:
    """Read the hours of a day: `08.00-12.00, 13.00-15.00`, or nothing where it is closed.

    Raises BadHours for anything else, and for spans that overlap or run backwards.
    """
    if text.strip().lower() in _CLOSED:
        return ()
    spans = [_span(part.strip()) for part in re.split(r"[,;]", text)]
    if any(after[0] < before[1] for before, after in pairwise(spans)):
        raise BadHours(text)
    return tuple(spans)


def _span(part: str) -> Span:
    found = _SPAN.fullmatch(part)
    if found is None:
        raise BadHours(part)
    hour, minute, to_hour, to_minute = (int(number or 0) for number in found.groups())
    try:
        begin, end = time(hour, minute), time(to_hour, to_minute)
    except ValueError:
        raise BadHours(part) from None
    if begin >= end:
        raise BadHours(part)
    return begin, end


def is_open(hours: Hours, moment: datetime, zone: str, holidays: Container[date]) -> bool:
    """Say whether a place of a zone is open at a moment; its last minute counts no more."""
    local = moment.astimezone(ZoneInfo(zone))
    return any(begin <= local.time() < end for begin, end in hours.on(local.date(), holidays))


def next_opening(
    hours: Hours, moment: datetime, zone: str, holidays: Container[date]
) -> datetime | None:
    """Give the moment, in the place's zone, at which it opens next after a moment.

    None where it opens on none of the next 62 days.
    """
    local = moment.astimezone(ZoneInfo(zone))
    for ahead in range(_AHEAD + 1):
        day = local.date() + ahead * _DAY
        for begin, _end in hours.on(day, holidays):
            opening = datetime.combine(day, begin, ZoneInfo(zone))
            if opening > local:
                return opening
    return None


@cache
def public_holidays() -> Container[date]:
    """Give the public holidays of Indonesia; years are reckoned as they are asked for."""
    return country_holidays("ID")
