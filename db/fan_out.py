"""Fan-out: one row of the outbox for each recipient of a broadcast, by one statement."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    String,
    Time,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.orm import aliased
from sqlalchemy.types import TypeEngine

from db.areas import Area, in_areas, subtree
from db.audiences import Filters, is_willing, topic_of
from db.broadcast_watch import FOLLOWS
from db.broadcasts import Broadcast, Kind, Notice, State, Wave
from db.contacts import Contact
from db.fitting import LANGUAGE, Places, by_hour, languages_of
from db.json_rows import json_rows
from db.outbox import BULK, CHANGED, TOLD, OutboundMessage
from db.pickups import Pickup
from db.recipients import recipients_apart
from db.registry import Household, Person
from db.rounds import PLANNED, Round, count_families
from db.schedules import Distribution
from db.session import Session
from db.slots import Slot
from db.subscriptions import Subscription
from db.traits import belongs

_OUT: Any = OutboundMessage.__table__
# For sorting and joining a million rows without files; until the transaction ends.
_MEMORY = text("SET LOCAL work_mem = '64MB'")
_PLACE: Mapping[str, TypeEngine[Any]] = {
    "area_code": String(),
    "language": String(),
    "wave_id": BigInteger(),
    "notice_id": BigInteger(),
}
_HOUR: Mapping[str, TypeEngine[Any]] = {
    "distribution_id": BigInteger(),
    "starts_at": Time(),
    "language": String(),
    "notice_id": BigInteger(),
}


def fan_out(session: Session, broadcast: Broadcast, now: datetime) -> int:
    """Queue one row for each recipient whom a wording fits; gives how many.

    The broadcast is to be held, as it gets its waves here, one for each time zone. A child of
    another broadcast goes to those whom that one told. Who asked to hear of several areas hears of
    each, but the same only once.
    """
    session.flush()
    filters = Filters.from_data(broadcast.audience) if broadcast.audience else None
    of_families: Select[Any] | None = None
    if broadcast.parent_id is not None:
        others = [told_by_parent(session, broadcast, broadcast.parent_id)]
    elif filters is not None:
        topic = topic_of(broadcast.kind)
        of_families, others = recipients_apart(filters, topic, broadcast.hoax_id)
    else:
        raise ValueError("a broadcast needs an audience or a parent")
    areas = (broadcast.area_code, *(filters.areas if filters is not None else ()))
    zones = _zones(session, areas)
    waves = _make_waves(session, broadcast.id, sorted(set(zones.values())))
    homes = {code: waves[zone] for code, zone in zones.items()}
    rows = _rows(session, broadcast, of_families, others, homes, now)
    if broadcast.parent_id is None and filters is not None:
        # Before: those who have not heard of a round are not the same afterwards.
        broadcast.families = count_families(session, filters)
    broadcast.contacts = _insert(session, rows)
    if broadcast.parent_id is not None:
        broadcast.families = _count_told(session, broadcast)
    session.flush()
    return broadcast.contacts


def told_by_parent(session: Session, broadcast: Broadcast, parent_id: int) -> Select[Any]:
    """Select those who heard of the parent, or were to hear of it; nobody hears it again.

    Of a change those are told whom any announcement of the round told, each once of a place, and
    those too whose rows were ended for it.
    """
    low, high = subtree(broadcast.area_code)
    told = aliased(OutboundMessage)
    of_family = and_(Household.id == Person.household_id, belongs(Person))
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
        .join(Broadcast, Broadcast.id == Wave.broadcast_id)
        .join(Notice, Notice.id == told.notice_id)
        .join(Contact, Contact.id == told.contact_id)
        .outerjoin(Person, Person.id == Contact.person_id)
        .outerjoin(Household, of_family)
        .where(is_willing(topic_of(broadcast.kind)))
        .distinct()
    )
    if broadcast.kind == Kind.CHANGE:
        is_planned = session.get_one(Round, broadcast.round_id).state == PLANNED
        announces = (Broadcast.round_id == broadcast.round_id, Broadcast.kind == Kind.DISTRIBUTION)
        chosen: Select[Any] = query.where(*announces, _is_concerned(told, is_planned))
    else:
        heard = (told.state.in_(TOLD), not_(_has_it(parent_id)), _is_meant_still())
        chosen = query.where(Broadcast.id == parent_id, *heard)
    return chosen


def concerned(
    session: Session, broadcast: Broadcast, parent_id: int, areas: Sequence[str]
) -> Select[Any]:
    """Select those who hear of a change in some areas."""
    found = told_by_parent(session, broadcast, parent_id).subquery()
    return select(found).where(in_areas(found.c.area_code, areas))


def _is_meant_still() -> ColumnElement[bool]:
    """Give the condition that a contact is of its family still, or asked by itself to be told."""
    asked = exists().where(Subscription.contact_id == Contact.id, ~Subscription.emergencies)
    asked = asked.correlate(Contact)
    return or_(Contact.person_id.is_(None), belongs(Person), asked)


def _is_concerned(told: Any, is_planned: bool) -> ColumnElement[bool]:
    """Give the condition that a change is news for whoever has a row of what is changed.

    Nobody hears that something is off of which he never heard; what goes on he has to know.
    """
    heard = or_(
        told.state.in_((*TOLD, "sending")), and_(told.state == "canceled", told.reason == CHANGED)
    )
    if not is_planned:
        return heard
    return or_(heard, and_(Broadcast.state != State.CANCELED, told.state.in_(("queued", "failed"))))


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


def _zones(session: Session, areas: tuple[str, ...]) -> dict[str, str]:
    """Give the time zone of each area within some."""
    within = select(Area.code, Area.timezone).where(in_areas(Area.code, areas))
    return {code: zone for code, zone in session.execute(within)}  # noqa: C416 - dict() has no type


def _make_waves(session: Session, broadcast_id: int, zones: Sequence[str]) -> dict[str, int]:
    """Make a wave for each time zone, and give their ids."""
    waves = [Wave(broadcast_id=broadcast_id, zone=zone) for zone in zones]
    session.add_all(waves)
    session.flush()
    return {wave.zone: wave.id for wave in waves}


def _rows(
    session: Session,
    broadcast: Broadcast,
    of_families: Select[Any] | None,
    others: Sequence[Select[Any]],
    waves: Mapping[str, int],
    now: datetime,
) -> Select[Any]:
    """Select the finished rows: each recipient with the wave and the wording that fit it.

    Of families there is one recipient each; of the others the same one may come for several areas.
    `waves` gives the wave of each area.
    """
    written = select(Notice).where(Notice.broadcast_id == broadcast.id).order_by(Notice.id)
    notices = session.scalars(written).all()
    fitting = _Fitting(session.core.dialect.name, broadcast, notices, waves)
    parts = []
    if of_families is not None:
        parts.append(fitting.of(of_families))
    parts += [_once(fitting.of(part)) for part in others]
    found = (parts[0].union_all(*parts[1:]) if len(parts) > 1 else parts[0]).subquery("fitted")
    values: dict[str, Any] = {
        "contact_id": found.c.contact_id,
        "channel": found.c.channel,
        "priority": literal(BULK),
        "state": literal("queued"),
        "not_before": literal(max(now, broadcast.send_at), _OUT.c.not_before.type),
        "tries": literal(0),
        "failures": literal(0),
        "notice_id": found.c.notice_id,
        "wave_id": found.c.wave_id,
        "created_at": literal(now, _OUT.c.created_at.type),
    }
    return select(*(value.label(name) for name, value in values.items()))


class _Fitting:
    """Finds the wave and the wording that fit a recipient, for one broadcast."""

    def __init__(
        self,
        dialect: str,
        broadcast: Broadcast,
        notices: Sequence[Notice],
        waves: Mapping[str, int],
    ) -> None:
        """Take the wordings, and the wave of each area."""
        self._broadcast = broadcast
        self._languages = languages_of(notices)
        places = _places(waves, notices, self._languages)
        self._place = json_rows(dialect, places, "place", _PLACE)
        hours = by_hour(notices, self._languages)
        rows = literal(json.dumps(hours))
        self._hour = json_rows(dialect, rows, "hour", _HOUR) if hours else None

    def of(self, chosen: Select[Any]) -> Select[Any]:
        """Select contact_id, channel, notice_id, wave_id of those for whom there is a wording."""
        found, place = chosen.subquery("found"), self._place
        language = case((found.c.language.in_(self._languages), found.c.language), else_=LANGUAGE)
        fits = and_(place.c.area_code == found.c.area_code, place.c.language == language)
        source: Any = found.join(place, fits)
        notice_id: Any = place.c.notice_id
        general: ColumnElement[bool] = true()
        if self._broadcast.kind in FOLLOWS and self._broadcast.round_id is not None:
            elsewhere = found.c.household_id.in_(_with_hours(self._broadcast.round_id))
            general = or_(found.c.household_id.is_(None), not_(elsewhere))
        if self._hour is not None:
            slot = _slots(self._hour).subquery("slot")
            his = and_(slot.c.household_id == found.c.household_id, slot.c.language == language)
            source = source.outerjoin(slot, his)
            notice_id = func.coalesce(slot.c.notice_id, place.c.notice_id)
            general = or_(slot.c.notice_id.is_not(None), general)
        columns = (found.c.contact_id, found.c.channel, notice_id.label("notice_id"))
        chosen_rows = select(*columns, place.c.wave_id).select_from(source)
        return chosen_rows.where(notice_id.is_not(None), general)


def _once(rows: Select[Any]) -> Select[Any]:
    """Select each contact once for each wording."""
    found = rows.subquery("each")
    same = (found.c.contact_id, found.c.channel, found.c.notice_id)
    return select(*same, func.min(found.c.wave_id).label("wave_id")).group_by(*same)


def _places(
    waves: Mapping[str, int], notices: Sequence[Notice], languages: Sequence[str]
) -> ColumnElement[str]:
    """Give the wave and the wording of each area in each language, as JSON."""
    places = Places(notices)
    rows = [
        {
            "area_code": code,
            "language": language,
            "wave_id": wave_id,
            "notice_id": places.nearest(code, language),
        }
        for code, wave_id in waves.items()
        for language in languages
    ]
    return literal(json.dumps(rows))


def _slots(hour: FromClause) -> Select[Any]:
    """Select the wording of each family that has an hour, in each language."""
    at = and_(hour.c.distribution_id == Slot.distribution_id, hour.c.starts_at == Slot.starts_at)
    return select(Slot.household_id, hour.c.language, hour.c.notice_id).join(hour, at)


def _with_hours(round_id: int) -> Select[Any]:
    """Select the families that have an hour in a round: of another day they are not reminded."""
    return (
        select(Slot.household_id)
        .join(Distribution, Distribution.id == Slot.distribution_id)
        .where(Distribution.round_id == round_id, ~Distribution.canceled)
    )


def _insert(session: Session, rows: Select[Any]) -> int:
    if session.core.dialect.name == "postgresql":
        session.core.execute(_MEMORY)
    names = [column.name for column in rows.selected_columns]
    statement = insert(_OUT).from_select(names, rows, include_defaults=False)
    return session.core.execute(statement, execution_options={"preserve_rowcount": True}).rowcount


def _count_told(session: Session, broadcast: Broadcast) -> int:
    """Count the families that hear of a broadcast."""
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
