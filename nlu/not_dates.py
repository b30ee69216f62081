"""Tells what only looks like a date: numbers of houses, durations and words of another sense."""

import re
from typing import Final

from nlu.calendar_words import any_of
from nlu.money import SMALL_WORDS

_NUMBER_OF: Final = re.compile(r"\b(?:rt|rw|no|nomor|blok|rek|rekening|norek)\b[\s.]*$")
# Words that are a date only among others: a marriage vow, four in Javanese.
_OTHERWISE: Final = {
    "akad": re.compile(r"\|\s*(?:nikah|kredit|jual)"),
    "patang": re.compile(
        r"\|\s*(?:puluh|ewu|atus|yuta|yuto|dino|dina|dinten|minggu|wulan|sasi|taun)"
    ),
}
# Tomorrow in Bengkulu, morning in Java.
_BENGKULU: Final = re.compile(
    r"\b(?:ambo|idak|dak|nan|tulun|apo|ndak|nak|cak|bilo|dang|galo|kamu|ajo)\b"
)
_NOT_BENGKULU: Final = re.compile(
    r"\b(?:mau|tiap|saben|nek|yen|sesuk|wingi|dek|iki)\s+\||\|\s+(?:iki|mau|umun|kuwi|niki)\b"
)
_COUNTED_BEFORE: Final = re.compile(
    r"(?:\b(?P<label>[a-z]+)\s+)?(?<![\w.,])(?:\d{1,2}|se|sak|setengah|stengah|beberapa|bbrp|berapa|brp"
    rf"|brapa|berapo|pinten|piro|tiap|setiap|tiok|saben|{any_of(SMALL_WORDS)})\s*$"
)
_LABELS: Final = frozenset(
    {"jam", "jm", "pukul", "pkl", "tahap", "thp", "tanggal", "tgl", "ke", "anak", "rt", "rw", "no"}
)
# Before a count: how long or how often, "two or three", and the number of something else.
_MEASURED: Final = re.compile(
    r"(?:\b(?:selama|slama|slma|lamanya|tiap|setiap|tiok|saben|per|umur|usia|hamil|lebih\s+dari"
    rf"|kurang\s+dari|{any_of(SMALL_WORDS)}|{any_of(sorted(_LABELS))})|(?<![\d.,])\d{{1,2}})[\s.]*$"
)
_ALREADY: Final = re.compile(r"\b(?:sudah|sdh|udah|udh|dah|wis|wes|sampun|la|lah|alah)\s+$")
_WAITED: Final = re.compile(r"(?:[tn]unggui?|nengg[oa]|ngenteni|antri|antre)\s+$")
_UNIT_WORD: Final = re.compile(
    r"(?:hari|hr|hri|ari|dino|dina|dinten|minggu|mggu|mgg|pekan|bulan|bln|sasi|wulan)"
)
_BEFORE: Final = 32


def is_other(folded: str, start: int, end: int) -> bool:
    """Tell whether what looks like a date is a number of a house, a duration or another word."""
    before = folded[max(0, start - _BEFORE) : start]
    if folded[start].isdigit():
        return _NUMBER_OF.search(before) is not None
    said = folded[start:end]
    if _UNIT_WORD.match(said):
        counted = _COUNTED_BEFORE.search(before)
        return counted is not None and counted["label"] not in _LABELS
    after = folded[end : end + _BEFORE]
    if said in _OTHERWISE:
        return _OTHERWISE[said].search(f"{before}|{after}") is not None
    if said == "isuk":
        return _NOT_BENGKULU.search(f"{before}|{after}") is not None or not _BENGKULU.search(folded)
    return False


def is_duration(before: str, *, ahead: bool) -> bool:
    """Tell from what stands before "2 minggu lalu" or "lagi" that it measures and dates nothing."""
    # Without a date "lagi" is "again" or "busy with", and "lalu" is "then".
    other_sense = _ALREADY if ahead else _WAITED
    return _MEASURED.search(before) is not None or other_sense.search(before) is not None
