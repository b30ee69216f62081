"""What one message tells of a visit: purpose, what was checked, when it was, what is to follow."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.notices.sentence import read_hours
from nlu.dates import find_dates
from nlu.fold import fold

OLDEST = timedelta(days=31)  # a visit of longer ago is told of by its date in the finding
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
_LEAD = re.compile(
    r"\W*(?:(?:saya|sy|sa|barusan|sudah|sdh|habis|abis|lapor(?:an|kan)?|kunjung(?:an|i)|kunj"
    r"|mengunjungi|berkunjung|visit|homevisit|ke|dari|di|rumah|rmh|kpm)\b[\s:,.-]*)+",
    re.IGNORECASE,
)
_BEGINS = re.compile(r"\W*(?:lapor(?:an|kan)?\s+)?(?:kunjung(?:an|i)|kunj|visit)\b", re.IGNORECASE)
_PARTS = re.compile(r"[,;\n]+|\.(?:\s+|$)")
_FOLLOWS = re.compile(
    r"\b(?:(?:foto|poto|gambar|lokasi|lok)(?:nya)?\s+(?:nanti|nyusul|menyusul|belakangan|susul\w*)"
    r"|(?:nyusul|menyusul|belakangan)\s+(?:foto|poto|gambar|lokasi))\b(?:\s+ya)?",
    re.IGNORECASE,
)
_PURPOSES = (
    ("commitment", re.compile(r"\b(?:posyandu|imunisasi|sekolah|p2k2|fds|komitmen|absen)", re.I)),
    (
        "payout",
        re.compile(r"\b(?:cair|beras|sembako|disalur\w*|penyaluran|dipotong|potongan)", re.I),
    ),
    ("complaint", re.compile(r"\b(?:aduan|keluhan|pengaduan|tindak lanjut)", re.I)),
    ("data", re.compile(r"\b(?:verval|verifikasi|data|nik|kk|pindah|meninggal|wafat)\b", re.I)),
)
_NOT = r"(?:belum|blm|tidak|tdk|tdak|tak|gak|ga|nggak|enggak|ndak|nda|tida|tra)"
_SAID: tuple[tuple[str, str, str], ...] = (
    ("school", "no", rf"\b(?:bolos|{_NOT}\s+(?:\w+\s+)?(?:masuk\s+)?sekolah|putus sekolah)\b"),
    ("school", "yes", r"\bsekolah\b"),
    ("posyandu", "no", rf"\b{_NOT}\s+(?:\w+\s+){{0,2}}(?:posyandu|imunisasi)\b"),
    ("posyandu", "yes", r"\b(?:posyandu|imunisasi)\b"),
    ("meeting", "no", rf"\b{_NOT}\s+(?:\w+\s+){{0,2}}(?:p2k2|fds)\b"),
    ("meeting", "yes", r"\b(?:p2k2|fds)\b"),
    ("came", "no", rf"\b{_NOT}\s+(?:\w+\s+)?(?:cair|terima|dapat|datang|salur\w*)\b"),
    ("came", "yes", r"\b(?:cair|terima|dapat|datang)\b"),
    ("whole", "no", r"\bkurang\b"),
    ("whole", "yes", r"\b(?:lengkap|komplit)\b"),
    ("uncut", "yes", rf"\b(?:{_NOT}\s+(?:ada\s+)?(?:dipotong|potongan)|tanpa potongan|utuh)\b"),
    ("uncut", "no", r"\b(?:dipotong|potongan)\b"),
    ("found", "died", r"\b(?:meninggal|wafat)\b"),
    ("found", "moved", r"\bpindah\b"),
    ("found", "absent", r"\b(?:rumah(?:nya)? kosong|tidak ada orang|tidak ketemu)\b"),
    ("found", "same", r"\bsesuai\b"),
    ("found", "changed", r"\b(?:berubah|ubah|salah|beda|ganti)\b"),
    ("settled", "no", rf"\b{_NOT}\s+(?:selesai|beres)\b"),
    ("settled", "yes", r"\b(?:selesai|beres)\b"),
    ("state", "ready", r"\b(?:graduasi|mandiri|sudah mampu|sdh mampu)\b"),
    ("state", "need", rf"\b(?:butuh|perlu|minta|bocor|rusak|(?:{_NOT}|kurang)\s+(?:sehat|baik))\b"),
    ("state", "fine", r"\b(?:sehat|baik|aman|lancar)\b"),
)
_HEARD = tuple((name, value, re.compile(words, re.I)) for name, value, words in _SAID)
_TIME_WORDS = frozenset(
    ("tadi", "td", "barusan", "jam", "jm", "pukul", "pkl", "pagi", "siang", "sore", "malam",
     "malem", "hari", "ini", "pada", "sekitar", "wib", "wita", "wit", "waktu", "dikunjungi",
     "kunjungan", "tgl", "tanggal")
)  # fmt: skip
_DAY_ALONE = re.compile(r"\b(?:tgl|tanggal)\s*\d{1,2}(?!\s*[\d/.-]*\d)")
_PARTS_OF_DAY = {"pagi": 9, "siang": 13, "sore": 16, "malam": 19, "malem": 19}
_NOON = 12
_MORNING = 7  # "jam 4" without more is in the afternoon


@dataclass(frozen=True, slots=True)
class Told:
    """What the words of a report tell beside the family."""

    finding: str
    purpose: str | None
    checks: Mapping[str, str]
    at: datetime | None
    follows: bool  # a photo or place is promised


def begins_report(text: str) -> bool:
    """Say whether a text begins as the report of a visit does."""
    return _BEGINS.match(text) is not None


def promises_files(text: str) -> bool:
    """Say whether a photo or place is promised for later."""
    return _FOLLOWS.search(text) is not None


def without_lead(text: str) -> str:
    """Give a report from where the family is named."""
    found = _LEAD.match(text)
    return text[found.end() :].strip() if found else text.strip()


def read_told(text: str, told_at: datetime, zone: str) -> Told:
    """Read what is told beside the family's name; a time stands in a part of its own."""
    follows = promises_files(text)
    kept, at = [], None
    for part in _PARTS.split(_FOLLOWS.sub("", text)):
        moment = time_told(part, told_at, zone)
        if moment is not None:
            at = moment
        elif part.strip(" -"):
            kept.append(part.strip(" -"))
    finding = ", ".join(kept)
    purpose = guess_purpose(finding)
    return Told(finding, purpose, heard_checks(finding, purpose or "home"), at, follows)


def guess_purpose(text: str) -> str | None:
    """Give for what a visit was, as far as its words show it."""
    return next((name for name, words in _PURPOSES if words.search(text)), None)


def heard_checks(text: str, purpose: str) -> dict[str, str]:
    """Give what words tell of all that is asked for a purpose."""
    heard: dict[str, str] = {}
    for name, value, words in _HEARD:
        if name in CHECKS[purpose] and name not in heard and words.search(text):
            heard[name] = value
    return heard


def time_told(part: str, told_at: datetime, zone: str) -> datetime | None:
    """Read `tadi jam 9` or `kemarin sore`, said at a moment; None for words that tell more."""
    local = told_at.astimezone(ZoneInfo(zone))
    said = fold(part)
    days = list(find_dates(said, local.date()))
    rest = said
    for span in reversed(days):
        rest = f"{rest[: span.start]} {rest[span.end :]}"
    words = re.findall(r"[^\W\d]+", rest)
    hour = _hour(rest, words, local)
    if not set(words) <= _TIME_WORDS or not (days or hour):
        return None
    day = date.fromisoformat(days[0].value) if days else local.date()
    if day > local.date() and _DAY_ALONE.search(said):  # "tgl 20" is then that of last month
        past = (local.date() - timedelta(days=back) for back in range(OLDEST.days + 1))
        day = next((one for one in past if one.day == day.day), day)
    moment = datetime.combine(day, hour or local.time(), local.tzinfo)
    if moment > local and not days and {"malam", "malem"} & set(words):
        moment -= timedelta(days=1)
    return moment if local - OLDEST <= moment <= local else None


def _hour(rest: str, words: list[str], local: datetime) -> time | None:
    hour, _ = read_hours(rest)
    part = next((word for word in words if word in _PARTS_OF_DAY), None)
    if hour is None:
        return time(_PARTS_OF_DAY[part]) if part else None
    later = hour.hour + _NOON
    if part is None and hour.hour < _MORNING and later <= local.hour:
        return hour.replace(hour=later)
    return hour
