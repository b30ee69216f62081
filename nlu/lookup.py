"""Finds the stored questions that a text asks, by the words that people use."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nlu.fold import fold, tokens
from nlu.normalize import normalize, squeezed
from nlu.programs import find_programs

# Words that nearly every question has; those that tell topics apart ("berapa", "siapa") stay.
_EMPTY: Final = frozenset(
    ("saya", "kami", "kita", "yang", "di", "ke", "dari", "untuk", "dan", "atau", "pak", "bu", "min",
     "kak", "mas", "mbak", "ya", "sih", "kah", "kok", "dong", "deh", "lah", "nya", "itu", "ini",
     "apakah", "mau", "tanya", "tolong", "mohon", "program", "to", "si", "ko", "sama", "kalau",
     "punya", "ada", "bantuan", "sekarang", "?")
)  # fmt: skip
_WORD_SHARE: Final = 0.6  # of the likeness; letters within words bear the rest
_GRAMS: Final = (3, 4)
_OF_TOPIC: Final = 0.92  # what another programme's way of asking the same counts
_OTHER_PROGRAM: Final = 0.25
_NO_PROGRAM: Final = 0.75  # a programme's question for a text that names none
_GENERAL: Final = 0.75  # a general way of asking for a text that names a programme
_COMPARED: Final = 0.9  # a way of asking about programmes for a text that names one alone
_REMEMBERED_WAYS: Final = 8192

_Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Question:
    """One stored question: its id, programme, topic, and the ways of asking it."""

    id: int
    program: str | None
    topic: str
    asked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A question that a text may ask, with its likeness from 0 to 1."""

    id: int
    score: float


class _Weighed:
    """Texts as vectors of length one over one kind of feature, turned round for quick look-up."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        counts = Counter(chain.from_iterable(set(text) for text in texts))
        self._rarest = float(np.log(1 + len(texts)))
        self._weights = {
            feature: float(np.log((1 + len(texts)) / count)) for feature, count in counts.items()
        }
        self._count = len(texts)
        rows: dict[str, list[tuple[int, float]]] = {}
        for place, text in enumerate(texts):
            for feature, weight in self._vector(text).items():
                rows.setdefault(feature, []).append((place, weight))
        # All rows lie behind one another: a few large arrays are made much faster than many small.
        self._ends: dict[str, tuple[int, int]] = {}
        end = 0
        for feature, found in rows.items():
            self._ends[feature] = (end, end + len(found))
            end += len(found)
        flat = list(chain.from_iterable(rows.values()))
        self._places = np.array([place for place, _ in flat], np.intp)
        self._shares = np.array([share for _, share in flat], np.float32)

    def likeness(self, features: Sequence[str]) -> _Floats:
        """Return the cosine of a text with each of the stored ones."""
        total = np.zeros(self._count, np.float32)
        for feature, weight in self._vector(features).items():
            if feature in self._ends:
                begin, end = self._ends[feature]
                total[self._places[begin:end]] += weight * self._shares[begin:end]
        return total

    def _vector(self, features: Sequence[str]) -> Mapping[str, float]:
        found = {feature: self._weights.get(feature, self._rarest) for feature in features}
        length = sum(weight * weight for weight in found.values()) ** 0.5
        return {feature: weight / length for feature, weight in found.items()} if length else {}


class Lookup:
    """The index of all stored questions; safe to share between threads."""

    def __init__(self, questions: Iterable[Question]) -> None:
        """Weigh every word by how few of the ways of asking have it."""
        self._questions = tuple(questions)
        ways = [
            (place, *_read_way(way))
            for place, question in enumerate(self._questions)
            for way in question.asked
        ]
        self._of_question = np.array([place for place, _, _ in ways], np.intp)
        self._names_program = np.array([bool(programs) for _, _, programs in ways], np.bool_)
        self._general = np.array(
            [self._questions[place].program is None for place, _, _ in ways], np.bool_
        )
        of_topics: dict[str, list[int]] = {}
        for number, (place, _, _) in enumerate(ways):
            if self._questions[place].program is not None:
                of_topics.setdefault(self._questions[place].topic, []).append(number)
        self._of_topics = {topic: np.array(found) for topic, found in of_topics.items()}
        self._words = _Weighed([words for _, words, _ in ways])
        self._letters = _Weighed([_letters(words) for _, words, _ in ways])

    def find(self, text: str, program: str | None = None, limit: int = 3) -> Sequence[Hit]:
        """Return the questions nearest to a text, best first.

        The programme is the one that is meant where the text itself names none.
        """
        words, named = _read(text)
        if not words or not self._questions:
            return ()
        meant = frozenset(named) or frozenset([program] if program else [])
        likeness = self._likeness(words)
        own = np.zeros(len(self._questions), np.float32)
        np.maximum.at(own, self._of_question, likeness * self._factors(meant))
        of_topic = self._of_topic(likeness)
        hits = [
            Hit(question.id, self._score(question, float(own[place]), of_topic, meant))
            for place, question in enumerate(self._questions)
        ]
        hits.sort(key=lambda hit: -hit.score)
        return [hit for hit in hits[:limit] if hit.score > 0]

    def _likeness(self, words: Sequence[str]) -> _Floats:
        by_words = self._words.likeness(words)
        by_letters = self._letters.likeness(_letters(words))
        mixed: Any = _WORD_SHARE * by_words + (1 - _WORD_SHARE) * by_letters
        return mixed  # type: ignore[no-any-return]

    def _factors(self, meant: frozenset[str]) -> _Floats:
        """Return what each way counts: about programmes or not, as the text is."""
        about = _COMPARED if len(meant) < 2 else 1.0
        plain = _GENERAL if meant else 1.0
        factors = np.where(self._names_program, about, plain)
        return np.where(self._general, factors, 1.0).astype(np.float32)

    def _of_topic(self, likeness: _Floats) -> Mapping[str, float]:
        """Return the likeness of the likest way to ask each topic of any programme."""
        return {topic: float(likeness[places].max()) for topic, places in self._of_topics.items()}

    def _score(
        self,
        question: Question,
        own: float,
        of_topic: Mapping[str, float],
        meant: frozenset[str],
    ) -> float:
        if question.program is None:
            return own
        if not meant:
            return own * _NO_PROGRAM
        if question.program not in meant:
            return own * _OTHER_PROGRAM
        return max(own, _OF_TOPIC * of_topic.get(question.topic, 0.0))


def count_told(text: str) -> int:
    """Count the words and programmes of a text that tell what is asked."""
    words, programs = _read(text)
    return len(words) + len(programs)


def _read(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words of a text that tell something, and the programmes that it names."""
    folded = fold(text)
    spans = list(find_programs(folded, tokens(folded)))
    rest = text
    for span in reversed(spans):
        rest = f"{rest[: span.start]} {rest[span.end :]}"
    words = (squeezed(word) for word in normalize(rest).split() if word not in _EMPTY)
    return tuple(words), tuple(span.value for span in spans)


# What officers stored is read again at each change; what citizens write is not kept.
_read_way = lru_cache(maxsize=_REMEMBERED_WAYS)(_read)


def _letters(words: Sequence[str]) -> list[str]:
    return [
        edged[at : at + size]
        for word in words
        for edged in (f" {word} ",)
        for size in _GRAMS
        for at in range(max(1, len(edged) - size + 1))
    ]
