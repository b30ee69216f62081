"""What people say to "is it done?": yes, not yet, thanks, later; also as in Java and Buton."""

import re
from enum import Enum

_WORD = re.compile(r"[a-z0-9']+")
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")  # "beluuum"
# Of Buton and Makassar; taken off where the rest is one of the words below.
_CLITICS = ("mi", "pi", "ji", "mo", "pa", "lah", "mako", "maki", "ka")
_NOT_YET = frozenset(
    ("belum", "blm", "blum", "blom", "belom", "bloman", "lum", "durung", "drg", "dereng", "alun",
     "olun", "balun", "belun")
)  # fmt: skip
_NO = frozenset(
    ("tidak", "tdk", "tak", "gak", "ga", "nggak", "enggak", "ndak", "nda", "idak", "tida", "ora",
     "bukan", "engga", "gk")
)  # fmt: skip
_YES = frozenset(
    ("ya", "iya", "iyaa", "iye", "iyo", "yo", "y", "inggih", "nggih", "enggih", "betul", "benar",
     "yes")
)  # fmt: skip
_ALREADY = frozenset(
    ("sudah", "sdh", "sdah", "sudh", "sudha", "udah", "udh", "dah", "sampun", "wis", "wes", "uwis",
     "telah")
)  # fmt: skip
_SOLVED = frozenset(
    ("beres", "selesai", "tuntas", "lunas", "alhamdulillah", "alhamdulilah", "allhamdulillah",
     "beresmi", "rampung")
)  # fmt: skip
_THANKS = frozenset(
    ("terimakasih", "trimakasih", "makasih", "makasi", "mksh", "trims", "tks", "thanks", "nuwun",
     "suwun", "kasih", "tarimokasih", "thx")
)  # fmt: skip
# What may stand around a yes without saying more than it.
_AROUND = frozenset(
    ("pak", "bu", "bapak", "ibu", "kak", "min", "mbak", "mas", "admin", "puskesos", "terima",
     "trima", "tarimo", "matur", "banyak", "banget", "sekali", "ya", "saya", "sa", "sy", "kami",
     "semua", "semuanya", "atas", "bantuannya", "bantuan", "infonya", "uang", "uangnya",
     "duitnya", "berasnya", "kartunya", "barangnya", "cair", "masuk", "kembali", "dikembalikan",
     "diganti", "ganti", "diterima", "terima", "dapat", "dapet", "sampai", "ada", "baik", "baru",
     "syukur", "bagus", "mantap", "ok", "oke", "mi", "ji", "lah", "ke", "di", "saja", "aja")
)  # fmt: skip
_NAY_AROUND = frozenset(
    ("pak", "bu", "bapak", "ibu", "kak", "min", "mbak", "mas", "admin", "ya", "mi", "pi", "ji",
     "saya", "sa", "sy", "juga", "beres", "selesai", "itu", "masih", "lagi", "ada", "sama",
     "sekali", "e", "cukup", "maaf")
)  # fmt: skip
# What was not reached, behind a plain "no".
_REACHED = (
    r"(?:beres|selesai|tuntas|kembali|dikembalikan|balik|cair|masuk|ganti|diganti|ada|dapat|dapet"
    r"|terima|diterima|sampai|datang|berubah|sesuai|cukup|benar|betul|puas|bisa|jadi|lengkap|sama"
    r"|dikasih|dibayar|diperbaiki|oleh|olih)"
)
_NOT = rf"(?:{'|'.join(sorted(_NO))})"
_UNDONE = re.compile(
    rf"\b{_NOT}\s+(?:\w+\s+)?{_REACHED}\b(?!\s+(?:masalah|keluhan|apa))"
    r"|\b(?:baru|cuma|cuman|hanya|mung|nembe)\s+(?:\w+\s+){0,2}"
    r"(?:separuh|separo|setengah|sebagian|sedikit|sepalih)"
    r"|\bmasih\b(?!\s+(?:ingat|inget|aman|baik|bagus))"
    r"|\bkurang\b(?!\s+(?:tahu|tau|paham|ngerti|jelas))"
    r"|\b(?:sama saja|sama aja|tetap (?:saja|aja|sama)|tetep)\b"
)
# Who has not looked yet says "belum", too.
_NOT_LOOKED = (
    r"(?:sempat|tahu|tau|cek|dicek|periksa|diperiksa|lihat|liat|dilihat|coba|ke\s|ambil|pergi)"
)
_NEVER_LOOKED = re.compile(
    rf"\b(?:{'|'.join(sorted(_NOT_YET))})\s+(?:(?:saya|sy|sa|pernah|bisa|di)\s+)*{_NOT_LOOKED}"
)
# Of aid that somebody was asked whether he has it, and when and where he got it.
_TAKEN = frozenset(
    ("ambil", "ambi", "diambil", "kuambil", "ngambil", "njupuk", "jupuk", "mendhet", "terima",
     "diterima", "nerima", "tarimo", "dapat", "dpt", "dapet", "dapek", "oleh", "angsal", "cair",
     "masuk", "kebagian", "dikasih", "diberi", "pegang", "kupegang", "dipegang")
)  # fmt: skip
_STEMS = _NOT_YET | _ALREADY | _YES | _SOLVED | _NO | _TAKEN
# By themselves these may belong to anything: "terima kasih", "masuk".
_SURELY_TAKEN = _TAKEN - {"terima", "nerima", "tarimo", "masuk"}
_THANK = re.compile(r"\b(?:terima|trima|tarimo|matur)\s*(?:kasih|kasi|ksih|ksh|nuwun|suwun)\b")
_AMOUNT = re.compile(r"\b(?:rp\s*)?\d[\d.,]*\s*(?:rb|ribu|k|jt|juta|kg|kilo|karung)?\b")
_AROUND_TAKEN = frozenset(
    ("kemarin", "kmrn", "tadi", "pagi", "siang", "sore", "hari", "ini", "itu", "itumi", "barusan",
     "ka", "ki", "kita", "pa", "kodong", "pkh", "bpnt", "sembako", "blt", "beras", "lengkap",
     "full", "utuh", "aman", "juga", "kok", "e", "nya", "di", "sana", "kantor", "pos", "bank",
     "atm", "wingi", "mau", "oleh", "sama", "suami", "istri", "isteri", "anak", "ibu", "mama",
     "bapak", "adik", "kakak", "nenek", "kakek", "keluarga", "telah")
)  # fmt: skip
_AROUND_NOT_TAKEN = _AROUND_TAKEN | frozenset(
    ("sempat", "pergi", "kesana", "ke", "sana", "bisa", "sama", "sekali", "apa-apa", "apa", "dulu",
     "sampai", "sekarang", "skrg", "lagi", "antri", "antre", "ngantri", "antrian", "panjang",
     "ramai", "rame", "penuh", "sakit", "sibuk", "kerja", "jauh", "hujan", "karena", "krn", "masih",
     "katanya", "habis", "kosong", "stok", "stoknya", "kali", "pernah", "jadi", "sakitka")
)  # fmt: skip
_WANTS = frozenset(("mau", "mo", "gelem", "purun"))
# "Sudah dua kali ke sana" says how often somebody tried, and "sudah tapi kurang" that he got some.
_TRIED = re.compile(
    r"\b(?:sudah|sdh|udah|wis|sampun|bolak)\s*-?(?:(?:\s*(?:\w+\s+kali|\d+\s*x|berkali\W?kali|balik))"
    r"(?:\s+(?:saya|sa|sy|ke\s?sana|datang|pergi|antri|antre))*"
    r"|(?:\s*(?:ke\s?sana|antri|antre)))\b"
)
_SHORT = re.compile(
    r"\b(?:tapi|tp|tetapi|namun|ning|cuma|hanya)\s+"
    r"(?:(?:uangnya|berasnya|jumlahnya|isinya|barangnya|masih|baru|cuma|hanya|dapat)\s+)*"
    r"(?:kurang|separuh|separo|setengah|sebagian)(?:mi|ki)?\b"
)
_KIN_TOOK = re.compile(
    r"(?<!bukan )\b(?:suami|istri|isteri|anak|ibu|mama|mamak|bapak|ayah|adik|kakak|nenek|kakek"
    r"|menantu|mantu|cucu)(?:ku|e|ne)?(?:\s+(?:saya|sa|sy|aku))?\s+(?:yang|yg|sing)\s+"
    r"(?:ambil|mengambil|ambilkan|jupuk|njupuk|terima)\b"
)
_ASKING = re.compile(r"\?|\b(?:kapan|kpn|berapa|brp|apakah|bagaimana|gimana|gmn|siapa|mana)\b")
_BUT = re.compile(r"\b(?:tapi|tp|tetapi|namun|ning|cuma|hanya)\b")
_BEGINS_LATER = re.compile(
    r"(?:(?:iya|ya|iye|ok|oke|baik|oh|maaf|pak|bu|kak|min|bapak|ibu|sek|saya|sy|sa)[\s,.]+)*"
    r"(?:nanti|nnti|ntar|tunggu|sebentar|sbentar|bentar|sabar|mengko|ngko|engko|sekedap|sedelo"
    r"|kagek|kelak|besok)(?:pi|mi|lah)?\b"
)
_FIRST = re.compile(
    r"\b(?:tanya|tanyakan|tanyai|nanya|cari|carikan|cek|lihat|liat|periksa|tunggu|takon|batanya)"
    r"(?:pi)?\s+(?:\w+\s+)?(?:dulu|dlu|disik|rien|dolo|kudai)\b"
    r"|\b(?:dulu|dlu)\s+(?:saya |sy |sa )?(?:tanya|cari|cek|lihat)\b"
)
_LONGEST_LATER = 10  # words; who says more than that has answered


class Verdict(Enum):
    """What a message says about a matter that is said to be done."""

    DONE = "done"
    NOT_DONE = "not done"
    THANKS = "thanks"  # and nothing else, so that it may be either


def read_verdict(text: str, *, asked: bool) -> Verdict | None:
    """Read whether something is done; None where a text does not say so.

    A bare yes or no counts only where it was `asked` just before. Done is only what says nothing
    else, for it is final; one doubt makes it not done.
    """
    said = " ".join(_tokens(text))
    words = set(said.split())
    if not words:
        return None
    if _denies(said, words, asked, "?" in text):
        return Verdict.NOT_DONE
    if _ASKING.search(text.lower()) or words & (_NOT_YET | _NO):
        return None
    sure = words & (_ALREADY | _SOLVED) or (asked and words & _YES)
    if sure and words <= _ALREADY | _SOLVED | _YES | _THANKS | _AROUND:
        return Verdict.DONE
    return Verdict.THANKS if words & _THANKS and words <= _THANKS | _AROUND else None


def got_it(text: str, *, asked: bool = False) -> bool | None:
    """Read whether aid was got; None where a text says anything else besides, or asks.

    A bare yes or no counts only where it was `asked` just before. Too little of it was got.
    """
    told = _KIN_TOOK.sub("diambil", _THANK.sub("makasih", text.lower()))
    words = set(_tokens(told))
    if not words or _ASKING.search(text.lower()):
        return None
    not_yet, nay = words & _NOT_YET, words & _NO
    if not_yet or nay:
        words = set(_tokens(_TRIED.sub(" ", told)))
        said = _NOT_YET | _NO | _NAY_AROUND | _AROUND | _TAKEN | _AROUND_NOT_TAKEN
        unwilling = not not_yet and words & _WANTS and not words & _TAKEN  # to be told, or to come
        sure = bool(not_yet or asked or words & _TAKEN) and not words & _ALREADY and not unwilling
        return False if sure and words <= said else None
    if words & _ALREADY:
        words = set(_tokens(_AMOUNT.sub(" ", _SHORT.sub(" ", told))))
    said = _ALREADY | _YES | _SOLVED | _THANKS | _AROUND | _TAKEN | _AROUND_TAKEN
    sure = bool(words & (_ALREADY | _YES | _SURELY_TAKEN if asked else _ALREADY))
    return True if sure and words <= said else None


def falls_short(text: str) -> bool:
    """Say whether somebody got less than all: "sudah tapi kurang"."""
    return _SHORT.search(text.lower()) is not None


def is_bare(text: str) -> bool:
    """Say whether a "not done" gives no reason."""
    return set(_tokens(text)) <= _NOT_YET | _NO | _NAY_AROUND


def begins_with_verdict(text: str) -> bool:
    """Say whether the first word already answers."""
    said = _tokens(text)
    return bool(said) and said[0] in _NOT_YET | _ALREADY | {"masih"}


def puts_off(text: str) -> bool:
    """Say whether somebody will answer later: "nanti saya tanya dulu"."""
    said = " ".join(_tokens(text))
    if len(said.split()) > _LONGEST_LATER or re.search(r"\d", said):
        return False
    return _BEGINS_LATER.match(said) is not None or _FIRST.search(said) is not None


def _denies(said: str, words: set[str], asked: bool, asking: bool) -> bool:
    if _NEVER_LOOKED.search(said):
        return False
    if words & _NOT_YET:
        # "Sudah cair belum" asks; "sudah, tapi belum semua" does not.
        asking |= said.split()[-1] in _NOT_YET
        return not (asking and words & _ALREADY and not _BUT.search(said))
    if _UNDONE.search(said) is not None:
        return True
    return asked and bool(words & _NO) and words <= _NO | _NAY_AROUND


def _tokens(text: str) -> list[str]:
    return [_plain(word) for word in _WORD.findall(_DRAWN_OUT.sub(r"\1", text.lower()))]


def _plain(word: str) -> str:
    """Take the clitic off a word that is known without it: "belumpi", "sudahmi"."""
    for clitic in _CLITICS:
        stem = word.removesuffix(clitic)
        if stem != word and stem in _STEMS:
            return stem
    return word
