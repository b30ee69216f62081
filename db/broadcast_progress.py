"""How a broadcast goes: states, reasons, areas and pace, and the families whom it did not reach."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from db.areas import Area, Scope
from db.broadcast_rows import waves_of
from db.broadcast_watch import OUT_OF_DATE
from db.broadcasts import Broadcast, Notice, Wave
from db.contacts import Contact
from db.outbox import CHANGED, TOLD, OutboundMessage
from db.reach import Unreached, companion_of_family, head_of_family
from db.registry import Household, Person
from db.session import Session

_MINUTE = timedelta(minutes=1)
_UNDER_WAY = ("queued", "sending")

_OUT: Any = OutboundMessage.__table__


@dataclass(frozen=True, slots=True)
class Progress:
    """How many messages of a broadcast stand in which state."""

    states: dict[str, int]
    by_channel: dict[str, dict[str, int]]
    by_area: list[tuple[str, dict[str, int]]]  # by the name of the area, in the order of the codes
    reasons: dict[str, int]  # of what failed or was canceled
    per_minute: int  # handed over in the last minute


def progress(session: Session, broadcast_id: int, now: datetime) -> Progress:
    """Count the messages of a broadcast.

    Whoever is of no known family counts for the area of the wording, else for that of the whole
    broadcast.
    """
    states: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    by_channel: defaultdict[str, Counter[str]] = defaultdict(Counter)
    by_area: defaultdict[str, Counter[str]] = defaultdict(Counter)
    per_minute = 0
    for area, channel, state, reason, count, lately in session.execute(_counted(broadcast_id, now)):
        states[state] += count
        by_channel[channel][state] += count
        by_area[area][state] += count
        per_minute += lately
        if reason is not None and state in ("failed", "canceled"):
            reasons[reason] += count
    names = select(Area.code, Area.name).where(Area.code.in_(by_area)).order_by(Area.code)
    return Progress(
        states=dict(states),
        by_channel={channel: dict(counts) for channel, counts in sorted(by_channel.items())},
        by_area=[(name, dict(by_area[code])) for code, name in session.execute(names)],
        reasons=dict(reasons.most_common()),
        per_minute=per_minute,
    )


def _counted(broadcast_id: int, now: datetime) -> Any:
    area = func.coalesce(Household.area_code, Notice.area_code, Broadcast.area_code)
    # By the first try: a receipt that comes hours later is no message of this minute.
    lately = and_(_OUT.c.first_tried_at > now - _MINUTE, _OUT.c.state.not_in(_UNDER_WAY))
    keys = (area, _OUT.c.channel, _OUT.c.state, _OUT.c.reason)
    return (
        select(*keys, func.count(), func.sum(case((lately, 1), else_=0)))
        .select_from(_OUT)
        .join(Wave, Wave.id == _OUT.c.wave_id)
        .join(Broadcast, Broadcast.id == Wave.broadcast_id)
        .join(Contact, Contact.id == _OUT.c.contact_id)
        .outerjoin(Notice, Notice.id == _OUT.c.notice_id)
        .outerjoin(Person, Person.id == Contact.person_id)
        .outerjoin(Household, Household.id == Person.household_id)
        .where(Wave.broadcast_id == broadcast_id)
        .group_by(*keys)
    )


def out_of_date_by_area(session: Session, broadcast_id: int) -> dict[str, int]:
    """Count the messages that were too late for their day, by the areas that they speak of."""
    query = (
        select(Notice.area_code, func.count())
        .join(OutboundMessage, OutboundMessage.notice_id == Notice.id)
        .join(Wave, Wave.id == OutboundMessage.wave_id)
        .where(
            Wave.broadcast_id == broadcast_id,
            OutboundMessage.state == "canceled",
            OutboundMessage.reason == OUT_OF_DATE,
        )
        .group_by(Notice.area_code)
    )
    return {area: count for area, count in session.execute(query) if area is not None}


def untold_families(
    session: Session, broadcast_id: int, scope: Scope, most: int
) -> Sequence[Unreached]:
    """Give the families to whom a broadcast did not come, though it was queued for them.

    Whoever is to hear of a change instead is in the list of that. They come by where they live.
    A family with a message still on its way is not among them, nor one that was told otherwise.
    """
    waves = waves_of(broadcast_id)
    hopeful, member, contact = aliased(OutboundMessage), aliased(Person), aliased(Contact)
    has_hope = (
        exists()
        .where(member.household_id == Household.id, contact.person_id == member.id)
        .where(hopeful.contact_id == contact.id, hopeful.wave_id.in_(waves))
        .where(hopeful.state.in_((*_UNDER_WAY, *TOLD)))
    )
    ended = and_(_OUT.c.state == "canceled", func.coalesce(_OUT.c.reason != CHANGED, True))
    rows = session.execute(
        select(
            Household.id, head_of_family(), Area.name, Household.address, Household.rt,
            Household.rw, func.max(_OUT.c.reason), companion_of_family(), Household.area_code,
        )
        .select_from(_OUT)
        .join(Contact, Contact.id == _OUT.c.contact_id)
        .join(Person, Person.id == Contact.person_id)
        .join(Household, Household.id == Person.household_id)
        .join(Area, Area.code == Household.area_code)
        .where(
            _OUT.c.wave_id.in_(waves), or_(_OUT.c.state == "failed", ended),
            scope.holds(Household.area_code), ~has_hope,
        )
        .group_by(Household.id, Area.name)
        .order_by(Household.area_code, Household.rw, Household.rt, Household.id)
        .limit(most)
    )  # fmt: skip
    return [
        Unreached(family, head or "", area, address, rt, rw, reason or "", companion, area_code)
        for family, head, area, address, rt, rw, reason, companion, area_code in rows
    ]
