"""Measures an engine on labelled texts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from nlu.corpus import CorpusError, Example, read_file
from nlu.labels import INTENTS, OUT_OF_SCOPE
from nlu.parse import Band, Entity, Parse, Understander

_WARM_UP: Final = "kapan pkh 200 ribu cair di kelurahan lipu besok, tiket 12?"


def read_labelled(path: Path) -> list[Example]:
    """Read labelled texts from Rasa NLU YAML or from lines of intent, tab, text.

    Raises CorpusError with file and line for what cannot be measured.
    """
    found = read_file(path) if path.suffix in (".yml", ".yaml") else _read_rows(path)
    for example in found:
        if example.intent not in INTENTS:
            raise CorpusError(
                f"{path} baris {example.line}: maksud `{example.intent}` tidak dikenal."
            )
    if not found:
        raise CorpusError(f"{path} baris 1: tidak ada contoh.")
    return found


def _read_rows(path: Path) -> list[Example]:
    try:
        rows = path.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise CorpusError(f"{path} baris 1: bukan teks dalam UTF-8.") from None
    found: list[Example] = []
    for line, row in enumerate(rows, 1):
        if not row.strip() or row.startswith("#"):
            continue
        intent, tab, text = row.partition("\t")
        if not tab or not intent.strip() or not text.strip():
            raise CorpusError(f"{path} baris {line}: harus `maksud<TAB>teks`.")
        found.append(Example(text, intent.strip(), (), path.name, line))
    return found


@dataclass(frozen=True, slots=True)
class Answer:
    """One labelled text with what the engine made of it."""

    example: Example
    parse: Parse
    seconds: float

    @property
    def right(self) -> bool:
        """Tell whether the intent was found."""
        return self.parse.intent == self.example.intent

    @property
    def refused(self) -> bool:
        """Tell whether the sender would be turned away."""
        return self.parse.intent == OUT_OF_SCOPE or self.parse.band is Band.BELOW


def answer(engine: Understander, labelled: Sequence[Example]) -> list[Answer]:
    """Let an engine read every text, one after the other."""
    answers: list[Answer] = []
    if labelled:
        # The first call reads tables; that is no latency of a text.
        engine.parse(_WARM_UP)
    for example in labelled:
        began = perf_counter()
        parse = engine.parse(example.text)
        answers.append(Answer(example, parse, perf_counter() - began))
    return answers


def evaluate(engine: Understander, labelled: Sequence[Example]) -> dict[str, Any]:
    """Return the measures of design.md §3 as plain data.

    Beside them `per_manner`, if the texts name their manner, and `entities`, if any is annotated.
    """
    return measures(answer(engine, labelled))


def measures(answers: Sequence[Answer]) -> dict[str, Any]:
    """Return the measures of what an engine answered."""
    per_intent = _per_intent(answers)
    outside = [answer for answer in answers if answer.example.intent == OUT_OF_SCOPE]
    inside = [answer for answer in answers if answer.example.intent != OUT_OF_SCOPE]
    caught = sum(answer.refused for answer in outside)
    refused = [answer for answer in inside if answer.refused]
    sure = [answer for answer in answers if answer.parse.band is Band.SURE]
    times = sorted(answer.seconds * 1000 for answer in answers)
    found = {
        "n": len(answers),
        "accuracy": _accuracy(answers),
        "macro_f1": _mean([row["f1"] for row in per_intent.values()]),
        "top3_accuracy": _share(sum(_in_top3(answer) for answer in answers), len(answers)),
        "out_of_scope": {
            "precision": _share(caught, caught + len(refused)),
            "recall": _share(caught, len(outside)),
        },
        "rejected_in_scope": _share(len(refused), len(inside)),
        "sure": {
            "share": _share(len(sure), len(answers)),
            "wrong": _share(sum(not answer.right for answer in sure), len(sure)),
        },
        "per_intent": per_intent,
        "confusions": _confusions(answers),
        "latency_ms": {"p50": _percentile(times, 0.5), "p99": _percentile(times, 0.99)},
    }
    manners = sorted({answer.example.manner for answer in answers} - {""})
    if manners:
        found["per_manner"] = {
            manner: _accuracy([a for a in answers if a.example.manner == manner])
            for manner in manners
        }
    if any(answer.example.entities for answer in answers):
        found["entities"] = _entities(answers)
    return found


def _accuracy(answers: Sequence[Answer]) -> float:
    return _share(sum(answer.right for answer in answers), len(answers))


def _in_top3(answer: Answer) -> bool:
    return answer.example.intent in [name for name, _ in answer.parse.ranking[:3]]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _percentile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision and recall else 0.0


def _per_intent(answers: Sequence[Answer]) -> dict[str, dict[str, float]]:
    said = Counter(answer.parse.intent for answer in answers)
    meant = Counter(answer.example.intent for answer in answers)
    right = Counter(answer.example.intent for answer in answers if answer.right)
    return {intent: _scores(right[intent], said[intent], meant[intent]) for intent in sorted(meant)}


def _scores(right: int, said: int, meant: int) -> dict[str, float]:
    precision, recall = _share(right, said), _share(right, meant)
    return {"precision": precision, "recall": recall, "f1": _f1(precision, recall), "n": meant}


def _entities(answers: Sequence[Answer]) -> dict[str, Any]:
    """Compare kind and span; an entity is right only if it begins and ends where it was marked."""
    said, meant, right = Counter[str](), Counter[str](), Counter[str]()
    for given in answers:
        found = _spans(given.parse.entities)
        marked = _spans(given.example.entities)
        said.update(kind for kind, _, _ in found)
        meant.update(kind for kind, _, _ in marked)
        right.update(kind for kind, _, _ in found & marked)
    kinds = sorted(meant | said)
    return {
        **_scores(right.total(), said.total(), meant.total()),
        "per_entity": {kind: _scores(right[kind], said[kind], meant[kind]) for kind in kinds},
    }


def _spans(entities: Sequence[Entity]) -> set[tuple[str, int, int]]:
    return {(entity.entity, entity.start, entity.end) for entity in entities}


def _confusions(answers: Sequence[Answer]) -> list[dict[str, Any]]:
    pairs = Counter((a.example.intent, a.parse.intent) for a in answers if not a.right)
    return [
        {"intent": intent, "taken_for": taken, "count": count}
        for (intent, taken), count in pairs.most_common()
    ]
