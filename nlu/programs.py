"""Finds programmes and their cards by any of their names, written right or wrong."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

import yaml

from nlu.fold import Token
from nlu.near import Vocabulary
from nlu.span import Span

_NONE: Final = "-"
PROGRAMS_PATH: Final = Path(__file__).parent / "tables" / "programs.yml"
_SUFFIXES: Final = (
    "nya", "nyo", "ny", "ne", "ku", "mu", "mi", "ji", "ta", "kah", "ka", "lah", "pi", "x", "e",
)  # fmt: skip
_WORDS_REMEMBERED: Final = 8192
# A red card of these is shown by a referee.
_FOOTBALL: Final = frozenset({"wasit", "wasitnya", "bola", "gol", "pemain", "kiper", "liga"})
_SHOWN_BY_REFEREES: Final = ("kartu", "merah")
# These are people, and a programme only after a word for handing out.
_GROUPS: Final = {"lansia": "LANSIA", "disabilitas": "DISABILITAS", "difabel": "DISABILITAS"}
_HANDED_OUT: Final = frozenset({"jadwal", "jdwl", "pencairan", "pembagian", "penyaluran"})
_BETWEEN_LETTERS: Final = frozenset({" ", ".", "-", ". "})
# Words of their own, not a part of a name.
_APART_ALREADY: Final = frozenset({"kk", "ki", "pi", "ku", "bl", "is", "ip", "it", "di", "km"})


@cache
def program_names() -> Mapping[str, tuple[str, ...]]:
    """Return the ways of writing each programme code."""
    table: dict[str, list[str]] = yaml.safe_load(PROGRAMS_PATH.read_text("utf-8"))
    return MappingProxyType({code: tuple(names) for code, names in table.items()})


@cache
def _by_first_word() -> Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]:
    """Return the names that begin with a word, longest first, each with its code."""
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for code, names in program_names().items():
        for name in names:
            words = tuple(name.split())
            found.setdefault(words[0], []).append((words, code))
    for choices in found.values():
        choices.sort(key=lambda choice: -len(choice[0]))
    return MappingProxyType({word: tuple(choices) for word, choices in found.items()})


@cache
def _joined_names() -> Mapping[str, str]:
    """Return the code of each name that may be written apart or together, by its letters."""
    return MappingProxyType(
        {
            name.replace(" ", ""): code
            for code, names in program_names().items()
            for name in names
            if code != _NONE
        }
    )


@cache
def _vocabulary() -> Vocabulary:
    return Vocabulary(
        word for names in program_names().values() for name in names for word in name.split()
    )


@lru_cache(maxsize=_WORDS_REMEMBERED)
def _read(word: str) -> tuple[str, int]:
    """Return the word of a name that a written word is, and how many of its letters say so."""
    known = _vocabulary()
    if word in known:
        return word, len(word)
    # A particle written onto the name is no part of it.
    for suffix in _SUFFIXES:
        stem = word.removesuffix(suffix).removesuffix("'")
        if len(word) > len(stem) > 2 and stem in known and not stem.endswith(suffix):
            return stem, len(stem)
    meant = known.meant(word)
    return (meant, len(word)) if meant else (word, len(word))


def find_programs(folded: str, words: Sequence[Token]) -> Iterator[Span]:
    """Find programme names, the longest at each place."""
    read = [_read(token.word) for token in words]
    at = 0
    while at < len(words):
        found = _apart(folded, words, at) or _named(words, read, at)
        found = found or _together(words[at], read[at]) or _of_group(words, at)
        if found is None:
            at += 1
            continue
        count, code, end = found
        if code != _NONE:
            yield Span("program", code, words[at].start, end)
        at += count


def _named(
    words: Sequence[Token], read: Sequence[tuple[str, int]], at: int
) -> tuple[int, str, int] | None:
    """Return the longest name that begins here: its words, its code and its end."""
    for names, code in _by_first_word().get(read[at][0], ()):
        last = at + len(names)
        if last > len(words) or any(
            read[place][0] != name for place, name in enumerate(names, start=at)
        ):
            continue
        if names == _SHOWN_BY_REFEREES and any(token.word in _FOOTBALL for token in words):
            continue
        return len(names), code, words[last - 1].start + read[last - 1][1]
    return None


def _together(token: Token, read: tuple[str, int]) -> tuple[int, str, int] | None:
    """Return the name of several words that is written as one, such as "kursiroda"."""
    code = _joined_names().get(read[0]) if len(read[0]) > 7 else None
    return (1, code, token.start + read[1]) if code else None


def _of_group(words: Sequence[Token], at: int) -> tuple[int, str, int] | None:
    """Return the programme for a group of people that is meant by "jadwal lansia"."""
    code = _GROUPS.get(words[at].word)
    if code is None or at == 0 or words[at - 1].word not in _HANDED_OUT:
        return None
    return 1, code, words[at].end


def _apart(folded: str, words: Sequence[Token], at: int) -> tuple[int, str, int] | None:
    """Return the short name that stands apart in single letters, such as "p k h" or "kub e"."""
    joined = words[at].word
    long = len(joined) > 1
    if len(joined) > 3 or joined in _APART_ALREADY or not joined.isalpha():
        return None
    for place in range(at + 1, min(at + 4, len(words))):
        token = words[place]
        if folded[words[place - 1].end : token.start] not in _BETWEEN_LETTERS:
            return None
        if len(token.word) > 1 and (long or token.word in _APART_ALREADY):
            return None
        long = long or len(token.word) > 1
        joined += token.word
        # "pk h. udin" is a man.
        if joined in _joined_names() and (folded[token.end : token.end + 1] != "." or not long):
            return place - at + 1, _joined_names()[joined], token.end
    return None


def program_code(text: str) -> str | None:
    """Return the code of a text that is a programme's name, for a form field or an option."""
    wanted = " ".join(text.lower().replace("-", " ").replace(".", " ").split())
    if wanted != _NONE and wanted.upper() in program_names():
        return wanted.upper()
    for code, names in program_names().items():
        if wanted in names:
            return None if code == _NONE else code
    return None
