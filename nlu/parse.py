"""What is understood of one text, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Protocol


class Band(StrEnum):
    """How far a parse may be trusted: act on it, offer choices, or say so and show the menu."""

    SURE = "sure"
    BETWEEN = "between"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The confidences at which the bands begin."""

    sure: float
    below: float

    def band(self, confidence: float) -> Band:
        """Return the band that a confidence falls into."""
        if confidence >= self.sure:
            return Band.SURE
        return Band.BETWEEN if confidence >= self.below else Band.BELOW


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing named in a text: canonical value, text as written, and its span."""

    entity: str
    value: str
    raw: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Parse:
    """The intents of one text with their confidences, best first, and its entities."""

    text: str
    ranking: tuple[tuple[str, float], ...]
    entities: tuple[Entity, ...]
    thresholds: Thresholds

    @property
    def intent(self) -> str:
        """The likeliest intent."""
        return self.ranking[0][0]

    @property
    def confidence(self) -> float:
        """How likely that intent is, from 0 to 1."""
        return self.ranking[0][1]

    @property
    def band(self) -> Band:
        """How far the intent may be trusted."""
        return self.thresholds.band(self.confidence)

    def weighed(self, weights: Mapping[str, float]) -> "Parse":
        """Return the parse with each intent's odds times its weight; 1 where none is given."""
        raw = [(intent, share * weights.get(intent, 1.0)) for intent, share in self.ranking]
        total = sum(share for _, share in raw)
        if not total:
            return self
        # What the ranking leaves out keeps its share.
        total += max(0.0, 1.0 - sum(share for _, share in self.ranking))
        ordered = sorted(raw, key=lambda item: item[1], reverse=True)
        return replace(self, ranking=tuple((intent, share / total) for intent, share in ordered))

    def meant(self, intent: str) -> "Parse":
        """Return the parse with the intent that the writer himself says it is."""
        others = tuple(item for item in self.ranking if item[0] != intent)
        return replace(self, ranking=((intent, 1.0), *others))

    def first(self, entity: str) -> Entity | None:
        """Return the first entity of a kind, if the text names one."""
        return next((found for found in self.entities if found.entity == entity), None)

    def as_json(self) -> dict[str, Any]:
        """Return the parse in the shape that Rasa's /model/parse answers with."""
        return {
            "text": self.text,
            "intent": {"name": self.intent, "confidence": self.confidence},
            "intent_ranking": [
                {"name": name, "confidence": confidence} for name, confidence in self.ranking
            ],
            "entities": [
                {"entity": e.entity, "value": e.value, "start": e.start, "end": e.end}
                for e in self.entities
            ],
        }


class Understander(Protocol):
    """Anything that understands a text: the embedded engine, Rasa, a fake in tests."""

    def parse(self, text: str) -> Parse:
        """Return what is understood; never raises, whatever the text."""
        ...
