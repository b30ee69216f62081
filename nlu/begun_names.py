"""Finds the names of which only a part is written: "wolio indah", "kel wangk", "di bukit"."""

from collections.abc import Mapping, Sequence
from typing import Final

from nlu.cues import Cue
from nlu.fold import Token
from nlu.near import everyday_words, ordinary_table
from nlu.normalize import plain_words

_FEWEST: Final = {Cue.LEVEL: 4, Cue.PLACE: 5}
_MOST_NAMES: Final = 4
_LONG_NAME: Final = 3
# Where somebody lives, not where one runs to: "lari ke bukit" is any hill.
_HERE: Final = frozenset({"di", "d", "warga", "wrga", "teng"})
# The sides of a place that is called by its first word alone: "Srondol" of Srondol Wetan.
_SIDES: Final = frozenset(
    {"lor", "kidul", "kulon", "wetan", "ngisor", "dhuwur", "atas", "bawah", "dalam"}
)


def parts_of(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the parts by which a name of several words is called: "wolio indah"."""
    if len(words) > 2:
        return [words[:2], words[-2:]]
    ordinary = ordinary_table()["words"]
    if len(words) == 2 and words[1] in _SIDES and len(words[0]) > 5 and words[0] not in ordinary:
        return [words[:1]]
    return []


def names_begun(
    words_of: Mapping[str, tuple[str, ...]], words: Sequence[Token], at: int, cue: Cue
) -> list[str]:
    """Return the few names that begin with a word after which the rest was left out."""
    word = words[at].word
    names = [name for name in words_of if name.startswith(word)]
    if cue < Cue.PLACE or not names or len(names) > _MOST_NAMES:
        return []
    firsts = [name for name in names if words_of[name][0] == word and len(words_of[name]) > 1]
    if firsts and (cue is Cue.LEVEL or _is_long_name_here(words_of, firsts, words, at)):
        return firsts
    ordinary = word in everyday_words() or (cue is Cue.PLACE and word in plain_words())
    return [] if len(word) < _FEWEST[cue] or ordinary else names


def _is_long_name_here(
    words_of: Mapping[str, tuple[str, ...]], names: Sequence[str], words: Sequence[Token], at: int
) -> bool:
    long = any(len(words_of[name]) >= _LONG_NAME for name in names)
    return long and at > 0 and words[at - 1].word in _HERE
