"""Takes phrases that an officer has labelled into the corpus, in a file of their own."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from nlu.corpus import CorpusError, Example, read_file
from nlu.corpus_check import faults
from nlu.labels import INTENTS, LEARNED
from nlu.parse import Entity

FILE: Final = "learned.yml"
UNDECIDED, NOTHING = "?", "-"
_HEAD = 'version: "3.1"\n\nnlu:\n'


def read_labels(path: Path) -> list[tuple[int, str, str]]:
    """Read the rows of `halo nlu suggest` back: number, intent and text, parted by tabs.

    Raises CorpusError with file and line for a row that is not of this shape.
    """
    try:
        rows = path.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise CorpusError(f"{path} baris 1: bukan teks dalam UTF-8.") from None
    found: list[tuple[int, str, str]] = []
    for line, row in enumerate(rows, 1):
        if not row.strip() or row.startswith("#"):
            continue
        number, _, rest = row.partition("\t")
        intent, tab, text = rest.partition("\t")
        if not number.strip().isdecimal() or not tab or not text.strip():
            raise CorpusError(f"{path} baris {line}: harus `nomor<TAB>maksud<TAB>teks`.")
        if intent.strip() not in (*INTENTS, UNDECIDED, NOTHING):
            raise CorpusError(f"{path} baris {line}: maksud `{intent}` tidak dikenal.")
        found.append((int(number), intent.strip(), text.strip()))
    return found


def learn(
    folder: Path,
    taught: Sequence[Example],
    phrases: Sequence[tuple[str, str, tuple[Entity, ...]]],
) -> list[Example]:
    """Add (intent, text, entities) to the corpus of a folder; gives those that it had not yet.

    Raises CorpusError if one of them is at odds with what the corpus teaches already.
    """
    path = folder / FILE
    known = {example.text.casefold(): example.intent for example in taught}
    new: list[Example] = []
    for intent, text, entities in phrases:
        if known.get(text.casefold()) != intent:
            new.append(Example(text, intent, entities, FILE, 0, LEARNED))
            known.setdefault(text.casefold(), intent)
    before = set(faults(taught))
    wrong = [fault for fault in faults([*taught, *new]) if fault not in before]
    if wrong:
        raise CorpusError("\n".join(wrong))
    if new:
        _write(path, [*(read_file(path) if path.exists() else ()), *new])
    return new


def _write(path: Path, examples: Sequence[Example]) -> None:
    lines = [_HEAD]
    for intent in sorted({example.intent for example in examples}):
        lines.append(f"- intent: {intent}\n  metadata:\n    manner: {LEARNED}\n  examples: |\n")
        lines += [f"    - {_annotated(e)}\n" for e in examples if e.intent == intent]
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text("".join(lines), "utf-8")
    unfinished.replace(path)


def _annotated(example: Example) -> str:
    text = example.text
    for entity in sorted(example.entities, key=lambda entity: entity.start, reverse=True):
        marked = f"[{entity.raw}]({entity.entity})"
        text = text[: entity.start] + marked + text[entity.end :]
    return " ".join(text.split())
