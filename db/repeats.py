"""Repeats: whether two broadcasts go to some of the same people."""

from collections.abc import Sequence
from datetime import datetime
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select

from db.audiences import Filters, Topic, families, is_willing, topic_of
from db.broadcasts import Broadcast, Kind, State, Wave
from db.contacts import Contact
from db.outbox import OutboundMessage
from db.publishing import may_be_heard
from db.recipients import besides
from db.registry import Household, Person
from db.round_changes import is_said
from db.session import Session
from db.traits import belongs

_HAS_ROWS = (State.RUNNING, State.PAUSED, State.DONE, State.CANCELED)


def submitted_since(session: Session, since: datetime, besides: int) -> Sequence[Broadcast]:
    """Give what else somebody submitted that was made, or goes out, since a moment.

    What was refused does not count, nor what was canceled before anybody heard it.
    """
    query = select(Broadcast).where(
        or_(Broadcast.created_at >= since, Broadcast.send_at >= since),
        Broadcast.kind.not_in((Kind.REMINDER, Kind.FOLLOWUP)),
        is_said(),
        Broadcast.id != besides,
    )
    return session.scalars(query.order_by(Broadcast.id)).all()


def share_people(
    session: Session, other: Broadcast, theirs: Filters, ours: Filters, topic: Topic
) -> bool:
    """Say whether somebody of an audience hears of another broadcast, whose own is `theirs`.

    It ends with the first one that is found. No family is ranked and no audience counted for it,
    which would take seconds of a million.
    """
    if other.state in _HAS_ROWS:
        found = _by_rows(other, ours, topic)
    else:
        found = _by_filters(theirs, topic_of(other.kind), ours, topic)
    return bool(session.scalar(select(or_(*found))))


def _by_rows(other: Broadcast, ours: Filters, topic: Topic) -> list[ColumnElement[bool]]:
    hears = may_be_heard()
    if other.state != State.CANCELED:
        hears = or_(hears, OutboundMessage.state == "queued")
    told = (
        select(OutboundMessage.id)
        .join(Wave, Wave.id == OutboundMessage.wave_id)
        .where(Wave.broadcast_id == other.id, hears)
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
