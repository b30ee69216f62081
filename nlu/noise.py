"""Makes copies of a phrase as hurried, unpractised hands would type it."""

import random
import re
from typing import Final

from nlu.normalize import protected_words, slang_words

_WORD = re.compile(r"[a-zA-Z]+")
_VOWELS: Final = frozenset("aiueo")
_NEIGHBOURS: Final = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj",
    "i": "uo", "j": "hk", "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o",
    "q": "wa", "r": "et", "s": "ad", "t": "ry", "u": "yi", "v": "cb", "w": "qe", "x": "zc",
    "y": "tu", "z": "x",
}  # fmt: skip


class Noise:
    """A seeded source of misspelt copies."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - misspellings keep no secret
        self._shorthand: dict[str, list[str]] = {}
        for short, full in slang_words().items():
            self._shorthand.setdefault(full, []).append(short)
        self._protected = protected_words()

    def copy(self, text: str, rate: float) -> str:
        """Return the text with about this share of its words written otherwise."""
        return _WORD.sub(lambda match: self._word(match.group(), rate), text)

    def _word(self, word: str, rate: float) -> str:
        if self._random.random() >= rate or len(word) < 3:
            return word
        lower = word.lower()
        shorts = self._shorthand.get(lower)
        choice = self._random.random()
        if shorts and choice < 0.3:
            return self._random.choice(shorts)
        if lower in self._protected:
            return word
        return self._without_vowels(lower) if choice < 0.65 else self._slip(lower)

    def _without_vowels(self, word: str) -> str:
        """Drop some of the inner vowels, as in "bntuan"."""
        inner = [
            letter for letter in word[1:-1] if letter not in _VOWELS or self._random.random() < 0.45
        ]
        return word[0] + "".join(inner) + word[-1]

    def _slip(self, word: str) -> str:
        """Drop, double, swap or replace one letter."""
        at = self._random.randrange(1, len(word))
        match self._random.randrange(4):
            case 0:
                return word[:at] + word[at + 1 :]
            case 1:
                return word[:at] + word[at] + word[at:]
            case 2:
                return word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
            case _:
                near = _NEIGHBOURS.get(word[at], word[at])
                return word[:at] + self._random.choice(near) + word[at + 1 :]
