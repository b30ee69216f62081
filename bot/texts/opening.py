"""Opening hours in words."""

from collections.abc import Sequence
from itertools import groupby

from bot.texts import say
from bot.texts.format import clock, long_date, zone_name
from db.offices import Opening
from db.places import Hours, Span


def hours_words(hours: Hours) -> str:
    """Write weekly hours as `Senin–Kamis 08.00–15.00, Sabtu–Minggu tutup`."""
    runs = groupby(range(len(hours.week)), key=lambda day: hours.week[day])
    return ", ".join(f"{_days(list(days))} {spans_words(spans)}" for spans, days in runs)


def spans_words(spans: Sequence[Span]) -> str:
    """Write the hours of one day as `08.00–12.00 dan 13.00–15.00`."""
    if not spans:
        return say("offices.closed_day")
    return f" {say('offices.and')} ".join(f"{clock(begin)}–{clock(end)}" for begin, end in spans)


def opening_words(opening: Opening, zone: str) -> str:
    """Say whether it is open now, and when it opens next if it is not."""
    if opening.open_now:
        return say("offices.open_now")
    if opening.opens_at is None:
        return say("offices.closed_now")
    return say(
        "offices.opens_at",
        day=long_date(opening.opens_at.date()),
        time=clock(opening.opens_at.time()),
        zone=zone_name(zone),
    )


def _days(days: list[int]) -> str:
    first, last = say(f"offices.day_{days[0]}"), say(f"offices.day_{days[-1]}")
    return first if len(days) == 1 else f"{first}–{last}"
