"""Says which labels of entities do not mark what they should, and what they forgot."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from nlu.corpus import Example
from nlu.cues import Cue, cue_before
from nlu.fold import Token, fold, tokens
from nlu.labels import LEARNED
from nlu.near import ordinary_table
from nlu.programs import find_programs

# What may be written onto a name: "pkhnya", "kis'e", "besokmi", "bsok2".
_PARTICLES: Final = re.compile(
    r"'?(?:ku|mu|nya|nyo|ny|ne|e|x)?(?:kah|ka|mi|ji|pi|mo|ki|ta|lah|pun|it[ou])?2?(?![a-z])"
)
# Words that stand beside the name of a place and never in it.
_BESIDE: Final = frozenset(
    {
        "di", "d", "ke", "dari", "kel", "kelurahan", "kec", "kecamatan", "lurah", "desa", "kota",
        "kapan", "kpn", "pak", "bu", "min", "ya", "yg", "yang", "ada", "jam", "sama", "dan", "saya",
        "ini", "itu", "kok", "sudah", "belum",
    }
)  # fmt: skip
# A word counts as the name of a place where it is labelled so often, and mostly.
_OFTEN, _MOSTLY = 3, 0.75


def label_faults(examples: Sequence[Example]) -> Iterator[tuple[Example, str]]:
    """Find labels that cut a word, hold too much or are missing; each with what is wrong."""
    areas = _area_words(examples)
    for example in examples:
        folded = fold(example.text)
        words = tokens(folded)
        for entity in example.entities:
            if _cuts_a_word(folded, entity.start, entity.end):
                yield example, f"rentang `{entity.raw}` memotong sebuah kata."
            elif _holds_more(folded, entity.entity, entity.start, entity.end):
                yield example, f"rentang `{entity.raw}` terlalu panjang."
        # What was learned is labelled by the deployment's own register.
        if example.manner == LEARNED:
            continue
        for forgotten in _forgotten(example, folded, words, areas):
            yield example, f"`{forgotten}` belum diberi label."


def _cuts_a_word(folded: str, start: int, end: int) -> bool:
    begins = start > 0 and folded[start].isalnum() and folded[start - 1].isalnum()
    goes_on = folded[end - 1 : end].isalpha() and folded[end : end + 1].isalpha()
    return begins or (goes_on and _PARTICLES.match(folded, end) is None)


def _holds_more(folded: str, kind: str, start: int, end: int) -> bool:
    said = folded[start:end]
    words = tokens(said)
    if kind == "area":
        return any(word.word in _BESIDE for word in (*words[:1], *words[-1:]))
    found = list(find_programs(said, words)) if kind == "program" else []
    return len(found) == 1 and found[0].end - found[0].start < len(said)


def _area_words(examples: Sequence[Example]) -> frozenset[str]:
    """Return the single words that are labelled as areas wherever they may be one."""
    labelled, said = Counter[str](), Counter[str]()
    for example in examples:
        words = tokens(fold(example.text))
        said.update(word.word for at, word in enumerate(words) if _may_be_area(words, at))
        spans = [(e.start, e.end) for e in example.entities if e.entity == "area"]
        labelled.update(word.word for word in words if (word.start, word.end) in spans)
    ordinary = ordinary_table()["words"]
    return frozenset(
        word
        for word, count in labelled.items()
        if count >= _OFTEN and count >= _MOSTLY * said[word] and word not in ordinary
    )


def _may_be_area(words: Sequence[Token], at: int) -> bool:
    return cue_before(words, at) is not Cue.NEVER


def _forgotten(
    example: Example, folded: str, words: Sequence[Token], areas: frozenset[str]
) -> Iterator[str]:
    """Find the names of programmes and places that no label touches."""
    spans = [(entity.start, entity.end) for entity in example.entities]
    wanted = [(found.start, found.end) for found in find_programs(folded, words)]
    wanted += [
        (word.start, word.end)
        for at, word in enumerate(words)
        if word.word in areas and _may_be_area(words, at)
    ]
    for start, end in wanted:
        if not any(start < stop and begin < end for begin, stop in spans):
            yield example.text[start:end]
