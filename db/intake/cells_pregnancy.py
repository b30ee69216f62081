"""What a line says of a pregnancy, as the day until which it counts.

A list that says no more than that somebody is pregnant says it of its own day: nine months later
that counts no more, however often the list repeats it. Where it states the day of birth, that day
counts.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache

from db.intake.cells import bare, is_nothing, refuse_formula
from db.intake.cells_dates import date_cleaner
from db.intake.cells_words import UNKNOWN, squeezed
from db.intake.columns import Header

TERM = timedelta(days=280)  # forty weeks
_LONGEST = timedelta(days=300)  # a day of birth beyond that is a slip of the year

# The national forms write 1 for yes and 2 for no; a line is about one person.
_WORDS = {
    word: is_pregnant
    for is_pregnant, words in (
        (True, "ya y yes true benar betul iya ada v 1"),
        (False, "tidak t tdk no n false bukan belum tidakada tdkada 0 2"),
    )
    for word in words.split()
}
_TICKS = frozenset("\u221a\u2713\u2714\u2611")
_PREGNANT = re.compile(r"hamil|bumil")
_PARTS = re.compile(r"[,;/\n|+&]|\bdan\b")  # of what a cell says of somebody
_SAID = re.compile(r"[a-z]+|\d+|[?*]")
_NONE = re.compile(r"(?:hamil|bumil)\s*[:=]?\s*-\s*$|(?:hamil|bumil)\s*[:=]\s*2\s*$")
_OVER = re.compile(r"melahirkan|bersalin|keguguran|\bpasca|\babortus")
_DENYING = (
    "tidak tdk tida tak gak ga gk nggak ngga enggak engga ndak nda idak dak ora bukan bkn belum"
    " blm blom non no none nihil tanpa nol kosong 0 00"
)
_BESIDE = (
    "hamil bumil ke an nya ibu ibunya wanita perempuan istri isteri sedang lagi ya iya y yes benar"
    " ada positif status keadaan kondisi muda tua besar anak pertama kedua ketiga keempat bulan bln"
    " bl minggu mgg mg hari usia umur trimester tm triwulan i ii iii iv orang org jiwa kandungan"
    " nifas menyusui busui resiko risiko tinggi risti kek komponen kategori kesehatan pkh kpm"
    " pengurus v lansia balita disabilitas"
)
_NO, _YES = frozenset(_DENYING.split()), frozenset(_BESIDE.split())
_BEHIND_NO = frozenset(("pernah", "dalam"))  # "belum pernah hamil"
_CONDITIONS = ("komponen", "kondisi")  # begin the headers of columns that tell it among others

Reader = Callable[[Sequence[str]], tuple[date | None, bool]]


@lru_cache(maxsize=1024)
def clean_pregnant(cell: str) -> bool | str | None:
    """Read whether somebody is pregnant; UNKNOWN where something is said that is not understood."""
    text = bare(cell, "hamil")
    if not text or is_nothing(text):
        return None
    refuse_formula(text, "hamil")
    if text in _TICKS:
        return True
    if (known := _WORDS.get(squeezed(text))) is not None:
        return known
    said = _said(text)
    return UNKNOWN if said is None else said


def tells_pregnancy(columns: Iterable[str], unknown: Iterable[str]) -> bool:
    """Say whether a list has a column that may tell of pregnancies, of ours or among others."""
    told = {"hamil", "hamil_sampai"}.intersection(columns)
    return bool(told) or any(squeezed(name).startswith(_CONDITIONS) for name in unknown)


def due_reader(header: Header, as_of: date, is_1904: bool) -> Reader | None:
    """Make what reads until when somebody counts as pregnant, and whether that was not understood.

    None where no column tells it.
    """
    told, until = header.places.get("hamil"), header.places.get("hamil_sampai")
    conditions = [
        place for name, place in header.unknown.items() if squeezed(name).startswith(_CONDITIONS)
    ]
    if told is None and until is None and not conditions:
        return None
    clean_due = date_cleaner("hamil_sampai", as_of + _LONGEST, is_1904, far="import.due_far")

    def read(row: Sequence[str]) -> tuple[date | None, bool]:
        due = clean_due(row[until]) if until is not None and row[until] else None
        stated = clean_pregnant(row[told]) if told is not None and row[told] else None
        if stated is False:
            return None, False
        told_of = {stated, *(_said(row[place]) for place in conditions)}
        return due or (as_of + TERM if True in told_of else None), UNKNOWN in told_of

    return read


@lru_cache(maxsize=1024)
def _said(text: str) -> bool | str | None:
    """Read whether a text says that somebody is pregnant; None where it speaks of nothing like it.

    UNKNOWN where one of its words is not known beside that: "riwayat hamil", "program hamil".
    """
    small = text.lower()
    if _PREGNANT.search(small) is None:
        return None
    if _OVER.search(small):
        return UNKNOWN
    found = {_read_part(part) for part in _PARTS.split(small) if _PREGNANT.search(part)}
    return found.pop() if len(found) == 1 else UNKNOWN


def _read_part(part: str) -> bool | str:
    if _NONE.search(part):
        return False
    words = {*_SAID.findall(_PREGNANT.sub(r" \g<0> ", part))}
    denied = not words.isdisjoint(_NO)
    counted = {word for word in words if word.isdigit()} - _NO
    if denied and counted:
        return UNKNOWN  # "ibu hamil 1 balita 0"
    known = _YES | _NO | _BEHIND_NO if denied else _YES
    return not denied if words - counted <= known else UNKNOWN
