"""The form of a round: its programme, its places and days, and whom it is for."""

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from flask import request

from bot.notices.planning import LONGEST_PLACE, SHORTEST_PLACE, Plan, Stop
from bot.texts import say
from db.audiences import Filters
from db.enrolments import ACTIVE
from db.rounds import PLACE_KINDS, Round
from db.schedules import Distribution
from webhook.console import audience_forms
from webhook.console.audience_forms import Choices, Unfit
from webhook.console.fields import line

MOST_STOPS = 100
STOP_FIELDS = ("area", "day", "begin", "end", "place", "kind", "point", "quota")
LENGTHS = {"stage": 60, "bring": 300, "contact": 120}  # characters
_MOST_AN_HOUR = 10_000
_BLANK_STOP = {"begin": "08:00", "end": "12:00"}


def blank() -> dict[str, Any]:
    """Give an empty form with one place."""
    nothing = dict.fromkeys(("program", *LENGTHS, "seen", "why"), "")
    return {**nothing, **audience_forms.values_of(None), "stops": [_blank_stop({})]}


def written() -> dict[str, Any]:
    """Give what the form holds, to be shown again as it was."""
    values: dict[str, Any] = {
        name: line(name) for name in ("program", *LENGTHS, "seen", "why", "act")
    }
    count = min(len(request.form.getlist("stop")), MOST_STOPS)
    stops = [{name: line(f"{name}_{at}") for name in STOP_FIELDS} for at in range(count)]
    return {**values, **audience_forms.written(), "stops": stops or [_blank_stop({})]}


def one_more(values: Mapping[str, Any]) -> dict[str, Any]:
    """Give the form with one more place, on the day and at the hours of the one before."""
    stops = values["stops"]
    more = [_blank_stop(stops[-1])] if len(stops) < MOST_STOPS else []
    return {**values, "stops": [*stops, *more]}


def values_of(round_: Round, stops: Sequence[Distribution]) -> dict[str, Any]:
    """Give what the form would hold for a round that is known."""
    filters = None if round_.filters is None else Filters.from_data(round_.filters)
    return {
        "program": round_.program_code,
        **{name: getattr(round_, name) or "" for name in LENGTHS},
        "seen": str(round_.version),
        "why": "",
        **audience_forms.values_of(filters),
        "stops": [_stop_values(stop) for stop in stops],
    }


def read_plan(
    values: Mapping[str, Any], offered: Choices, standing: Mapping[str, Any] | None = None
) -> Plan:
    """Read the form; raises Unfit with the sentence that says what is wrong.

    `standing` is the audience of the round that is changed: with its list it stays as it is.
    """
    if values["program"] not in {program.code for program in offered.programs}:
        raise Unfit(say("round.no_program"))
    for name, most in LENGTHS.items():
        if len(values[name]) > most:
            raise Unfit(say(f"round.long_{name}", most=most))
    known = {area.code for group, below in offered.areas for area in (group, *below)}
    stops = tuple(
        _stop(stop, known, at)
        for at, stop in enumerate(values["stops"], start=1)
        if stop["area"] or stop["place"]
    )
    if not stops:
        raise Unfit(say("round.no_stop"))
    areas = [stop.area_code for stop in stops]
    program = values["program"]
    if _is_list_alone(values):
        before = Filters.from_data(standing or {"areas": ()})
        program = before.program if values["file"] == str(before.file_id) else None
    # All numbers of an area are called by news alone: of aid there is something for some.
    chosen = {**values, "everyone": ""}
    filters = audience_forms.read_filters(chosen, offered, areas, program)
    return Plan(
        program_code=values["program"],
        stops=stops,
        filters=filters if filters.is_choosy else None,
        **{name: values[name] or None for name in LENGTHS},
    )


def _is_list_alone(values: Mapping[str, Any]) -> bool:
    """Say whether a list says who is meant, who need not be known to the programme yet."""
    asked = values["unconfirmed"] or values["status"] not in ("", ACTIVE)
    return bool(values["file"]) and not asked


def postponed(stops: Sequence[Distribution]) -> tuple[Stop, ...]:
    """Read the form that gives each place of a round another day and hours; raises Unfit."""
    return tuple(
        Stop(
            stop.area_code,
            _day(line(f"day_{at}"), at + 1),
            *_hours(line(f"begin_{at}"), line(f"end_{at}"), at + 1),
            stop.place, stop.place_kind, stop.latitude, stop.longitude, stop.quota,
        )
        for at, stop in enumerate(stops)
    )  # fmt: skip


def plan_of(round_: Round, stops: tuple[Stop, ...]) -> Plan:
    """Give the plan of a round with other days."""
    filters = None if round_.filters is None else Filters.from_data(round_.filters)
    kept = {name: getattr(round_, name) for name in LENGTHS}
    return Plan(round_.program_code, stops, filters=filters, **kept)


def _blank_stop(before: Mapping[str, str]) -> dict[str, str]:
    kept = {name: before[name] for name in ("day", "begin", "end") if name in before}
    return {**dict.fromkeys(STOP_FIELDS, ""), **_BLANK_STOP, **kept}


def _stop_values(stop: Distribution) -> dict[str, str]:
    point = "" if stop.latitude is None else f"{stop.latitude}, {stop.longitude}"
    return {
        "area": stop.area_code,
        "day": stop.held_on.isoformat(),
        "begin": f"{stop.starts_at:%H:%M}",
        "end": f"{stop.ends_at:%H:%M}",
        "place": stop.place,
        "kind": stop.place_kind or "",
        "point": point,
        "quota": "" if stop.quota is None else str(stop.quota),
    }


def _stop(values: Mapping[str, str], known: set[str], number: int) -> Stop:
    if values["area"] not in known:
        raise Unfit(say("round.bad_area", number=number))
    if not SHORTEST_PLACE <= len(values["place"]) <= LONGEST_PLACE:
        least, most = SHORTEST_PLACE, LONGEST_PLACE
        raise Unfit(say("round.bad_place", number=number, least=least, most=most))
    if values["kind"] not in ("", *PLACE_KINDS):
        raise Unfit(say("broadcast.bad_choice"))
    begin, end = _hours(values["begin"], values["end"], number)
    latitude, longitude = _point(values["point"], number)
    return Stop(
        area_code=values["area"],
        held_on=_day(values["day"], number),
        starts_at=begin,
        ends_at=end,
        place=values["place"],
        place_kind=values["kind"] or None,
        latitude=latitude,
        longitude=longitude,
        quota=_quota(values["quota"], number),
    )


def _day(text: str, number: int) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unfit(say("round.bad_day", number=number)) from None


def _hours(begin: str, end: str, number: int) -> tuple[time, time]:
    try:
        found = time.fromisoformat(begin), time.fromisoformat(end)
    except ValueError:
        raise Unfit(say("round.bad_hours", number=number)) from None
    if found[0].tzinfo or found[1].tzinfo or found[0] >= found[1]:
        raise Unfit(say("round.bad_hours", number=number))
    return found


def _point(text: str, number: int) -> tuple[float | None, float | None]:
    """Read a point as a map gives it, such as `-5.4703, 122.5987` (degrees, WGS 84)."""
    if not text:
        return None, None
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        raise Unfit(say("round.bad_point", number=number)) from None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):  # NaN is in neither
        raise Unfit(say("round.bad_point", number=number))
    return latitude, longitude


def _quota(text: str, number: int) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= _MOST_AN_HOUR):
        raise Unfit(say("round.bad_quota", number=number))
    return int(text)
