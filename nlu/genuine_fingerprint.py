"""Tells by what one doubtful message is known again: its site, its number or its words."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from nlu.genuine import read_doubted
from nlu.genuine_addresses import BOUND, listed

SITE, NUMBER, WORDS = "site", "number", "words"
# Min-hashes in bands (Leskovec et al., Mining of Massive Datasets, 3.4): of two texts that share
# 80 % of their words 3 of 12 bands agree in 98 of 100 cases, of two that share 30 % in less than 1.
BANDS: Final = 12
_ROWS: Final = 3
NEEDED: Final = 3  # bands that agree
_FEWEST_WORDS: Final = 5  # a shorter text is like too many others
_PRIME: Final = (1 << 61) - 1
_LONGEST_SUBJECT: Final = 120
_WORD = re.compile(r"[a-z]{2,}|\d+")
_LONG_NUMBER = re.compile(
    r"(?:\brp\.?[ ]?)?\+?\d(?:[ .\-()\u2010-\u2015]{0,2}\d){4,}|(?<=pin )\d{4}", re.IGNORECASE
)
_MONEY = re.compile(r"rp\.?[ ]?[\d.]+|\d{1,3}(?:\.\d{3})+", re.IGNORECASE)
_MOST_DIGITS_OF_MONEY: Final = 10
_DIGIT = re.compile(r"\d")
# What people put around a message when they ask whether it is true.
_ASKING: Final = frozenset(
    ("apa", "apakah", "benar", "bnr", "bener", "betul", "btul", "betulkah", "benarkah", "asli",
     "palsu", "hoax", "hoaks", "penipuan", "tipu", "min", "admin", "pak", "bu", "kak", "ini", "itu",
     "kah", "ya", "tidak", "tdk", "gak", "ga", "nggak", "atau", "mohon", "tolong", "cek", "dicek",
     "pesan", "kabar", "link", "tautan", "dapat", "dpt", "ada", "yang", "yg", "di", "ke", "dari",
     "dan", "saya", "sy", "resmi", "aman")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a message is about, and the marks by which another one about the same is found."""

    kind: str
    subject: str  # the site, the number, or the beginning of the text
    exact: str  # the same for the same site, number or words
    marks: tuple[str, ...]
    needed: int  # marks that two messages have in common if they are one


def fingerprint(text: str) -> Fingerprint | None:
    """Give the fingerprint of a message, or None where it says too little to be known again."""
    doubted = read_doubted(text)
    foreign = [address for address in doubted.foreign if address.host]
    sites = [address for address in foreign if address.site not in listed("whatsapp")]
    if sites:
        return _single(SITE, sites[0].owner)
    if doubted.numbers:
        return _single(NUMBER, doubted.numbers[0])
    if foreign:
        return _single(SITE, foreign[0].owner)
    return _of_words(text)


def masked(text: str, subject: str) -> str:
    """Hide the digits of people in a text, but not those of the site or number it is about."""
    number = re.sub(r"\D", "", subject) if subject.startswith("+") else ""
    kept = [
        range(word.start(), word.end())
        for word in re.finditer(r"\S+", text)
        if subject and subject.lower() in word[0].lower()
    ]

    def hidden(match: re.Match[str]) -> str:
        inside = any(match.start() in span for span in kept)
        return match[0] if inside or _is_shown(match[0], number) else _DIGIT.sub("•", match[0])

    return _LONG_NUMBER.sub(hidden, text)


def _is_shown(raw: str, number: str) -> bool:
    """Say whether digits are money, or the number that is asked about."""
    digits = re.sub(r"\D", "", raw)
    if len(digits) <= _MOST_DIGITS_OF_MONEY and _MONEY.fullmatch(raw):
        return True
    national = digits.removeprefix("62").lstrip("0")
    return bool(number) and len(national) > 6 and number.endswith(national)


def _single(kind: str, subject: str) -> Fingerprint:
    exact = f"{kind}:{subject}"
    return Fingerprint(kind, subject[:_LONGEST_SUBJECT], exact, (exact,), 1)


def _of_words(text: str) -> Fingerprint | None:
    plain = unicodedata.normalize("NFKC", text[:BOUND]).lower()
    said = set(_WORD.findall(plain)) - _ASKING
    if len(said) < _FEWEST_WORDS:
        return None
    exact = f"{WORDS}:{' '.join(sorted(said))}"
    shown = masked(" ".join(text.split()), "")[:_LONGEST_SUBJECT]
    return Fingerprint(WORDS, shown, exact, _bands(said), NEEDED)


def _bands(words: Iterable[str]) -> tuple[str, ...]:
    hashes = [_hash(word) for word in words]
    least = [min((a * value + b) % _PRIME for value in hashes) for a, b in _FACTORS]
    rows = (least[at : at + _ROWS] for at in range(0, len(least), _ROWS))
    return tuple(f"{band}:{'-'.join(map(str, row))}" for band, row in enumerate(rows))


def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big") % _PRIME


_FACTORS: Final = tuple((_hash(f"a{n}") | 1, _hash(f"b{n}")) for n in range(BANDS * _ROWS))
