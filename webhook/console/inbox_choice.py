"""What of the tickets somebody wants to see, as it stands in an address and as filters.

What was typed to find tickets may name somebody, so it stands in the address sealed.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from bot.texts.tickets import categories_of
from db.crypto import CryptoError, Vault
from db.staff import SECTIONS
from db.ticket_clock import Light
from db.ticket_inbox import EVERY_STATE, OLDEST_DUE, Filters
from db.ticket_rules import HIGH, LOW, NORMAL, URGENT
from db.ticket_states import State
from db.ticket_words import words_of
from db.tickets import KINDS
from nlu.normalize import normalize

LONGEST_TEXT = 100
MINE, NOBODYS = "saya", "belum-ada"
PRIORITIES = (URGENT, HIGH, NORMAL, LOW)
FOUND_BY = "cari"  # holds the sealed text
_PURPOSE = "ticket search"
_LONGEST = 30


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of tickets."""

    given: Mapping[str, str]  # what is asked, as it stands in an address
    text: str
    filters: Filters

    @property
    def query(self) -> dict[str, str]:
        """Give what an address of this choice takes."""
        return {name: value for name, value in self.given.items() if value}

    @property
    def kept(self) -> dict[str, str]:
        """Give what may be kept under a name: all but what was typed."""
        return {name: value for name, value in self.query.items() if name != FOUND_BY}


def categories() -> dict[str, Mapping[str, str]]:
    """Give the categories of each kind that has some, with their names."""
    return {kind: found for kind in KINDS if (found := categories_of(kind))}


_ALLOWED: dict[str, frozenset[str] | None] = {
    "kind": frozenset(KINDS),
    "category": None,
    "area": None,
    "state": frozenset((EVERY_STATE, *State)),
    "light": frozenset(Light),
    "section": frozenset(SECTIONS),
    "who": frozenset((MINE, NOBODYS)),
    "priority": frozenset(map(str, PRIORITIES)),
    "order": frozenset((OLDEST_DUE,)),
}


def choice_of(asked: Mapping[str, str], vault: Vault, staff_id: int, text: str = "") -> Choice:
    """Read a choice; what is unknown in it is not asked. `text` is what was typed just now."""
    given = {name: _clean(asked.get(name, ""), allowed) for name, allowed in _ALLOWED.items()}
    typed = text.replace("\0", "").strip()
    given[FOUND_BY] = sealed(vault, typed) if typed else asked.get(FOUND_BY, "")
    if not typed and given[FOUND_BY]:
        typed = _opened(vault, given[FOUND_BY])
        given[FOUND_BY] = given[FOUND_BY] if typed else ""
    filters = Filters(
        kind=given["kind"] or None,
        category=given["category"] or None,
        area_code=given["area"] or None,
        state=given["state"] or None,
        light=Light(given["light"]) if given["light"] else None,
        section=given["section"] or None,
        staff_id=staff_id if given["who"] == MINE else None,
        nobodys=given["who"] == NOBODYS,
        priority=int(given["priority"]) if given["priority"] else None,
        text=typed,
        full={word: normalize(word) for word in words_of(typed) if word.isalpha()},
        **({"order": given["order"]} if given["order"] else {}),
    )
    return Choice(given, typed, filters)


def choice_in(query: str, vault: Vault, staff_id: int) -> Choice:
    """Read the choice of an address that was sent with a form."""
    pairs: dict[str, Any] = dict(parse_qsl(query[:1_000], max_num_fields=20))
    return choice_of(pairs, vault, staff_id)


def sealed(vault: Vault, text: str) -> str:
    """Give a text as it may stand in an address."""
    return base64.urlsafe_b64encode(vault.seal(text, _PURPOSE)).decode().rstrip("=")


def _opened(vault: Vault, token: str) -> str:
    """Give the text of an address; empty where it is none of ours, or its key is gone."""
    try:
        raw = base64.urlsafe_b64decode(token[:1_000] + "=" * (-len(token[:1_000]) % 4))
        return vault.open(raw, _PURPOSE)
    except (CryptoError, binascii.Error, ValueError):
        return ""


def _clean(value: str, allowed: frozenset[str] | None) -> str:
    value = value.strip()[:_LONGEST]
    if allowed is not None:
        return value if value in allowed else ""
    return value if value.isascii() and value.replace("_", "").replace(".", "").isalnum() else ""
