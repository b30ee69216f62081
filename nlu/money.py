"""Finds amounts of money; the value is whole rupiah."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from nlu.fold import Token
from nlu.span import Span

_UNITS: Final = {
    "rb": 1_000, "ribu": 1_000, "rebu": 1_000, "rbu": 1_000, "k": 1_000, "ewu": 1_000,
    "ribuan": 1_000, "jt": 1_000_000, "juta": 1_000_000, "jutaan": 1_000_000, "yuto": 1_000_000,
    "milyar": 1_000_000_000, "miliar": 1_000_000_000,
}  # fmt: skip
_UNIT: Final = "|".join(sorted(_UNITS, key=len, reverse=True))
_NUMERIC = re.compile(
    r"\brp\.?\s?(?P<said>\d[\d.,]*\d|\d)(?:,-)?(?:\s?(?P<said_unit>" + _UNIT + r")(?:an)?\b)?"
    r"|(?<![\d.,/-])(?P<number>\d+(?:[.,]\d+)?)\s?(?P<unit>" + _UNIT + r")(?:an)?\b"
    r"|(?<![\d.,/-])(?P<grouped>\d{1,3}(?:\.\d{3})+)(?![\d.]*\d)(?:,-)?"
    r"|(?<![\d.,/-])(?P<plain>\d{4,9})(?=\s?rupiah\b)"
)
_NOT_MONEY: Final = frozenset(
    {"orang", "org", "keluarga", "kk", "jiwa", "kali", "warga", "penerima", "kpm", "tahun", "km"}
)
_SMALL: Final = {
    "satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8,
    "sembilan": 9, "duo": 2, "tigo": 3, "ampek": 4, "limo": 5, "anam": 6, "tujuah": 7,
    "lapan": 8, "sambilan": 9, "siji": 1, "loro": 2, "rong": 2, "telu": 3, "telung": 3,
    "papat": 4, "patang": 4, "limang": 5, "nem": 6, "enem": 6, "pitu": 7, "pitung": 7, "wolu": 8,
    "wolung": 8, "sanga": 9, "sangang": 9, "sepuluh": 10, "sepuluah": 10, "sebelas": 11,
    "selawe": 25, "seket": 50, "sewidak": 60, "seratus": 100, "satus": 100, "saratus": 100,
    "sedasa": 10,
}  # fmt: skip
_TIMES: Final = {
    "puluh": 10, "pulu": 10, "puluah": 10, "puluhan": 10, "belas": -1, "ratus": 100, "ratuih": 100,
    "atus": 100,
}  # fmt: skip
_SCALES: Final = {
    "ribu": 1_000, "rebu": 1_000, "rb": 1_000, "ewu": 1_000, "ribo": 1_000, "juta": 1_000_000,
    "jt": 1_000_000, "yuto": 1_000_000, "jutaan": 1_000_000,
}  # fmt: skip
_WHOLE: Final = {"seribu": 1_000, "sewu": 1_000, "sejuta": 1_000_000, "sejuto": 1_000_000}
_NUMBER_WORDS: Final = frozenset({*_SMALL, *_TIMES, *_SCALES, *_WHOLE, "setengah", "stengah"})


def _number(written: str) -> float:
    """Read a number whose dots group thousands unless they cannot."""
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+(?:,\d{1,2})?", written):
        whole = re.sub(r",\d{1,2}$", "", written)
        return float(re.sub(r"[.,]", "", whole))
    return float(re.sub(r"[.,](?=.*[.,])", "", written).replace(",", "."))


def find_amounts(folded: str, words: Sequence[Token]) -> Iterator[Span]:
    """Find amounts in digits and in words."""
    for match in _NUMERIC.finditer(folded):
        written = match["said"] or match["number"] or match["grouped"] or match["plain"]
        value = _number(written) * _UNITS.get(match["said_unit"] or match["unit"] or "", 1)
        following = re.match(r"\s*([a-z]+)", folded[match.end() :])
        if following and following[1] in _NOT_MONEY:
            continue
        if match["grouped"] and value % 100:
            continue
        yield Span("amount", str(round(value)), match.start(), match.end())
    yield from _in_words(words)


def _in_words(words: Sequence[Token]) -> Iterator[Span]:
    """Find amounts spelt out, such as "dua ratus ribu"."""
    at = 0
    while at < len(words):
        if words[at].word not in _NUMBER_WORDS:
            at += 1
            continue
        # A number in digits may stand before: "2 ratus ribu".
        first = (
            at - 1 if at and words[at - 1].word.isdigit() and len(words[at - 1].word) < 4 else at
        )
        last = at
        while last < len(words) and words[last].word in _NUMBER_WORDS:
            last += 1
        value = spelt([token.word for token in words[first:last]])
        counted = last < len(words) and words[last].word in _NOT_MONEY
        # "nuwun sewu" begs pardon.
        counted = counted or (at > 0 and words[at - 1].word == "nuwun")
        if value is not None and value >= 1_000 and not counted:
            yield Span("amount", str(value), words[first].start, words[last - 1].end)
        at = last


def spelt(words: Sequence[str]) -> int | None:
    """Return the number that number words spell, if they spell one."""
    total = 0.0
    group = 0.0
    small = 0.0
    for word in words:
        if word.isdigit():
            small = float(word)
        elif word in _SMALL:
            # "satu setengah" adds, "dua lima" does not count as one number.
            group, small = group + small, float(_SMALL[word])
        elif word in ("setengah", "stengah"):
            small += 0.5
        elif word in _TIMES:
            times = _TIMES[word]
            group += small + 10 if times < 0 else (small or 1) * times
            small = 0
        elif word in _WHOLE:
            total += _WHOLE[word]
        else:
            total += ((group + small) or 1) * _SCALES[word]
            group = small = 0
    return round(total + group + small) or None
