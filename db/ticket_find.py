"""What somebody typed to find tickets: a number of theirs, or words of what they tell."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, func, select

from db.session import Session
from db.ticket_words import ids_with
from db.tickets import Ticket

# With its year apart a number may be without the zeros before it.
_NUMBER = re.compile(r"PKS[ -]*(\d{4})(?:[ -]*(\d{6})|[ -]+(\d{1,6}))", re.IGNORECASE)
_BARE = re.compile(r"\d{1,6}")
_YEARS = 10  # so far back is a ticket found by its bare digits
_FEW = 500  # tickets that can be named one by one
_WEIGHED = 5_000  # whether a word is rarer than another is not counted further

_T: Any = Ticket.__table__


@dataclass(frozen=True, slots=True)
class Sought:
    """Tickets that somebody looks for, the rarest of the words first; all must be held."""

    is_number: bool = False  # nothing else can be found by it
    is_vague: bool = False  # no word of it tells one ticket from another
    numbered: Sequence[int] = ()  # the tickets whose number it is, newest first
    stems: Sequence[Select[int]] = ()
    ids: Sequence[int] | None = None  # those that hold the rarest word, where they are few

    @classmethod
    def of(
        cls, session: Session, seen: ColumnElement[bool], text: str, full: Mapping[str, str],
        now: datetime,
    ) -> Self:  # fmt: skip
        """Read what was typed; `seen` is the condition that somebody may see a ticket.

        `full` gives short words in full.
        """
        typed = text.strip()
        whole = _NUMBER.fullmatch(typed)
        if whole:
            number = f"PKS-{whole[1]}-{int(whole[2] or whole[3]):06d}"
            return cls(is_number=True, numbered=_numbered(session, seen, [number]))
        numbered: Sequence[int] = ()
        if _BARE.fullmatch(typed):
            ending = f"{int(typed):06d}"
            years = range(now.year + 1, now.year - _YEARS, -1)
            numbered = _numbered(session, seen, [f"PKS-{year}-{ending}" for year in years])
        words = ids_with(session, typed, full)
        if typed and not words:
            is_number = _BARE.fullmatch(typed) is not None
            return cls(is_number, not is_number, numbered)
        weighed = sorted(
            ((_weigh(session, word), at, word) for at, word in enumerate(words)),
            key=lambda one: one[:2],
        )
        stems = [stem for _, _, stem in weighed]
        ids = None
        if weighed and weighed[0][0] <= _FEW:
            ids = list(session.core.execute(_all_of(stems)).scalars())
        return cls(numbered=numbered, stems=stems, ids=ids)


def _numbered(session: Session, seen: ColumnElement[bool], numbers: Sequence[str]) -> Sequence[int]:
    query = select(_T.c.id).where(_T.c.number.in_(numbers), seen).order_by(_T.c.id.desc())
    return list(session.core.execute(query).scalars())


def _weigh(session: Session, stem: Select[int]) -> int:
    counted = select(func.count()).select_from(stem.limit(_WEIGHED).subquery())
    return session.core.execute(counted).scalar() or 0


def _all_of(stems: Sequence[Select[int]]) -> Select[int]:
    """Give the tickets that hold all of the words, the rarest of which few have."""
    held = stems[0].subquery()
    query = select(held.c.ticket_id)
    for stem in stems[1:]:
        other = stem.subquery()
        query = query.where(select(1).where(other.c.ticket_id == held.c.ticket_id).exists())
    return query
