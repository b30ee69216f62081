"""What a line says of a pregnancy, as the day until which it counts.

A list that says no more than that somebody is pregnant says it of its own day: nine months later
that counts no more, however often the list repeats it. Where it states the day of birth, that day
counts.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import lru_cache

from db.intake.cells import bare, is_nothing, refuse_formula
from db.intake.cells_dates import date_cleaner
from db.intake.cells_words import UNKNOWN, squeezed
from db.intake.columns import Header

TERM = timedelta(days=280)  # forty weeks
_LONGEST = timedelta(days=300)  # a day of birth beyond that is a slip of the year

# The national forms write 1 for yes and 2 for no; a line is about one person.
_WORDS = {
    word: is_pregnant
    for is_pregnant, words in (
        (True, "ya y yes true benar betul iya ada v 1"),
        (False, "tidak t tdk no n false bukan belum tidakada tdkada 0 2"),
    )
    for word in words.split()
}
_TICKS = frozenset("\u221a\u2713\u2714\u2611")
_PREGNANT = re.compile(r"hamil|\bbumil\b")
_DENIED = re.compile(
    r"\b(?:tidak|tdk|bukan|belum|tak|non)\b[ -]*(?:sedang )?(?:ibu )?(?:hamil|bumil)"
)
_CONDITIONS = ("komponen", "kondisi")  # begin the headers of columns that tell it among others

Reader = Callable[[Sequence[str]], tuple[date | None, bool]]


@lru_cache(maxsize=1024)
def clean_pregnant(cell: str) -> bool | str | None:
    """Read whether somebody is pregnant; UNKNOWN where something is said that is not understood."""
    text = bare(cell, "hamil")
    if not text or is_nothing(text):
        return None
    refuse_formula(text, "hamil")
    if text in _TICKS:
        return True
    return _WORDS.get(squeezed(text), True if _tells(text) else _denied(text))


def due_reader(header: Header, as_of: date, is_1904: bool) -> Reader | None:
    """Make what reads until when somebody counts as pregnant, and whether that was not understood.

    None where no column tells it.
    """
    told, until = header.places.get("hamil"), header.places.get("hamil_sampai")
    conditions = [
        place for name, place in header.unknown.items() if squeezed(name).startswith(_CONDITIONS)
    ]
    if told is None and until is None and not conditions:
        return None
    clean_due = date_cleaner("hamil_sampai", as_of + _LONGEST, is_1904, far="import.due_far")

    def read(row: Sequence[str]) -> tuple[date | None, bool]:
        due = clean_due(row[until]) if until is not None and row[until] else None
        stated = clean_pregnant(row[told]) if told is not None and row[told] else None
        if stated is False:
            return None, False
        is_told = stated is True or any(_tells(row[place]) for place in conditions)
        return due or (as_of + TERM if is_told else None), stated == UNKNOWN

    return read


def _tells(text: str) -> bool:
    small = text.lower()
    return _PREGNANT.search(small) is not None and _DENIED.search(small) is None


def _denied(text: str) -> bool | str:
    return False if _DENIED.search(text.lower()) else UNKNOWN
