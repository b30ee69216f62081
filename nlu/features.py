"""Splits a normalised text into the features that the classifier weighs.

There are two kinds, each of which is brought to length one by itself: the letters of words, which
bear misspelling and unknown endings, and whole words with their neighbours, which know a "not".
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

SHORTEST: Final = 2
LONGEST: Final = 5


def word_features(word: str) -> list[str]:
    """Return the character n-grams of one word, its edges marked by spaces, as char_wb does."""
    edged = f" {word} "
    length = len(edged)
    found: list[str] = []
    for size in range(SHORTEST, LONGEST + 1):
        if size >= length:
            found.append(edged)
            break
        found.extend([edged[at : at + size] for at in range(length - size + 1)])
    return found


def edge_features(words: Sequence[str]) -> tuple[str, ...]:
    """Return how a text begins and ends and about how long it is."""
    if not words:
        return ()
    length = "1" if len(words) == 1 else f"{min(len(words) // 3, 5)}+"
    return (f"<{words[0]}", f"{words[-1]}>", f"={length}")


def letter_features(
    normalized: str, of_word: Callable[[str], Sequence[str]] = word_features
) -> list[str]:
    """Return every feature of the letters of a normalised text, repeats included."""
    words = normalized.split()
    found: list[str] = []
    for word in words:
        found.extend(of_word(word))
    found.extend(edge_features(words))
    return found


def phrase_features(words: Sequence[str]) -> list[str]:
    """Return the words and the pairs of neighbours; none is also a feature of letters."""
    return [*(f"{word}|" for word in words), *(f"{a}|{b}" for a, b in pairwise(words))]
