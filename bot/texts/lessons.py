"""The short lessons for groups, as data."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("lessons.toml")


@dataclass(frozen=True, slots=True)
class Lesson:
    """A few cards to be read one after another, and one question about them."""

    key: str
    title: str
    cards: tuple[str, ...]
    question: str
    answers: tuple[str, ...]
    right: int  # the place of the right answer, from 1
    why: str


@cache
def lessons() -> dict[str, Lesson]:
    """Give all lessons by their keys, in the order in which they are taught."""
    with _FILE.open("rb") as file:
        read = tomllib.load(file)
    return {
        key: Lesson(key, cards=tuple(one.pop("cards")), answers=tuple(one.pop("answers")), **one)
        for key, one in read.items()
    }
