"""Hiding the numbers by which people are known in what they wrote."""

import re

from db.crypto import mask

# A ticket's number names nobody; nine digits and more are a telephone, a NIK, a KK or a card.
_NUMBERS = re.compile(r"PKS-\d{4}-\d{6}|\+?\d(?:[ .\-]?\d){8,}")


def without_numbers(text: str) -> str:
    """Hide the middle of every long number of a text."""
    return _NUMBERS.sub(_without_middle, text)


def _without_middle(found: re.Match[str]) -> str:
    number = found.group()
    return number if number.startswith("PKS-") else mask(re.sub(r"[^\d+]", "", number))
