"""Finds NIK, KK, ticket and telephone numbers and links."""

import re
from collections.abc import Iterator
from typing import Final

from nlu.span import Span

_URL = re.compile(
    # An address of mail holds the name of a site and is no link to it.
    r"(?P<mail>[\w.+-]+@[\w.-]+)|(?:https?://|www\.)[^\s<>\"]+"
    r"|\b[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.(?:com|net|org|info|xyz|site|online|id|me|ly|link|top|club"
    r"|app|vip|dev|shop|store|live|page|win|bet|icu|fun|space|website|biz|apk)\b(?:/[^\s<>\"]*)?"
)
_SIXTEEN = re.compile(r"(?<!\d)\d(?:[ .\-\u2010-\u2015]{0,2}\d){15}(?!\d)")
_PHONE = re.compile(
    r"(?<![\d.])(?:(?:\+ ?62|62|0)[ .\-]?8\d(?:[ .\-]?\d){6,10}|0[2-7]\d{1,2}[ \-]\d{5,8})(?!\d)"
)
_FULL_TICKET = re.compile(
    r"\bp\.?k\.?s[\s\-_/.:#]*(20\d\d)[\s\-_/.]*(\d{1,6})(?!\d)|(?<![\d/-])(20\d\d)-(\d{6})(?!\d)"
)
_TICKET_WORD: Final = (
    r"(?:pks|tiket|tkt|laporan|laporanx|lap|aduan|pengaduan|usulan|sanggahan|pengajuan|permohonan|perkara"
    r"|registrasi|progre[s]{1,2}|status|perkembangan)(?:ku|nya|nyo|mu|ne|e|ipun|kami)?"
)
_NUMBER_WORD: Final = r"(?:nomor|nomer|nmr|nmer|no)(?:nya|nyo|ku|ne|e|ipun)?"
_FILLER: Final = (
    r"(?:saya|sy|sya|sa|ambo|kulo|kula|aku|kami|kmi|iku|itu|ini|niku|niki|iko|tu|yang|yg|dengan|dgn|pu"
    r"|punya)"
)
_COUNTED: Final = (
    r"(?!\s*(?:hari|hr|dino|dinten|minggu|mgg|bulan|bln|wulan|sasi|tahun|thn|x\b|kali|orang|org|kk\b|rb"
    r"|ribu|jt|juta|jam|warga|rumah|anak|nama|keluarga|kpm|lembar|foto|kilo|[/.,-]\d))"
)
_BARE_TICKET = re.compile(
    rf"\b{_TICKET_WORD}\b(?:\s+{_FILLER}\b){{0,3}}[\s:.,\-]*(?:{_NUMBER_WORD}\b)?(?:\s+{_FILLER}\b)?"
    rf"[\s:.#\-]*(\d{{1,6}})(?!\d){_COUNTED}"
    r"|(?<!\w)#(\d{1,6})(?!\d)"
)
# A number of one or two digits is more often that of a question in a book or of a child.
_BARE_NUMBER = re.compile(rf"\b{_NUMBER_WORD}\b[\s:.]*(\d{{3,6}})(?![\d]|[ .,/-]\d){_COUNTED}")
_PLACE_BEFORE = re.compile(
    r"\b(?:jalan|jln|jl|gang|gg|blok|lorong|rumah|rmh|antrian|antrean|urut|rt|rw|hp|wa|sd|smp|sma"
    r"|kk|nik|ktp|kks|telepon|telp|undangan)\b[\s.,]*(?:\w+\s+){0,2}$"
)
_KK_BEFORE: Final = re.compile(
    r"\b(?:(?:no)?kk|k\.k|kartu\s+k(?:e|a)?luar?g[ao])(?:nya|nyo|ku|ne|ipun)?\b"
)
_NIK_BEFORE: Final = re.compile(r"\b(?:nik|ktp|n\.i\.k)")
_BEFORE: Final = 80


def find_urls(folded: str) -> Iterator[Span]:
    """Find links, with or without their scheme."""
    for match in _URL.finditer(folded):
        if match["mail"]:
            continue
        raw = match.group().rstrip(".,;:!?)]}'\"")
        yield Span("url", raw, match.start(), match.start() + len(raw))


def is_nik(digits: str) -> bool:
    """Tell whether sixteen digits can be a NIK: its date exists and its serial is not zero."""
    day, month = int(digits[6:8]), int(digits[8:10])
    day = day - 40 if day > 40 else day
    longest = 29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31
    return 1 <= month <= 12 and 1 <= day <= longest and digits[12:] != "0000"


def _is_kk(before: str, digits: str, nik_seen: bool) -> bool:
    """Tell a family card's number from a NIK by the word before it, else by its date."""
    said_kk = [match.start() for match in _KK_BEFORE.finditer(before)]
    said_nik = [match.start() for match in _NIK_BEFORE.finditer(before)]
    if said_kk or said_nik:
        return max(said_kk, default=-1) > max(said_nik, default=-1)
    return nik_seen or not is_nik(digits)


def find_id_numbers(folded: str) -> Iterator[Span]:
    """Find the sixteen digits of a NIK or a family card, however they are grouped."""
    nik_seen = False
    done = 0
    for match in _SIXTEEN.finditer(folded):
        digits = re.sub(r"\D", "", match.group())
        before = folded[max(done, match.start() - _BEFORE) : match.start()]
        kk = _is_kk(before, digits, nik_seen)
        nik_seen = nik_seen or not kk
        done = match.end()
        yield Span("kk_number" if kk else "nik", digits, match.start(), match.end())


def find_phones(folded: str) -> Iterator[Span]:
    """Find telephone numbers; the value begins with +62."""
    for match in _PHONE.finditer(folded):
        digits = re.sub(r"\D", "", match.group())
        local = digits.removeprefix("62") if digits.startswith("62") else digits[1:]
        yield Span("phone", f"+62{local}", match.start(), match.end())


def find_full_tickets(folded: str) -> Iterator[Span]:
    """Find complete ticket numbers in any manner of writing."""
    for match in _FULL_TICKET.finditer(folded):
        year, number = match[1] or match[3], match[2] or match[4]
        yield Span("ticket_number", f"PKS-{year}-{int(number):06d}", match.start(), match.end())


def find_bare_tickets(folded: str) -> Iterator[Span]:
    """Find the bare number after a word such as "tiket"."""
    for match in _BARE_TICKET.finditer(folded):
        group = 1 if match[1] else 2
        yield Span("ticket_number", str(int(match[group])), match.start(group), match.end(group))
    for match in _BARE_NUMBER.finditer(folded):
        if not _PLACE_BEFORE.search(folded[: match.start()]):
            yield Span("ticket_number", str(int(match[1])), match.start(1), match.end(1))
