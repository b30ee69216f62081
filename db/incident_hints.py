"""Which tickets may have one cause: of one category and neighbourhood, sharing rare words."""

import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text

from db.areas import common_area, subtree
from db.incidents import Incident, readable
from db.session import Session
from db.ticket_desk import Sight
from db.ticket_states import OPEN
from db.ticket_words import TicketWord
from db.tickets import Ticket

SPAN = timedelta(days=14)
FEWEST = 3  # tickets that are suggested as one
KIND = "complaint"
_SHARED = 2  # rare words that two tickets have in common
_RARE = 0.1  # of other tickets hold a rare word at most
_VILLAGE, _DISTRICT = 13, 8  # letters of their codes
_GROUPS = {_VILLAGE: 10, _DISTRICT: 4}  # that are looked at, the largest first
_NEWEST = 40  # tickets of a group that are looked at
_OTHERS = 150  # tickets from all of the years, whose words are the measure of what is rare
_TICKET: Any = Ticket.__table__
_WORD: Any = TicketWord.__table__
# In words, as the index on those that are not done is.
_ALIVE: Any = text("tickets.state NOT IN ('confirmed', 'rejected')")
_WALK = "INDEXED BY ix_tickets_alive"
Words = Mapping[int, frozenset[bytes]]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Tickets that may be one incident, newest first, and the area that holds them all."""

    category: str
    area_code: str
    ids: tuple[int, ...]


def suggestions(session: Session, sight: Sight, now: datetime) -> Sequence[Suggestion]:
    """Give what may be incidents among the open complaints of the last days, largest first.

    Only tickets that somebody may read are looked at, and of each group its newest.
    """
    first = _first_since(session, now - SPAN)
    groups = _groups(session, sight, first)
    others = _some_others(session)
    words = _words(session, {one for group in groups for one in group[2]} | set(others))
    taken: set[int] = set()
    found = []
    for category, areas, ids in groups:
        left = [one for one in ids if one not in taken]
        for star in _stars(left, words, others):
            taken.update(star)
            area = common_area({areas[one] for one in star})
            found.append(Suggestion(category, area, tuple(sorted(star, reverse=True))))
    return sorted(found, key=lambda one: (-len(one.ids), -one.ids[0]))


def fits(session: Session, sight: Sight, ticket: Ticket, incident: Incident) -> bool:
    """Say whether a ticket shares rare words with one that is in an incident already."""
    query = (
        select(Ticket.id)
        .where(Ticket.incident_id == incident.id, readable(sight))
        .order_by(Ticket.id.desc())
        .limit(_NEWEST)
    )
    members = list(session.scalars(query))
    others = [one for one in _some_others(session) if one != ticket.id]
    words = _words(session, {ticket.id, *members, *others})
    rare = _rare([ticket.id, *members], words, others)
    return any(len(rare[ticket.id] & rare[one]) >= _SHARED for one in members)


def _first_since(session: Session, moment: datetime) -> int:
    """Give the first ticket since a moment."""
    query = select(_TICKET.c.id).where(_TICKET.c.created_at >= moment)
    found = session.core.scalar(query.order_by(_TICKET.c.created_at, _TICKET.c.id).limit(1))
    return found if found is not None else sys.maxsize


Group = tuple[str, Mapping[int, str], Sequence[int]]


def _groups(session: Session, sight: Sight, first: int) -> list[Group]:
    """Give category, areas and newest tickets of the largest groups: of a kelurahan, then wider."""
    recent = (
        Ticket.id >= first, Ticket.kind == KIND, _ALIVE, readable(sight),
    )  # fmt: skip
    rows = session.core.execute(
        select(Ticket.category, Ticket.area_code, func.count())
        .where(*recent)
        .group_by(Ticket.category, Ticket.area_code)
        .with_hint(_TICKET, _WALK, "sqlite")
    ).all()
    groups: list[Group] = []
    for length, most in _GROUPS.items():
        counts: Counter[tuple[str, str]] = Counter()
        for category, area, count in rows:
            counts[category, area[:length]] += count
        for (category, area), count in counts.most_common(most):
            if count >= FEWEST:
                groups.append(_newest(session, recent, category, area))
    return groups


def _newest(session: Session, recent: Iterable[Any], category: str, area: str) -> Group:
    low, high = subtree(area)
    rows = session.core.execute(
        select(Ticket.id, Ticket.area_code)
        .where(
            *recent, Ticket.category == category, Ticket.area_code >= low, Ticket.area_code < high,
            Ticket.incident_id.is_(None), Ticket.state.in_([*OPEN]),
        )
        .order_by(Ticket.id.desc())
        .limit(_NEWEST)
        .with_hint(_TICKET, _WALK, "sqlite")
    ).all()  # fmt: skip
    return category, {row.id: row.area_code for row in rows}, [row.id for row in rows]


def _some_others(session: Session) -> list[int]:
    """Give some tickets, spread evenly over all that there are."""
    last = session.core.scalar(select(func.max(_TICKET.c.id))) or 0
    step = max(1, last // _OTHERS)
    return list(range(last, 0, -step))[:_OTHERS]


def _words(session: Session, ids: Collection[int]) -> dict[int, frozenset[bytes]]:
    rows = session.core.execute(
        select(_WORD.c.ticket_id, _WORD.c.word_index).where(_WORD.c.ticket_id.in_(sorted(ids)))
    )
    found: defaultdict[int, set[bytes]] = defaultdict(set)
    for ticket_id, word in rows:
        found[ticket_id].add(bytes(word))
    return {ticket_id: frozenset(held) for ticket_id, held in found.items()}


def _rare(ids: Sequence[int], words: Words, others: Sequence[int]) -> dict[int, frozenset[bytes]]:
    """Give of some tickets their words that few others hold."""
    group = set(ids)
    measure = [words[one] for one in others if one not in group and one in words]
    counts = Counter(word for held in measure for word in held)
    most = max(1, _RARE * len(measure))
    return {
        one: frozenset(word for word in words.get(one, ()) if counts[word] <= most) for one in ids
    }


def _stars(ids: Sequence[int], words: Words, others: Sequence[int]) -> list[list[int]]:
    """Give groups in which each ticket shares rare words with one in the middle."""
    rare = _rare(ids, words, others)
    left, stars = list(ids), []
    while len(left) >= FEWEST:
        near = {
            one: [two for two in left if two == one or len(rare[one] & rare[two]) >= _SHARED]
            for one in left
        }
        star = max(near.values(), key=len)
        if len(star) < FEWEST:
            break
        stars.append(star)
        left = [one for one in left if one not in star]
    return stars
