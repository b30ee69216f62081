"""Words that mean the same wherever they are said: stop, back, a slip, a courtesy."""

import re

_LONGEST_QUESTION = 80  # characters; a longer text in a story field is the story
_LONGEST_CORRECTION = 200
_WORD = re.compile(r"[\w/]+")
_STOPS = frozenset(
    ("batal", "batalkan", "/batal", "cancel", "berhenti", "brenti", "berenti", "stop", "stopp",
     "udahan", "sudahan", "mandeg", "mandek", "quit", "end")
)  # fmt: skip
_STOPS_OF_TWO = frozenset(
    ("gak jadi", "ga jadi", "tdk jadi", "tidak jadi", "nda jadi", "nggak jadi", "enggak jadi",
     "ndak jadi", "ora sido", "udah ah", "sudah ah", "dah ah", "jangan lanjut", "jangan lanjutkan",
     "tidak lanjut", "gak lanjut", "jangan diteruskan")
)  # fmt: skip
_DONE = frozenset(("selesai", "cukup", "sudah cukup", "udah cukup", "sdh cukup", "sudah selesai"))
_AROUND_STOP = frozenset(
    ("saja", "aja", "dulu", "ya", "pak", "bu", "kak", "min", "deh", "dong", "lah", "mi", "saya",
     "sa", "sy", "mau", "mo", "ah", "lapor", "laporan", "laporannya", "isian", "isiannya", "kirim",
     "dikirim", "tolong", "itu", "ini")
)  # fmt: skip
_THANKED = re.compile(
    r"\b(?:(?:terima|trima|matur)\s*(?:kasih|nuwun)|makasih?|mksh|trims|tks|thx|thanks|thank you)\b"
    r"(?:\s+(?:banyak|sebelumnya)\b)?"
)
_BACK = frozenset(("kembali", "balik", "back", "/kembali", "sebelumnya", "mundur"))
_GOES_ON = re.compile(
    r"(?:(?:mari|ayo|mau|kita|kito)\s+)*(?:di)?(?:lanjut|terus|sambung|next)(?:kan|in)?"
    r"(?:\s+(?:saja|aja|lagi|dong|pak|bu|min|kak|ya|mi|isian|isiannya|laporan|laporannya))*",
    re.IGNORECASE,
)
# A story may begin with "salah"; only words that can be nothing but a correction count.
_CORRECTIONS = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        r"(?:eh|aduh|maaf|ups|eits)[\s,]+(?:salah|keliru|ralat)(?:\s+(?:tadi|ketik|tulis))?"
        r"[\s,.:;!-]*(?:maksud(?:nya|ku|\s+sa(?:ya)?)?|harusnya|yang benar)?[\s,.:]*(.*)",
        r"(?:salah|keliru|ralat)(?:\s+(?:tadi|ketik|tulis))?[\s.!]*()",
        r"(?:salah|keliru|ralat)[\s,.:;-]+(?:maksud(?:nya|ku|\s+sa(?:ya)?)|harusnya|yang benar)"
        r"[\s,.:]+(.*)",
    )
)
_MENDS = re.compile(
    r"\b(?:salah|keliru|ralat|ganti|ubah|rubah|betulkan|perbaiki|revisi|tapi|tp|kurang|bukan)\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"\?|\b(kapan|kpn|kapankah|bilakah|dimana|di mana|dmn|berapa|brp|apa|apakah|bagaimana"
    r"|gimana|gmn|kenapa|knp|siapa|pripun|piye|cak mano|kah)\b",
    re.IGNORECASE,
)
# What went wrong is told in a question, too: "PKH saya tidak cair, kapan cairnya?"
_TROUBLE = re.compile(
    r"\b(?:belum|blm|tidak|tdk|gak|ga|nggak|enggak|ndak|nda|idak|tida|tak|tra|durung|ora|kenapa"
    r"|knp|mengapa|kok|malah|terus-terusan)\b"
    r"|potong|pungli|ilang|rusak|mati\b|salah|kurang|jelek|busuk|kosong|telat|terlambat|macet",
    re.IGNORECASE,
)
# Whoever says so will not find the answer by being asked once more.
_HELPLESS = re.compile(
    r"\b(?:lupa|hilang|bingung|itu apa|apa itu|maksudnya apa|apa maksud"
    r"|(?:nik|kk|kartu keluarga) apa|apa (?:nik|kk)"
    r"|(?:tidak|tdk|gak|ga|nggak|enggak|ndak|nda|idak|tida|belum|blm)\s+"
    r"(?:punya|ada|tahu|tau|ingat|hafal|hapal|bawa|pegang))",
    re.IGNORECASE,
)
_COURTESIES = frozenset(
    ("terima", "kasih", "terimakasih", "trima", "makasih", "makasi", "mksh", "trims", "tks",
     "thanks", "matur", "nuwun", "suwun", "halo", "hallo", "hai", "hi", "hello", "assalamualaikum",
     "assalamu'alaikum", "ass", "wr", "wb", "selamat", "pagi", "siang", "sore", "malam", "permisi")
)  # fmt: skip
_AROUND_COURTESY = frozenset(
    ("pak", "bu", "bapak", "ibu", "kak", "min", "mbak", "mas", "ya", "banyak", "atas", "bantuannya",
     "infonya", "sebelumnya", "semua", "admin", "puskesos", "halo")
)  # fmt: skip
_TICKET_WORD = re.compile(r"\b(?:tiket|ticket|pks)\b", re.IGNORECASE)
_TICKET = re.compile(
    r"(?:(?:cek|lihat|status|kabar|laporan|lapor|tiket|ticket|pks|nomor|nomer|nmr|no|saya|sy|sa"
    r"|yang|yg)\b[\s.:#-]*)*#?\s*(\d{1,6})[\s.?!]*",
    re.IGNORECASE,
)


def _plain(text: str) -> str:
    return " ".join(text.lower().strip(" .!,?").split())


def stops(text: str) -> bool:
    """Say whether the whole message asks to stop what is going on."""
    said = _plain(_THANKED.sub(" ", text.lower()))
    if said in _STOPS_OF_TWO:
        return True
    words = _WORD.findall(said)
    rest = [word for word in words if word not in _AROUND_STOP]
    return bool(rest) and (set(rest) <= _STOPS or " ".join(rest) in _STOPS_OF_TWO)


def is_done(text: str) -> bool:
    """Say whether the whole message says that it is enough."""
    words = [word for word in _WORD.findall(_plain(text)) if word not in _AROUND_STOP]
    return " ".join(words) in _DONE


def goes_back(text: str) -> bool:
    """Say whether the whole message asks for the question before."""
    return _plain(text) in _BACK


def goes_on(text: str) -> bool:
    """Say whether the whole message asks to go on with what is open."""
    return _GOES_ON.fullmatch(_plain(text)) is not None


def correction(text: str) -> str | None:
    """Give what is said instead of the last answer, perhaps nothing; None for no correction."""
    if len(text) > _LONGEST_CORRECTION:
        return None
    for pattern in _CORRECTIONS:
        found = pattern.fullmatch(text.strip())
        if found is not None:
            return found.group(1)
    return None


def mends(text: str) -> bool:
    """Say whether a message about what was read back wants something changed."""
    return len(text) <= _LONGEST_CORRECTION and _MENDS.search(text) is not None


def asks(text: str) -> bool:
    """Say whether a text is a question, and short enough to be nothing more."""
    return len(text) <= _LONGEST_QUESTION and _QUESTION.search(text) is not None


def tells_trouble(text: str) -> bool:
    """Say whether a text tells of something that went wrong."""
    return _TROUBLE.search(text) is not None


def is_helpless(text: str) -> bool:
    """Say whether somebody cannot give what is asked for."""
    return _HELPLESS.search(text) is not None


def is_courtesy(text: str) -> bool:
    """Say whether a text holds nothing but a greeting or thanks."""
    words = set(re.findall(r"[\w']+", text.lower()))
    return bool(words & _COURTESIES) and words <= _COURTESIES | _AROUND_COURTESY


def names_ticket(text: str) -> bool:
    """Say whether a text speaks of a ticket."""
    return _TICKET_WORD.search(text) is not None


def ticket_number(text: str) -> str | None:
    """Give the digits of a message that is nothing but the number of a ticket."""
    found = _TICKET.fullmatch(text.strip())
    if found is None:
        return None
    digits = found.group(1)
    return digits if len(digits) == 6 or not text.strip()[0].isdigit() else None
