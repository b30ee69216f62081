"""Brings a text to the one form that training and serving both see."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

import yaml

BOUND: Final = 1000
_REMEMBERED_WORDS: Final = 20_000
SLANG_PATH: Final = Path(__file__).parent / "tables" / "slang.yml"

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]+")
_COMBINING = re.compile("[\u0300-\u036f\U0001f3fb-\U0001f3ff]+")
_NEEDS_MASK = re.compile(r"\d|://|www\.|\.[a-z]{2}")
_MASKED = re.compile(
    r"(?P<tautan>https?://\S+|www\.\S+"
    r"|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|info|xyz|site|online|id|me|ly|link|apk)\b\S*)"
    r"|(?P<nomortiket>\bpks[\s\-_/.]*\d{1,4}(?:[\s\-_/.]*\d{1,6})?(?!\d))"
    r"|(?P<nomornik>(?<!\d)\d(?:[ .\-]?\d){15}(?!\d))"
    r"|(?P<nomortelepon>(?<!\d)(?:\+?62|0)[ .\-]?8\d(?:[ .\-]?\d){6,10}(?!\d))"
    r"|(?P<jumlahuang>\brp\.?\s?\d[\d.,]*(?:\s?(?:rb|ribu|jt|juta|k)\b)?"
    r"|(?<!\d)\d+(?:[.,]\d+)?\s?(?:rb|ribu|rebu|jt|juta|k)\b|(?<!\d)\d{1,3}(?:\.\d{3})+(?!\d))"
    r"|(?P<angka>\d{5,})"
)
_TOKEN = re.compile(r"p2k2|[a-z]+(?:'[a-z]+)?2?(?![0-9])|[a-z]+|\d+|\?+|[^\W\d_a-z]+|[^\x00-\x7f]")
_REPEATED = re.compile(r"([a-z])\1{2,}")
_DOUBLED_END = re.compile(r"([a-z])\1$")
_TWICE = re.compile(r"([a-z])\1+")
_VOWELS = str.maketrans("", "", "aiueo")
# Endings of the regions and of chat: the ending, the fewest letters before it, what it means.
# Bengkulu -nyo, Javanese -e, -ne, -ipun, -ke, -no, -aken; Buton -mi, -ji, -pi, -ki; chat -in, -x.
_ENDINGS: Final = (
    ("nyo", 3, "nya"), ("nya", 2, "nya"), ("ny", 3, "nya"), ("x", 4, "nya"),
    ("nipun", 3, "nya"), ("ipun", 3, "nya"), ("ne", 3, "nya"), ("e", 4, "nya"),
    ("mikah", 3, ""), ("kah", 3, ""), ("mi", 3, ""), ("mo", 4, ""), ("ji", 3, ""), ("pi", 4, ""),
    ("ki", 4, ""), ("ta", 5, ""), ("lah", 3, ""),
    ("aken", 3, "kan"), ("ake", 4, "kan"), ("kno", 4, "kan"), ("no", 4, "kan"), ("ke", 4, "kan"),
    ("in", 4, "kan"), ("kn", 4, "kan"), ("ku", 3, " saya"),
)  # fmt: skip
_SHORTEST_SLIP: Final = 4
_LONGEST_WORD: Final = 24
_MOST_ENDINGS: Final = 3


class _Slang:
    """The shorthand dictionary and the words that nothing may change."""

    def __init__(self, path: Path) -> None:
        table: dict[str, dict[str, str] | list[str]] = yaml.safe_load(path.read_text("utf-8"))
        protected = table.pop("protected")
        plain = table.pop("plain")
        words: dict[str, str] = {}
        for section in table.values():
            if isinstance(section, dict):
                words.update(section)
        self.words: Mapping[str, str] = MappingProxyType(words)
        self.protected = frozenset(protected)
        self.plain = self.protected.union(
            plain, (word for full in words.values() for word in full.split())
        )
        self.slips = _slips(self.plain)


def _slips(plain: frozenset[str]) -> Mapping[str, str]:
    """Return the plain word for each way of misspelling that only one of them has."""
    found: dict[str, str] = {}
    for word in sorted(plain):
        if len(word) >= _SHORTEST_SLIP:
            for key in _slip_keys(word):
                found[key] = "" if key in found else word
    return MappingProxyType({key: word for key, word in found.items() if word})


@lru_cache(maxsize=_REMEMBERED_WORDS)
def squeezed(word: str) -> str:
    """Return a word without its doubled letters."""
    return _TWICE.sub(r"\1", word)


def _slip_keys(word: str) -> tuple[str, str, str]:
    """Return what is left of a word by hurried hands: consonants, letters swapped or doubled."""
    return (
        "-" + word[0] + word[1:].translate(_VOWELS) + word[-1],
        "~" + word[0] + "".join(sorted(word[1:])),
        "=" + squeezed(word),
    )


@cache
def _slang() -> _Slang:
    return _Slang(SLANG_PATH)


def slang_words() -> Mapping[str, str]:
    """Return the shorthand dictionary: short word to full word."""
    return _slang().words


def protected_words() -> frozenset[str]:
    """Return the words that normalisation leaves as they are."""
    return _slang().protected


def plain_words() -> frozenset[str]:
    """Return the words of plain Indonesian that normalisation knows."""
    return _slang().plain


def clip(text: str) -> str:
    """Cut a text to the bound beyond which nothing is read."""
    return text[:BOUND]


def _plain(text: str) -> str:
    """Lower-case a text and take compatibility forms, accents and invisible marks out of it."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKD", _INVISIBLE.sub("", text)).lower()
    # Some letters gain a dot or another mark only when lower-cased.
    return _COMBINING.sub("", text)[:BOUND].replace("’", "'").replace("‘", "'")


def _mask(match: re.Match[str]) -> str:
    return f" {match.lastgroup} "


def _meaning(token: str, endings: int = _MOST_ENDINGS) -> str | None:
    """Return the full form of a word, of its stem with an ending, or nothing."""
    slang = _slang()
    if token in slang.plain:
        return token
    known = slang.words.get(token)
    if known is not None:
        return known
    if not endings or len(token) < 5:
        return None
    done_to = slang.words.get(token[2:], " ") if token.startswith("di") else " "
    return f"di{done_to}" if " " not in done_to else _stem(token, endings - 1)


def _stem(token: str, endings: int) -> str | None:
    """Return the full form of a word that has an ending of a region or of chat, or "di" before."""
    for ending, least, meant in _ENDINGS:
        if token.endswith(ending) and len(token) - len(ending) >= least:
            stem = token[: -len(ending)]
            if ending == "e" and stem[-1] in "aiueo":
                continue
            known = _meaning(stem, endings)
            if known is not None:
                return known + meant
    if token.startswith("di"):
        known = _meaning(token[2:].removeprefix("pun"), endings)
        if known is not None and " " not in known:
            return f"di{known}"
    return None


def _other_spelling(token: str) -> str | None:
    """Return the plain word that is written with Bengkulu or Javanese letters."""
    if token[-1] == "o" and token[:-1] + "a" in _slang().plain:
        return token[:-1] + "a"
    if "dh" in token or "th" in token:
        return _meaning(token.replace("dh", "d").replace("th", "t"))
    return None


def _slip(token: str) -> str | None:
    """Return the only plain word that a token is a slip of."""
    slips = _slang().slips
    consonants, letters, single = _slip_keys(token)
    found = slips.get(consonants)
    if found is not None and len(consonants) > 5 and len(found) > len(token):
        rest = iter(found)
        if all(letter in rest for letter in token):
            return found
    found = slips.get(letters)
    if found is not None and len(token) > 5:
        at = next(i for i, letter in enumerate(token) if letter != found[i])
        if token[at + 2 :] == found[at + 2 :]:
            return found
    found = slips.get(single)
    return found if found is not None and len(token) > 4 else None


@lru_cache(maxsize=_REMEMBERED_WORDS)
def _word(token: str) -> str:
    """Return the full form of one token."""
    slang = _slang()
    words, protected = slang.words, slang.protected
    if token[0] == "?":
        return "?"
    if token in protected:
        return token
    known = words.get(token)
    if known is not None:
        return known
    if len(token) > 3:
        calm = _DOUBLED_END.sub(r"\1", _REPEATED.sub(r"\1", token))
        if calm != token:
            return calm if calm in protected else words.get(calm, calm)
    if token[-1] == "2" and len(token) > 2:
        stem = token[:-1]
        full = stem if stem in protected else words.get(stem, stem)
        # "anak2" is said twice, "thp2" and "pkh2" are counted.
        return f"{full} 2" if stem in protected or full == "tahap" else f"{full} {full}"
    if _SHORTEST_SLIP <= len(token) <= _LONGEST_WORD and token.isascii() and token.isalpha():
        if token in slang.plain:
            return token
        return _meaning(token) or _other_spelling(token) or _slip(token) or token
    return token


def normalize(text: str) -> str:
    """Return the text in small letters and full words, with numbers and links as their kind."""
    plain = _plain(clip(text))
    if _NEEDS_MASK.search(plain):
        plain = _MASKED.sub(_mask, plain)
    return " ".join(map(_word, _TOKEN.findall(plain)))
