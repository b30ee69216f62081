"""Fan-out: one row of the outbox for each recipient of a broadcast, by one statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from db.areas import Area, subtree
from db.audiences import Filters, families, in_areas, is_willing, recipients, topic_of
from db.broadcasts import Broadcast, Kind, Notice, Wave
from db.contacts import Contact
from db.outbox import BULK, OutboundMessage
from db.pickups import Pickup
from db.registry import Household, Person
from db.schedules import Distribution
from db.session import Session
from db.slots import Slot

LANGUAGE = "id"  # of whoever chose none, or one in which nothing was written
_TOLD = ("sent", "delivered", "read")
_FAILED = "failed"
_OUT: Any = OutboundMessage.__table__


def fan_out(session: Session, broadcast: Broadcast, now: datetime) -> int:
    """Queue one row for each recipient whom a notice fits; gives how many.

    The broadcast is to be held, as it gets its waves here, one for each time zone. A child of
    another broadcast goes to those whom that one told.
    """
    session.flush()
    filters = Filters.from_data(broadcast.audience) if broadcast.audience else None
    if broadcast.parent_id is not None:
        chosen = _told_by_parent(broadcast, broadcast.parent_id)
    elif filters is not None:
        chosen = recipients(filters, topic_of(broadcast.kind), broadcast.hoax_id)
    else:
        raise ValueError("a broadcast needs an audience or a parent")
    areas = (broadcast.area_code, *(filters.areas if filters is not None else ()))
    _make_waves(session, broadcast, areas)
    rows = _rows(session, broadcast, areas, chosen, now)
    broadcast.contacts = _insert(session, rows)
    broadcast.families = _count_families(session, broadcast, filters)
    session.flush()
    return broadcast.contacts


def _told_by_parent(broadcast: Broadcast, parent_id: int) -> Select[Any]:
    """Select those who heard of the parent, or were to hear of it; nobody hears it again.

    Of a change those are told too whose rows of the parent were ended for it.
    """
    low, high = subtree(broadcast.area_code)
    told = aliased(OutboundMessage)
    home = case((and_(Household.area_code >= low, Household.area_code < high), Household.area_code))
    query: Any = (
        select(
            Contact.id.label("contact_id"),
            Contact.channel,
            Contact.language,
            func.coalesce(home, Notice.area_code, literal(broadcast.area_code)).label("area_code"),
            Household.id.label("household_id"),
        )
        .select_from(told)
        .join(Wave, Wave.id == told.wave_id)
        .join(Notice, Notice.id == told.notice_id)
        .join(Contact, Contact.id == told.contact_id)
        .outerjoin(Person, Person.id == Contact.person_id)
        .outerjoin(Household, Household.id == Person.household_id)
        .where(Wave.broadcast_id == parent_id, is_willing(topic_of(broadcast.kind)))
    )
    if broadcast.kind == Kind.CHANGE:
        heard = told.state != _FAILED
    else:
        heard = and_(told.state.in_(_TOLD), not_(_has_it(parent_id)))
    chosen: Select[Any] = query.where(heard).distinct()
    return chosen


def _has_it(parent_id: int) -> ColumnElement[bool]:
    """Give the condition that a contact or its family said that they got what was announced."""
    announced = (
        select(Distribution.id)
        .join(Broadcast, Broadcast.round_id == Distribution.round_id)
        .where(Broadcast.id == parent_id)
    )
    said = exists().where(
        or_(Pickup.contact_id == Contact.id, Pickup.household_id == Household.id),
        Pickup.got_it,
        Pickup.distribution_id.in_(announced.correlate(None)),
    )
    return said.correlate(Contact, Household)


def _make_waves(session: Session, broadcast: Broadcast, areas: tuple[str, ...]) -> None:
    """Make a wave for each time zone of the areas."""
    zones = select(Area.timezone).where(in_areas(Area.code, areas)).distinct()
    session.add_all(
        Wave(broadcast_id=broadcast.id, zone=zone) for zone in sorted(session.scalars(zones))
    )
    session.flush()


def _rows(
    session: Session,
    broadcast: Broadcast,
    areas: tuple[str, ...],
    chosen: Select[Any],
    now: datetime,
) -> Select[Any]:
    """Select the finished rows: each recipient with the wave and the notice that fit it."""
    found = chosen.subquery("found")
    languages = _languages(session, broadcast.id)
    language = case((found.c.language.in_(languages), found.c.language), else_=LANGUAGE)
    place = _of_places(broadcast.id, areas, languages).subquery("place")
    slot = _of_slots(broadcast.id, languages).subquery("slot")
    notice_id = func.coalesce(slot.c.notice_id, place.c.notice_id)
    values: dict[str, Any] = {
        "contact_id": found.c.contact_id,
        "channel": found.c.channel,
        "priority": literal(BULK),
        "state": literal("queued"),
        "not_before": literal(max(now, broadcast.send_at), _OUT.c.not_before.type),
        "tries": literal(0),
        "failures": literal(0),
        "notice_id": notice_id,
        "wave_id": place.c.wave_id,
        "created_at": literal(now, _OUT.c.created_at.type),
    }
    fits = and_(place.c.area_code == found.c.area_code, place.c.language == language)
    his = and_(slot.c.household_id == found.c.household_id, slot.c.language == language)
    return (
        select(*(value.label(name) for name, value in values.items()))
        .select_from(found)
        .join(place, fits)
        .outerjoin(slot, his)
        .where(notice_id.is_not(None))
    )


def _languages(session: Session, broadcast_id: int) -> Sequence[str]:
    """Give the languages in which something was written, and the one of whoever chose none."""
    written = select(Notice.language).where(Notice.broadcast_id == broadcast_id).distinct()
    return sorted({LANGUAGE, *session.scalars(written)})


def _of_places(broadcast_id: int, areas: tuple[str, ...], languages: Sequence[str]) -> Select[Any]:
    """Select the wave and the notice of each area and language: area_code, language and both ids.

    Of the notices without a slot it is that of the smallest area that holds this one, else the one
    for all, else one for a part of it, which somebody who asked for the whole hears of, too.
    """
    spoken = _spoken(languages)
    holds = _holds(Notice.area_code, Area.code)
    written = and_(
        Notice.broadcast_id == broadcast_id,
        Notice.slot.is_(None),
        Notice.language.in_((spoken.c.language, LANGUAGE)),
        or_(Notice.area_code.is_(None), holds, _holds(Area.code, Notice.area_code)),
    )
    nearness = case(
        (holds, func.length(Notice.area_code)), (Notice.area_code.is_(None), 0), else_=-1
    )
    order = (nearness.desc(), _own_first(spoken.c.language), Notice.id)
    ranked = (
        select(
            Area.code.label("area_code"),
            spoken.c.language,
            Wave.id.label("wave_id"),
            Notice.id.label("notice_id"),
            func.row_number()
            .over(partition_by=(Area.code, spoken.c.language), order_by=order)
            .label("place"),
        )
        .join(Wave, and_(Wave.broadcast_id == broadcast_id, Wave.zone == Area.timezone))
        .join(spoken, true())
        .outerjoin(Notice, written)
        .where(in_areas(Area.code, areas))
        .subquery("ranked")
    )
    return select(ranked).where(ranked.c.place == 1)


def _of_slots(broadcast_id: int, languages: Sequence[str]) -> Select[Any]:
    """Select the notice of each family that has a slot: household_id, language, notice_id."""
    spoken = _spoken(languages)
    hour = (Notice.distribution_id, Notice.slot)
    ranked = (
        select(
            *hour,
            spoken.c.language,
            Notice.id.label("notice_id"),
            func.row_number()
            .over(
                partition_by=(*hour, spoken.c.language),
                order_by=(_own_first(spoken.c.language), Notice.id),
            )
            .label("place"),
        )
        .join(spoken, Notice.language.in_((spoken.c.language, LANGUAGE)))
        .where(Notice.broadcast_id == broadcast_id, Notice.slot.is_not(None))
        .subquery("hours")
    )
    return (
        select(
            Slot.household_id,
            ranked.c.language,
            func.min(ranked.c.notice_id).label("notice_id"),
        )
        .join(
            ranked,
            and_(ranked.c.distribution_id == Slot.distribution_id, ranked.c.slot == Slot.starts_at),
        )
        .where(ranked.c.place == 1)
        .group_by(Slot.household_id, ranked.c.language)
    )


def _spoken(languages: Sequence[str]) -> Any:
    """Give a table of languages."""
    rows = [select(literal(language).label("language")) for language in languages]
    return union_all(*rows).subquery("spoken")


def _own_first(language: Any) -> ColumnElement[int]:
    return case((Notice.language == language, 0), else_=1)


def _holds(area: Any, part: Any) -> ColumnElement[bool]:
    """Give the condition that an area is another or holds it, as `subtree` has it."""
    return and_(part >= area, part < area.concat("/"))


def _insert(session: Session, rows: Select[Any]) -> int:
    names = [column.name for column in rows.selected_columns]
    statement = insert(_OUT).from_select(names, rows, include_defaults=False)
    return session.core.execute(statement, execution_options={"preserve_rowcount": True}).rowcount


def _count_families(session: Session, broadcast: Broadcast, filters: Filters | None) -> int:
    """Count the families of the audience; of a child those that hear of it."""
    if broadcast.parent_id is None and filters is not None:
        return session.scalar(select(func.count(Household.id)).where(families(filters))) or 0
    return (
        session.scalar(
            select(func.count(func.distinct(Person.household_id)))
            .join(Contact, Contact.person_id == Person.id)
            .join(OutboundMessage, OutboundMessage.contact_id == Contact.id)
            .join(Wave, Wave.id == OutboundMessage.wave_id)
            .where(Wave.broadcast_id == broadcast.id)
        )
        or 0
    )
