"""Tells which word of a small vocabulary a misspelt word was meant to be."""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import yaml
from rapidfuzz import process
from rapidfuzz.distance import OSA

from nlu.normalize import protected_words, slang_words, squeezed

ORDINARY_PATH: Final = Path(__file__).parent / "tables" / "ordinary.yml"
_WORDS_REMEMBERED: Final = 8192
_LONGEST: Final = 30
_VOWELS = re.compile(r"[aeiouy]")


@cache
def ordinary_table() -> dict[str, frozenset[str]]:
    """Return the lists of everyday words that are never corrected into a name."""
    table: dict[str, list[str]] = yaml.safe_load(ORDINARY_PATH.read_text("utf-8"))
    return {name: frozenset(words) for name, words in table.items()}


@cache
def everyday_words() -> frozenset[str]:
    """Return the words that mean something themselves, and so are slips of nothing."""
    full = {word for phrase in slang_words().values() for word in phrase.split()}
    table = ordinary_table()
    return table["words"] | table["never"] | slang_words().keys() | full | protected_words()


@lru_cache(maxsize=_WORDS_REMEMBERED)
def skeleton(word: str) -> str:
    """Return the consonants of a word, as shorthand writes it."""
    return squeezed(_VOWELS.sub("", word))


def leaves_out(word: str, whole: str) -> bool:
    """Tell whether a word is another one with letters left out."""
    rest = iter(whole)
    return all(letter in rest for letter in word)


class Vocabulary:
    """A few words that are recognised even when they are misspelt."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._long = sorted(word for word in self._words if len(word) > 3)
        self._squeezed = {squeezed(word): word for word in sorted(self._words)}
        self._skeletons = {skeleton(word): word for word in self._long if len(skeleton(word)) > 3}
        self.meant = lru_cache(maxsize=_WORDS_REMEMBERED)(self._meant)

    def __contains__(self, word: str) -> bool:
        return word in self._words

    def _meant(self, word: str) -> str | None:
        """Return the word of the vocabulary that a written word is or was meant to be."""
        if word in self._words:
            return word
        full = slang_words().get(word, "")
        if full in self._words:
            return full
        if not 3 <= len(word) <= _LONGEST or word in everyday_words():
            return None
        doubled = self._squeezed.get(squeezed(word))
        if doubled is not None and len(word) > len(doubled):
            return doubled
        shorthand = self._skeletons.get(skeleton(word), "")
        if shorthand and shorthand[0] == word[0] and leaves_out(squeezed(word), shorthand):
            return shorthand
        return self._nearest(word)

    def _nearest(self, word: str) -> str | None:
        near = process.extract(word, self._long, scorer=OSA.distance, score_cutoff=2, limit=4)
        for known, slips, _ in near:
            if known[0] == word[0] and self._is_slip(word, known, int(slips)):
                return known
        return None

    def _is_slip(self, word: str, known: str, slips: int) -> bool:
        """Tell a slip of the fingers from another word that merely looks alike."""
        if len(word) == len(known):
            if sorted(word) == sorted(known):
                return slips <= 2
            # A letter put for another mostly makes another word: "macet" is no "maret".
            return slips == 1 and len(known) > 7
        return slips == 1 or (slips == 2 and len(known) > 10)
