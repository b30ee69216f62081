"""Fan-out: one row of the outbox for each recipient of a broadcast, by one statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, literal, select, text

from db.areas import Area, in_areas
from db.audiences import Filters, topic_of
from db.broadcasts import Broadcast, Notice, Wave
from db.contacts import Contact
from db.fitting_rows import Fitting
from db.outbox import BULK, OutboundMessage
from db.recipients import recipients_apart
from db.registry import Person
from db.rounds import count_families
from db.session import Session
from db.told import told_by_parent

_OUT: Any = OutboundMessage.__table__
# For sorting and joining a million rows without files; until the transaction ends.
_MEMORY = text("SET LOCAL work_mem = '64MB'")


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
    fitting = Fitting(session.core.dialect.name, broadcast, notices, waves)
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


def _once(rows: Select[Any]) -> Select[Any]:
    """Select each contact once for each wording."""
    found = rows.subquery("each")
    same = (found.c.contact_id, found.c.channel, found.c.notice_id)
    return select(*same, func.min(found.c.wave_id).label("wave_id")).group_by(*same)


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
