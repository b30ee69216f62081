"""Plans of rounds: what is wrong with one, and the round that it becomes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from bot.notices.refusals import NoticeRefused
from bot.texts import say
from bot.texts.format import long_date
from db import audit
from db.areas import Scope, common_area
from db.audiences import Filters
from db.rounds import (
    Round,
    areas_named,
    count_families,
    find_distribution,
    is_taken,
    place_key,
)
from db.schedules import Distribution
from db.session import Session

SHORTEST_PLACE, LONGEST_PLACE = 4, 120  # characters
_LONGEST_TOLD = 850  # characters of one area; a notice has 1,000, with names and slots
_LIKE_HOURS = "08.00-12.00 WITA"
FARTHEST = timedelta(days=366)  # what lies beyond is a slip of the fingers
_EVERYWHERE = Scope(None)
_WHAT_IT_IS = ("area_code", "held_on", "starts_at", "place")  # it is another one with another
_WHAT_MAY_CHANGE = ("ends_at", "place_kind", "latitude", "longitude", "quota")


@dataclass(frozen=True, slots=True)
class Stop:
    """One area, day, hours and place at which aid is handed out."""

    area_code: str
    held_on: date
    starts_at: time
    ends_at: time
    place: str
    place_kind: str | None = None
    latitude: float | None = None  # degrees, WGS 84
    longitude: float | None = None
    quota: int | None = None  # families an hour

    def __post_init__(self) -> None:
        """Keep the place without needless spaces."""
        object.__setattr__(self, "place", " ".join(self.place.split()))

    @property
    def places(self) -> int | None:
        """For how many families there is time, where there is a quota."""
        if self.quota is None:
            return None
        span = minutes(self.ends_at) - minutes(self.starts_at)
        return self.quota * max(0, span) // 60

    @property
    def key(self) -> tuple[str, date, time, str]:
        """What makes two stops of one programme the same."""
        return self.area_code, self.held_on, self.starts_at, place_key(self.place)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an officer wants handed out, where and when; `filters` say to whom besides the areas."""

    program_code: str
    stops: tuple[Stop, ...]
    stage: str | None = None
    bring: str | None = None
    contact: str | None = None
    filters: Filters | None = None

    @property
    def audience(self) -> Filters:
        """The families of the programme in the areas of the stops, as far as they are meant."""
        areas = outermost(stop.area_code for stop in self.stops)
        if self.filters is None:
            return Filters(areas=areas, program=self.program_code)
        free = self.filters.everyone or self.filters.file_id is not None
        program = self.filters.program or (None if free else self.program_code)
        return replace(self.filters, areas=areas, program=program)


def minutes(moment: time) -> int:
    """Count the minutes since midnight."""
    return moment.hour * 60 + moment.minute


def outermost(codes: Iterable[str]) -> tuple[str, ...]:
    """Leave out the areas that lie in another one of them."""
    named = sorted(set(codes))
    return tuple(code for code in named if not any(code.startswith(f"{other}.") for other in named))


def check_plan(
    session: Session,
    plan: Plan,
    now: datetime,
    scope: Scope = _EVERYWHERE,
    round_id: int | None = None,
) -> list[str]:
    """Give the keys of the sentences about all that is wrong with a plan, [] for nothing.

    `round_id` names the round that is to be changed: its own distributions are no doubles.
    """
    if not plan.stops:
        return ["notice.no_stop"]
    stops = plan.stops
    local = _local_times(session, stops, now)
    rules = (
        ("notice.not_your_area", any(not scope.covers(stop.area_code) for stop in stops)),
        ("notice.apart", not common_area(stop.area_code for stop in stops)),
        ("notice.past", any(stop.held_on < here.date() for stop, here in local)),
        ("notice.over_today", any(_is_over_today(stop, here) for stop, here in local)),
        ("notice.far", any(stop.held_on > here.date() + FARTHEST for stop, here in local)),
        ("notice.backwards", any(stop.starts_at >= stop.ends_at for stop in stops)),
        ("notice.bad_place", any(not _is_place(stop.place) for stop in stops)),
        ("notice.braces", _has_braces(plan)),
        ("notice.long_plan", _is_too_long(plan)),
        ("notice.twice", len({stop.key for stop in stops}) < len(stops)),
        ("notice.no_quota", any(stop.quota is not None and stop.quota < 1 for stop in stops)),
    )
    wrong = [key for key, is_broken in rules if is_broken]
    if any(_is_taken(session, plan.program_code, stop, round_id) for stop in stops):
        wrong.append("notice.announced")
    if not wrong and _is_crowded(session, plan):
        wrong.append("notice.crowded")
    return wrong


def make_round(session: Session, plan: Plan, actor: str, now: datetime) -> Round:
    """Keep a plan that was checked as a round with its distributions.

    Citizens hear of them only when a broadcast of the round is approved, except of those that were
    known before. Raises NoticeRefused where somebody else has just made the same.
    """
    for stop in plan.stops:
        _held(session, plan.program_code, stop, None)
    made = Round(
        program_code=plan.program_code,
        area_code=common_area(stop.area_code for stop in plan.stops),
        stage=plan.stage,
        bring=plan.bring,
        contact=plan.contact,
        filters=plan.audience.to_data(),
        created_by=actor,
        created_at=now,
    )
    session.add(made)
    session.flush()
    for stop in plan.stops:
        keep_stop(session, made, stop, now)
    session.flush()
    audit.record(session, now, actor, "plan round", f"round:{made.id}")
    return made


def keep_stop(session: Session, of_round: Round, stop: Stop, now: datetime) -> Distribution:
    """Put a stop into a round; a distribution that is known already becomes part of it.

    Raises NoticeRefused where somebody else has just put it into his; nothing may be kept then.
    """
    found = _held(session, of_round.program_code, stop, of_round.id)
    if found is None:
        found = Distribution(source=say("notice.source"), created_at=now)
        _set(found, stop, _WHAT_IT_IS)
        found.program_code = of_round.program_code
        session.add(found)
    if found.canceled:  # what fell away is nothing that people know of
        found.created_at = now
    found.round_id = of_round.id
    found.canceled = False
    _set(found, stop, _WHAT_MAY_CHANGE)
    try:
        session.flush()
    except IntegrityError:  # another one was new a moment ago, so that nobody could wait for it
        raise NoticeRefused("notice.announced") from None
    return found


def _set(distribution: Distribution, stop: Stop, names: Iterable[str]) -> None:
    for name in names:
        setattr(distribution, name, getattr(stop, name))


def stop_of(distribution: Distribution) -> Stop:
    """Give a distribution as a plan has it."""
    return Stop(
        distribution.area_code, distribution.held_on, distribution.starts_at, distribution.ends_at,
        distribution.place, distribution.place_kind, distribution.latitude, distribution.longitude,
        distribution.quota,
    )  # fmt: skip


def _local_times(
    session: Session, stops: Iterable[Stop], now: datetime
) -> list[tuple[Stop, datetime]]:
    """Give stops with what the clock shows there, as far as their areas are known."""
    areas = areas_named(session, [stop.area_code for stop in stops])
    return [
        (stop, now.astimezone(ZoneInfo(areas[stop.area_code].timezone)))
        for stop in stops
        if stop.area_code in areas
    ]


def _is_over_today(stop: Stop, here: datetime) -> bool:
    return stop.held_on == here.date() and stop.ends_at <= here.time()


def _has_braces(plan: Plan) -> bool:
    """Say whether something looks like a blank that nobody would fill."""
    told = [plan.stage, plan.bring, plan.contact, *(stop.place for stop in plan.stops)]
    return any("{" in text or "}" in text for text in told if text)


def _is_too_long(plan: Plan) -> bool:
    """Say whether the stops of one area are more than one notice can tell."""
    lines: dict[str, str] = {}
    for stop in plan.stops:
        line = say(
            "notice.line", day=long_date(stop.held_on), hours=_LIKE_HOURS, place=stop.place
        )  # fmt: skip
        lines[stop.area_code] = f"{lines.get(stop.area_code, ':')}\n- {line}"
    longest = max(lines.values(), key=len)
    text = say(
        "notice.distribution", program="", stage=plan.stage or "", area="", when=longest, slot="",
        bring=plan.bring or say("notice.usual_bring"), contact=plan.contact or "",
    )  # fmt: skip
    return len(text) > _LONGEST_TOLD


def _is_place(place: str) -> bool:
    return SHORTEST_PLACE <= len(place) <= LONGEST_PLACE


def _known(
    session: Session, program_code: str, stop: Stop, hold: bool = False
) -> Distribution | None:
    return find_distribution(
        session, program_code, stop.area_code, stop.held_on, stop.starts_at, stop.place, hold
    )


def _held(
    session: Session, program_code: str, stop: Stop, round_id: int | None
) -> Distribution | None:
    """Hold a distribution that is known already; raises NoticeRefused where another round has it.

    Of two who announce the same at one moment the second waits here, and then sees the first.
    """
    session.flush()
    found = _known(session, program_code, stop, hold=True)
    if found is not None and found.round_id != round_id and is_taken(session, found):
        raise NoticeRefused("notice.announced")
    return found


def _is_taken(session: Session, program_code: str, stop: Stop, round_id: int | None) -> bool:
    """Say whether another round has the distribution already."""
    known = _known(session, program_code, stop)
    if known is None or (round_id is not None and known.round_id == round_id):
        return False
    return is_taken(session, known)


def _is_crowded(session: Session, plan: Plan) -> bool:
    """Say whether more families would come to an area than its hours have places.

    A family goes to the stops of the smallest area that holds it.
    """
    places: dict[str, int] = {}
    unbounded: set[str] = set()
    for stop in plan.stops:
        if stop.places is None:
            unbounded.add(stop.area_code)
        places[stop.area_code] = places.get(stop.area_code, 0) + (stop.places or 0)
    if unbounded == set(places):
        return False
    coming: dict[str, int] = {}
    for area in sorted(places, key=len, reverse=True):
        below = sum(those for other, those in coming.items() if Scope(area).covers(other))
        coming[area] = count_families(session, replace(plan.audience, areas=(area,))) - below
    return any(coming[area] > places[area] for area in places.keys() - unbounded)
