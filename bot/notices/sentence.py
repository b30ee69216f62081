"""What an announcement in plain words names: hours, place and areas, as far as they are sure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from bot.notices.beyond import PLACE_ENDS, Beyond, find_beyond, tells_of_change
from bot.notices.several import several
from nlu.parse import Entity, Parse

_PART = r"(?:\s*(pagi|siang|sore|malam|malem))?"
# Digits inside a NIK or a telephone number, however it is parted, are no hour.
_CLOCK = rf"(?<!\d)(?<!\d{{3}}[.-])(\d{{1,2}})(?:[.:](\d{{2}}))?(?![.:]?\d){_PART}"
_TO = (
    r"\s*(?:-|–|—|s\.?/?d\.?|sampai|sampe|hingga|smp|,?\s*(?:selesai|tutup|berakhir))"
    r"\s*(?:jam\s+|pukul\s+|pkl\.?\s+)?"
)
_SPAN = re.compile(rf"{_CLOCK}(?:{_TO}{_CLOCK})?", re.IGNORECASE)
_NAMED_SPAN = re.compile(rf"\b(?:jam|pukul|pkl\.?|jm)\s*{_SPAN.pattern}", re.IGNORECASE)
_AT = re.compile(r"\bdi\s+", re.IGNORECASE)
_AND = r"(?:dan|dn|serta|maupun|plus)"
_PLACE_ENDS = re.compile(
    rf"\s+(?:(?:{_AND}\s+)?di|untuk|utk|buat|bagi|kepada|jam|pukul|{PLACE_ENDS})\s", re.IGNORECASE
)
_JOINED = re.compile(rf"\b{_AND}\s*$", re.IGNORECASE)
_NO_PLACE = re.compile(r"(?:kel|kec|desa|kota|sini|sana|situ)", re.IGNORECASE)
_PLACE_LENGTHS = range(4, 121)  # characters
NOON = 12
DAWN = 6  # nothing is handed out at night: an hour before it is one of the afternoon


@dataclass(frozen=True, slots=True)
class Said:
    """What a sentence names; None and () for what it leaves open."""

    begin: time | None = None
    end: time | None = None
    place: str | None = None
    areas: tuple[str, ...] = ()
    changes: bool = False  # it tells of a cancellation, a delay or another change
    beyond: Beyond | None = None  # what may change whom it concerns, and is not understood
    several: str | None = None  # where it names more than one day, hour or place


def read_sentence(text: str, parse: Parse | None) -> Said:
    """Read an announcement such as `umumkan PKH besok jam 8 di kantor pos untuk Melai`."""
    # Of one beginning that is said twice the last is the fuller.
    spans = {_times(one)[0]: one for one in _NAMED_SPAN.finditer(text)}
    named = next(iter(spans.values()), None)
    begin, end = (None, None) if named is None else _times(named)
    entities = () if parse is None else parse.entities
    span, more = _place_in(text, entities)
    inside = span or range(0)
    areas = (one.value for one in entities if one.entity == "area" and one.start not in inside)
    place = " ".join(text[span.start : span.stop].split()) if span is not None else None
    hours = range(*named.span()) if named is not None else range(0)
    return Said(
        begin, end, place, tuple(dict.fromkeys(areas)),
        changes=tells_of_change(text, entities),
        beyond=find_beyond(text, entities, hours, inside),
        several=several(text, [range(*one.span()) for one in spans.values()], more),
    )  # fmt: skip


def read_hours(text: str) -> tuple[time | None, time | None]:
    """Read `8-12`, `jam 8 sampai jam 12` or `jam 1 siang`: begin and end, None for what is open."""
    found = _SPAN.search(text)
    return (None, None) if found is None else _times(found)


def _times(found: re.Match[str]) -> tuple[time | None, time | None]:
    begin, end = _time(*found.groups()[:3]), _time(*found.groups()[3:])
    if begin is not None and end is not None and end <= begin and not found[6] and end.hour < 7:
        end = end.replace(hour=end.hour + NOON)  # "jam 8 sampai 6"
    return begin, end


def _time(hour: str | None, minute: str | None, part: str | None) -> time | None:
    if hour is None:
        return None
    number, said = int(hour), (part or "").lower()
    afternoon = {
        "": 0 < number < DAWN, "siang": number < 6, "sore": number < 8, "malam": 5 < number < NOON
    }  # fmt: skip
    if afternoon.get(said, False):
        number += NOON
    try:
        return time(number, int(minute or 0))
    except ValueError:
        return None


def _place_in(text: str, entities: Sequence[Entity]) -> tuple[range | None, list[range]]:
    """Give where the only thing stands that can be nothing but a place, and places joined to it."""
    found: list[range] = []
    joined: list[range] = []
    for at in _AT.finditer(text):
        ends = _PLACE_ENDS.search(text, at.end())
        span = range(at.end(), ends.start() if ends else len(text.rstrip(" .,!")))
        if not _is_place(text, span, entities):
            continue
        if _JOINED.search(text, 0, at.start()):  # to a place, or to an area that is no place
            joined.append(span)
        else:
            found.append(span)
    only = found[0] if len(found) == 1 else None
    return only, [only, *joined] if only is not None else []


def _is_place(text: str, span: range, entities: Sequence[Entity]) -> bool:
    said = text[span.start : span.stop]
    if len(said) not in _PLACE_LENGTHS or _NO_PLACE.match(said) or _NAMED_SPAN.search(said):
        return False
    inside = [one for one in entities if one.end > span.start and one.start < span.stop]
    # With a day in it, or an area at its beginning or joined to it, it is not only a place.
    return all(
        one.entity == "area"
        and one.start > span.start
        and not _JOINED.search(text, span.start, one.start)
        for one in inside
    )
