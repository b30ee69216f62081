"""Guesses what a complaint is about, from the words people use."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

import yaml

from nlu.normalize import clip, normalize

COMPLAINTS_PATH: Final = Path(__file__).parent / "tables" / "complaints.yml"


@cache
def _cues() -> Mapping[str, tuple[str, ...]]:
    table: dict[str, list[str]] = yaml.safe_load(COMPLAINTS_PATH.read_text("utf-8"))
    return MappingProxyType({name: tuple(cues) for name, cues in table.items()})


def guess_category(text: str) -> str | None:
    """Give the category that most words speak for, or None where that is not clear."""
    said = f" {normalize(clip(text))} "
    scores = {
        name: sum(len(cue) for cue in cues if f" {cue} " in said) for name, cues in _cues().items()
    }
    best, second = sorted(scores.values(), reverse=True)[:2]
    if best == second:
        return None
    return max(scores, key=scores.__getitem__)
