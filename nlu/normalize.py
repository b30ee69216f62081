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


class _Slang:
    """The shorthand dictionary and the words that nothing may change."""

    def __init__(self, path: Path) -> None:
        table: dict[str, dict[str, str] | list[str]] = yaml.safe_load(path.read_text("utf-8"))
        protected = table.pop("protected")
        words: dict[str, str] = {}
        for section in table.values():
            if isinstance(section, dict):
                words.update(section)
        self.words: Mapping[str, str] = MappingProxyType(words)
        self.protected = frozenset(protected)


@cache
def _slang() -> _Slang:
    return _Slang(SLANG_PATH)


def slang_words() -> Mapping[str, str]:
    """Return the shorthand dictionary: short word to full word."""
    return _slang().words


def protected_words() -> frozenset[str]:
    """Return the words that normalisation leaves as they are."""
    return _slang().protected


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
        squeezed = _DOUBLED_END.sub(r"\1", _REPEATED.sub(r"\1", token))
        if squeezed != token:
            return squeezed if squeezed in protected else words.get(squeezed, squeezed)
    if token[-1] == "2" and len(token) > 2:
        stem = token[:-1]
        full = stem if stem in protected else words.get(stem, stem)
        # "anak2" is said twice, "thp2" and "pkh2" are counted.
        return f"{full} 2" if stem in protected or full == "tahap" else f"{full} {full}"
    return token


def normalize(text: str) -> str:
    """Return the text in small letters and full words, with numbers and links as their kind."""
    plain = _plain(clip(text))
    if _NEEDS_MASK.search(plain):
        plain = _MASKED.sub(_mask, plain)
    return " ".join(map(_word, _TOKEN.findall(plain)))
