"""Finds amounts of money; the value is whole rupiah."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from nlu.fold import Token
from nlu.span import Span

_UNITS: Final = {
    "rb": 1_000, "ribu": 1_000, "rebu": 1_000, "rbu": 1_000, "ewu": 1_000, "jt": 1_000_000,
    "juta": 1_000_000, "juto": 1_000_000, "yuto": 1_000_000, "yuta": 1_000_000,
    "milyar": 1_000_000_000, "miliar": 1_000_000_000,
}  # fmt: skip
_UNIT: Final = "|".join(sorted(_UNITS, key=len, reverse=True))
_RUPIAH: Final = r"(?:\s?(?:rupiah|perak)\b)?"
_NUMERIC = re.compile(
    r"(?:\brp\.?\s?(?P<said>\d[\d.,]*\d|\d)(?:,-)?(?:\s?(?P<said_unit>" + _UNIT + r")(?:an)?\b)?"
    r"|(?<![\d.,/-])(?P<number>\d+(?:[.,]\d+)?)\s?(?P<unit>" + _UNIT + r")(?:an)?\b"
    # "50k", but not within a word, as in "dicul1k".
    r"|(?<![\w.,/-])(?P<thousands>\d+(?:[.,]\d+)?)k\b"
    r"|(?<![\d.,/-])(?P<grouped>\d{1,3}(?:\.\d{3})+)(?![\d.]*\d)(?:,-)?"
    r"|(?<![\d.,/-])(?P<plain>\d{3,9})(?=\s?(?:rupiah|perak)\b))" + _RUPIAH
)
_NOT_MONEY: Final = frozenset(
    {
        "orang", "org", "urang", "uwong", "wong", "tiyang", "keluarga", "kk", "jiwa", "kali",
        "warga", "penerima", "kpm", "tahun", "taun", "km", "biji", "ekor", "buah", "lembar",
        "batang", "butir", "bungkus", "kilo", "kg", "liter", "meter", "hektar", "pohon", "persen",
        "hari", "langkah", "paket", "dus", "karung", "rumah", "anak", "kepala", "peserta",
    }
)  # fmt: skip
_SMALL: Final = {
    "satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8,
    "sembilan": 9, "duo": 2, "tigo": 3, "ampek": 4, "empek": 4, "limo": 5, "anam": 6, "tujuah": 7,
    "lapan": 8, "sambilan": 9, "siji": 1, "loro": 2, "rong": 2, "telu": 3, "telung": 3,
    "papat": 4, "patang": 4, "limang": 5, "nem": 6, "enem": 6, "nenem": 6, "pitu": 7, "pitung": 7,
    "wolu": 8, "wolung": 8, "sanga": 9, "sangang": 9, "songo": 9, "kalih": 2, "tigang": 3,
    "sekawan": 4, "gangsal": 5, "sepuluh": 10, "sepuluah": 10, "sedasa": 10, "sedoso": 10,
    "sebelas": 11, "sewelas": 11, "rolas": 12, "telulas": 13, "limolas": 15, "pitulas": 17,
    "wolulas": 18, "sangalas": 19, "selikur": 21, "selawe": 25, "seket": 50, "sewidak": 60,
    "seratus": 100, "satus": 100, "saratus": 100,
}  # fmt: skip
_TIMES: Final = {
    "puluh": 10, "pulu": 10, "puluah": 10, "puluhan": 10, "dasa": 10, "belas": -1, "welas": -1,
    "ratus": 100, "ratuih": 100, "atus": 100,
}  # fmt: skip
_SCALES: Final = {
    "ribu": 1_000, "rebu": 1_000, "rb": 1_000, "ewu": 1_000, "ribo": 1_000, "juta": 1_000_000,
    "juto": 1_000_000, "jt": 1_000_000, "yuto": 1_000_000, "yuta": 1_000_000, "jutaan": 1_000_000,
}  # fmt: skip
_WHOLE: Final = {"seribu": 1_000, "sewu": 1_000, "sejuta": 1_000_000, "sejuto": 1_000_000}
_HALF: Final = frozenset({"setengah", "stengah"})
NUMBER_WORDS: Final = frozenset({*_SMALL, *_TIMES, *_SCALES, *_WHOLE, *_HALF})
SMALL_WORDS: Final = frozenset({*_SMALL, "puluh", "belas"})
# "wolungatus", "limapuluh": a number written onto what it counts.
_COMPOUNDS: Final = {
    small + times: (small, times) for small in _SMALL for times in (*_TIMES, *_SCALES)
}
# "sak yuta" is one million; alone the word means other things.
_ONE: Final = frozenset({"sak", "sa"})
_PARDON: Final = frozenset({"nuwun", "nyuwun", "amit", "uwun", "nyuwon", "nuwon", "nyun"})
# Said after hundreds without "ribu", these show that nothing is counted: "pinjam seratus dong".
_MAY_FOLLOW: Final = frozenset(
    {
        "yang", "yg", "nan", "sing", "ingkang", "dong", "deh", "saja", "aja", "ae", "wae", "mawon",
        "ajo", "bae", "doang", "tapi", "tp", "ke", "per", "dari", "dr", "untuk", "utk", "buat",
        "lah", "sih", "kok", "pak", "bu", "mas", "mbak", "ya", "yo", "tok", "ji", "mi", "cuma",
        "sama",
    }
)  # fmt: skip

_PAID = re.compile(
    r"\b(?:potong|dipotong|bayar|mbayar|dibayar|harga|regane|rega|saldo|saldonya|isi|isine|sisa|kari"
    r"|tinggal|cuma|mung|naik|minta)\s+$"
)


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
        unit = match["said_unit"] or match["unit"]
        if match["thousands"]:
            written, unit = match["thousands"], "rb"
        value = _number(written) * _UNITS.get(unit or "", 1)
        following = re.match(r"\s*([a-z]+)", folded[match.end() :])
        if following and following[1] in _NOT_MONEY:
            continue
        if match["grouped"] and value % 100:
            continue
        yield Span("amount", str(round(value)), match.start(), match.end())
    yield from _in_words(folded, words)


def _in_words(folded: str, words: Sequence[Token]) -> Iterator[Span]:
    """Find amounts spelt out, such as "dua ratus ribu"."""
    at = 0
    while at < len(words):
        if not _counts(words[at].word):
            at += 1
            continue
        # A number in digits may stand before: "2 ratus ribu".
        before = words[at - 1].word if at else ""
        first = at - 1 if (before.isdigit() and len(before) < 4) or before in _ONE else at
        last = at
        while last < len(words) and _counts(words[last].word):
            last += 1
        at = last
        # "tiga juta satu bulan" are three million.
        last = _without_count(words, first, last)
        value = spelt([token.word for token in words[first:last]])
        if value is not None and before not in _PARDON:
            yield from _amount(folded, words, first, last, value)


def _counts(word: str) -> bool:
    return word in NUMBER_WORDS or word in _COMPOUNDS


def _without_count(words: Sequence[Token], first: int, last: int) -> int:
    """Leave off a small number after millions or thousands: it counts what comes next."""
    scaled = last - first > 1 and words[last - 2].word in (*_SCALES, *_WHOLE)
    if scaled and _SMALL.get(words[last - 1].word, 10) < 10 and last < len(words):
        return last - 1
    return last


def _amount(
    folded: str, words: Sequence[Token], first: int, last: int, value: int
) -> Iterator[Span]:
    """Yield the amount unless the number counts something else than money."""
    said = [token.word for token in words[first:last]]
    after = words[last].word if last < len(words) else ""
    end = words[last - 1].end
    rupiah = after in ("rupiah", "perak")
    if after in _NOT_MONEY or all(word in _SCALES for word in said):
        return
    if rupiah:
        end = words[last].end
    elif value < 1_000:
        # "enam ratus" is said for thousands where money is meant.
        ends = not after or folded[end : words[last].start].strip() != "" or after in _MAY_FOLLOW
        if value < 100 or not ends or said[0] in _ONE:
            return
        value *= 1_000
    elif said in (["sewu"], ["seribu"]) and not _PAID.search(folded[: words[first].start]):
        return
    yield Span("amount", str(value), words[first].start, end)


def spelt(words: Sequence[str]) -> int | None:
    """Return the number that number words spell, if they spell one."""
    total = 0.0
    group = 0.0
    small = 0.0
    scale = 0
    for word in _apart(words):
        if word in _ONE:
            small = 1
        elif word.isdigit():
            small = float(word)
        elif word in _SMALL:
            # "satu setengah" adds, "dua lima" does not count as one number.
            group, small = group + small, float(_SMALL[word])
        elif word in _HALF:
            # "satu setengah juta", but also "sak yuta setengah".
            total, small = (
                (total + scale / 2, small) if scale and not small else (total, small + 0.5)
            )
        elif word in _TIMES:
            times = _TIMES[word]
            group += small + 10 if times < 0 else (small or 1) * times
            small = 0
        elif word in _WHOLE:
            scale = _WHOLE[word]
            total += scale
        else:
            scale = _SCALES[word]
            total += ((group + small) or 1) * scale
            group = small = 0
    rest = group + small
    # "satu juta dua ratus" leaves the thousands unsaid.
    if scale == 1_000_000 and 100 <= rest < 1_000:
        rest *= 1_000
    return round(total + rest) or None


def _apart(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        yield from _COMPOUNDS.get(word, (word,))
