"""Reads the training corpus: Rasa YAML with annotated entities."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from nlu.normalize import SLANG_PATH
from nlu.parse import Entity

DATA_PATH: Final = Path(__file__).parent / "data"
# libyaml's reads the same thirty times as fast; PyYAML may have been built without it.
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOT_EXAMPLES: Final = frozenset({"domain.yml", "config.yml"})
_ANNOTATION = re.compile(r"\[(?P<raw>[^\]]*)\](?:\((?P<short>[^)]*)\)|(?P<long>\{[^}]*\}))")


class CorpusError(Exception):
    """The corpus cannot be read; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Example:
    """One phrase of the corpus with its label, its manner of writing and where it stands."""

    text: str
    intent: str
    entities: tuple[Entity, ...]
    file: str
    line: int
    manner: str = ""


@dataclass(frozen=True, slots=True)
class Corpus:
    """All phrases of a corpus and the digest that tells it from any other."""

    examples: tuple[Example, ...]
    digest: str


def corpus_files(folder: Path = DATA_PATH) -> list[Path]:
    """Return the files of a corpus folder that hold phrases."""
    return sorted(p for p in folder.glob("*.yml") if p.name not in _NOT_EXAMPLES)


def corpus_digest(folder: Path = DATA_PATH) -> str:
    """Return the digest of all that a model learns from: the phrases and the slang dictionary."""
    digest = hashlib.sha256()
    for path in [*corpus_files(folder), SLANG_PATH]:
        content = path.read_bytes()
        digest.update(f"{path.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def read_corpus(folder: Path = DATA_PATH) -> Corpus:
    """Read every phrase of a corpus folder."""
    files = corpus_files(folder)
    if not files:
        raise CorpusError(f"Tidak ada berkas korpus (*.yml) di {folder}.")
    examples = [example for path in files for example in read_file(path)]
    return Corpus(tuple(examples), corpus_digest(folder))


def read_file(path: Path) -> list[Example]:
    """Read the phrases of one Rasa YAML file."""
    try:
        root = _compose(path.read_text("utf-8"))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CorpusError(f"{path} baris {line}: YAML tidak terbaca ({error.problem}).") from None
    except (UnicodeDecodeError, yaml.YAMLError):
        raise CorpusError(f"{path} baris 1: bukan teks YAML dalam UTF-8.") from None
    groups = _field(root, "nlu")
    if not isinstance(groups, yaml.SequenceNode):
        raise CorpusError(f"{path} baris 1: daftar `nlu:` tidak ada.")
    return [example for group in groups.value for example in _group(path, group)]


def _compose(text: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError:
        return yaml.compose(text, Loader=yaml.SafeLoader)  # which names the line of the fault


def _field(node: yaml.Node | None, name: str) -> Any:
    """Return the node under a key of a mapping node, if there is one."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == name:
                return value
    return None


def _group(path: Path, group: yaml.Node) -> Iterator[Example]:
    """Read one intent with its block of examples."""
    intent, block = _field(group, "intent"), _field(group, "examples")
    if _field(group, "synonym") or _field(group, "lookup") or _field(group, "regex"):
        return
    manner = _field(_field(group, "metadata"), "manner")
    start = group.start_mark.line + 1
    if not isinstance(intent, yaml.ScalarNode) or not isinstance(block, yaml.ScalarNode):
        raise CorpusError(f"{path} baris {start}: kelompok tanpa `intent` atau `examples`.")
    first = block.start_mark.line + 2
    for at, row in enumerate(block.value.split("\n")):
        if not row.strip():
            continue
        line = first + at
        if not row.startswith("- "):
            raise CorpusError(f"{path} baris {line}: setiap contoh harus mulai dengan `- `.")
        try:
            text, entities = read_annotated(row[2:].strip())
        except ValueError as error:
            raise CorpusError(f"{path} baris {line}: {error}") from None
        yield Example(text, intent.value, entities, path.name, line, manner.value if manner else "")


def _label(match: re.Match[str]) -> tuple[str, str]:
    """Return the entity and the canonical value of one annotation."""
    raw = match["raw"]
    if match["short"] is not None:
        name, _, value = match["short"].partition(":")
        return name, value or raw
    try:
        fields = json.loads(match["long"])
        return str(fields["entity"]), str(fields.get("value", raw))
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"anotasi {match.group()} tidak terbaca.") from None


def read_annotated(row: str) -> tuple[str, tuple[Entity, ...]]:
    """Return a phrase without its annotations, and the entities that they mark."""
    pieces: list[str] = []
    entities: list[Entity] = []
    done = length = 0
    for match in _ANNOTATION.finditer(row):
        before = row[done : match.start()]
        name, value = _label(match)
        raw = match["raw"]
        start = length + len(before)
        pieces += (before, raw)
        length = start + len(raw)
        entities.append(Entity(name, value, raw, start, length))
        done = match.end()
    text = "".join([*pieces, row[done:]])
    if not text:
        raise ValueError("contoh kosong.")
    if any(mark in text for mark in "[]{}"):
        raise ValueError("anotasi tidak lengkap.")
    return text, tuple(entities)
