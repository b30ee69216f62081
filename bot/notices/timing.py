"""When the first of a broadcast goes out, and what will be over by then."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.notices.whom import audience_of, touches
from db.areas import Area
from db.broadcasts import Broadcast, Kind
from db.quiet_hours import after_quiet_hours
from db.rounds import areas_named, distributions_of
from db.schedules import Distribution
from db.session import Session


def begins_at(session: Session, broadcast: Broadcast, now: datetime) -> datetime:
    """Give when the first of it can go out: nobody but of an urgent one is woken."""
    send_at = max(broadcast.send_at, now)
    zone = session.get_one(Area, broadcast.area_code).timezone
    return send_at if broadcast.urgent else after_quiet_hours(send_at, zone)


def first_day(session: Session, broadcast: Broadcast, now: datetime) -> date:
    """Give the first day, where it goes to, for which it can still call families."""
    zone = session.get_one(Area, broadcast.area_code).timezone
    return begins_at(session, broadcast, now).astimezone(ZoneInfo(zone)).date()


def names_the_past(session: Session, broadcast: Broadcast, begins: datetime) -> bool:
    """Say whether an announcement calls families to what is over, or leaves some unheard.

    It was written for the moment at which it should go out; what is over by then is not in it.
    """
    if broadcast.kind != Kind.DISTRIBUTION or broadcast.round_id is None:
        return False
    stops = [one for one in distributions_of(session, broadcast.round_id) if not one.canceled]
    areas = areas_named(session, [stop.area_code for stop in stops])
    within = audience_of(session, broadcast).areas
    ends = [
        (stop.area_code, end_of(stop, areas[stop.area_code].timezone))
        for stop in stops
        if touches(stop.area_code, within)
    ]
    written_for = begins_at(session, broadcast, broadcast.created_at)
    ahead = {area for area, end in ends if end > begins}
    return any(
        written_for < end <= begins or (broadcast.created_at < end <= begins and area not in ahead)
        for area, end in ends
    )


def end_of(stop: Distribution, zone: str) -> datetime:
    """Give the moment from which a distribution is over."""
    return datetime.combine(stop.held_on, stop.ends_at, ZoneInfo(zone))
