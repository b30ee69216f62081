"""Recipients: which contacts hear of a broadcast, each telephone and each person once."""

from dataclasses import replace
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
from sqlalchemy.orm import aliased

from db.areas import Area, in_areas, self_and_above
from db.audience_files import AudienceMember
from db.audiences import (
    Filters,
    Topic,
    families,
    has_agreed,
    heard_of,
    is_active,
    is_of,
    is_wanted,
    is_willing,
)
from db.broadcasts import Broadcast, Wave
from db.contacts import BY_NUMBER, Contact
from db.outbox import OutboundMessage
from db.registry import Household, Person
from db.subscriptions import Subscription
from db.traits import belongs

# The first place: "below the second", of which a planner expects more rows than of "the first".
_SECOND = 2
_WHATSAPP, _SMS = BY_NUMBER


def recipients(filters: Filters, topic: Topic, hoax_id: int | None = None) -> Select[Any]:
    """Select whom a broadcast goes to: contact_id, channel, language, area_code, household_id.

    Of each family it is the contact that wrote last, but of danger all. Who asked to hear of
    several areas comes once for each. Who was warned of the hoax is left out.
    """
    of_families, others = recipients_apart(filters, topic, hoax_id)
    if not others:
        return of_families
    return select(of_families.union_all(*others).subquery("recipients"))


def recipients_apart(
    filters: Filters, topic: Topic, hoax_id: int | None = None
) -> tuple[Select[Any], list[Select[Any]]]:
    """Select the same in parts: those of the families, and the others if there may be any."""
    willing = and_(is_willing(topic), not_(_warned(hoax_id)) if hoax_id is not None else true())
    return _of_families(filters, topic, willing), besides(filters, topic, willing)


def _of_families(filters: Filters, topic: Topic, willing: ColumnElement[bool]) -> Select[Any]:
    """Of danger everyone hears who wants to, as he may be elsewhere than the rest of his family."""
    every = filters.everyone or topic is Topic.EMERGENCY
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
        .where(not_(_is_on_whatsapp(filters, topic)) if every else true())
    )
    found = members.subquery("members")
    chosen = select(*(column for column in found.c if column.name != "place"))
    return chosen if every else chosen.where(found.c.place < _SECOND)


def besides(filters: Filters, topic: Topic, willing: ColumnElement[bool]) -> list[Select[Any]]:
    """Select the contacts that belong to no family of the audience."""
    if filters.untold_of is not None:
        willing = and_(willing, not_(_has_heard(filters.untold_of)))
    if _is_for_all(filters, topic):
        return [_of_no_family(filters, topic, willing)]
    if filters.file_id is not None:
        return [_of_file(filters, topic, willing)]
    if topic is Topic.AID and filters.program is not None and not filters.is_choosy:
        return [_subscribers(filters, topic, willing)]
    return []


def _has_heard(round_id: int) -> ColumnElement[bool]:
    """Give the condition that a contact, or its telephone by another channel, heard of a round."""
    twin = aliased(Contact)
    heard = heard_of(round_id).correlate(None)
    same_phone = exists().where(
        twin.id.in_(heard), twin.address == Contact.address,
        twin.channel.in_(BY_NUMBER), Contact.channel.in_(BY_NUMBER),
    )  # fmt: skip
    return or_(Contact.id.in_(heard), same_phone.correlate(Contact))


def _is_for_all(filters: Filters, topic: Topic) -> bool:
    """Say whether those are told too who are on no list: where all are meant, and of danger."""
    in_danger = topic is Topic.EMERGENCY and filters == Filters(filters.areas)
    return filters.everyone or in_danger


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


def _of_no_family(filters: Filters, topic: Topic, willing: ColumnElement[bool]) -> Select[Any]:
    told = and_(_is_near(filters, topic), willing, not_(_is_on_whatsapp(filters, topic)))
    return select(*_alone(_first(filters))).where(told)


def _is_near(filters: Filters, topic: Topic, contact: Any = Contact) -> ColumnElement[bool]:
    """Give the condition that a contact of no family of some areas is to hear of what is there.

    Where one lives who is tied to no person is known by what he asked to hear of, and otherwise
    only if there is nothing else. Of dangers hears whoever asked for these, wherever he lives.
    """
    others = exists().where(Area.level == "village", not_(in_areas(Area.code, filters.areas)))
    wishes = _wishes(topic)
    asked = select(wishes.c.contact_id).where(_touches(wishes.c.area_code, filters.areas))
    known = or_(not_(others.correlate(None)), contact.id.in_(asked))
    lives_here = and_(contact.person_id.is_(None), known)
    if topic is not Topic.EMERGENCY:
        return lives_here
    of_dangers = contact.id.in_(asked.where(wishes.c.emergencies))
    return or_(lives_here, and_(of_dangers, not_(is_of(filters, contact))))


def _wishes(topic: Topic) -> Any:
    """Select contact_id, area_code, program_code and emergencies of what was asked for.

    What cannot come by WhatsApp, or not any more, comes by SMS to the same telephone, and the other
    way round.
    """
    asker, twin = aliased(Contact), aliased(Contact)
    wish = (Subscription.area_code, Subscription.program_code, Subscription.emergencies)
    told_otherwise = (
        select(twin.id, *wish)
        .join(asker, asker.id == Subscription.contact_id)
        .join(twin, and_(twin.address == asker.address, twin.id != asker.id))
        .where(asker.channel.in_(BY_NUMBER), twin.channel.in_(BY_NUMBER))
        .where(has_agreed(asker), not_(and_(is_active(asker), is_wanted(topic, asker))))
    )
    return select(Subscription.contact_id, *wish).union_all(told_otherwise).subquery("wishes")


def _touches(area_code: Any, areas: tuple[str, ...]) -> ColumnElement[bool]:
    """Give the condition that an area is of some, or holds one of them."""
    return or_(in_areas(area_code, areas), area_code.in_(_areas_above(areas)))


def _of_file(filters: Filters, topic: Topic, willing: ColumnElement[bool]) -> Select[Any]:
    """Nothing more is known of them, so that they come only where nothing more is asked."""
    everybody = replace(filters, untold_of=None)  # who has heard is left out by himself
    asked = everybody != Filters(filters.areas, file_id=filters.file_id)
    return (
        select(*_alone(_first(filters)))
        .join(AudienceMember, AudienceMember.contact_id == Contact.id)
        .where(AudienceMember.file_id == filters.file_id, willing)
        .where(not_(_is_told_by_family(everybody, topic)), false() if asked else true())
    )


def _subscribers(filters: Filters, topic: Topic, willing: ColumnElement[bool]) -> Select[Any]:
    """Those who asked for the programme here, or in all of an area that holds one of these.

    All that was asked for from one telephone or by one person goes to the contact of it that wrote
    last, and by SMS only where there is nothing else.
    """
    above = _areas_above(filters.areas)
    wishes = _wishes(topic)
    asked_of = wishes.c.area_code
    area = case(
        (in_areas(asked_of, filters.areas), asked_of),
        *((asked_of == code, below) for code, below in above.items()),
    )
    program = or_(wishes.c.program_code.is_(None), wishes.c.program_code == filters.program)
    asked = (
        select(
            Contact.id,
            telephone().label("phone"),
            func.coalesce(Contact.person_id, -Contact.id).label("person"),
            case((Contact.channel == _SMS, 1), else_=0).label("by_sms"),
            Contact.last_inbound_at.label("heard_at"),
            area.label("area_code"),
        )
        .join(wishes, wishes.c.contact_id == Contact.id)
        .where(_touches(asked_of, filters.areas), program, not_(wishes.c.emergencies), willing)
        .where(not_(_is_told_by_family(filters, topic)))
    ).subquery("asked")
    same_phone = select(asked, _best(asked, "person", "phone").label("owner")).subquery(
        "same_phone"
    )
    chosen = select(same_phone, _best(same_phone, "id", "owner").label("best")).subquery("chosen")
    return select(*_alone(chosen.c.area_code)).join(chosen, chosen.c.best == Contact.id).distinct()


def telephone() -> ColumnElement[str]:
    """Give what names the telephone of a contact, which is the same by WhatsApp and SMS."""
    return case(
        (Contact.channel.in_(BY_NUMBER), Contact.address),
        else_=Contact.channel + ":" + Contact.address,
    )


def _best(rows: Any, column: str, among: str) -> Any:
    """Give what the contact says that is told instead of all with the same telephone or owner."""
    order = (rows.c.by_sms, rows.c.heard_at.desc().nulls_last(), rows.c.id)
    first = func.first_value(rows.c[column], type_=rows.c[column].type)
    return first.over(partition_by=rows.c[among], order_by=order)


def _is_told_by_family(filters: Filters, topic: Topic) -> ColumnElement[bool]:
    """Give the condition that a contact, or its telephone on another channel, is of a family."""
    twin = aliased(Contact)
    same_phone = exists().where(
        twin.channel.in_(BY_NUMBER), twin.address == Contact.address,
        is_willing(topic, twin), is_of(filters, twin),
    )  # fmt: skip
    by_number = and_(Contact.channel.in_(BY_NUMBER), same_phone.correlate(Contact))
    return or_(is_of(filters), by_number)


def _is_on_whatsapp(filters: Filters, topic: Topic) -> ColumnElement[bool]:
    """Give the condition that a contact of SMS is a telephone that is told on WhatsApp."""
    twin = aliased(Contact)
    told = [is_of(filters, twin)]
    if _is_for_all(filters, topic):
        told.append(_is_near(filters, topic, twin))
    same_phone = exists().where(
        twin.channel == _WHATSAPP, twin.address == Contact.address,
        is_willing(topic, twin), or_(*told),
    )  # fmt: skip
    return and_(Contact.channel == _SMS, same_phone.correlate(Contact))


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
