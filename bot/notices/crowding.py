"""Crowding: whether an announcement calls more families than the quotas of its places allow."""

from datetime import datetime

from bot.notices.timing import first_day
from bot.notices.whom import audience_of
from db.broadcasts import Broadcast, Kind
from db.round_changes import announced_besides
from db.session import Session
from db.slots import capacity


def is_crowded(session: Session, broadcast: Broadcast, now: datetime) -> bool:
    """Say whether more families are called than there are places left; whoever sends it is asked.

    Of an area with a place that has no quota it is never so: whoever has no hour goes there.
    """
    if broadcast.kind != Kind.DISTRIBUTION or broadcast.round_id is None:
        return False
    filters, since = audience_of(session, broadcast), first_day(session, broadcast, now)
    keep = keeps_hours(session, broadcast)
    rooms = capacity(session, broadcast.round_id, filters, since, keep)
    return any(room.families > room.places for room in rooms)


def keeps_hours(session: Session, broadcast: Broadcast) -> bool:
    """Say whether families were told their hours by another announcement of the round."""
    round_id = broadcast.round_id
    return round_id is not None and bool(announced_besides(session, round_id, broadcast.id))
