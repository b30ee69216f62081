"""The hours of a distribution with a quota, and the places in each."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, String, Time, literal
from sqlalchemy.types import TypeEngine

from db.schedules import Distribution

_MINUTES = 60  # of an hour
RANGE: Mapping[str, TypeEngine[Any]] = {  # the columns of `ranges`
    "stop_area": String(),
    "from_place": BigInteger(),
    "to_place": BigInteger(),
    "distribution_id": BigInteger(),
    "starts_at": Time(),
    "ends_at": Time(),
}


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of a distribution, with the number of families that it has places for."""

    distribution_id: int
    starts_at: time
    ends_at: time
    places: int


def hours_of(stop: Distribution) -> list[Hour]:
    """Cut a distribution into hours; the last may be shorter and has fewer places."""
    if stop.quota is None:
        return []
    begin, end = _minutes(stop.starts_at), _minutes(stop.ends_at)
    return [
        Hour(
            stop.id,
            _clock(start),
            _clock(min(start + _MINUTES, end)),
            stop.quota * min(_MINUTES, end - start) // _MINUTES,
        )
        for start in range(begin, end, _MINUTES)
    ]


def ranges(hours: Mapping[str, Sequence[Hour]]) -> ColumnElement[str]:
    """Give each hour with the places, of all in its area, that are its own, as JSON."""
    rows = []
    for stop_area, its_hours in hours.items():
        place = 0
        for hour in its_hours:
            rows.append(
                {
                    "stop_area": stop_area,
                    "from_place": place,
                    "to_place": place + hour.places,
                    "distribution_id": hour.distribution_id,
                    "starts_at": hour.starts_at.isoformat("microseconds"),
                    "ends_at": hour.ends_at.isoformat("microseconds"),
                }
            )
            place += hour.places
    return literal(json.dumps(rows))


def _minutes(moment: time) -> int:
    return moment.hour * _MINUTES + moment.minute


def _clock(minutes: int) -> time:
    return time(minutes // _MINUTES, minutes % _MINUTES)
