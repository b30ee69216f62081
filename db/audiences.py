"""Audiences: which families a broadcast concerns, and which contacts want to hear of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, not_, or_, select
from sqlalchemy.orm import aliased

from db.areas import in_areas
from db.assignments import Assignment
from db.audience_files import AudienceMember
from db.broadcasts import Broadcast, Kind, Wave
from db.broadcasts import State as Stage
from db.contacts import ACTIVE as REACHABLE
from db.contacts import CONSENT_GIVEN, Contact, Topic
from db.enrolments import ACTIVE
from db.outbox import CHANGED, OutboundMessage
from db.publishing import may_be_heard
from db.registry import Household, Person
from db.ticket_inbox import IS_URGENT
from db.ticket_states import OPEN, State
from db.tickets import Ticket
from db.traits import TRAITS, belongs, confirmed, enrolled, with_traits

__all__ = ("TRAITS", "Filters", "Topic", "topic_of")


_NOT_BEGUN = (Stage.DRAFT, Stage.WAITING, Stage.SCHEDULED)
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
    untold_of: int | None = None  # a round: those families of whom nobody has heard of it

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
        conditions.append(Household.id.in_(with_traits(filters.traits, filters.areas)))
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
    if filters.untold_of is not None:
        told = heard_of(filters.untold_of).join(Person, Person.id == Contact.person_id)
        conditions.append(
            not_(told.where(Person.household_id == Household.id).correlate(Household).exists())
        )
    return and_(*conditions)


def is_of(filters: Filters, contact: Any = Contact) -> ColumnElement[bool]:
    """Give the condition that a contact is of a family of an audience."""
    family = exists().where(
        Person.id == contact.person_id, Household.id == Person.household_id,
        belongs(Person), families(filters),
    )  # fmt: skip
    return family.correlate(contact)


def heard_of(round_id: int) -> Select[int]:
    """Select the contacts that may have heard of a round, or are about to: by its change at last.

    What failed was heard by nobody, unless a dispatcher died that may have sent it. What a change
    took the place of is to be heard by that as long as it has not begun; then its own messages
    say who hears.
    """
    change = aliased(Broadcast)
    # Joined, as SQLite cannot read what is nested deeper.
    to_come = and_(
        change.round_id == round_id,
        change.kind == Kind.CHANGE,
        ~change.undone,
        change.id > Broadcast.id,
        change.state.in_(_NOT_BEGUN),
    )
    return (
        select(Contact.id)
        .join(OutboundMessage, OutboundMessage.contact_id == Contact.id)
        .join(Wave, Wave.id == OutboundMessage.wave_id)
        .join(Broadcast, Broadcast.id == Wave.broadcast_id)
        .outerjoin(change, to_come)
        .where(Broadcast.round_id == round_id)
        .where(
            or_(
                OutboundMessage.state == "queued",
                may_be_heard(),
                and_(
                    OutboundMessage.state == "canceled",
                    OutboundMessage.reason == CHANGED,
                    change.id.is_not(None),
                ),
            )
        )
    )


def is_told_and_falls_out(round_id: int, old: Filters, new: Filters) -> Select[bool]:
    """Select whether a family that may have heard of a round is of one audience but not another."""
    theirs = heard_of(round_id).join(Person, Person.id == Contact.person_id)
    told = theirs.where(Person.household_id == Household.id, belongs(Person)).correlate(Household)
    is_meant = func.coalesce(families(new), false())  # unknown where the decile is
    falls_out = and_(families(old), not_(is_meant), told.exists())
    return select(exists().where(falls_out))


def has_agreed(contact: Any = Contact) -> ColumnElement[bool]:
    """Give the condition that a contact may be written to at all."""
    condition: ColumnElement[bool] = contact.consent == CONSENT_GIVEN
    return condition


def is_active(contact: Any = Contact) -> ColumnElement[bool]:
    """Give the condition that a contact can be reached."""
    condition: ColumnElement[bool] = contact.state == REACHABLE
    return condition


def is_wanted(topic: Topic, contact: Any = Contact) -> ColumnElement[bool]:
    """Give the condition that a contact wants to hear of a topic."""
    condition: ColumnElement[bool] = getattr(contact, topic)
    return condition


# What another agency has, or the citizen has to answer, goes on for weeks.
_AT_WORK = tuple(OPEN - {State.REFERRED, State.WAITING})


def is_left_alone(topic: Topic, contact: Any = Contact) -> ColumnElement[bool]:
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
    condition: ColumnElement[bool] = contact.id.in_(helped)
    return condition


def is_willing(topic: Topic, contact: Any = Contact) -> ColumnElement[bool]:
    """Give the condition that a contact may be told of a topic now."""
    wanted, alone = is_wanted(topic, contact), is_left_alone(topic, contact)
    return and_(has_agreed(contact), is_active(contact), wanted, not_(alone))
