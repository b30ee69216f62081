"""Folds a text without moving any character, so that spans found in it fit the original."""

import re
import unicodedata
from dataclasses import dataclass

from nlu.normalize import clip

_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+")


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a number and where it stands."""

    word: str
    start: int
    end: int


def fold(text: str) -> str:
    """Return the bounded text in small ASCII letters and digits where it can, of equal length."""
    text = clip(text)
    if text.isascii():
        return text.lower()
    return "".join(map(_fold_letter, text))


def _fold_letter(letter: str) -> str:
    if letter < "\x80":
        return letter.lower()
    if letter in "’‘ʼ":
        return "'"
    # NFKD puts the base letter first: "é" becomes "e", a full-width digit the plain one.
    folded = unicodedata.normalize("NFKD", letter)[0].lower()
    if len(folded) != 1:
        return letter
    return " " if unicodedata.category(folded)[0] in "CZ" else folded


def tokens(folded: str) -> list[Token]:
    """Return the words and numbers of a folded text."""
    return [Token(m.group(), m.start(), m.end()) for m in _TOKEN.finditer(folded)]
