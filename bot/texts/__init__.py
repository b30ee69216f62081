"""Every sentence that a person reads: a file a language, looked up by key."""

import tomllib
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent
DEFAULT_LANGUAGE = "id"


@cache
def sentences(language: str = DEFAULT_LANGUAGE) -> dict[str, str]:
    """Give all sentences of a language by their dotted keys."""
    with (_FOLDER / f"{language}.toml").open("rb") as file:
        sections = tomllib.load(file)
    return {
        f"{section}.{key}": sentence.strip()
        for section, entries in sections.items()
        for key, sentence in entries.items()
    }


def say(key: str, **values: object) -> str:
    """Give the sentence of a key with its blanks filled; raises KeyError for an unknown key."""
    return sentences()[key].format(**values)


def known(key: str) -> bool:
    """Say whether there is a sentence of this key."""
    return key in sentences()
