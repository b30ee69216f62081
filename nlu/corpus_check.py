"""Says what is wrong with a corpus, in sentences that name file and line."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from rapidfuzz import fuzz, process

from nlu.corpus import Example
from nlu.corpus_labels import label_faults
from nlu.labels import ENTITIES, INTENTS, LEARNED, MANNERS, OUT_OF_SCOPE
from nlu.normalize import normalize

MOST_USED = frozenset(
    (
        "check_registration",
        "ask_schedule",
        "ask_program",
        "report_complaint",
        "track_ticket",
        "propose_beneficiary",
        "object_beneficiary",
        "update_personal_data",
        "ask_contact",
    )
)
_FEWEST, _FEWEST_OF_MOST_USED, _FEWEST_OUT_OF_SCOPE = 150, 300, 500
_LEAST_SHARE = 0.08  # of an intent's phrases for each manner; even would be 0.14
# Of 100, by letters once normalised; short phrases are alike by chance.
_NEARLY_THE_SAME, _SHORT = 93.0, 15
_FORMS_OF_ADDRESS = frozenset(
    {
        "ya", "pak", "bapak", "bu", "ibu", "kak", "kakak", "min", "admin", "mas", "mbak", "dong",
        "deh", "nih", "sih", "tolong", "maaf", "halo", "?", "!",
    }
)  # fmt: skip


def problems(examples: Sequence[Example]) -> list[str]:
    """Return one sentence for every fault of a corpus that is to be trained on."""
    labels = [f"{_where(example)}: {wrong}" for example, wrong in label_faults(examples)]
    return [*faults(examples), *labels, *_few(examples), *_uneven(examples)]


def faults(examples: Sequence[Example]) -> list[str]:
    """Return one sentence for every phrase that is wrong or there already."""
    return [
        *_labels(examples),
        *_spans(examples),
        *_repeats(examples),
        *_addressed(examples),
        *_near(examples),
    ]


def _where(example: Example) -> str:
    return f"{example.file} baris {example.line}"


def _labels(examples: Sequence[Example]) -> Iterator[str]:
    for example in examples:
        if example.intent not in INTENTS:
            yield f"{_where(example)}: maksud `{example.intent}` tidak dikenal."
        if example.manner not in (*MANNERS, LEARNED):
            yield f"{_where(example)}: gaya `{example.manner}` tidak dikenal."
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


def _addressed(examples: Sequence[Example]) -> Iterator[str]:
    """Find texts under two intents that differ by no more than a form of address or a "ya"."""
    core: dict[str, Example] = {}
    for example in examples:
        words = normalize(example.text).split()
        kept = " ".join(word for word in words if word not in _FORMS_OF_ADDRESS)
        # A short phrase may be told by them alone: "sudah ya", "iya kak".
        if len(kept) < _SHORT:
            continue
        other = core.setdefault(kept, example)
        if other.intent != example.intent and normalize(other.text) != " ".join(words):
            yield f"{_where(example)}: maksudnya lain di {_where(other)} (`{kept}`)."


def _near(examples: Sequence[Example]) -> Iterator[str]:
    """Find phrases of one intent that differ by a letter or two: they teach nothing."""
    for _intent, group in groupby(sorted(examples, key=_BY_INTENT), key=_BY_INTENT):
        before: list[Example] = []
        texts: list[str] = []
        for example in group:
            text = normalize(example.text)
            if len(text) >= _SHORT:
                found = process.extractOne(
                    text, texts, scorer=fuzz.ratio, score_cutoff=_NEARLY_THE_SAME
                )
                if found is not None:
                    yield f"{_where(example)}: hampir sama dengan {_where(before[found[2]])}."
            before.append(example)
            texts.append(text)


_BY_INTENT = attrgetter("intent")


def _few(examples: Sequence[Example]) -> Iterator[str]:
    found = Counter(example.intent for example in examples)
    for intent in INTENTS:
        fewest = _FEWEST_OF_MOST_USED if intent in MOST_USED else _FEWEST
        fewest = _FEWEST_OUT_OF_SCOPE if intent == OUT_OF_SCOPE else fewest
        if found[intent] < fewest:
            yield f"Maksud `{intent}` baru {found[intent]} contoh, paling sedikit {fewest}."


def _uneven(examples: Sequence[Example]) -> Iterator[str]:
    found = Counter((example.intent, example.manner) for example in examples)
    total = Counter(example.intent for example in examples if example.manner in MANNERS)
    for intent in INTENTS:
        for manner in MANNERS:
            if found[intent, manner] < _LEAST_SHARE * total[intent]:
                count = found[intent, manner]
                yield f"Maksud `{intent}` baru {count} contoh bergaya `{manner}`."
