"""Measures an engine on labelled texts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from nlu.corpus import CorpusError, read_file
from nlu.labels import OUT_OF_SCOPE
from nlu.parse import Band, Parse, Understander

Labelled = tuple[str, str]


def read_labelled(path: Path) -> list[Labelled]:
    """Read (intent, text) pairs from Rasa NLU YAML or from lines of intent, tab, text."""
    if path.suffix in (".yml", ".yaml"):
        return [(example.intent, example.text) for example in read_file(path)]
    try:
        rows = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError:
        raise CorpusError(f"{path} baris 1: bukan teks dalam UTF-8.") from None
    pairs: list[Labelled] = []
    for line, row in enumerate(rows, 1):
        if not row.strip() or row.startswith("#"):
            continue
        intent, tab, text = row.partition("\t")
        if not tab or not intent.strip():
            raise CorpusError(f"{path} baris {line}: harus `intent<TAB>teks`.")
        pairs.append((intent.strip(), text))
    return pairs


@dataclass(frozen=True, slots=True)
class _Answer:
    """One labelled text with what the engine made of it."""

    intent: str
    parse: Parse
    seconds: float

    @property
    def right(self) -> bool:
        return self.parse.intent == self.intent

    @property
    def refused(self) -> bool:
        """Tell whether the sender would be turned away."""
        return self.parse.intent == OUT_OF_SCOPE or self.parse.band is Band.BELOW


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _percentile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def _per_intent(answers: Sequence[_Answer]) -> dict[str, dict[str, float]]:
    said = Counter(answer.parse.intent for answer in answers)
    meant = Counter(answer.intent for answer in answers)
    right = Counter(answer.intent for answer in answers if answer.right)
    found: dict[str, dict[str, float]] = {}
    for intent in sorted(meant):
        precision, recall = (
            _share(right[intent], said[intent]),
            _share(right[intent], meant[intent]),
        )
        f1 = 2 * precision * recall / (precision + recall) if right[intent] else 0.0
        found[intent] = {"precision": precision, "recall": recall, "f1": f1, "n": meant[intent]}
    return found


def _confusions(answers: Sequence[_Answer]) -> list[dict[str, Any]]:
    pairs = Counter((a.intent, a.parse.intent) for a in answers if not a.right)
    return [
        {"intent": intent, "taken_for": taken, "count": count}
        for (intent, taken), count in pairs.most_common()
    ]


def evaluate(engine: Understander, labelled: Sequence[Labelled]) -> Mapping[str, Any]:
    """Return the measures of design.md §3 as plain data."""
    answers: list[_Answer] = []
    for intent, text in labelled:
        began = perf_counter()
        parse = engine.parse(text)
        answers.append(_Answer(intent, parse, perf_counter() - began))
    per_intent = _per_intent(answers)
    outside = [answer for answer in answers if answer.intent == OUT_OF_SCOPE]
    inside = [answer for answer in answers if answer.intent != OUT_OF_SCOPE]
    refused = sum(answer.refused for answer in answers)
    caught = sum(answer.refused for answer in outside)
    sure = [answer for answer in answers if answer.parse.band is Band.SURE]
    top3 = sum(
        answer.intent in [name for name, _ in answer.parse.ranking[:3]] for answer in answers
    )
    times = sorted(answer.seconds * 1000 for answer in answers)
    return {
        "n": len(answers),
        "accuracy": _share(sum(answer.right for answer in answers), len(answers)),
        "macro_f1": _share_of(per_intent, "f1"),
        "top3_accuracy": _share(top3, len(answers)),
        "out_of_scope": {
            "precision": _share(caught, refused),
            "recall": _share(caught, len(outside)),
        },
        "rejected_in_scope": _share(sum(answer.refused for answer in inside), len(inside)),
        "sure": {
            "share": _share(len(sure), len(answers)),
            "wrong": _share(sum(not answer.right for answer in sure), len(sure)),
        },
        "per_intent": per_intent,
        "confusions": _confusions(answers),
        "latency_ms": {"p50": _percentile(times, 0.5), "p99": _percentile(times, 0.99)},
    }


def _share_of(per_intent: Mapping[str, Mapping[str, float]], measure: str) -> float:
    """Return the mean of a measure over the intents."""
    return sum(row[measure] for row in per_intent.values()) / len(per_intent) if per_intent else 0.0
