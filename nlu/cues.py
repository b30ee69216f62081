"""Tells from the word before it whether a word may be the name of a place."""

from collections.abc import Sequence
from enum import IntEnum
from functools import cache
from typing import Final

from nlu.fold import Token
from nlu.near import Vocabulary

_LEVEL_WORDS: Final = frozenset(
    {"kelurahan", "kel", "kecamatan", "kec", "lurah", "camat", "perangkat", "kalurahan"}
)
_PLACE_WORDS: Final = frozenset(
    {
        "di", "d", "desa", "ds", "ke", "dari", "dr", "dri", "warga", "wrga", "teng", "ning", "nang",
        "neng", "ndek", "ndik", "nek", "ing", "wonten", "saking", "seko", "soko", "saka", "dateng",
        "dekek", "kampung", "kmpung", "pulau", "penduduk", "wilayah", "dkt", "dekat", "cedhak",
        "celak", "cerak", "menuju", "sekitar", "daerah", "drh", "sak",
    }
)  # fmt: skip
# Streets, markets, schools and harbours bear the names of places without being them.
_NAMED_AFTER: Final = frozenset(
    {
        "jalan", "jln", "jl", "gang", "gg", "lorong", "dusun", "pasar", "psar", "psr", "peken",
        "sd", "sdn", "smp", "smpn", "sma", "sman", "smk", "puskesmas", "masjid", "pelabuhan",
        "bandara", "terminal", "stasiun", "hotel", "bahasa", "berbahasa", "suku", "bin", "binti",
    }
)  # fmt: skip
# Before these a name is that of a person.
_TITLES: Final = frozenset(
    {
        "pak", "bapak", "pk", "bu", "ibu", "buk", "mas", "mbak", "mbah", "la", "wa", "lik", "om",
        "tante", "haji", "hj", "kube", "toko", "koperasi",
    }
)  # fmt: skip


class Cue(IntEnum):
    """How surely the name of a place follows."""

    NEVER = 0
    NONE = 1
    PLACE = 2
    LEVEL = 3


@cache
def _level_words() -> Vocabulary:
    return Vocabulary(("kelurahan", "kecamatan"))


def cue_before(words: Sequence[Token], at: int) -> Cue:
    """Tell what the word before a token says of it."""
    before = words[at - 1].word if at else ""
    if before.isdigit() and at > 1:
        before = words[at - 2].word
    if before in _NAMED_AFTER:
        return Cue.NEVER
    if before in _LEVEL_WORDS or (len(before) > 4 and _level_words().meant(before)):
        return Cue.LEVEL
    return Cue.PLACE if before in _PLACE_WORDS else Cue.NONE


def capitalised(text: str, words: Sequence[Token], at: int, count: int) -> bool:
    """Tell whether the words are written as a name inside a sentence is."""
    first = words[at]
    if not all(text[token.start].isupper() for token in words[at : at + count]):
        return False
    before = text[: first.start].rstrip(" \"'(")
    if not before or before[-1] in ".?!:\n" or text.isupper():
        return False
    return at == 0 or words[at - 1].word not in _TITLES
