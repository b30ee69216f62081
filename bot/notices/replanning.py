"""What of a round is still ahead, what a new plan changes of it, and how soon people must know."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.notices.planning import Plan, Stop, keep_stop, stop_of
from db.areas import Area, common_area
from db.broadcasts import Broadcast, notices_of
from db.quiet_hours import after_quiet_hours
from db.rounds import Round, areas_named, distributions_of
from db.schedules import Distribution
from db.session import Session

_IN_TIME = timedelta(hours=1)  # that approval and sending take, and the way to the place


def ahead_of(session: Session, of_round: Round, now: datetime) -> list[Distribution]:
    """Give the distributions of a round that are not over."""
    planned = [one for one in distributions_of(session, of_round.id) if not one.canceled]
    return _not_over(session, planned, now)


def _not_over(
    session: Session, planned: Sequence[Distribution], now: datetime
) -> list[Distribution]:
    areas = areas_named(session, [one.area_code for one in planned])
    return [
        one
        for one in planned
        if now < datetime.combine(one.held_on, one.ends_at, ZoneInfo(areas[one.area_code].timezone))
    ]


def without_the_past(
    session: Session, of_round: Round, plan: Plan, ahead: Sequence[Distribution]
) -> Plan:
    """Leave out of a plan what is over already: nobody changes that."""
    over = {
        stop_of(one).key
        for one in distributions_of(session, of_round.id)
        if one not in ahead and not one.canceled
    }
    return replace(plan, stops=tuple(stop for stop in plan.stops if stop.key not in over))


def affected_areas(of_round: Round, before: Sequence[Distribution], plan: Plan) -> set[str]:
    """Give the areas for which a plan says something else than before."""
    old, new = _by_area(stop_of(one) for one in before), _by_area(plan.stops)
    general = (of_round.stage, of_round.bring, of_round.contact)
    if general != (plan.stage, plan.bring, plan.contact):
        return {*old, *new}
    changed = {area for area in old.keys() | new.keys() if old.get(area) != new.get(area)}
    hours = {stop.area_code for stop in plan.stops if stop.quota is not None}
    # All families get their hours anew, once those of one area move.
    return changed | hours if changed & (hours | _with_hours(before)) else changed


def _with_hours(before: Sequence[Distribution]) -> set[str]:
    return {one.area_code for one in before if one.quota is not None}


def _by_area(stops: Iterable[Stop]) -> dict[str, set[Stop]]:
    found: dict[str, set[Stop]] = {}
    for stop in stops:
        found.setdefault(stop.area_code, set()).add(stop)
    return found


def is_urgent(
    session: Session,
    stops: Iterable[Distribution | Stop],
    affected: Collection[str],
    now: datetime,
) -> bool:
    """Say whether people told only after the quiet hours would come in vain, or miss it.

    `stops` are what they know of and what takes its place.
    """
    for one in stops:
        zone = session.get_one(Area, one.area_code).timezone
        begins = datetime.combine(one.held_on, one.starts_at, ZoneInfo(zone))
        if (
            one.area_code in affected
            and begins <= after_quiet_hours(now + _IN_TIME, zone) + _IN_TIME
        ):
            return True
    return False


def is_urgent_by_now(session: Session, change: Broadcast, now: datetime) -> bool:
    """Say the same of a change that is written, by what stood before it and what stands now."""
    if change.before is None or change.round_id is None:
        return change.urgent
    stood = {
        stop["id"]
        for stop in change.before["stops"]
        if stop["round_id"] == change.round_id and not stop["canceled"]
    }
    planned = [
        one
        for one in distributions_of(session, change.round_id)
        if one.id in stood or not one.canceled
    ]
    areas = {notice.area_code for notice in notices_of(session, change.id)}
    affected = {area for area in areas if area is not None}
    return is_urgent(session, _not_over(session, planned, now), affected, now)


def replan(
    session: Session, of_round: Round, before: Sequence[Distribution], plan: Plan, now: datetime
) -> None:
    """Give a round the stops and all the rest of a plan; what is not in it falls away."""
    wanted = {stop.key for stop in plan.stops}
    for one in before:
        one.canceled = stop_of(one).key not in wanted
    for stop in plan.stops:
        keep_stop(session, of_round, stop, now)
    of_round.stage, of_round.bring, of_round.contact = plan.stage, plan.bring, plan.contact
    of_round.filters = plan.audience.to_data()
    areas = {one.area_code for one in distributions_of(session, of_round.id)}
    of_round.area_code = common_area(areas) or of_round.area_code
