"""Says what is wrong with a corpus, in sentences that name file and line."""

from collections.abc import Iterator, Sequence

from nlu.corpus import Example, counts
from nlu.labels import ENTITIES, INTENTS
from nlu.normalize import normalize


def problems(examples: Sequence[Example], minimum: int = 50) -> list[str]:
    """Return one sentence for every fault of the corpus."""
    return [*_labels(examples), *_spans(examples), *_repeats(examples), *_few(examples, minimum)]


def _where(example: Example) -> str:
    return f"{example.file} baris {example.line}"


def _labels(examples: Sequence[Example]) -> Iterator[str]:
    for example in examples:
        if example.intent not in INTENTS:
            yield f"{_where(example)}: maksud `{example.intent}` tidak dikenal."
        for entity in example.entities:
            if entity.entity not in ENTITIES:
                yield f"{_where(example)}: entitas `{entity.entity}` tidak dikenal."


def _spans(examples: Sequence[Example]) -> Iterator[str]:
    for example in examples:
        for entity in example.entities:
            raw = example.text[entity.start : entity.end]
            if not raw or raw != raw.strip(" .,?!") or raw != entity.raw:
                yield f"{_where(example)}: rentang `{raw}` tidak tepat."
        if any(mark in example.text for mark in "[]{}"):
            yield f"{_where(example)}: anotasi tidak lengkap."


def _repeats(examples: Sequence[Example]) -> Iterator[str]:
    """Find texts that stand twice, or under two intents once they are normalised."""
    exact: dict[str, Example] = {}
    meant: dict[str, Example] = {}
    for example in examples:
        text = example.text.casefold()
        if text in exact:
            yield f"{_where(example)}: sama dengan {_where(exact[text])}."
        exact.setdefault(text, example)
        normalized = normalize(example.text)
        other = meant.setdefault(normalized, example)
        if other.intent != example.intent:
            yield f"{_where(example)}: maksudnya lain di {_where(other)} (`{normalized}`)."


def _few(examples: Sequence[Example], minimum: int) -> Iterator[str]:
    found = counts(examples)
    for intent in INTENTS:
        if found.get(intent, 0) < minimum:
            yield f"Maksud `{intent}` baru {found.get(intent, 0)} contoh, paling sedikit {minimum}."
