"""What one message tells of a visit: purpose, what was checked, when it was, what is to follow."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.visit_checks import heard_checks, tells_nobody
from bot.visit_times import moment_of, tells_time, time_first

AHEAD, CANCELED, NOBODY = "ahead", "canceled", "nobody"  # why something was no visit
_LEAD = re.compile(
    r"\W*(?:(?:saya|sy|sa|mau|mo|barusan|sudah|sdh|habis|abis|lapor(?:an|kan)?|kunjung(?:an|i)|kunj"
    r"|mengunjungi|berkunjung|visit|homevisit|ke|dari|di|(?:rumah|rmh)(?:nya)?|kpm|nama)\b[\s:,.-]*)+",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"\W*(?:(?:ass?ala?m(?:u\W?\s?ala?i?kum)?|wr|wb|salam|selamat|met|pagi|siang|sore|malam"
    r"|halo|hai|permisi|tabe|maaf|pak|bu|bapak|ibu|kak|min)\b\W*)+"
    r"(?=(?:lapor(?:an|kan)?\s+)?(?:kunjung(?:an|i)|kunj|visit)\b)",
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
        re.compile(
            r"\b(?:cair|(?<!butuh )(?<!perlu )(?<!minta )(?<!butuh bantuan )(?<!perlu bantuan )"
            r"(?<!minta bantuan )(?:beras|sembako)|disalur\w*|penyaluran|dipotong|potongan|pungli"
            r"|dipungut|potong\s+(?:rp\W*)?\d"
            r"|(?:belum|blm|sudah|sdh|su|udah|tidak|tdk)(?:pi|mi)?\s+(?:di|me)?[tn]?e?rima\b"
            r"(?!\s+(?:tamu|kasih|rapor|raport|telepon|telpon)\b)"
            r"|(?:uang|kartu|kks|atm)(?:nya)?\s+di(?:ambil|pegang|tahan)"
            r"|(?:pkh|bpnt|blt)\s+(?:(?:tahap|thp)\s+\d+\s+)?(?:belum|blm|sudah|sdh|su|masuk)"
            r"|bantuan(?:nya)?\s+(?:\w+\s+){0,2}(?:lengkap|utuh|diterima|terima|datang|kurang))",
            re.I,
        ),
    ),
    ("complaint", re.compile(r"\b(?:aduan|keluhan|pengaduan|tindak lanjut)", re.I)),
    ("data", re.compile(r"\b(?:verval|verifikasi|data|nik|kk|pindah|meninggal|wafat)\b", re.I)),
)
_CALLED_OFF = re.compile(
    r"\W*(?:(?:di)?batal(?:kan|nya)?\b(?!\s+(?:pindah|nikah|cair))|(?:di|ter)tunda\b|diundur\b"
    r"|(?:tidak|tdk|gak|ga|nda|ndak|nggak|belum|blm)(?:mi|pi)?\s+jadi\b"
    r"(?=\W*$|\s+(?:ber|di)?kunjung|\s+(?:ke|karena|krn|soalnya|sebab|hari|tadi|kemarin)\b))",
    re.IGNORECASE,
)
_VISIT_CALLED_OFF = re.compile(r"\bkunjungan(?:nya)?\s+(?:di)?(?:batal|tunda)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Told:
    """What the words of a report tell beside the family."""

    finding: str
    purpose: str | None
    checks: Mapping[str, str]
    at: datetime | None
    follows: bool  # a photo or place is promised
    no_visit: str | None = None  # why it was none
    untimed: bool = False  # a day is told, but not which for certain


def begins_report(text: str) -> bool:
    """Say whether a text begins as the report of a visit does."""
    return _BEGINS.match(_without_greeting(text)) is not None


def separate_reports(text: str) -> list[str]:
    """Give each report of a text in which every one begins a line as reports do."""
    reports: list[str] = []
    for line in text.splitlines():
        if begins_report(line) or not reports:
            reports.append(line)
        else:
            reports[-1] += f"\n{line}"
    return [report for report in reports if without_lead(report)]


def promises_files(text: str) -> bool:
    """Say whether a photo or place is promised for later."""
    return _FOLLOWS.search(text) is not None


def _without_greeting(text: str) -> str:
    found = _GREETING.match(text)
    return text[found.end() :] if found else text


def without_lead(text: str) -> str:
    """Give a report from where the family is named."""
    report = _without_greeting(text)
    found = _LEAD.match(report)
    return report[found.end() :].strip() if found else report.strip()


def without_calling_off(text: str) -> tuple[bool, str]:
    """Say whether a text begins with words that call a visit off, and give what follows them."""
    found = _CALLED_OFF.match(text)
    return (False, text) if found is None else (True, without_lead(text[found.end() :]))


def read_told(
    text: str, told_at: datetime, zone: str, before: str = "", beside_name: bool = False
) -> Told:
    """Read what is told beside the family's name.

    A time stands in parts of its own, or first: `kemarin sore anak sehat`; a day alone only where
    it stands right beside the name. One may have been told `before` the name.
    """
    times = [before] if before else []
    kept: list[str] = []
    whole: list[str] = []
    for part in _PARTS.split(_FOLLOWS.sub("", text)):
        rest = part.strip(" -")
        if rest and tells_time(rest, told_at, zone):
            times.append(rest)
            rest = ""
        elif not kept:
            early, rest = time_first(rest, told_at, zone, day_alone=beside_name and not whole)
            times += [early] if early else []
        kept += [rest] if rest else []
        whole += [part.strip(" -")] if part.strip(" -") else []
    when = moment_of(times, told_at, zone)
    is_read = when.at is not None or when.ahead or not kept
    finding = ", ".join(kept if is_read else whole)
    purpose = guess_purpose(finding)
    checks = heard_checks(finding, purpose or "home")
    no_visit = AHEAD if when.ahead else _no_visit(kept, purpose)
    return Told(finding, purpose, checks, when.at, promises_files(text), no_visit, when.unsure)


def _no_visit(parts: list[str], purpose: str | None) -> str | None:
    """Give why what is told was no visit: it was called off, or nobody was there."""
    if (parts and _CALLED_OFF.match(parts[0])) or any(map(_VISIT_CALLED_OFF.search, parts)):
        return CANCELED
    # That nobody was met is an outcome where data were to be checked.
    if purpose != "data" and any(map(tells_nobody, parts)):
        return NOBODY
    return None


def guess_purpose(text: str) -> str | None:
    """Give for what a visit was, as far as its words show it."""
    return next((name for name, words in _PURPOSES if words.search(text)), None)
