"""Tickets about the same: brought again within days, or closed as what another says."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select

from db.session import Session
from db.ticket_states import OPEN, Decision
from db.ticket_words import TicketWord, stems, word_index
from db.tickets import PLAIN, Ticket

SPAN = timedelta(days=14)
_LOOKED_AT = 20  # open tickets of one person
_NEAR = 0.6  # of the stems of a story stand in the other one, too
_FEWEST = 4  # stems; fewer are shared by chance


@dataclass(frozen=True, slots=True)
class Earlier:
    """An open ticket that may be about the same."""

    id: int
    number: str
    created_at: datetime


def find_earlier(
    session: Session,
    *,
    contact_id: int | None,
    person_id: int | None,
    kind: str,
    category: str | None,
    story: str,
    name: str,
    secrecy: str,
    now: datetime,
) -> Earlier | None:
    """Give the newest open ticket of a contact or person that is about the same, if there is one.

    Without a contact it is one that was filed for the person, and none that he brought himself.

    It is of the kind and not older than `SPAN`; it is of the category (None: of any) or tells
    nearly the same story, and holds every word of the name where one is given. It hides as much as
    this matter, lest one tell of the other. What somebody hid by another telephone is not told to
    this one.
    """
    theirs = and_(Ticket.contact_id == contact_id, Ticket.helper_id.is_(None))
    if contact_id is None:
        theirs = and_(Ticket.person_id == person_id, Ticket.helper_id.is_not(None))
    elif person_id is not None and kind != "sanggah" and secrecy == PLAIN:
        theirs = or_(theirs, Ticket.person_id == person_id)
    rows = session.execute(
        select(Ticket.id, Ticket.number, Ticket.created_at, Ticket.category)
        .where(theirs, Ticket.kind == kind, Ticket.state.in_(OPEN))
        .where(Ticket.secrecy == secrecy)
        .where(Ticket.created_at >= now - SPAN)
        .order_by(Ticket.id.desc())
        .limit(_LOOKED_AT)
    ).all()
    if not rows:
        return None
    ids = [row.id for row in rows]
    told, called = stems(story), stems(name)
    in_story = _shared(session, ids, told)
    in_name = _shared(session, ids, called)
    for row in rows:
        alike = category in (None, row.category) or (
            len(told) >= _FEWEST and in_story.get(row.id, 0) >= _NEAR * len(told)
        )
        if alike and in_name.get(row.id, 0) == len(called):
            return Earlier(row.id, row.number, row.created_at)
    return None


def repeating(session: Session, ticket_id: int) -> Sequence[Ticket]:
    """Give the tickets that were closed as the same as this one, and those as the same as them."""
    found: dict[int, Ticket] = {}
    wave = [ticket_id]
    while wave:
        query = select(Ticket).where(
            Ticket.other_id.in_(wave), Ticket.decision == Decision.DUPLICATE
        )
        new = {one.id: one for one in session.scalars(query.order_by(Ticket.id))}
        wave = [one for one in new if one not in found and one != ticket_id]
        found |= new
    found.pop(ticket_id, None)
    return list(found.values())


def _shared(session: Session, ids: Collection[int], words: Collection[str]) -> Mapping[int, int]:
    """Give how many of some stems each of some tickets holds."""
    if not words:
        return {}
    indexes = [word_index(session, stem) for stem in words]
    rows = session.execute(
        select(TicketWord.ticket_id, func.count())
        .where(TicketWord.word_index.in_(indexes), TicketWord.ticket_id.in_(ids))
        .group_by(TicketWord.ticket_id)
    )
    return {row[0]: row[1] for row in rows}
