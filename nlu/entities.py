"""Finds every entity of a text, with its canonical value and its place in the original."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from nlu.dates import find_dates
from nlu.elsewhere import places_elsewhere
from nlu.fold import Token, fold, tokens
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
from nlu.respell import respell
from nlu.span import Span


class Extractor:
    """Applies all finders; where two claim the same letters, the earlier finder keeps them."""

    def __init__(self, gazetteer: Gazetteer, today: Callable[[], date]) -> None:
        self._gazetteer = gazetteer
        self._elsewhere = places_elsewhere()
        self._today = today

    def extract(self, text: str) -> tuple[Entity, ...]:
        """Return the entities of a text in the order in which they stand."""
        folded = fold(text)
        kept: list[Span] = []
        for span in self._spans(text, folded):
            if not any(span.start < other.end and other.start < span.end for other in kept):
                kept.append(span)
        kept.sort(key=lambda span: span.start)
        return tuple(
            Entity(span.entity, span.value, text[span.start : span.end], span.start, span.end)
            for span in kept
        )

    def _spans(self, text: str, folded: str) -> Iterator[Span]:
        words = tokens(folded)
        if "." in folded or "/" in folded:
            yield from find_urls(folded)
        if any(letter.isdigit() for letter in folded):
            yield from find_full_tickets(folded)
            yield from find_id_numbers(folded)
            yield from find_phones(folded)
        respelt = respell(folded, words)
        right = words if respelt.text == folded else tokens(respelt.text)
        for span in self._spelt(respelt.text, right):
            yield respelt.in_original(span)
        yield from find_programs(folded, words)
        yield from self._areas(text, words)

    def _spelt(self, right: str, words: Sequence[Token]) -> Iterator[Span]:
        """Find what is said in words that a slip would hide."""
        yield from find_amounts(right, words)
        yield from find_dates(right, self._today())
        yield from find_bare_tickets(right)

    def _areas(self, text: str, words: Sequence[Token]) -> Iterator[Span]:
        """Find places, those written exactly first, and of two alike the deployment's own."""
        own = self._gazetteer.locate_in(text, words)
        found = [*own, *self._elsewhere.locate_in(text, words)]
        for located in sorted(found, key=lambda located: -located.matches[0].score):
            yield Span("area", located.matches[0].place.code, located.start, located.end)
