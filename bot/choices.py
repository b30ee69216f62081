"""Which of the offered choices a written answer means: its number, its word or a near-word."""

import re
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz import fuzz, process

from bot.messages import Choice

_NUMBER = re.compile(
    r"(?:(?:no\.?|nomor|nmr|pilih(?:an)?|yang|yg|sing|nan)\s*)*(?:ke[\s-]*)?(\d{1,2})\s*[.)]?",
    re.IGNORECASE,
)
_PLACES = (
    frozenset(("atas", "pertama", "satu", "kesatu", "siji", "sijine", "duluan", "awal")),
    frozenset(("kedua", "dua", "duo", "loro", "tengah")),
    frozenset(("ketiga", "tiga", "tigo", "telu")),
    frozenset(("keempat", "empat", "papat", "ampek")),
    frozenset(("kelima", "lima", "limo")),
)
_LAST = frozenset(("bawah", "terakhir", "akhir", "ngisor", "belakang"))
_BEFORE_PLACE = frozenset(
    ("yang", "yg", "sing", "nan", "no", "nomor", "nmr", "paling", "pilihan", "pilih", "ke", "di",
     "ji", "mi", "saja", "aja", "bu", "pak", "itu", "deh")
)  # fmt: skip
_REFUSALS = frozenset(
    ("bukan", "salah", "tidak", "tdk", "ga", "gak", "nggak", "enggak", "ndak", "nda", "idak",
     "tida", "ora", "dudu", "bukanmi", "bukang", "belum", "blm", "ndaada", "gada", "gaada",
     "tidada")
)  # fmt: skip
_AROUND_REFUSAL = frozenset(
    ("ada", "adaji", "itu", "ini", "semua", "semuanya", "dua-duanya", "duanya", "dua", "duaduanya",
     "keduanya", "ketiganya", "salah", "satu", "satunya", "satupun", "pun", "cocok", "sesuai",
     "betul", "benar", "yang", "yg", "di", "atas", "sini", "situ", "pilihan", "pilihannya", "kabeh",
     "galo", "galonyo", "maksud", "maksudnya", "maksudku", "saya", "sa", "sy", "mi", "ji", "pak",
     "bu", "kak", "min", "ya", "dong", "deh", "lah", "kok", "nya", "kabehe", "bukan",
     "tiga-tiganya", "iku", "kuwi", "iki", "dari", "termasuk")
)  # fmt: skip
_BESIDE = ("menu", "human")  # values of choices that stand below a list without being part of it
_NEAR = 86.0  # of 100; below it "tidak" begins to look like "tindak"
# Words that may stand around a label without adding to what it says.
_FILLERS = frozenset(
    ("saya", "sa", "sy", "mau", "mo", "yang", "yg", "itu", "ini", "dong", "min", "pak", "bu", "kak",
     "ya", "tolong", "pilih", "ke", "lihat", "aja", "saja", "deh")
)  # fmt: skip
YES_WORDS = frozenset(
    ("ya", "iya", "iy", "y", "yaa", "iyaa", "yes", "ok", "oke", "okey", "okay", "boleh", "setuju",
     "betul", "benar", "lanjut", "siap", "iye", "iyo", "inggih", "nggih", "mau", "jadi", "kirim",
     "kirimkan")
)  # fmt: skip
# Of these at least one, and nothing beside it but what follows, is a yes to what is grave.
_CONSENT_WORDS = YES_WORDS - {"lanjut", "mau", "jadi", "kirim", "kirimkan"}
_AROUND_CONSENT = frozenset(
    ("saya", "sa", "sy", "aku", "kami", "mau", "dong", "min", "pak", "bu", "bapak", "ibu", "kak",
     "aja", "saja", "deh", "silakan", "silahkan", "sangat", "hapus", "mi", "ji", "lah")
)  # fmt: skip
NO_WORDS = frozenset(
    ("tidak", "tdk", "gak", "ga", "nggak", "enggak", "no", "ndak", "idak", "nda", "bukan",
     "jangan", "ora", "tida", "t")
)  # fmt: skip
_NOISE = re.compile(r"[^\w\s/-]+")
_SURELY_NAMED = 90.0  # of 100; said without being offered, a label must be nearly whole
# At a read-back more words mean yes and no than at the consent question, which must be plain.
_RIGHT = YES_WORDS | {"sudah", "sdh", "udah", "pas", "sesuai"}
_WRONG = NO_WORDS | {"salah", "belum", "blm", "keliru", "ubah"}
_UNSAYING = _WRONG | {"batal", "tapi", "tp"}
_AROUND = _FILLERS.union(
    ("kirim", "dikirim", "dulu", "benar", "betul", "sesuai", "pas", "semua", "semuanya", "juga")
)
_NOTHING_TO_GIVE = re.compile(
    r"(?:(?:tidak|tdk|gak|ga|nggak|enggak|ndak|nda|idak|tida|ora|no)"
    r"(?:\s+(?:ada|punya|usah|perlu|dulu|sempat))?"
    r"|(?:belum|blm)(?:\s+(?:ada|punya|sempat))?|nanti|skip|lewat(?:i|kan)?|kosong|-)"
    r"(?:\s+(?:foto|fotonya|gambar|gambarnya|lokasi|lokasinya|bukti|buktinya|saja|aja|dulu|ya"
    r"|pak|bu|kak|min|dong|nanti|saya|sa|sy)){0,3}"
)


def pick(text: str, choices: Sequence[Choice]) -> Choice | None:
    """Give the choice that an answer means, or None where that is not clear."""
    said = _plain(text)
    if not said or not choices:
        return None
    number = _NUMBER.fullmatch(said)
    if number is not None:
        place = int(number.group(1))
        return choices[place - 1] if 1 <= place <= len(choices) else None
    labels = [_plain_label(choice.label) for choice in choices]
    placed = _by_place(said, choices)
    if placed is not None:
        return placed
    if said in labels:
        return _only([choices[place] for place, label in enumerate(labels) if label == said])
    return _yes_or_no(said, choices) or _near(said, labels, choices)


def _by_place(said: str, choices: Sequence[Choice]) -> Choice | None:
    """Give the choice of "yang atas" or "nomor dua"."""
    words = [word for word in said.split() if word not in _BEFORE_PLACE]
    if len(words) != 1:
        return None
    if words[0] in _LAST:
        return _last(choices)
    if words[0] == "tengah" and len(choices) != 3:
        return None
    place = next((at for at, names in enumerate(_PLACES) if words[0] in names), None)
    return choices[place] if place is not None and place < len(choices) else None


def _last(choices: Sequence[Choice]) -> Choice:
    """Give the last choice of a list, without the ways out below it."""
    rest = list(choices)
    if rest[-1].value == "menu":
        while len(rest) > 1 and rest[-1].value in _BESIDE:
            rest.pop()
    return rest[-1]


def refuses_all(text: str) -> bool:
    """Say whether an answer to a list means that it is none of it: "bukan dua-duanya"."""
    words = _plain(text).split()
    if not 1 <= len(words) <= 6:
        return False
    rest = [word for word in words if word not in _REFUSALS]
    return len(rest) < len(words) and set(rest) <= _AROUND_REFUSAL


def agrees(text: str) -> bool:
    """Say whether an answer is a yes and nothing more, which picks none of several."""
    words = _plain(text).split()
    return bool(words) and words[0] in YES_WORDS and set(words) <= YES_WORDS | _FILLERS


def agrees_plainly(text: str) -> bool:
    """Say whether a yes is meant for what is asked: "lanjut" or "boleh tanya" is none.

    What names the choice by its number or label begins with no such word, and is plain.
    """
    words = _plain(text).split()
    if not words or words[0] not in YES_WORDS:
        return True
    return words[0] in _CONSENT_WORDS and set(words) <= _CONSENT_WORDS | _AROUND_CONSENT


def is_number(text: str) -> bool:
    """Say whether an answer is the number of a choice."""
    return _NUMBER.fullmatch(_plain(text)) is not None


def named(text: str, choices: Sequence[Choice]) -> Choice | None:
    """Give the choice whose label was written out, offered or not."""
    said = _plain(text)
    meant = [choice for choice in choices if _is_named(said, _plain_label(choice.label))]
    return _only(meant)


def approves(text: str) -> bool | None:
    """Read the answer to "is this right?"; None where it is neither yes nor no."""
    words = _plain(text).split()
    if not words or len(words) > 4:
        return None
    if words[0] in _WRONG:
        return False if set(words[1:]) <= _AROUND else None
    if words[0] in _RIGHT and not _UNSAYING & set(words[1:]):
        return True
    return None


def gives_nothing(text: str) -> bool:
    """Say whether an answer means that there is nothing to give."""
    return _NOTHING_TO_GIVE.fullmatch(_plain(text)) is not None


def _plain(text: str) -> str:
    return " ".join(_NOISE.sub(" ", text.lower()).split())


@lru_cache(maxsize=1024)
def _plain_label(label: str) -> str:
    return _plain(label)  # remembered, as labels come again with every message


def _only(meant: Sequence[Choice]) -> Choice | None:
    """Give the one choice that is meant; the same one offered twice is one."""
    return meant[0] if meant and len({choice.value for choice in meant}) == 1 else None


def _is_named(said: str, label: str) -> bool:
    if label in said and set(said.replace(label, " ", 1).split()) <= _FILLERS:
        return True
    return fuzz.ratio(said, label) >= _SURELY_NAMED


def _yes_or_no(said: str, choices: Sequence[Choice]) -> Choice | None:
    words = said.split()
    if len(words) > 3:
        return None
    for ending, spoken in (((":yes", "_yes"), YES_WORDS), ((":no", "_no"), NO_WORDS)):
        if words[0] in spoken and not (spoken is YES_WORDS and _UNSAYING & set(words[1:])):
            return next((choice for choice in choices if choice.value.endswith(ending)), None)
    return None


def _near(said: str, labels: Sequence[str], choices: Sequence[Choice]) -> Choice | None:
    if len(said) < 3:
        return None
    found = process.extract(said, labels, scorer=fuzz.ratio, score_cutoff=_NEAR, limit=2)
    if not found:
        whole = [place for place, label in enumerate(labels) if _stands_in(said, label)]
        return choices[whole[0]] if len(whole) == 1 else None
    best = [choices[place] for _label, score, place in found if score == found[0][1]]
    return _only(best)


def _stands_in(said: str, label: str) -> bool:
    """Say whether a label was said with fillers around it, or one of its long words alone."""
    if label in said:
        return set(said.replace(label, " ").split()) <= _FILLERS
    return len(said) >= 4 and said not in _FILLERS and said in label.split()
