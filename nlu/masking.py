"""Takes what could tell a person out of a text, so that it can be shown and learned from."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from nlu.parse import Entity

# Stand-ins of the same kind, so that the sentence teaches what it would have taught; district
# codes 90-99 belong to nobody.
_STAND_INS: Final = {
    "nik": "7472994101900001",
    "kk_number": "7472990101100001",
    "phone": "081200000000",
    "ticket_number": "PKS-2026-000000",
}
_NOBODY = "Fulan"
_NOBODYS_ADDRESS = "fulan@contoh.id"
_KINDS: Final = {"nik": "NIK", "kk_number": "nomor KK", "phone": "nomor telepon"}
_NUMBER = re.compile(r"\d(?:[ .\-]?\d){4,}")
_LONG_NUMBER: Final = 8  # digits; shorter ones are amounts and dates
_EMAIL = re.compile(r"[\w.+-]+\s?@\s?[\w-]+(?:\.[\w-]+)+")
NAMES_PATH: Final = Path(__file__).parent / "tables" / "given_names.yml"
_NO_NAME = (
    r"(?!(?i:saya|sa|sy|kami|kita|ini|itu|yang|yg|di|ke|dan|tidak|tdk|belum|blm|sudah|sdh|mau|guru"
    r"|lurah|camat|rt|rw|kades|ketua|haji|hajja|nya|anak|orang|tua|tetangga|admin|petugas|dinas"
    r"|pendamping)\b)"
)


@cache
def _named() -> re.Pattern[str]:
    """Return what finds a name: it is announced, or stands behind a title.

    Behind a title it must bear a capital or be a known given name: "bu siti", but "bu sudah".
    """
    table: dict[str, list[str]] = yaml.safe_load(NAMES_PATH.read_text("utf-8"))
    known = "|".join(table["given_names"])
    more = rf"(?:\s+(?:[A-Z][^\W\d_]+|(?i:{known})\b))*"
    return re.compile(
        r"(?P<before>\b(?i:bernama|atas\s+nama|a\.n\.?"
        r"|nama(?:\s*(?:saya|sy|sa|anak|ibu|bapak|suami|istri|nya))*|namanya)\s*[:=]?\s+)"
        rf"{_NO_NAME}(?:(?i:wa(?:\s+ode)?|la\s+ode)\s+)?[^\W\d_]+{more}"
        # Nobody but a noble of Buton is called so.
        rf"|(?P<noble>\b(?i:wa|la)\s+(?i:ode)\s+){_NO_NAME}[^\W\d_]+{more}"
        r"|(?P<title>\b(?i:pak|bu|ibu|bapak|mbak|mas|om|tante|wa|la|wd|ld|kak|mbah|haji|hj|h)\.?\s+)"
        rf"{_NO_NAME}(?:[A-Z][^\W\d_]+|(?i:{known})\b){more}"
    )


def mask(text: str, entities: Sequence[Entity]) -> str:
    """Return a text with numbers, mail addresses and announced names put by stand-ins."""
    for entity in sorted(entities, key=lambda entity: entity.start, reverse=True):
        stand_in = _STAND_INS.get(entity.entity)
        if stand_in is not None:
            text = text[: entity.start] + stand_in + text[entity.end :]
    text = _EMAIL.sub(_NOBODYS_ADDRESS, text)
    return _named().sub(_without_name, _NUMBER.sub(_same_length, text))


def personal(text: str, entities: Sequence[Entity]) -> str | None:
    """Name the kind of what still tells a person in a text: a number or an address, no name."""
    for entity in entities:
        if entity.entity in _KINDS and not _stands_in(entity.raw):
            return _KINDS[entity.entity]
    if any(found.group() != _NOBODYS_ADDRESS for found in _EMAIL.finditer(text)):
        return "alamat email"
    numbers = (found.group() for found in _NUMBER.finditer(text))
    if any(sum(map(str.isdigit, n)) >= _LONG_NUMBER and not _stands_in(n) for n in numbers):
        return "nomor panjang"
    return None


def _stands_in(number: str) -> bool:
    """Say whether a number is one of those that `mask` puts in."""
    digits = re.sub(r"\D", "", number)
    return not digits.strip("0") or digits in _STAND_INS.values()


def _without_name(match: re.Match[str]) -> str:
    return f"{match['before'] or match['noble'] or match['title']}{_NOBODY}"


def _same_length(match: re.Match[str]) -> str:
    if match.group() in _STAND_INS.values() or match.group().endswith("000000"):
        return match.group()
    return re.sub(r"\d", "0", match.group())
