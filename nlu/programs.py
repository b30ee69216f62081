"""Finds programmes and their cards by any of their names."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

import yaml

from nlu.fold import Token
from nlu.span import Span

_NONE: Final = "-"
PROGRAMS_PATH: Final = Path(__file__).parent / "tables" / "programs.yml"
_SUFFIXES: Final = ("nya", "ku", "mu", "mi", "ji", "kah", "pi", "ne", "x")


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
def _all_words() -> frozenset[str]:
    return frozenset(
        word for names in program_names().values() for name in names for word in name.split()
    )


def _stem(word: str, known: frozenset[str]) -> str:
    """Take a repeated last letter or a particle such as "-nya" off a known name."""
    if word in known or len(word) < 4:
        return word
    squeezed = word.rstrip(word[-1]) + word[-1]
    if squeezed in known:
        return squeezed
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and word[: -len(suffix)] in known:
            return word[: -len(suffix)]
    return word


def find_programs(words: Sequence[Token]) -> Iterator[Span]:
    """Find programme names, the longest at each place."""
    index = _by_first_word()
    known = _all_words()
    plain = [_stem(token.word, known) for token in words]
    at = 0
    while at < len(words):
        for names, code in index.get(plain[at], ()):
            last = at + len(names)
            if tuple(plain[at:last]) == names:
                # A particle written onto the name is no part of it.
                end = words[last - 1].start + len(plain[last - 1])
                if code != _NONE:
                    yield Span("program", code, words[at].start, end)
                at = last
                break
        else:
            at += 1


def program_code(text: str) -> str | None:
    """Return the code of a text that is a programme's name, for a form field or an option."""
    wanted = " ".join(text.lower().replace("-", " ").replace(".", " ").split())
    if wanted != _NONE and wanted.upper() in program_names():
        return wanted.upper()
    for code, names in program_names().items():
        if wanted in names:
            return None if code == _NONE else code
    return None
