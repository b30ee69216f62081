"""Parsers for the fields of forms: from what a person gave to a value that JSON can hold."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, time

from bot.forms import Answer, Answers, Facts, Parser, Refused
from bot.messages import Choice, Location, Media, MediaKind
from nlu.gazetteer import Match
from nlu.identifiers import is_nik

_LONGEST = 4_000  # characters of a story; a chat message holds hardly more
_LONGEST_NAME = 200
_CERTAIN = 85.0  # of 100; "Atlantis" reaches 62 with Kantalai, "wolyo" for Wolio well over 90
_DIGIT_GAPS = re.compile(r"(?<=[0-9])[\s.\-/\u2010-\u2015]+(?=[0-9])")
_DIGITS = re.compile(r"[0-9]+")
_LABEL = re.compile(
    r"(?<![a-z])(?:(?P<nik>nik|n\.i\.k|(?:e-?)?ktp)|(?P<kk>(?:no)?kk|kartu\s+keluarga)"
    r"|(?P<other>tahun|thn|tgl|tanggal|rp|hp|wa))(?:nya|ku)?(?![a-z])"
)
_OTHER_ONE = {"nik": "kk", "kk": "nik"}
_TIME = re.compile(r"(\d{1,2})(?:[.:](\d{2}))?")
_FILES = (MediaKind.PHOTO, MediaKind.DOCUMENT, MediaKind.VIDEO, MediaKind.VOICE)


def words(
    name: str, least: int = 1, files_to: str | None = None, files_suffice: bool = False
) -> Parser:
    """Take what was written, or a point as its degrees.

    Files that come along answer the field `files_to`; where they suffice, no words are needed.
    """

    def parse(answer: Answer, _facts: Facts) -> Answers:
        text = answer.text.strip()[:_LONGEST]
        if not text and answer.location is not None:
            text = f"{answer.location.latitude:.5f}, {answer.location.longitude:.5f}"
        found = {files_to: files} if files_to and (files := files_of(answer.media)) else {}
        if len(text) >= least or (found and files_suffice):
            return {name: text} | found
        if not found:
            raise Refused("form.too_short")
        return found

    return parse


def one_of(
    name: str,
    choices: Callable[[Facts], Sequence[Choice]],
    guess: Callable[[str], str | None] = lambda _text: None,
) -> Parser:
    """Take the value of one of the choices, or what is guessed from the words.

    The value of a choice is `field:value`.
    """

    def parse(answer: Answer, facts: Facts) -> Answers:
        offered = {choice.value for choice in choices(facts)}
        if answer.value in offered:
            return {name: (answer.value or "").partition(":")[2]}
        guessed = guess(answer.text)
        if f"{name}:{guessed}" in offered:
            return {name: guessed}
        raise Refused("form.pick_one")

    return parse


def photo(name: str, point_to: str | None = None) -> Parser:
    """Take a photo, document, video or voice note; or a point, where a field keeps that."""

    def parse(answer: Answer, _facts: Facts) -> Answers:
        files = files_of(answer.media)
        if point_to is not None and answer.location is not None:
            return {name: files, point_to: _degrees(answer.location)}
        if not files:
            raise Refused("form.photo_wanted")
        return {name: files}

    return parse


def point(name: str) -> Parser:
    """Take a location."""

    def parse(answer: Answer, _facts: Facts) -> Answers:
        if answer.location is None:
            raise Refused("form.location_wanted")
        return {name: _degrees(answer.location)}

    return parse


def area(name: str) -> Parser:
    """Take a kelurahan or kecamatan by a picked choice or its name, misspelt or not.

    The facts hold the `gazetteer`, and the names of all `areas` by their codes.
    """

    def parse(answer: Answer, facts: Facts) -> Answers:
        picked = (answer.value or "").removeprefix("area:")
        if picked in facts["areas"]:
            return {name: picked}
        text = answer.text.strip()[:_LONGEST_NAME]
        if not text and answer.location is not None:
            raise Refused("form.area_by_name")
        matches = facts["gazetteer"].find(text) if text else []
        # A whole sentence is nearest to some name by chance; what it names inside is meant.
        if "area" in answer.entities and not (matches and matches[0].score >= _CERTAIN):
            return {name: answer.entities["area"]}
        if is_ambiguous(matches):
            raise Refused("form.area_ambiguous", area_choices(matches))
        if matches:
            return {name: matches[0].place.code}
        raise Refused("form.area_unknown")

    return parse


def area_choices(matches: Sequence[Match]) -> list[Choice]:
    """Offer the first few of the areas that a name may mean."""
    return [Choice(f"area:{match.place.code}", match.place.name[:24]) for match in matches[:4]]


def is_ambiguous(matches: Sequence[Match]) -> bool:
    """Say whether a name fits several areas equally well, or its best one not well enough."""
    if not matches:
        return False
    several = len(matches) > 1 and matches[0].score == matches[1].score
    return several or matches[0].score < _CERTAIN


def day(name: str) -> Parser:
    """Take a day that the text names; the facts hold `today`, before which it may not be."""

    def parse(answer: Answer, facts: Facts) -> Answers:
        found = answer.entities.get("date")
        if found is None:
            raise Refused("form.date_unknown")
        if date.fromisoformat(found) < facts["today"]:
            raise Refused("form.date_past")
        return {name: found}

    return parse


def hours(name: str) -> Parser:
    """Take `8-12`, `08.00 sampai 12.00` or `08:00-12:00` as `08:00-12:00`."""

    def parse(answer: Answer, _facts: Facts) -> Answers:
        span = parse_hours(answer.text)
        if span is None:
            raise Refused("form.hours_unknown")
        return {name: f"{span[0]:%H:%M}-{span[1]:%H:%M}"}

    return parse


def parse_hours(text: str) -> tuple[time, time] | None:
    """Read a span of hours, or give None where there is no sound one."""
    found = _TIME.findall(text)
    if len(found) != 2:
        return None
    try:
        begin, end = (time(int(hour), int(minute or 0)) for hour, minute in found)
    except ValueError:
        return None
    return (begin, end) if begin < end else None


def nik(answer: Answer, _facts: Facts) -> Answers:
    """Take a NIK, however spaced, and the KK digits too where they came along.

    Anything of 16 digits may be tried: whether it is somebody's is for the store to say. What is
    called NIK or KK is that, in whatever order; of two long numbers without a name, which one is
    the NIK is left open: `kk4` then holds all sixteen digits. A KK by itself waits for its NIK.
    """
    numbers = _numbers(answer.text)
    long = [number for number in numbers if len(number[1]) == 16 and number[0] != "kk"]
    if not long:
        cards = {digits[-4:] for label, digits in numbers if label == "kk" and len(digits) == 16}
        if len(cards) == 1:
            return {"kk4": cards.pop()}
        raise Refused("identity.bad_nik")
    long.sort(key=lambda number: number[0] != "nik")
    chosen = long[0]
    rest = [
        number
        for number in numbers
        if number[1] != chosen[1] and number[0] != "nik" and len(number[1]) in (4, 16)
    ]
    if not rest:
        return {"nik": chosen[1]}
    rest.sort(key=lambda number: number[0] != "kk")
    unnamed = chosen[0] == rest[0][0] == ""
    return {"nik": chosen[1], "kk4": rest[0][1] if unnamed else rest[0][1][-4:]}


def kk4(answer: Answer, facts: Facts) -> Answers:
    """Take the last four digits of the KK number, or all sixteen of it; or NIK and KK anew.

    Sixteen digits that nobody called a KK are kept whole, as the first number may have been it.
    """
    numbers = _numbers(answer.text)
    if len(numbers) > 1:
        try:
            pair = nik(answer, facts)
        except Refused:
            pair = {}
        if "kk4" in pair:
            return pair
    given = {
        digits if label != "kk" else digits[-4:]
        for label, digits in numbers
        if len(digits) == 16 or (len(digits) == 4 and label != "nik")
    }
    if len(given) != 1:
        raise Refused("identity.bad_kk")
    return {"kk4": given.pop()}


def _numbers(text: str) -> list[tuple[str, str]]:
    """Give the numbers of a text, each with what it is called: nik, kk, other or nothing.

    Sixteen digits spaced in any way are one number. Twenty digits in a row of groups are a NIK and
    the four digits of a KK, written together.
    """
    plain = unicodedata.normalize("NFKC", text[:400]).lower()
    joined = _DIGIT_GAPS.sub("", plain)
    numbers: list[tuple[str, str]] = []
    done = 0
    for found in _DIGITS.finditer(joined):
        run, label = found.group(), _label(joined[done : found.start()])
        done = found.end()
        if len(run) == 20 and is_nik(run[4:]) and not is_nik(run[:16]):
            numbers += [("kk", run[:4]), ("nik", run[4:])]
        elif len(run) == 8 and run[:4] == run[4:]:
            numbers.append((label, run[:4]))
        elif len(run) == 24 and run[16:20] == run[20:]:
            numbers += [("nik", run[:16]), ("kk", run[16:20])]
        elif len(run) == 20:
            numbers += [("nik", run[:16]), ("kk", run[16:])]
        elif len(run) == 32:
            numbers += [(label, run[:16]), (_OTHER_ONE.get(label, ""), run[16:])]
        else:
            numbers.append((label, run))
    return numbers


def _label(before: str) -> str:
    """Tell what the words before a number call it; nothing where they name NIK and KK both."""
    said = [found.lastgroup or "" for found in _LABEL.finditer(before)]
    if {"nik", "kk"} <= set(said):
        return ""
    return said[-1] if said else ""


def _degrees(location: Location) -> list[float]:
    return [location.latitude, location.longitude]


def files_of(media: Sequence[Media]) -> list[dict[str, str | None]]:
    """Give the files among what was sent, as the store keeps them."""
    return [
        {"kind": item.kind.value, "ref": item.ref, "mime": item.mime}
        for item in media
        if item.kind in _FILES
    ]
