"""Finds NIK, KK, ticket and telephone numbers and links."""

import re
from collections.abc import Iterator
from typing import Final

from nlu.span import Span

_URL = re.compile(
    r"(?:https?://|www\.)[^\s<>\"]+"
    r"|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|info|xyz|site|online|id|me|ly|link|top|club"
    r"|my\.id|apk)\b(?:/[^\s<>\"]*)?"
)
_SIXTEEN = re.compile(r"(?<!\d)\d(?:[ .\-\u2010-\u2015]{0,2}\d){15}(?!\d)")
_PHONE = re.compile(
    r"(?<![\d.])(?:(?:\+ ?62|62|0)[ .\-]?8\d(?:[ .\-]?\d){6,10}|0[2-7]\d{1,2}[ \-]\d{5,8})(?!\d)"
)
_FULL_TICKET = re.compile(
    r"\bp\.?k\.?s[\s\-_/.:#]*(20\d\d)[\s\-_/.]*(\d{1,6})(?!\d)|(?<![\d/-])(20\d\d)-(\d{6})(?!\d)"
)
_BARE_TICKET = re.compile(
    r"(?:\bpks|\bti[ck]+et?|\blaporan(?:ku|nya)?|\blaporanx|\blap|\baduan|\bpengaduan|\busulan"
    r"|\bsanggahan)\b"
    r"(?:\s+(?:saya|sy|sa|ambo|kulo))?[\s:.\-]*(?:(?:nomornya|nomor|nomer|nmr|no)\b)?"
    r"[\s:.#\-]*(\d{1,6})(?![\d])(?!\s*(?:hari|hr|minggu|mgg|bulan|bln|tahun|thn|x\b|kali|orang"
    r"|kk\b|rb|ribu|jt|juta|jam|[/.,-]\d))"
    r"|(?<!\w)#(\d{1,6})(?!\d)"
)
_BARE_NUMBER = re.compile(r"\b(?:nomor|nomer|nmr|no)\b[\s:.]*(\d{1,6})(?![\d]|[ .,/-]\d)")
_PLACE_BEFORE = re.compile(
    r"\b(?:jalan|jln|jl|gang|gg|blok|lorong|rumah|rmh|antrian|antrean|urut|rt|rw|hp|wa|sd|smp|sma"
    r"|kk|nik|ktp|kks|telepon|telp|undangan)\b[\s.,]*(?:\w+\s+){0,2}$"
)
_KK_BEFORE: Final = re.compile(r"\b(?:kk|kartu\s+keluarga|no\s*kk|nokk)\b")
_NIK_BEFORE: Final = re.compile(r"\b(?:nik|ktp|n\.i\.k)")
_BEFORE: Final = 28


def find_urls(folded: str) -> Iterator[Span]:
    """Find links, with or without their scheme."""
    for match in _URL.finditer(folded):
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
