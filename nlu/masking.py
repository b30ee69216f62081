"""Takes what could tell a person out of a text, so that it can be shown and learned from."""

import re
from collections.abc import Sequence
from typing import Final

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
_NUMBER = re.compile(r"\d(?:[ .\-]?\d){4,}")
_NO_NAME = (
    r"(?!(?i:saya|sa|sy|kami|kita|ini|itu|yang|yg|di|ke|dan|tidak|tdk|belum|blm|sudah|sdh|mau|guru"
    r"|lurah|camat|rt|rw|kades|ketua|haji|hajja|nya|anak|orang|tua|tetangga|admin|petugas|dinas"
    r"|pendamping)\b)"
)
_NAMED = re.compile(
    r"(?P<before>\b(?i:bernama|atas\s+nama|a\.n\.?|nama(?:\s*(?:saya|sy|sa|anak|ibu|bapak|suami|istri"
    r"|nya))*|namanya)\s*[:=]?\s+)"
    + _NO_NAME
    + r"(?:(?i:wa(?:\s+ode)?|la\s+ode)\s+)?[^\W\d_]+(?:\s+[A-Z][^\W\d_]+)*"
    r"|(?P<title>\b(?i:pak|bu|ibu|bapak|mbak|mas|om|tante|wa|la)\s+)"
    + _NO_NAME
    + r"[A-Z][^\W\d_]+(?:\s+[A-Z][^\W\d_]+)*"
)


def mask(text: str, entities: Sequence[Entity]) -> str:
    """Return a text with numbers, and names that are announced as such, put by stand-ins."""
    for entity in sorted(entities, key=lambda entity: entity.start, reverse=True):
        stand_in = _STAND_INS.get(entity.entity)
        if stand_in is not None:
            text = text[: entity.start] + stand_in + text[entity.end :]
    return _NAMED.sub(_without_name, _NUMBER.sub(_same_length, text))


def _without_name(match: re.Match[str]) -> str:
    return f"{match['before'] or match['title']}{_NOBODY}"


def _same_length(match: re.Match[str]) -> str:
    if match.group() in _STAND_INS.values() or match.group().endswith("000000"):
        return match.group()
    return re.sub(r"\d", "0", match.group())
