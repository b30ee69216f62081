"""What words say of a group session: that one is to be recorded, when it was, and where."""

import re
from dataclasses import dataclass
from datetime import datetime

from bot.visit_times import time_told

_MENDS = r"(?:betulkan|ralat|ubah|koreksi|perbaiki)"
_SESSION = r"(?:p2k2|fds|pertemuan(?:\s+(?:kelompok|pkh|peningkatan\s+kemampuan\s+keluarga))?)"
_BEGINS = re.compile(
    r"\W*(?:(?:saya|sy|sa|mau|mo|ingin|tolong|bantu|lapor(?:an|kan)?|input|isi|catat|rekam|buat"
    rf"|absen(?:si)?|daftar|hadir|data|hasil|{_MENDS})\W+)*{_SESSION}\b(?:\W+(?:p2k2|fds|kelompok)\b)*",
    re.IGNORECASE,
)
_MENDING = re.compile(rf"\W*(?:(?:saya|sy|sa|mau|mo|tolong)\W+)*{_MENDS}\b", re.IGNORECASE)
_ASKS = re.compile(
    r"\?|\b(?:kapan|kpn|jadwal|apa|apakah|kenapa|mengapa|dimana|di mana|bagaimana|berapa|siapa"
    r"|besok|lusa)\b",
    re.IGNORECASE,
)
_ABSENT = re.compile(
    r"\W*(?:(?:siapa|yang|yg|saja|aja|keluarga|kpm|warga|daftar|lihat|tampilkan)\W+)*"
    r"(?:sering|srg|selalu|dua kali|2x|2 kali|jarang)\W+(?:berturut-?turut\W+)?"
    r"(?:absen|bolos|(?:(?:tidak|tdk|nda|ndak|gak|ga|tak) )?(?:hadir|datang|ikut))"
    rf"(?:\W+(?:{_SESSION}|kelompok|saja|aja|di|dari|siapa|ya))*\W*",
    re.IGNORECASE,
)
_RW = re.compile(r"\brw\W*0*(\d{1,3})\b", re.IGNORECASE)
_MODULE = re.compile(
    r"\b(?P<name>modul|materi|tema)\W+(?P<what>[^,.;\n]+?)"
    r"(?=\s+(?:hadir|yang|di|tempat|jam|pukul|tadi|kemarin|rw)\b|[,.;\n]|$)",
    re.IGNORECASE,
)
_WORDS = 12  # so many words behind the name of the session are looked through for a time
_OF_TIME = 5  # words of a time at most


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a session as it is begun, as far as it is."""

    at: datetime | None
    rw: str  # its digits without zeros before them
    module: str


def tells_of_session(text: str) -> bool:
    """Say whether words begin as the record of a group session does, and ask nothing."""
    found = _BEGINS.match(text)
    return found is not None and _ASKS.search(text[found.end() :]) is None


def mends_session(text: str) -> bool:
    """Say whether a recorded session is to be put right."""
    return tells_of_session(text) and _MENDING.match(text) is not None


def asks_absent(text: str) -> bool:
    """Say whether it is asked who stays away from sessions."""
    return _ABSENT.fullmatch(text) is not None


def session_told(text: str, told_at: datetime, zone: str) -> Told:
    """Read what is told behind the name of a session."""
    found = _BEGINS.match(text)
    rest = text[found.end() :] if found else text
    rw, module = _RW.search(rest), _MODULE.search(rest)
    what = "" if module is None else module["what"].strip()
    if module is not None and module["name"].lower() == "modul":
        what = f"Modul {what}"
    without = _MODULE.sub(" ", _RW.sub(" ", rest))
    return Told(_time(without, told_at, zone), rw.group(1) if rw else "", what)


def _time(text: str, told_at: datetime, zone: str) -> datetime | None:
    """Find the longest run of words that tell a time."""
    words = re.findall(r"[^\s,;]+", text)[:_WORDS]
    for length in range(min(_OF_TIME, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            at = time_told(" ".join(words[start : start + length]), told_at, zone)
            if at is not None:
                return at
    return None
