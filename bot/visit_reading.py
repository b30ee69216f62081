"""Which family the report of a visit is about, and whether it is sure: no other is named in it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.families import TITLES, fitting, named_first
from bot.forms import Facts
from bot.report_words import is_report_word, is_surely_told
from bot.visit_times import tells_time, time_first
from bot.visit_words import (
    CANCELED,
    Told,
    begins_report,
    read_told,
    without_calling_off,
    without_lead,
)

_TELLING = 3  # words; fewer beside no family tell nothing
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_NO_LETTER = re.compile(r"[\W\d_]")
_NUMBERED = re.compile(r"^\W*\d{1,2}[.)]\s*")
_HEAD_ENDS = re.compile(r"[,;:\n]|\s-\s")
_MOST_LEFT = 3  # words of a name or kelurahan that were left over
_SURELY_PLACE = 90.0  # of 100
# Behind these somebody is named as well; a neighbour who is only spoken to or quoted is no matter.
_JOINS = re.compile(
    r"(?:^|[,;.\n]|\b(?:dan|dn|serta|sama|lalu|terus|trus|kunjungan|kunj)\b|&|\+|\b\d{1,2}[.)])\s*"
    r"(?:(?:ke|rumah|kunjungan|keluarga)\s+)*",
    re.IGNORECASE,
)
_SPOKEN_OF = re.compile(
    r"\b(?:ke|kepada|kpd|titip|bertemu|ketemu|dari|kata|menurut|tetangga(?:nya)?|oleh|dengan|dgn"
    r"|bersama|rumah|dekat|samping|depan|belakang"
    r"|(?:anak|adik|kakak|cucu|istri|suami|mertua)(?:nya)?|(?:bapak|ibu|ayah|mama|nenek|kakek)nya)\s+"
    r"(?:(?:pak|bu|bapak|ibu|wa|la|rumah|si)\s+)*$",
    re.IGNORECASE,
)

_TITLED = re.compile(r"\b(?:pak|bu|bapak|ibu|wa|la)\s+([^\W\d_]{3,})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """A report as it was understood: the families that it may be about, and what it tells.

    `others` are families named beside the one; `unsure` if a name or kelurahan fits none of those
    that were found.
    """

    families: Sequence[str] = ()
    told: Told | None = None
    unsure: bool = False
    others: Sequence[str] = ()

    @property
    def is_sure(self) -> bool:
        """Whether it is about one family beyond doubt, and tells something."""
        tells = self.told is not None and bool(self.told.finding or self.told.no_visit)
        return tells and len(self.families) == 1 and not self.unsure and not self.others


def read_report(text: str, own: Facts, told_at: datetime, zone: str) -> Reading:
    """Read a report: the family is named first, or behind a time such as `tadi pagi`."""
    early, body = "", without_lead(text)
    found, rest = named_first(body, own)
    called_off = False
    if not found:
        early, body = time_first(body, told_at, zone, day_alone=True)
        called_off, body = without_calling_off(without_lead(_NUMBERED.sub("", body)))
        found, rest = named_first(body, own)
    if not found:
        told = read_told(body, told_at, zone, early)
        is_told = begins_report(text) and len(body.split()) > _TELLING
        return Reading((), told) if is_told or (told.no_visit and early) else Reading()
    said = body[: len(body) - len(rest)]
    beside = not _HEAD_ENDS.search(said[len(said.rstrip(" ,;:-\n")) :])
    unsure = beside and _leaves_name(said, rest, found, own, told_at, zone)
    left = _without_name(rest) if unsure else rest
    told = read_told(left, told_at, zone, early, beside_name=beside)
    if called_off:
        told = Told(told.finding, told.purpose, {}, told.at, told.follows, CANCELED)
    is_clear = len(found) == 1 and not unsure
    families = found if is_clear else fitting(said, own) or found
    return Reading(families, told, unsure, _others(rest, found, own))


def _leaves_name(
    said: str, rest: str, found: Sequence[str], own: Facts, told_at: datetime, zone: str
) -> bool:
    """Say whether behind the name goes on what may be more of it, or another kelurahan."""
    words = _WORD.findall(_HEAD_ENDS.split(rest, maxsplit=1)[0])
    if not words or rest[:1].isdigit() or is_surely_told(words[0]):
        return False
    if time_first(rest, told_at, zone, day_alone=True)[0] or tells_time(words[0], told_at, zone):
        return False
    if any(_is_place(" ".join(words[:count]), own) for count in (1, 2, _MOST_LEFT)):
        return True
    if is_report_word(words[0]):
        return False
    return not any(_is_whole_name(said, name) for key in found for name in own["names"][key])


def _is_whole_name(said: str, name: str) -> bool:
    """Say whether somebody is called by all words of a name, which has more than one."""
    spoken = {word.lower() for word in _WORD.findall(said)} - TITLES
    words = {word.lower() for word in _WORD.findall(name)} - TITLES
    return len(words) > 1 and len(spoken) >= len(words)


def _is_place(words: str, own: Facts) -> bool:
    found = own["gazetteer"].find(words, limit=1)
    return bool(found) and found[0].score >= _SURELY_PLACE


def _without_name(rest: str) -> str:
    """Give what is told behind a name that was left over, where that ends at a comma."""
    ends = _HEAD_ENDS.search(rest)
    left = rest[: ends.start()] if ends is not None else ""
    return rest[ends.end() :] if ends is not None and len(left.split()) <= _MOST_LEFT else rest


def _others(rest: str, found: Sequence[str], own: Facts) -> list[str]:
    """Give the families that are named behind the first one, of which something is told, too."""
    others: list[str] = []
    for at in (*_names_join(rest), *_names_stand(rest, own)):
        keys = named_first(rest[at:], own)[0]
        if keys and not set(keys) & set(found):
            others += keys[:1]
    return list(dict.fromkeys(others))


def _names_join(rest: str) -> Iterator[int]:
    """Give where another family may be named behind a comma, an "and" or a number."""
    for join in _JOINS.finditer(rest):
        word = _WORD.match(rest, join.end())
        if word is not None and not is_report_word(word.group()):
            yield join.end()


def _names_stand(rest: str, own: Facts) -> Iterator[int]:
    """Give where somebody is named by a title or his whole name, and not only spoken of."""
    starts = [title.start() for title in _TITLED.finditer(rest) if not is_report_word(title[1])]
    said = f" {_NO_LETTER.sub(' ', rest.lower())} "
    for name in (name for names in own["names"].values() for name in names if " " in name):
        starts.append(said.find(f" {name.lower()} "))
    yield from (at for at in starts if at >= 0 and not _SPOKEN_OF.search(rest[:at]))
