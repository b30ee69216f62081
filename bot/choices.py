"""Which of the offered choices a written answer means: its number, its word or a near-word."""

import re
from collections.abc import Sequence

from rapidfuzz import fuzz, process

from bot.messages import Choice

_NUMBER = re.compile(
    r"(?:no\.?|nomor|nmr|pilih(?:an)?|yang|yg)?\s*(\d{1,2})\s*[.)]?", re.IGNORECASE
)
_NEAR = 86.0  # of 100; below it "tidak" begins to look like "tindak"
# Words that may stand around a label without adding to what it says.
_FILLERS = frozenset(
    ("saya", "sa", "sy", "mau", "mo", "yang", "yg", "itu", "ini", "dong", "min", "pak", "bu", "kak",
     "ya", "tolong", "pilih", "ke", "lihat", "aja", "saja", "deh")
)  # fmt: skip
YES_WORDS = frozenset(
    ("ya", "iya", "iy", "y", "yaa", "iyaa", "yes", "ok", "oke", "okey", "okay", "boleh", "setuju",
     "betul", "benar", "lanjut", "siap", "iye", "inggih", "nggih", "mau", "jadi", "kirim")
)  # fmt: skip
NO_WORDS = frozenset(
    ("tidak", "tdk", "gak", "ga", "nggak", "enggak", "no", "ndak", "idak", "nda", "bukan",
     "jangan", "ora", "tida", "t")
)  # fmt: skip
_NOISE = re.compile(r"[^\w\s/-]+")


def pick(text: str, choices: Sequence[Choice]) -> Choice | None:
    """Give the choice that an answer means, or None where that is not clear."""
    said = _NOISE.sub(" ", text.lower()).strip()
    said = " ".join(said.split())
    if not said or not choices:
        return None
    number = _NUMBER.fullmatch(said)
    if number is not None:
        place = int(number.group(1))
        return choices[place - 1] if 1 <= place <= len(choices) else None
    labels = [" ".join(_NOISE.sub(" ", choice.label.lower()).split()) for choice in choices]
    if said in labels:
        return choices[labels.index(said)]
    return _yes_or_no(said, choices) or _near(said, labels, choices)


def _yes_or_no(said: str, choices: Sequence[Choice]) -> Choice | None:
    words = said.split()
    if len(words) > 3:
        return None
    for ending, spoken in ((":yes", YES_WORDS), (":no", NO_WORDS)):
        if words[0] in spoken:
            return next((choice for choice in choices if choice.value.endswith(ending)), None)
    return None


def _near(said: str, labels: Sequence[str], choices: Sequence[Choice]) -> Choice | None:
    if len(said) < 3:
        return None
    found = process.extract(said, labels, scorer=fuzz.ratio, score_cutoff=_NEAR, limit=2)
    if not found:
        whole = [place for place, label in enumerate(labels) if _stands_in(said, label)]
        return choices[whole[0]] if len(whole) == 1 else None
    if len(found) == 2 and found[0][1] == found[1][1]:
        return None
    return choices[found[0][2]]


def _stands_in(said: str, label: str) -> bool:
    """Say whether a label was said with fillers around it, or one of its long words alone."""
    if label in said:
        return set(said.replace(label, " ").split()) <= _FILLERS
    return len(said) >= 4 and said in label.split()
