"""Finds every entity of a text, with its canonical value and its place in the original."""

from collections.abc import Callable, Iterator
from datetime import date

from nlu.dates import find_dates
from nlu.fold import fold, tokens
from nlu.gazetteer import Gazetteer
from nlu.identifiers import (
    find_bare_tickets,
    find_full_tickets,
    find_id_numbers,
    find_phones,
    find_urls,
)
from nlu.money import find_amounts
from nlu.parse import Entity
from nlu.programs import find_programs
from nlu.span import Span


class Extractor:
    """Applies all finders; where two claim the same letters, the earlier finder keeps them."""

    def __init__(self, gazetteer: Gazetteer, today: Callable[[], date]) -> None:
        self._gazetteer = gazetteer
        self._today = today

    def extract(self, text: str) -> tuple[Entity, ...]:
        """Return the entities of a text in the order in which they stand."""
        folded = fold(text)
        kept: list[Span] = []
        for span in self._spans(folded):
            if not any(span.start < other.end and other.start < span.end for other in kept):
                kept.append(span)
        kept.sort(key=lambda span: span.start)
        return tuple(
            Entity(span.entity, span.value, text[span.start : span.end], span.start, span.end)
            for span in kept
        )

    def _spans(self, folded: str) -> Iterator[Span]:
        words = tokens(folded)
        if "." in folded or "/" in folded:
            yield from find_urls(folded)
        numbered = any(letter.isdigit() for letter in folded)
        if numbered:
            yield from find_full_tickets(folded)
            yield from find_id_numbers(folded)
            yield from find_phones(folded)
        yield from find_amounts(folded, words)
        yield from find_dates(folded, self._today())
        if numbered:
            yield from find_bare_tickets(folded)
        yield from find_programs(words)
        for located in self._gazetteer.locate_in(folded, words):
            yield Span("area", located.matches[0].place.code, located.start, located.end)
