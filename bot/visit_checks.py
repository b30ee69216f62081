"""What the words of a report say of each thing that is asked at a visit; "belumpi" is a no.

A word is read together with what denies it in the same clause. What stays open is not read at all.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.choices import approves
from bot.visit_clauses import DONE, SELDOM, as_not, clauses_of, tells_graduation

# For each purpose what is asked, and the answers that there are.
CHECKS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "home": {"state": ("fine", "need", "ready")},
    "commitment": {
        "school": ("yes", "no", "none"),
        "posyandu": ("yes", "no", "none"),
        "meeting": ("yes", "no", "none"),
    },
    "data": {"found": ("same", "changed", "moved", "died", "absent")},
    "complaint": {"settled": ("yes", "no")},
    "payout": {"came": ("yes", "no"), "whole": ("yes", "no"), "uncut": ("yes", "no")},
}
_LIGHT = frozenset(
    ("pernah", "prnh", "pnh", "ada", "yang", "yg", "bisa", "bs", "sempat", "smpt", "pigi", "pergi",
     "pi", "mi", "ji", "ki", "siap", "ke", "di", "dibawa", "bawa", "ikut", "ikuti", "mengikuti",
     "hadir", "masuk", "msk", "masih", "msh", "lagi", "lg", "rutin", "rajin", "aktif", "teratur",
     "terlalu", "begitu", "sama", "sekali", "juga", "jg", "anak", "anaknya", "ibu", "ibunya",
     "bapak", "bapaknya", "balita", "balitanya", "bayi", "bayinya", "cucu", "cucunya", "si", "dia",
     "mereka", "orang", "orangnya", "kpm", "dan", "sih", "ya", "pak", "bu", "jadi", "semua",
     "semuanya", "lancar", "bagus", "ini", "itu", "hari", "bulan", "minggu", "tiap", "setiap",
     "selalu", "terus", "tetap", "tadi", "td", "kemarin", "satupun", "satu", "bantuan",
     "bantuannya", "beras", "berasnya", "uang", "uangnya", "dana", "dananya", "sembako", "barang",
     "barangnya", "punya", "usia", "umur", "begini", "nya", "baik", "betul")
)  # fmt: skip
# What is wished, feared, asked or still to come has not happened; after a "no" it is part of it.
_WISHED = frozenset(("mau", "mo", "akan", "ingin", "pengen", "dapat"))
_OPEN = frozenset(
    ("nanti", "besok", "lusa", "rencana", "rencananya", "harus", "mesti", "diminta", "minta",
     "disuruh", "suruh", "dianjurkan", "anjurkan", "disarankan", "diajak", "ajak", "diingatkan",
     "ingatkan", "mengingatkan", "diarahkan", "kalau", "kalo", "klo", "jika", "bila", "supaya",
     "agar", "semoga", "kapan", "tunggu", "menunggu", "tutup", "libur", "jauh", "jadwal", "janji",
     "dijanjikan", "untuk", "utk", "tanya", "menanyakan", "bertanya", "nanya", "perlu")
)  # fmt: skip
_ABOUT = frozenset(
    ("soal", "tentang", "edukasi", "sosialisasi", "jelaskan", "dijelaskan", "bahas", "membahas",
     "motivasi", "dorong", "didorong", "arahkan", "informasi", "info", "bpjs", "kis", "iuran",
     "bank", "usaha")
)  # fmt: skip
_LONG_AGO = frozenset(
    ("tahun", "thn", "taun", "lama", "dulu", "dahulu", "hampir", "takut", "sejak")
)


@dataclass(frozen=True, slots=True)
class _Topic:
    """The words that say of one thing that it is so, or that it is not."""

    good: re.Pattern[str]
    bad: re.Pattern[str] = field(default=re.compile(r"(?!)"))
    open: frozenset[str] = field(default=frozenset())  # beside which nothing is said of it
    lowers: bool = True  # "kurang" denies: "kurang rajin"
    mixed: str | None = "no"  # where one is said and the other, too


def _of(words: str) -> re.Pattern[str]:
    return re.compile(words)


_SCHOOL_OPEN = frozenset(
    ("pindah", "ganti", "biaya", "uang", "seragam", "perlengkapan", "baju", "sepatu", "buku",
     "bayar")
)  # fmt: skip
_PLAIN: Mapping[str, _Topic] = {
    "school": _Topic(_of("sekolah(?:nya)?"), _of("bolong(?:2|-bolong)?"), open=_SCHOOL_OPEN),
    "posyandu": _Topic(_of("posyandu(?:nya)?|imunisasi(?:nya)?")),
    "meeting": _Topic(_of("p2k2|fds|pertemuan(?:nya)?")),
    "came": _Topic(
        _of("(?:di)?cair(?:kan|nya)?|(?:di|me)?[tn]erima(?:nya)?|(?:di)?trima|dapat|dpt|datang|dtg"
            "|ter?salur(?:kan)?|disalurkan|salur|masuk|msk"),
        lowers=False, mixed=None,
    ),
    "whole": _Topic(
        _of("lengkap(?:nya)?|komplit|cukup|sesuai"),
        _of("kurang(?:i|nya)?|krg|berkurang"), lowers=False,
    ),
    "uncut": _Topic(
        _of("utuh"),
        _of("(?:di|ter|me)?[pm]otong(?:i|an|annya|nya)?|pungli|(?:di)?pungut(?:an)?|disunat"),
        lowers=False,
    ),
    "settled": _Topic(_of("selesai|beres|tuntas|teratasi"), mixed=None),
}  # fmt: skip
_READY = _Topic(_of("graduasi|mandiri|mampu"), open=_ABOUT)
_NEED = _Topic(
    _of("butuh|membutuhkan|perlu|memerlukan|minta|bocor|rusak|roboh|reyot"), lowers=False
)
_FINE = _Topic(_of("sehat|baik|aman|lancar"))
_DIED = _Topic(_of("meninggal|wafat"), open=_LONG_AGO)
_MOVED = _Topic(_of("pindah"), open=_SCHOOL_OPEN | {"sekolah", "kelas", "kerja"})
_SAME = _Topic(_of("sesuai|cocok|valid"))
_STAYS = re.compile(r"\bdata(?:nya)? (?:masih )?(?:tetap|benar|betul|sama)\b")
_CHANGED = _Topic(
    _of("berubah|perubahan|ubah|salah|beda|berbeda|ganti|keliru"), open=_SCHOOL_OPEN - {"ganti"}
)
_AWAY = re.compile(
    r"\brumah(?:nya)? (?:\w+ )?(?:kosong|terkunci|tertutup|sepi)\b"
    r"|\bnot ada (?:satu |se)?(?:orang|siapa|siapapun)\b"
    r"(?=$| (?:pun|satupun|siapa|di|rumah|sama)\b)"
    r"|\bnot (?:sempat )?(?:ke|ber)?temu\b|\b(?:orang|org|penghuni)(?:nya)? not ada\b"
    r"|\bnot (?:ada )?(?:di ?|berada di )rumah(?:nya)?\b"
)
_NOBODY = re.compile(
    rf"(?:tadi |tapi )?(?:{_AWAY.pattern})(?: (?:di|rumah|rumahnya|sama|sekali|pun|satupun|siapa"
    r"|siapapun|juga|tadi|lagi|semua|semuanya|dengan|orang|orangnya|penghuninya|kpm|kpmnya"
    r"|keluarga|keluarganya))*"
)
_NO_CHILD = {
    "school": re.compile(r"\bnot (?:ada|punya) (?:lagi )?anak (?:yang )?(?:usia |umur )?sekolah"),
    "posyandu": re.compile(r"\bnot (?:ada|punya) (?:lagi )?(?:balita|bayi|bumil|ibu hamil)\b"),
}
_SHORT = re.compile(r"\b(?:se)?harusnya \d")  # "diterima 8 kg, harusnya 10"
_AID = r"(?:sembako|beras|bantuan|bansos|uang|dana|pkh|bpnt|blt)(?:nya)?"
_NOT_YET = re.compile(rf"(?:\w+ )?{_AID}(?: (?:tahap|thp) \d+)? belum(?: (?:lagi|juga))?")
# "uang diambil ketua", "kartu dipegang ketua"
_KEPT_BACK = re.compile(
    r"\b(?:di)?(?:ambil|pegang|tahan|simpan)(?:nya)? (?:sama |oleh |pak |bu |orang )*"
    r"(?:ketua|agen|pendamping|rt|rw|aparat)(?:nya)?\b"
)
_MORE_OR_LESS = re.compile(r"\b(?:kurang lebih|lebih kurang)\b")
_DILIGENT = frozenset(("pernah", "rajin", "rutin", "aktif", "selalu", "lancar"))


def heard_checks(text: str, purpose: str) -> dict[str, str]:
    """Give what words tell of all that is asked for a purpose; what stays open is left out."""
    clauses = list(clauses_of(text))
    heard = {name: _heard(name, clauses, CHECKS[purpose]) for name in CHECKS[purpose]}
    return {name: value for name, value in heard.items() if value is not None}


def answered(name: str, text: str) -> str | None:
    """Give what words answer when one thing is asked: what they tell of it, or a plain no."""
    purpose = next(purpose for purpose, checks in CHECKS.items() if name in checks)
    heard = heard_checks(text, purpose).get(name)
    if heard is not None or name not in _PLAIN:
        return heard
    said = approves(text)
    if said is not None:
        return "yes" if said else "no"
    clauses = list(clauses_of(text))
    # "Utuh, tanpa potongan?" — "tidak ada", "tidak pernah": that may be said of either.
    if len(clauses) != 1 or name == "uncut":
        return None
    kinds = [_kind(word, _PLAIN[name], "") for word in clauses[0]]
    if not set(kinds) <= {"N", "B", "L", "A"} or "ada" in clauses[0]:
        return None
    denied = sum(kind in "NB" for kind in kinds)
    if denied:
        return "no" if denied % 2 else "yes"
    return "yes" if "A" in kinds or _DILIGENT & set(clauses[0]) else None


def tells_nobody(text: str) -> bool:
    """Say whether a clause tells that nobody was met."""
    return any(_NOBODY.fullmatch(as_not(words)) for words in clauses_of(text))


def _heard(
    name: str, clauses: Sequence[Sequence[str]], purpose: Mapping[str, Sequence[str]]
) -> str | None:
    if name == "state":
        return _state(clauses)
    if name == "found":
        return _found(clauses)
    none = _NO_CHILD.get(name)
    if none is not None and any(none.search(as_not(words)) for words in clauses):
        return "none"
    others = [topic for other, topic in _PLAIN.items() if other in purpose and other != name]
    signs = set(_signs(_PLAIN[name], clauses, others))
    if name == "whole" and any(_SHORT.search(" ".join(words)) for words in clauses):
        signs.add(False)
    if name == "came" and any(_NOT_YET.fullmatch(" ".join(words)) for words in clauses):
        signs.add(False)
    if name == "uncut" and any(_KEPT_BACK.search(" ".join(words)) for words in clauses):
        signs.add(False)
    if len(signs) == 2:
        return _PLAIN[name].mixed
    return next(("yes" if sign else "no" for sign in signs), None)


def _state(clauses: Sequence[Sequence[str]]) -> str | None:
    if True in _signs(_READY, [words for words in clauses if tells_graduation(words)]):
        return "ready"
    fine = set(_signs(_FINE, clauses))
    if True in _signs(_NEED, clauses) or False in fine:
        return "need"
    return "fine" if True in fine else None


def _found(clauses: Sequence[Sequence[str]]) -> str | None:
    whole = [as_not(words) for words in clauses]
    same = set(_signs(_SAME, clauses))
    sure = [words for words in clauses if "belum" not in words]
    changed = set(_signs(_CHANGED, sure))
    told = (
        ("died", True in _signs(_DIED, clauses)),
        ("moved", True in _signs(_MOVED, clauses)),
        ("absent", any(_AWAY.search(words) for words in whole)),
        ("changed", True in changed or False in same),
        ("same", True in same or False in changed or any(map(_STAYS.search, whole))),
    )
    return next((value for value, is_so in told if is_so), None)


def _signs(
    topic: _Topic, clauses: Sequence[Sequence[str]], others: Sequence[_Topic] = ()
) -> Iterator[bool]:
    """Say for each time that something is spoken of whether it is so."""
    for words in clauses:
        clean = _MORE_OR_LESS.sub("", " ".join(words)).split()
        kinds = ""
        for word in clean:
            kinds += _kind(word, topic, kinds, others)
        if set(kinds) & set("TX"):
            yield from _read(kinds.replace("L", ""))
        elif topic is _PLAIN["school"] and {"bolos", "membolos", "alpa"} & set(clean):
            yield kinds.count("N") % 2 == 1


def _kind(word: str, topic: _Topic, before: str, others: Sequence[_Topic] = ()) -> str:
    """Give what a word does: Not, Bad, Target, X (its opposite), Open, Already, Light, Other, M.

    M is what another question is about.
    """
    if word in ("not", "belum"):
        return "N"
    if topic.good.fullmatch(word):
        return "T"
    if topic.bad.fullmatch(word):
        return "X"
    if word in topic.open or word in _OPEN:
        return "H"
    if word in _WISHED:
        return "L" if before.rstrip("L").endswith(("N", "B")) else "H"
    if word in SELDOM and (topic.lowers or word not in ("kurang", "krg")):
        return "B"
    if any(other.good.fullmatch(word) or other.bad.fullmatch(word) for other in others):
        return "M"
    if word in DONE:
        return "A"
    return "L" if word in _LIGHT or word.isdigit() else "O"


def _read(kinds: str) -> Iterator[bool]:
    """Read each target in a row of kinds together with what denies it before or behind it."""
    for run in re.finditer(r"T+|X+", kinds):
        segment = re.split("[TX]", kinds[: run.start()])[-1]
        after = kinds[run.end() :]
        denied = len(segment) - len(segment.rstrip("NB"))
        behind = re.match(r"N+(?=$)|N*B(?![TX])", after)
        if "H" in segment or after.startswith("H"):
            continue
        if not denied and behind is not None:
            denied = len(behind.group())
        elif not denied and not segment.endswith("A") and _is_open(segment, after):
            continue
        yield (run.group()[0] == "T") == (denied % 2 == 0)


def _is_open(segment: str, after: str) -> bool:
    """Say whether what denies stands near a target and may or may not be meant for it."""
    if re.match(r"M+[NB]+$|N+[OHA]", after):
        return True
    return re.search("[NB]", segment) is not None and not re.match(r"A(?:$|[TXM])", after)
