"""Takes phrases that an officer has labelled into the corpus, in a file of their own."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nlu.corpus import CorpusError, Example, read_file
from nlu.corpus_check import faults
from nlu.labels import INTENTS, LEARNED
from nlu.masking import personal
from nlu.normalize import normalize

FILE: Final = "learned.yml"
UNDECIDED, NOTHING = "?", "-"
_HEAD = 'version: "3.1"\n\nnlu:\n'
_SHAPE = "harus `nomor<TAB>maksud<TAB>teks`"


@dataclass(frozen=True, slots=True)
class Unclear:
    """One message that was not clear, masked, with the intent that its sender then picked."""

    number: int
    text: str
    picked: str | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The unclear messages that say the same, and what most of their senders picked."""

    numbers: tuple[int, ...]
    intent: str
    text: str


@dataclass(frozen=True, slots=True)
class Label:
    """One row that an officer has labelled."""

    numbers: tuple[int, ...]
    intent: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Learned:
    """The phrases that are new in the corpus, and why the others were left out."""

    new: list[Example]
    skipped: list[str]


def grouped(messages: Iterable[Unclear]) -> list[Suggestion]:
    """Put messages of the same words together: explained ones first, then the most frequent."""
    same: dict[str, list[Unclear]] = defaultdict(list)
    for message in messages:
        same[_same_words(message.text).strip(" ?!.,")].append(message)
    found = [_suggestion(group) for group in same.values()]
    return sorted(found, key=lambda row: (row.intent == UNDECIDED, -len(row.numbers)))


def _same_words(text: str) -> str:
    return normalize(text) or text.casefold()  # marks alone have no words


def _suggestion(group: Sequence[Unclear]) -> Suggestion:
    picked = Counter(message.picked for message in group if message.picked is not None)
    return Suggestion(
        tuple(message.number for message in group),
        picked.most_common(1)[0][0] if picked else UNDECIDED,
        Counter(message.text for message in group).most_common(1)[0][0],
    )


def written(row: Suggestion) -> str:
    """Write a suggestion as the row that `read_labels` reads back."""
    numbers = ",".join(str(number) for number in row.numbers)
    return f"{numbers}\t{row.intent}\t{row.text}\t{len(row.numbers)}x"


def read_labels(path: Path) -> list[Label]:
    """Read the rows of `halo nlu suggest` back: numbers, intent, text and perhaps the count.

    Raises CorpusError with file and line for a row that is not of this shape.
    """
    try:
        rows = path.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise CorpusError(f"{path} baris 1: bukan teks dalam UTF-8.") from None
    found: list[Label] = []
    for line, row in enumerate(rows, 1):
        if row.strip() and not row.startswith("#"):
            try:
                found.append(_label(row, line))
            except ValueError as error:
                raise CorpusError(f"{path} baris {line}: {error}.") from None
    return found


def _label(row: str, line: int) -> Label:
    numbers, *rest = (cell.strip() for cell in row.split("\t"))
    ids = [number.strip() for number in numbers.split(",")]
    if not 2 <= len(rest) <= 3 or not rest[1] or not all(number.isdecimal() for number in ids):
        raise ValueError(_SHAPE)
    if rest[0] not in (*INTENTS, UNDECIDED, NOTHING):
        raise ValueError(f"maksud `{rest[0]}` tidak dikenal")
    return Label(tuple(int(number) for number in ids), rest[0], rest[1], line)


def learn(folder: Path, taught: Sequence[Example], phrases: Sequence[Example]) -> Learned:
    """Add phrases, each with the place where it was labelled, to the corpus of a folder.

    Raises CorpusError, with nothing added, if one is at odds with the corpus or tells a person.
    """
    meant = {_same_words(example.text): example for example in taught}
    new: list[Example] = []
    skipped: list[str] = []
    wrong: list[str] = []
    for phrase in phrases:
        kind = personal(phrase.text, phrase.entities)
        other = meant.setdefault(_same_words(phrase.text), phrase)
        if kind is not None:
            wrong.append(f"{_where(phrase)}: masih berisi {kind}; ganti atau hapus dahulu.")
        elif other.intent != phrase.intent:
            wrong.append(f"{_where(phrase)}: maksudnya lain di {_where(other)} (`{other.intent}`).")
        elif other is phrase:
            new.append(phrase)
        else:
            skipped.append(f"{_where(phrase)}: sudah ada di {_where(other)}.")
    wrong += [fault for phrase in new for fault in faults([phrase])]
    if wrong:
        raise CorpusError("\n".join(wrong))
    new, too_near = _teaching(taught, new)
    if new:
        path = folder / FILE
        _write(path, [*(read_file(path) if path.exists() else ()), *new])
    return Learned(new, [*skipped, *too_near])


def _teaching(taught: Sequence[Example], new: Sequence[Example]) -> tuple[list[Example], list[str]]:
    """Part the phrases that teach something from the faults of those so near to others.

    Raises CorpusError for what is at odds with the phrases of another intent.
    """
    near: list[str] = []
    for intent in {phrase.intent for phrase in new}:
        alike = [example for example in taught if example.intent == intent]
        near += _new_faults(alike, [phrase for phrase in new if phrase.intent == intent])
    wrong = [fault for fault in _new_faults(taught, new) if fault not in near] if new else []
    if wrong:
        raise CorpusError("\n".join(wrong))
    left = [phrase for phrase in new if not any(f.startswith(f"{_where(phrase)}:") for f in near)]
    return left, near


def _new_faults(taught: Sequence[Example], new: Sequence[Example]) -> list[str]:
    before = set(faults(taught))
    return [fault for fault in faults([*taught, *new]) if fault not in before]


def _where(example: Example) -> str:
    return f"{example.file} baris {example.line}"


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
