"""Where and when the families of a round are to come, for whoever tells them at their door."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time

from bot.texts import say
from bot.texts.format import clock, long_date, zone_name
from db.areas import self_and_above
from db.broadcasts import Broadcast
from db.reach import Unreached
from db.rounds import PLANNED, Round, areas_named, distributions_of
from db.schedules import Distribution
from db.session import Session
from db.slots import slots_of_families


@dataclass(frozen=True, slots=True)
class Call:
    """The place and the hours of one family, in words; several where it may choose."""

    place: str
    hours: str


def calls_of(
    session: Session, broadcast: Broadcast, found: Sequence[Unreached]
) -> Mapping[int, Call]:
    """Give where each family is to come; nothing where a broadcast calls nobody anywhere."""
    of_round = None if broadcast.round_id is None else session.get(Round, broadcast.round_id)
    if of_round is None or of_round.state != PLANNED:
        return {}
    stops = {one.id: one for one in distributions_of(session, of_round.id) if not one.canceled}
    areas = areas_named(session, [one.area_code for one in stops.values()])
    zones = {code: zone_name(area.timezone) for code, area in areas.items()}
    slots = slots_of_families(session, of_round.id, [one.household_id for one in found])
    calls: dict[int, Call] = {}
    for one in found:
        slot = slots.get(one.household_id)
        if slot is not None and slot.distribution_id in stops:
            stop = stops[slot.distribution_id]
            zone = zones[stop.area_code]
            calls[one.household_id] = Call(
                stop.place, _hours(stop, slot.starts_at, slot.ends_at, zone)
            )
        elif open_to := _open_to(one.area_code, [*stops.values()]):
            calls[one.household_id] = Call(
                "; ".join(dict.fromkeys(stop.place for stop in open_to)),
                "; ".join(
                    _hours(stop, stop.starts_at, stop.ends_at, zones[stop.area_code])
                    for stop in open_to
                ),
            )
    return calls


def _open_to(area_code: str, stops: Sequence[Distribution]) -> list[Distribution]:
    """Give the stops of the smallest area around a home, those without hours if there are any."""
    areas = {stop.area_code for stop in stops}
    near = max((code for code in self_and_above(area_code) if code in areas), key=len, default="")
    here = [stop for stop in stops if stop.area_code == near]
    return [stop for stop in here if stop.quota is None] or here


def _hours(stop: Distribution, begin: time, end: time, zone: str) -> str:
    return say(
        "broadcast.call_hours",
        day=long_date(stop.held_on), begin=clock(begin), end=clock(end), zone=zone,
    )  # fmt: skip
