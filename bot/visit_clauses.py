"""The words of a report, clause by clause, and which of them speak of graduation."""

import re
from collections.abc import Iterator, Sequence

from nlu.fold import fold

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*|\d+")
_CLAUSES = re.compile(
    r"[,;:\n!]+|\.(?!\d)|\b(?:tapi|tp|tpi|tetapi|namun|sedangkan|cuma|cuman|hanya|lalu|kemudian"
    r"|karena|krn|krna|sebab)\b"
)
_PARTICLES = ("mi", "pi", "ji", "mo", "pa", "pun", "lah")
_NOT_YET = frozenset(("belum", "blm", "blum", "blom", "belom", "durung"))
_NOT = _NOT_YET | frozenset(
    ("tidak", "tdk", "tdak", "tida", "tak", "gak", "ga", "gk", "nggak", "ngga", "enggak", "engga",
     "ndak", "nda", "tra", "idak", "ora", "kagak", "bukan", "bkn", "bukang", "tanpa", "tiada",
     "ndaada", "gada", "gaada", "tidada")
)  # fmt: skip
SELDOM = frozenset(
    ("jarang", "jrg", "malas", "males", "enggan", "ogah", "bolos", "membolos", "alpa", "absen",
     "putus", "berhenti", "brenti", "mogok", "kurang", "krg", "gagal", "lupa")
)  # fmt: skip
DONE = frozenset(("sudah", "sdh", "su", "udah", "udh", "dah", "telah", "so"))
# To be able to do one thing, or a person who needs no help with it, is no graduation.
_GRADUATION = re.compile(r"(?:di|ter)?graduasi(?:nya)?")
_ABLE = frozenset(("mampu", "mandiri"))
_SOMEBODY = re.compile(
    r"(?:anak|ibu|bapak|ayah|mama|nenek|kakek|cucu|adik|kakak|balita|bayi|lansia|istri|suami)(?:nya)?"
)
_GOES_ON = frozenset(("dan", "serta", "sehingga", "makanya", "jadi", "usaha", "usahanya"))
_BESIDE_ABLE = frozenset(
    ("secara", "ekonomi", "ekonominya", "finansial", "keuangan", "keluarga", "keluarganya",
     "sekarang", "skrg", "skg", "kini", "saja", "sekali", "betul", "semua", "semuanya", "not",
     "belum", "mi", "ji", "tidak", "mampu", "mandiri", "ya", "ini", "itu", "lagi")
)  # fmt: skip


def clauses_of(text: str) -> Iterator[list[str]]:
    """Give the words of each clause; what denies is always "not" or "belum"."""
    for clause in _CLAUSES.split(fold(text)):
        words = [_plain(word) for word in _WORD.findall(clause.replace("p2k2", "fds"))]
        if words:
            yield words


def _plain(word: str) -> str:
    stem = next(
        (word[: -len(end)] for end in _PARTICLES if word.endswith(end) and word not in _NOT), word
    )
    bare = word if word in _NOT else stem
    if bare in _NOT_YET:
        return "belum"
    return "not" if bare in _NOT else bare if bare in DONE | SELDOM else word


def as_not(words: Sequence[str]) -> str:
    """Join the words of a clause; "belum" denies as "not" does."""
    return " ".join("not" if word == "belum" else word for word in words)


def tells_graduation(words: Sequence[str]) -> bool:
    """Say whether a clause speaks of a family that stands by itself, or is said not to."""
    if any(map(_GRADUATION.fullmatch, words)):
        return True
    at = next((place for place, word in enumerate(words) if word in _ABLE), None)
    if at is None or any(map(_SOMEBODY.fullmatch, words[:at])):
        return False
    if words[at] == "mampu" and not DONE & set(words):
        return False
    behind = words[at + 1 :]
    end = next((place for place, word in enumerate(behind) if word in _GOES_ON), len(behind))
    return set(behind[:end]) <= _BESIDE_ABLE
