"""Reach: how many of an audience a broadcast would come to, by which channel, and who is left."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select

from db.areas import Area
from db.assignments import Assignment
from db.audiences import (
    Filters,
    Topic,
    families,
    has_agreed,
    is_active,
    is_left_alone,
    is_wanted,
)
from db.contacts import Contact
from db.recipients import recipients
from db.registry import Household, Person
from db.session import Session
from db.staff import Staff
from db.traits import belongs

WINDOW = timedelta(hours=24)  # in which WhatsApp lets a business write without a template
_WHATSAPP = "whatsapp"
# Why nobody of a family is reached: what comes first is nearest to being reached.
REASONS = ("no_template", "in_emergency", "opted_out", "blocked", "no_consent", "no_contact")
_NOT_ADDRESSED, _NOT_AGREED = "not_addressed", "not_agreed"


@dataclass(frozen=True, slots=True)
class Reach:
    """What a broadcast to an audience would come to."""

    families: int
    by_channel: dict[str, int]
    window_closed: int  # of WhatsApp, to be told by a template, which is paid for
    excluded: dict[str, int]  # families by the reason why none of them is reached
    by_language: dict[str, int]  # contacts by the language that they chose, as far as they did

    @property
    def contacts(self) -> int:
        """All who would be told."""
        return sum(self.by_channel.values())


@dataclass(frozen=True, slots=True)
class _Told:
    """How many would be told by one channel and have chosen one language."""

    channel: str
    language: str | None
    count: int
    shut: int  # of WhatsApp, whose 24 hours are over


@dataclass(frozen=True, slots=True)
class Recipient:
    """One contact that would be told; whoever is of no family of the audience has none."""

    contact_id: int
    channel: str
    language: str | None
    area_code: str
    household_id: int | None


@dataclass(frozen=True, slots=True)
class Unreached:
    """A family that nobody can write to, for its companion to visit."""

    household_id: int
    head: str
    area_name: str
    address: str
    rt: str
    rw: str
    reason: str
    companion: str | None
    area_code: str


def measure(
    session: Session,
    filters: Filters,
    topic: Topic,
    send_at: datetime,
    has_template: bool,
    hoax_id: int | None = None,
    chosen: Select[Any] | None = None,
) -> Reach:
    """Count families and contacts by channel; WhatsApp's 24 hours are counted at `send_at`.

    `chosen` selects those who are told, where that is not everybody of the audience.
    """
    if chosen is None:
        chosen = recipients(filters, topic, hoax_id)
    told = _told(session, chosen, send_at)
    closed = sum(one.shut for one in told)
    standing = _standing(filters, topic).subquery()
    rows = session.execute(select(standing.c.place, func.count()).group_by(standing.c.place)).all()
    excluded = {_reason(place, topic): count for place, count in rows if place > 0}
    if closed and not has_template:
        told = [replace(one, count=one.count - one.shut) for one in told]
        excluded["no_template"] = closed
        closed = 0
    by_channel, by_language = Counter[str](), Counter[str]()
    for one in told:
        by_channel[one.channel] += one.count
        if one.language is not None:
            by_language[one.language] += one.count
    return Reach(sum(count for _, count in rows), by_channel, closed, excluded, by_language)


def samples(session: Session, filters: Filters, topic: Topic, most: int = 3) -> Sequence[Recipient]:
    """Give some who would be told, of as many channels as there are."""
    found = recipients(filters, topic).subquery()
    turn = func.row_number().over(partition_by=found.c.channel, order_by=found.c.contact_id)
    query = select(found).order_by(turn, found.c.channel).limit(most)
    return [Recipient(**row) for row in session.execute(query).mappings()]


def unreached(
    session: Session,
    filters: Filters,
    topic: Topic,
    most: int,
    shut_at: datetime | None = None,
    told: Select[int] | None = None,
) -> Sequence[Unreached]:
    """Give the families of whom nobody is reached, by where they live.

    `shut_at` is when WhatsApp would need a template that there is not. `told` selects the contacts
    to whom a broadcast went: whoever is not among them was not reached, though he could be.
    """
    standing = _standing(filters, topic, shut_at).subquery()
    is_left = standing.c.place > 0
    if told is not None:
        is_told = exists().where(
            Person.household_id == Household.id,
            Contact.person_id == Person.id,
            Contact.id.in_(told),
        )
        is_left = or_(is_left, ~is_told.correlate(Household))
    rows = session.execute(
        select(
            Household.id, head_of_family(), Area.name, Household.address, Household.rt,
            Household.rw, standing.c.place, companion_of_family(), Household.area_code,
        )
        .join(standing, standing.c.household_id == Household.id)
        .join(Area, Area.code == Household.area_code)
        .where(is_left)
        .order_by(Household.area_code, Household.rw, Household.rt, Household.id)
        .limit(most)
    )  # fmt: skip
    return [
        Unreached(
            family, head or "", area, address, rt, rw, _reason(place, topic), companion, area_code
        )
        for family, head, area, address, rt, rw, place, companion, area_code in rows
    ]


def _reason(place: int, topic: Topic) -> str:
    """Name a reason; emergencies have to be agreed to, which most were never asked about."""
    reason = REASONS[place - 1] if place else _NOT_ADDRESSED
    return _NOT_AGREED if (reason, topic) == ("opted_out", Topic.EMERGENCY) else reason


def window_is_shut(send_at: datetime) -> ColumnElement[bool]:
    """Give the condition that WhatsApp lets nothing but a template go to a contact at a moment."""
    heard, shut = Contact.last_inbound_at, Contact.window_shut_at
    return and_(
        Contact.channel == _WHATSAPP, or_(heard.is_(None), heard <= send_at - WINDOW, shut >= heard)
    )


def _told(session: Session, chosen: Select[Any], send_at: datetime) -> list[_Told]:
    """Count by channel and language, and those of WhatsApp whose 24 hours are over."""
    found = chosen.subquery()
    shut = func.sum(case((window_is_shut(send_at), 1), else_=0))
    rows = session.execute(
        select(found.c.channel, Contact.language, func.count(), shut)
        .join(Contact, Contact.id == found.c.contact_id)
        .group_by(found.c.channel, Contact.language)
        .order_by(found.c.channel, Contact.language)
    ).all()
    return [_Told(*row) for row in rows]


def _standing(filters: Filters, topic: Topic, shut_at: datetime | None = None) -> Select[int, int]:
    """Select each family with the place of its reason, which is 0 where somebody is reached."""
    is_shut = literal(False) if shut_at is None else window_is_shut(shut_at)
    place = case(
        (Contact.id.is_(None), REASONS.index("no_contact") + 1),
        (~func.coalesce(has_agreed(), literal(False)), REASONS.index("no_consent") + 1),
        (~is_active(), REASONS.index("blocked") + 1),
        (~is_wanted(topic), REASONS.index("opted_out") + 1),
        (is_left_alone(topic), REASONS.index("in_emergency") + 1),
        (is_shut, REASONS.index("no_template") + 1),
        else_=0,
    )
    return (
        select(Household.id.label("household_id"), func.min(place).label("place"))
        .outerjoin(Person, and_(Person.household_id == Household.id, belongs(Person)))
        .outerjoin(Contact, Contact.person_id == Person.id)
        .where(families(filters))
        .group_by(Household.id)
    )


def head_of_family() -> Any:
    """Select the name of the head of the household of a query, else of whoever is there."""
    return (
        select(Person.name)
        .where(Person.household_id == Household.id, belongs(Person))
        .order_by(Person.relation != "head", Person.left_on.is_not(None), Person.id)
        .limit(1)
        .correlate(Household)
        .scalar_subquery()
    )


def companion_of_family() -> Any:
    """Select the name of the companion of the household of a query."""
    return (
        select(Staff.name)
        .join(Assignment, Assignment.staff_id == Staff.id)
        .where(Assignment.household_id == Household.id, Staff.active)
        .order_by(Assignment.id)
        .limit(1)
        .correlate(Household)
        .scalar_subquery()
    )
