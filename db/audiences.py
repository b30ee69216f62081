"""Audiences: which families a broadcast concerns, and which contact of each hears of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)

from db.areas import Area, in_areas, self_and_above
from db.audience_files import AudienceMember
from db.broadcasts import Broadcast, Kind, Wave
from db.contacts import ACTIVE as REACHABLE
from db.contacts import CONSENT_GIVEN, Contact
from db.enrolments import ACTIVE
from db.outbox import OutboundMessage
from db.registry import Household, Person
from db.staff import Assignment
from db.subscriptions import Subscription
from db.ticket_inbox import IS_URGENT
from db.ticket_states import OPEN, State
from db.tickets import Ticket
from db.traits import TRAITS, belongs, confirmed, enrolled, has_any_trait

__all__ = ("TRAITS", "Filters", "Topic", "recipients", "topic_of")


class Topic(StrEnum):
    """What a contact may want or not want to hear of."""

    AID = "aid"
    NEWS = "news"
    EMERGENCY = "emergency"


# The first place: "below the second", of which a planner expects more rows than of "the first".
_SECOND = 2
_TOPICS = {Kind.NEWS: Topic.NEWS, Kind.WARNING: Topic.NEWS, Kind.EMERGENCY: Topic.EMERGENCY}


def topic_of(kind: str) -> Topic:
    """Give the topic that a kind of broadcast belongs to."""
    return _TOPICS.get(Kind(kind), Topic.AID)


@dataclass(frozen=True, slots=True)
class Filters:
    """Whom a broadcast concerns: the families of some areas to whom all the rest applies."""

    areas: tuple[str, ...]  # each with all below it
    program: str | None = None
    status: str = ACTIVE  # in the programme, or in any where none is named
    deciles: tuple[int, ...] = ()
    traits: tuple[str, ...] = ()  # one of them is enough
    companion_id: int | None = None
    unconfirmed: bool = False  # nobody of the family ever said that he got aid of the programme
    file_id: int | None = None
    everyone: bool = False  # every willing contact of the areas, also those on no list

    def to_data(self) -> dict[str, Any]:
        """Give what JSON can hold of it."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Filters":
        """Read what `to_data` gave."""
        lists = {name: tuple(data.get(name, ())) for name in ("areas", "deciles", "traits")}
        return cls(**{**data, **lists})

    @property
    def is_choosy(self) -> bool:
        """Whether only some families of the programme are meant, or only some of the areas."""
        chosen = (self.deciles, self.traits, self.companion_id, self.unconfirmed, self.file_id)
        return any(chosen) or self.status != ACTIVE


def families(filters: Filters) -> ColumnElement[bool]:
    """Give the condition that a row of `households` is of an audience."""
    conditions = [in_areas(Household.area_code, filters.areas)]
    if filters.program is not None or filters.status != ACTIVE:
        conditions.append(
            Household.id.in_(enrolled(filters.program, filters.status, filters.areas))
        )
    if filters.deciles:
        conditions.append(Household.decile.in_(filters.deciles))
    if filters.traits:
        conditions.append(has_any_trait(filters.traits))
    if filters.companion_id is not None:
        assigned = select(Assignment.household_id).distinct().correlate(None)
        conditions.append(
            Household.id.in_(assigned.where(Assignment.staff_id == filters.companion_id))
        )
    if filters.unconfirmed:
        conditions.append(not_(confirmed(filters.program)))
    if filters.file_id is not None:
        listed = (
            select(AudienceMember.household_id)
            .correlate(None)
            .where(
                AudienceMember.file_id == filters.file_id, AudienceMember.household_id.is_not(None)
            )
        )
        conditions.append(Household.id.in_(listed))
    return and_(*conditions)


_WANTED: dict[Topic, Any] = {
    Topic.AID: Contact.notices,
    Topic.NEWS: Contact.news,
    Topic.EMERGENCY: Contact.emergencies,
}


def has_agreed() -> ColumnElement[bool]:
    """Give the condition that a contact may be written to at all."""
    return Contact.consent == CONSENT_GIVEN


def is_active() -> ColumnElement[bool]:
    """Give the condition that a contact can be reached."""
    return Contact.state == REACHABLE


def is_wanted(topic: Topic) -> ColumnElement[bool]:
    """Give the condition that a contact wants to hear of a topic."""
    condition: ColumnElement[bool] = _WANTED[topic]
    return condition


# What another agency has, or the citizen has to answer, goes on for weeks.
_AT_WORK = tuple(OPEN - {State.REFERRED, State.WAITING})


def is_left_alone(topic: Topic) -> ColumnElement[bool]:
    """Give the condition that the office helps a contact in an emergency at this time.

    News of an emergency reaches him even so: it may be the same one.
    """
    if topic is Topic.EMERGENCY:
        return false()
    helped = (
        select(Ticket.contact_id)
        .correlate(None)
        .where(*IS_URGENT, Ticket.contact_id.is_not(None), Ticket.state.in_(_AT_WORK))
    )
    return Contact.id.in_(helped)


def is_willing(topic: Topic) -> ColumnElement[bool]:
    """Give the condition that a contact may be told of a topic now."""
    return and_(has_agreed(), is_active(), is_wanted(topic), not_(is_left_alone(topic)))


def recipients(filters: Filters, topic: Topic, hoax_id: int | None = None) -> Select[Any]:
    """Select whom a broadcast goes to: contact_id, channel, language, area_code, household_id.

    Of each family it is the contact that wrote last, but of danger all. Who was warned
    of the hoax is left out.
    """
    willing = and_(is_willing(topic), not_(_warned(hoax_id)) if hoax_id is not None else true())
    parts = [_of_families(filters, topic, willing), *_besides(filters, topic, willing)]
    if len(parts) == 1:
        return parts[0]
    found = parts[0].union_all(*parts[1:]).subquery("recipients")
    return select(found)


def _of_families(filters: Filters, topic: Topic, willing: ColumnElement[bool]) -> Select[Any]:
    """Of danger everyone hears who wants to, as he may be elsewhere than the rest of his family."""
    lately = (Contact.last_inbound_at.desc().nulls_last(), Contact.id)
    members: Any = (
        select(
            Contact.id.label("contact_id"),
            Contact.channel,
            Contact.language,
            Household.area_code,
            Household.id.label("household_id"),
            func.row_number().over(partition_by=Household.id, order_by=lately).label("place"),
        )
        .join(Person, Person.id == Contact.person_id)
        .join(Household, Household.id == Person.household_id)
        .where(families(filters), belongs(Person), willing)
    )
    found = members.subquery("members")
    chosen = select(*(column for column in found.c if column.name != "place"))
    if filters.everyone or topic is Topic.EMERGENCY:
        return chosen
    return chosen.where(found.c.place < _SECOND)


def _besides(filters: Filters, topic: Topic, willing: ColumnElement[bool]) -> list[Select[Any]]:
    """Select the contacts that belong to no family of the audience."""
    in_danger = topic is Topic.EMERGENCY and filters == Filters(filters.areas)
    if filters.everyone or in_danger:
        return [_of_no_family(filters, willing)]
    if filters.file_id is not None:
        return [_of_file(filters, willing)]
    if topic is Topic.AID and filters.program is not None and not filters.is_choosy:
        return [_subscribers(filters, willing)]
    return []


def _alone(area_code: Any) -> tuple[Any, ...]:
    return (
        Contact.id.label("contact_id"),
        Contact.channel,
        Contact.language,
        area_code.label("area_code"),
        literal(None, Household.__table__.c.id.type).label("household_id"),
    )


def _first(filters: Filters) -> Any:
    return literal(min(filters.areas, default=None), Area.__table__.c.code.type)


def _of_no_family(filters: Filters, willing: ColumnElement[bool]) -> Select[Any]:
    """Where somebody lives who is tied to no person, is known by what he asked to hear of.

    Otherwise it is known only if there is nothing else.
    """
    others = exists().where(Area.level == "village", not_(in_areas(Area.code, filters.areas)))
    asked_here = exists().where(
        Subscription.contact_id == Contact.id, in_areas(Subscription.area_code, filters.areas)
    )
    lives_here = or_(not_(others.correlate(None)), asked_here.correlate(Contact))
    return select(*_alone(_first(filters))).where(Contact.person_id.is_(None), lives_here, willing)


def _of_file(filters: Filters, willing: ColumnElement[bool]) -> Select[Any]:
    """Nothing more is known of them, so that they come only where nothing more is asked."""
    asked = filters != Filters(filters.areas, file_id=filters.file_id)
    return (
        select(*_alone(_first(filters)))
        .join(AudienceMember, AudienceMember.contact_id == Contact.id)
        .where(AudienceMember.file_id == filters.file_id, willing, not_(_is_of(filters)))
        .where(false() if asked else true())
    )


def _subscribers(filters: Filters, willing: ColumnElement[bool]) -> Select[Any]:
    """Those who asked for the programme here, or in all of an area that holds one of these."""
    above = _areas_above(filters.areas)
    within = in_areas(Subscription.area_code, filters.areas)
    area = case(
        (within, Subscription.area_code),
        *((Subscription.area_code == code, below) for code, below in above.items()),
    )
    asked_here = or_(within, Subscription.area_code.in_(above))
    program = or_(Subscription.program_code.is_(None), Subscription.program_code == filters.program)
    return (
        select(*_alone(func.min(area)))
        .join(Subscription, Subscription.contact_id == Contact.id)
        .where(asked_here, program, willing, not_(_is_of(filters)))
        .group_by(Contact.id, Contact.channel, Contact.language)
    )


def _is_of(filters: Filters) -> ColumnElement[bool]:
    """Give the condition that a contact is of a family of the audience."""
    family = exists().where(
        Person.id == Contact.person_id, Household.id == Person.household_id,
        belongs(Person), families(filters),
    )  # fmt: skip
    return family.correlate(Contact)


def _areas_above(areas: tuple[str, ...]) -> dict[str, str]:
    """Give each area that holds one of some, with the first of those that it holds."""
    above: dict[str, str] = {}
    for code in sorted(areas):
        for holding in self_and_above(code)[:-1]:
            above.setdefault(holding, code)
    return above


def _warned(hoax_id: int) -> ColumnElement[bool]:
    warned = exists().where(
        OutboundMessage.contact_id == Contact.id,
        Wave.id == OutboundMessage.wave_id,
        Broadcast.id == Wave.broadcast_id,
        Broadcast.hoax_id == hoax_id,
    )
    return warned.correlate(Contact)
