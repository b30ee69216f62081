"""Judges by rules whether a message about aid is true: an address, a number, words that ask.

Sources of the rules: Kemensos and Kominfo (only .go.id is official; no registration links by
personal message; nobody may ask for OTP or PIN; aid costs nothing), as in shared/domain.md.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from nlu.genuine_addresses import (
    BOUND,
    Address,
    find_addresses,
    listed,
    looks_official,
    table,
)
from nlu.identifiers import find_phones


class Verdict(StrEnum):
    """What can be said of a message."""

    FALSE = "false"
    OFFICIAL = "official"  # only that its address is; what it says may still be wrong
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Doubted:
    """A message with what stands in it, read once for all rules."""

    text: str
    clauses: tuple[str, ...]  # in small letters
    addresses: tuple[Address, ...]
    numbers: tuple[str, ...]  # as +62…, without those of known services

    @property
    def foreign(self) -> tuple[Address, ...]:
        """The addresses that are not official."""
        return tuple(address for address in self.addresses if not address.is_official)

    def asks(self, pattern: re.Pattern[str], unless: re.Pattern[str] | None = None) -> bool:
        """Say whether a clause says something, and is no warning of it or denial."""
        for clause in self.clauses:
            found = pattern.search(clause)
            before = clause[: found.end()] if found else ""
            if found and not _DENIED.search(before) and not (unless and unless.search(before)):
                return True
        return False


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is to be said of a message, and the rule that says so."""

    verdict: Verdict
    rule: str


_AMOUNT: Final = (
    r"(?:rp\.? ?\d|\d[\d.,]* ?(?:rb|rbu|ribu|ribuan|ewu|jt|juta|rupiah|k\b)|\d{1,3}(?:\.\d{3})+"
    r"|(?:seratus|ratus|puluh) (?:ribu|ewu))"
)
_MUST: Final = (
    r"(?:minta|mintak|meminta|diminta|suruh|suru|disuruh|harus|hrs|wajib|kon|dikon|kudu|mesti"
    r"|silakan|segera|cukup|tolong|mohon|perlu|tinggal)"
)
_PAYS: Final = r"(?:bayar|byr|byar|mbayar|membayar|transfer|trnsfer|tranfer|tf|setor|menyetor)"
# "Jangan sampai hangus" and "kalau tidak dikirim" ask for it all the more.
_DENIED = re.compile(
    r"\b(?:jangan|jgn|jangn|ojo|dilarang)\b(?! (?:sampai|sampe|lupa|lewatkan|ragu|takut|khawatir))"
    r"|(?<!kalau )(?<!kalo )(?<!jika )(?<!bila )(?<!nek )\b(?:tidak|tdk|gak|ga|nggak|tak|bukan) "
    r"(?:pernah|boleh|akan|perlu|usah|ada|dipungut|dikenakan|dikenai|meminta|minta|memungut)\b"
    r"|\b(?:waspada|waspadai|hati-hati|hati2|awas)\b.{0,20}\b(?:penipu\w*|modus|hoax|hoaks|oknum"
    r"|permintaan|yang|yg|kalau|jika|bila|dengan|pesan|tautan|link)\b"
)
_FREE = re.compile(r"\b(?:tanpa|gratis)\b")
_CLAUSES = re.compile(r"[.!?](?:\s|$)|[\n;,…]|:\s")
_APP = re.compile(r"\.(?:apk|xapk|apks|exe)\b|\bapk\b")
_INSTALL = re.compile(
    r"\b(?:pasang|instal\w*|install\w*|unduh|mengunduh|download|donlot|donlod)\b.{0,30}"
    r"\b(?:aplikasi|apl|app|aplksi|apps)\b"
)
_CODE = re.compile(
    r"\b(?:otp|cvv|cvc|m-?pin|password|kata sandi"
    r"|pin(?! (?:lokasi|peta|bb)\b)"
    r"|kode (?:verifikasi|rahasia|akses|aktivasi|keamanan)"
    r"|(?:6|enam|enem) (?:angka|digit)"
    r"|(?:angka|kode|digit)\b.{0,25}\bsms)\b"
)
_FEE = re.compile(
    rf"\b{_MUST}(?: \w+)? {_PAYS}\b|\b{_PAYS}\b.{{0,20}}(?:{_AMOUNT}"
    r"|\b(?:admin\w*|adm|dulu|dlu|dahulu|pajak|materai|meterai|biaya|pendaftaran)\b)"
    rf"|\b(?:kirim|ngirim) (?:dulu|dlu|uang|duit)\b"
    r"|(?<!bantuan )(?<!bansos )(?<!bea )\bbiaya(?:nya)?\b"
    r"(?! (?:hidup|sekolah|pendidikan|pengobatan|kuliah|berobat))"
    r"|\buang (?:admin\w*|pelicin|jasa|pangkal|pendaftaran|muka|tebusan)\b|\bdeposit\b"
)
_CHAIN = re.compile(
    r"\b(?:bagikan|sebarkan|sebar|share|forward|teruskan|kirim|kirimkan|viralkan)\b.{0,25}"
    r"\b(?:\d+|semua|sepuluh|lima|beberapa) (?:grup|group|grub|teman|kontak|org|orang)\b"
)
_REGISTERS = re.compile(
    r"daftar|registrasi|klaim|claim|formulir|terpilih|pemenang|undian|hadiah|cairkan|pencairan"
    r"|\bisi (?:data|form|nik|biodata)|\bambil (?:bantuan|dana|hadiah)|\bdapatkan\b|\bregister\b"
)
_AID = re.compile(
    r"bansos|bantuan|bntuan|\bpkh\b|bpnt|\bblt\b|\bbst\b|sembako|\bdana\b|\bkks\b|\bkis\b|\bkip\b"
    r"|\bpip\b|kemensos|dinsos|\bdinas\b|hadiah|terpilih|undian|prakerja|subsidi|santunan"
    r"|puskesos|\bktp\b|\bnik\b"
)
_DATA = re.compile(
    r"\b(?:foto|poto|selfie|scan|fotokopi|potokopi|kirim\w*|minta|mnta|mintak|meminta|njaluk"
    r"|(?:me)?nanya\w*|sebut\w*|isi|berikan|kasih)\b.{0,30}"
    r"\b(?:ktp|kk|nik|no(?:mor|mer|mr)?\.? ?rek\w*|rekening|rekning|norek|kartu atm|buku tabungan"
    r"|ibu kandung|data diri|data pribadi)\b"
)
_FROM_AFAR = re.compile(
    r"\b(?:telp|tlp|tlpn|tlpon|telpon|telepon|telfon|nelpon|nelfon|nelepon|menelepon|ditelpon"
    r"|ditelepon|ngaku\w*|ngku|mengaku|akun|dm|inbox|pesan pribadi|wa|whatsapp|chat|sms"
    r"|video call)\b"
)
_CALL = re.compile(
    r"\b(?:di|me|ng)?(?:t[ei]?le?pon|telp|tlp|tlpn|tlpon|telfon|nelpon|nelfon|nelepon|menelepon"
    r"|video call)(?:nya|i)?\b"
)
_THEFT = re.compile(
    r"\b(?:data|akun|rekening|uang|duit|saldo|pin|nik|ktp)\b.{0,20}"
    r"\b(?:dicuri|di curi|kecurian|dibobol|kebobolan|di ?hack|dibajak|diretas)\b.{0,30}"
    r"\b(?:link|tautan|aplikasi|apk|wa|whatsapp|sms|telepon|telpon|telp|hp|online|internet)\b"
    r"|\b(?:tertipu|ketipu|ditipu|kena tipu|kena penipuan)\b.{0,30}"
    r"\b(?:link|tautan|aplikasi|apk|wa|whatsapp|sms|telepon|telpon|telp|online|internet)\b"
    # What was given away or opened already.
    r"|\b(?:sudah|sdh|su|udah|dah|terlanjur|telanjur|tadi)\b.{0,20}"
    r"(?:\b(?:kasih|kasi|beri|kirim|sebut)\b.{0,30}\b(?:otp|kode otp|sandi)\b"
    r"|\b(?:klik|buka|isi)\b.{0,30}\b(?:link|linknya|tautan|tautannya)\b"
    r"|\b(?:buka|instal|install|pasang|unduh)\b.{0,30}\b(?:apk|aplikasinya)\b)"
    r"|\b(?:uang|duit|saldo)\b.{0,30}\b(?:hilang|habis|raib|terkuras|ludes|lenyap)\b.{0,30}"
    r"\b(?:link|linknya|tautan|apk|otp)\b"
)
_HIGH_OFFICE = re.compile(
    r"kemensos|kementerian|kementrian|menteri|presiden|\bpusat\b|pemerintah|admin (?:bansos|resmi)"
    r"|bansos center|\bbank (?:bri|bni|mandiri|btn|bsi|indonesia)\b|\bbpjs\b"
)
_CONTACT = re.compile(
    r"\b(?:hubungi|chat|klik|balas|whatsapp|konfirmasi|telepon|telp|kirim|wa (?:ke|di|saja))\b"
)


def judge(text: str) -> Judgement:
    """Say what the rules say of a message, and by which of them; never raises.

    Without a rule against it a message is official where all its addresses are, else unknown.
    """
    doubted = read_doubted(text)
    for rule, applies in _RULES:
        if applies(doubted):
            return Judgement(Verdict.FALSE, rule)
    if doubted.addresses and not doubted.foreign and not doubted.numbers:
        return Judgement(Verdict.OFFICIAL, "official")
    if _is_known_number(text) and not doubted.addresses and not doubted.numbers:
        return Judgement(Verdict.OFFICIAL, "service")
    if doubted.foreign and all(address.is_ending for address in doubted.foreign):
        return Judgement(Verdict.UNKNOWN, "ending")
    if any(address.site in listed("shorteners") for address in doubted.foreign):
        return Judgement(Verdict.UNKNOWN, "shortener")
    if any(address.site not in listed("whatsapp") for address in doubted.foreign):
        return Judgement(Verdict.UNKNOWN, "link")
    return Judgement(Verdict.UNKNOWN, "number" if doubted.numbers else "words")


def read_doubted(text: str) -> Doubted:
    """Read what the rules look at."""
    text = text[:BOUND]
    plain = _plain(text)
    addresses = find_addresses(text)
    called = [_number_in(address) for address in addresses if address.site in listed("whatsapp")]
    numbers = [*(number for number in called if number), *_phones(plain)]
    return Doubted(
        text=text,
        clauses=tuple(part for part in _CLAUSES.split(plain) if part.strip()),
        addresses=addresses,
        numbers=tuple(dict.fromkeys(n for n in numbers if n not in _known_numbers())),
    )


def tells_call(text: str) -> bool:
    """Say whether a text tells of a telephone call and names nothing that was sent."""
    return _CALL.search(_plain(text)) is not None and not find_addresses(text)


def tells_theft(text: str) -> bool:
    """Say whether somebody tells that his data or money were taken already."""
    return _THEFT.search(_plain(text[:BOUND])) is not None


def is_bare(text: str) -> bool:
    """Say whether a message is one address, or the name of a program's file, and nothing else."""
    said = text.strip()
    if not said or len(said.split()) > 1:
        return False
    return _APP.search(said.lower()) is not None or (
        len(find_addresses(said)) == 1 and "@" not in said
    )


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"[ \t]+", " ", letters)


def _phones(plain: str) -> list[str]:
    return [span.value for span in find_phones(plain)]


def _known_numbers() -> frozenset[str]:
    return frozenset(table()["official"]["numbers"])


def _is_known_number(text: str) -> bool:
    return any(number in _known_numbers() for number in _phones(_plain(text[:BOUND])))


def _number_in(address: Address) -> str:
    found = re.search(r"\d{8,15}", address.path)
    if found is None:
        return ""
    digits = found[0]
    return f"+62{digits[1:]}" if digits.startswith("0") else f"+{digits}"


def _is_app(doubted: Doubted) -> bool:
    if doubted.asks(_APP):
        return True
    elsewhere = [one for one in doubted.foreign if one.site not in listed("stores")]
    return bool(elsewhere) and doubted.asks(_INSTALL)


def _registers(doubted: Doubted) -> bool:
    links = [one for one in doubted.foreign if not one.is_mail]
    elsewhere = [one for one in links if one.site not in listed("whatsapp")]
    return bool(elsewhere) and doubted.asks(_REGISTERS) and doubted.asks(_AID)


def _wants_data(doubted: Doubted) -> bool:
    from_afar = doubted.foreign or doubted.numbers or doubted.asks(_FROM_AFAR)
    return bool(from_afar) and doubted.asks(_DATA)


def _pretends(doubted: Doubted) -> bool:
    return bool(doubted.numbers) and doubted.asks(_HIGH_OFFICE) and doubted.asks(_CONTACT)


# The first that applies is told: the most dangerous and the surest stand first.
_RULES: Final[tuple[tuple[str, Callable[[Doubted], bool]], ...]] = (
    ("app", _is_app),
    ("code", lambda doubted: doubted.asks(_CODE)),
    ("disguised", lambda doubted: any(one.disguised for one in doubted.addresses)),
    ("digits", lambda doubted: any(one.is_number for one in doubted.addresses)),
    ("lookalike", lambda doubted: any(map(looks_official, doubted.addresses))),
    ("fee", lambda doubted: doubted.asks(_FEE, unless=_FREE)),
    ("chain", lambda doubted: doubted.asks(_CHAIN)),
    ("registration", _registers),
    ("data", _wants_data),
    ("pretender", _pretends),
)
RULES: Final = tuple(rule for rule, _ in _RULES)
