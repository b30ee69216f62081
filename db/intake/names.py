"""How names are compared: as people hear them, without case, points and titles."""

import re
import unicodedata

from rapidfuzz.fuzz import token_sort_ratio

_NOT_LETTERS = re.compile(r"[^a-z0-9 ]+")
_DEGREES = re.compile(r",.*$")  # what follows the comma: S.Pd, M.Si
_TITLES = frozenset(("h", "hj", "haji", "hajjah", "dr", "drs", "dra", "ir", "alm", "almh", "prof"))
LIKELY = 87  # of 100; below it names of one village are too often merely alike
_FAR = 50  # below it no slip of the pen makes one name of the other
_DOUBTFUL = 70  # below it, and another birth date: another person too


def name_key(name: str) -> str:
    """Write a name so that two ways of writing it come out the same."""
    plain = name
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    plain = _DEGREES.sub("", plain.casefold()) if "," in plain else plain.casefold()
    plain = _NOT_LETTERS.sub(" ", plain.replace("'", ""))
    words = plain.split()
    return " ".join([word for word in words if word not in _TITLES] or words)


def likeness(name: str, other: str) -> int:
    """Say of 100 how near two names are, whatever the order of their words."""
    return round(token_sort_ratio(name_key(name), name_key(other)))


def are_far_apart(name: str, other: str, other_birth_date: bool) -> bool:
    """Say whether two names of one NIK are hardly those of one person."""
    nearness = likeness(name, other)
    if other_birth_date:
        return nearness < _DOUBTFUL
    # A name that is cut short is a name all the same.
    words, other_words = set(name_key(name).split()), set(name_key(other).split())
    return nearness < _FAR and not (words <= other_words or other_words <= words)
