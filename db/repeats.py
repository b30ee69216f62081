"""Repeats: whether two broadcasts go to some of the same people."""

from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select

from db.audiences import Filters, Topic, families, is_willing, topic_of
from db.broadcasts import Broadcast, State, Wave
from db.contacts import Contact
from db.outbox import OutboundMessage
from db.recipients import besides
from db.registry import Household, Person
from db.session import Session
from db.traits import belongs

_HAS_ROWS = (State.RUNNING, State.PAUSED, State.DONE)
_HEARS = ("queued", "sending", "sent", "delivered", "read")


def share_people(
    session: Session, other: Broadcast, theirs: Filters, ours: Filters, topic: Topic
) -> bool:
    """Say whether somebody of an audience hears of another broadcast, whose own is `theirs`.

    It ends with the first one that is found. No family is ranked and no audience counted for it,
    which would take seconds of a million.
    """
    if other.state in _HAS_ROWS:
        found = _by_rows(other.id, ours, topic)
    else:
        found = _by_filters(theirs, topic_of(other.kind), ours, topic)
    return bool(session.scalar(select(or_(*found))))


def _by_rows(broadcast_id: int, ours: Filters, topic: Topic) -> list[ColumnElement[bool]]:
    told = (
        select(OutboundMessage.id)
        .join(Wave, Wave.id == OutboundMessage.wave_id)
        .where(Wave.broadcast_id == broadcast_id, OutboundMessage.state.in_(_HEARS))
    )
    of_family = (
        told.join(Contact, Contact.id == OutboundMessage.contact_id)
        .join(Person, Person.id == Contact.person_id)
        .join(Household, Household.id == Person.household_id)
        .where(belongs(Person), is_willing(topic), families(ours))
    )
    alone = (part.subquery() for part in besides(ours, topic, is_willing(topic)))
    of_none = (told.join(one, one.c.contact_id == OutboundMessage.contact_id) for one in alone)
    return [query.exists() for query in (of_family, *of_none)]


def _by_filters(
    theirs: Filters, other: Topic, ours: Filters, topic: Topic
) -> list[ColumnElement[bool]]:
    willing = exists().where(
        Person.household_id == Household.id, Contact.person_id == Person.id, belongs(Person),
        is_willing(other), is_willing(topic),
    )  # fmt: skip
    home: Any = select(Household.id).where(
        families(theirs), families(ours), willing.correlate(Household)
    )
    pairs = product(
        besides(theirs, other, is_willing(other)), besides(ours, topic, is_willing(topic))
    )
    subqueries = ((one.subquery(), two.subquery()) for one, two in pairs)
    both = (
        select(one.c.contact_id).join(two, two.c.contact_id == one.c.contact_id)
        for one, two in subqueries
    )
    return [query.exists() for query in (home, *both)]
