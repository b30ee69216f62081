"""What the broadcasts of a round say: a wording for each area, hour of the slots and language."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from itertools import groupby
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.notices.languages import LANGUAGES
from bot.notices.own_words import own_text
from bot.notices.planning import Plan, Stop, minutes, stop_of
from bot.notices.templates import filled_body, values
from bot.texts import say
from bot.texts.format import clock, long_date, without_gaps, zone_name
from db.broadcasts import Kind, Notice
from db.registry import Program
from db.rounds import CANCELED, Round, distributions_of
from db.schedules import Distribution
from db.session import Session
from db.wa_templates import USUAL_LANGUAGE, WaTemplate, approved_languages, approved_template

LONGEST = 1_000  # characters; a template of WhatsApp holds hardly more
_USUAL_VARIABLES = ("program", "area", "day", "hours", "place")
_HOUR = 60  # minutes
_MOST_KEPT = 1_600  # characters of a notice in the store

Facts = dict[str, str]


class Names(Protocol):
    """What is known of areas by their codes."""

    def name_of(self, code: str | None) -> str:
        """Give the name of an area."""
        ...

    def zone_of(self, code: str | None) -> str:
        """Give the zone of an area."""
        ...


@dataclass(frozen=True, slots=True)
class _Group:
    """The distributions that one wording is about, all of one area, and their hour."""

    distributions: tuple[Distribution, ...]
    slot: time | None = None

    @property
    def stops(self) -> list[Stop]:
        return [stop_of(one) for one in self.distributions]

    @property
    def is_canceled(self) -> bool:
        return all(one.canceled for one in self.distributions)


def notices_of_round(
    session: Session,
    round_: Round,
    kind: str,
    places: Names,
    texts: Mapping[str, str] | None = None,
    content_sid: str | None = None,
    now: datetime | None = None,
) -> list[Notice]:
    """Write the notices of a round, unsaved: for each area, hour where there is a quota, language.

    `texts` are an officer's words by their languages, with blanks such as {day} or without; in
    another language the words are those of its approved template, and who reads none of them gets
    our own. `content_sid` names a template that takes program, area, day, hours and place, instead
    of the catalogue's. What is over `now` is not told of.
    """
    program = session.get_one(Program, round_.program_code).name
    approved = approved_languages(session, kind) if content_sid is None else ()
    besides = dict.fromkeys((one for one in LANGUAGES if one in approved), "")
    languages = {USUAL_LANGUAGE: "", **besides, **(texts or {})}
    return [
        _notice(session, round_, program, Kind(kind), places, group, language, words, content_sid)
        for group in _groups(_told_of(session, round_, places, now), round_, Kind(kind))
        for language, words in languages.items()
    ]


def first_words(plan: Plan, program: str, places: Names, words: str = "") -> str:
    """Write how a plan would be announced in the area of its first stop, by own words or ours."""
    area = plan.stops[0].area_code
    stops = [stop for stop in plan.stops if stop.area_code == area]
    if words:
        return own_text(words, facts_of(plan, program, stops, places), _lines(stops, places))
    return _text("notice.distribution", plan, program, stops, places)


def letters_over(plan: Plan, program: str, places: Names, words: str) -> int:
    """Give by how many letters words are too long once they are filled; 0 where they fit."""
    areas = {stop.area_code for stop in plan.stops}
    parts = (
        replace(plan, stops=tuple(stop for stop in plan.stops if stop.area_code == area))
        for area in areas
    )
    longest = max(len(first_words(part, program, places, words)) for part in parts)
    return max(0, longest - LONGEST)


def facts_of(
    plan: Plan | Round,
    program: str,
    stops: Sequence[Stop],
    places: Names,
    slot: time | None = None,
) -> Facts:
    """Give what is to be said of the stops of one area, by the names of templates' variables."""
    area = stops[0].area_code
    zone = zone_name(places.zone_of(area))
    facts = {
        "program": program,
        "stage": plan.stage or "",
        "area": places.name_of(area),
        "day": _joined(long_date(stop.held_on) for stop in stops),
        "hours": _joined(_hours(stop.starts_at, stop.ends_at, zone) for stop in stops),
        "place": _joined(stop.place for stop in stops),
        "bring": plan.bring or say("notice.usual_bring"),
        "contact": plan.contact or "",
        "why": (plan.why if isinstance(plan, Round) else None) or "",
    }
    if slot is not None:
        facts["slot"] = _hours(slot, min(_hour_later(slot), stops[0].ends_at), zone)
    return facts


def _notice(
    session: Session,
    round_: Round,
    program: str,
    kind: Kind,
    places: Names,
    group: _Group,
    language: str,
    words: str,
    content_sid: str | None,
) -> Notice:
    stops = group.stops
    facts = facts_of(round_, program, stops, places, group.slot)
    key = "notice.canceled" if group.is_canceled else f"notice.{kind}"
    # What is cancelled in a part of a round only is no matter of its words.
    if words and (not group.is_canceled or round_.state == CANCELED):
        lines = [] if group.is_canceled else _lines(stops, places)  # nobody is to come any more
        text = own_text(words, facts, lines)
    else:
        text = _text(key, round_, program, stops, places, group.slot)
    notice = Notice(
        area_code=stops[0].area_code,
        distribution_id=_holds_until(group, kind).id,
        slot=group.slot,
        language=language,
        text=text[:_MOST_KEPT],
        choices=_pickup_choices(group) if kind is Kind.FOLLOWUP else None,
    )
    if group.is_canceled:
        del facts["day"]  # so that a template says that there is none any more
    template = _add_template(session, notice, kind, facts, content_sid)
    if not words and template is not None and template.language == language != USUAL_LANGUAGE:
        notice.text = filled_body(template.body, notice.content_variables or {})
    return notice


def _holds_until(group: _Group, kind: Kind) -> Distribution:
    """Give the distribution after which a wording may not go out any more.

    An announcement names days for which families would come in vain once one of them has passed;
    a change has to be known as long as anybody waits.
    """
    if kind is Kind.DISTRIBUTION:
        return min(group.distributions, key=lambda one: (one.held_on, one.ends_at))
    return group.distributions[-1]


def _add_template(
    session: Session, notice: Notice, kind: Kind, facts: Facts, content_sid: str | None
) -> WaTemplate | None:
    """Say by which template WhatsApp takes a notice outside of the 24 hours; gives ours, if any."""
    if content_sid is not None:
        notice.content_sid = content_sid
        notice.content_variables = {
            str(at): facts.get(name, "") for at, name in enumerate(_USUAL_VARIABLES, 1)
        }
        return None
    template = approved_template(session, kind, notice.language)
    if template is not None:
        notice.content_sid = template.content_sid
        notice.content_variables = values(template, facts)
    return template


def _text(
    key: str,
    plan: Plan | Round,
    program: str,
    stops: Sequence[Stop],
    places: Names,
    slot: time | None = None,
) -> str:
    """Write our own sentences."""
    facts = facts_of(plan, program, stops, places, slot)
    shown = {"stage": f" ({facts['stage']})" if facts["stage"] else ""}
    for name, gap in (("slot", "\n\n"), ("why", "\n\n"), ("contact", " ")):
        said = facts.get(name, "")
        shown[name] = f"{gap}{say(f'notice.{name}', **{name: said})}" if said else ""
    lines = _lines(stops, places)
    many = ":" + "".join(f"\n- {line}" for line in lines)
    shown["when"] = many if len(lines) > 1 else f" {lines[0]}."
    return without_gaps(say(key, **{**facts, **shown}))


def _lines(stops: Sequence[Stop], places: Names) -> list[str]:
    zone = zone_name(places.zone_of(stops[0].area_code))
    return [
        say(
            "notice.line",
            day=long_date(stop.held_on),
            hours=_hours(stop.starts_at, stop.ends_at, zone),
            place=stop.place,
        )
        for stop in stops
    ]


def _pickup_choices(group: _Group) -> list[list[str]]:
    asked = group.distributions[-1].id
    return [
        [f"pickup:yes:{asked}", say("notice.has_it")],
        [f"pickup:no:{asked}", say("notice.has_it_not")],
    ]


def _told_of(
    session: Session, round_: Round, places: Names, now: datetime | None
) -> list[Distribution]:
    """Give the distributions of a round by area, without those that are over."""
    found = distributions_of(session, round_.id)
    ahead = [one for one in found if now is None or _ends(one, places) > now]
    return sorted(ahead, key=lambda one: one.area_code)


def _ends(one: Distribution, places: Names) -> datetime:
    return datetime.combine(one.held_on, one.ends_at, ZoneInfo(places.zone_of(one.area_code)))


def _groups(told_of: list[Distribution], round_: Round, kind: Kind) -> Iterator[_Group]:
    """Give what each wording is about.

    An announcement tells of all that is in an area, a reminder of all that is there on a day; a
    question asks of one distribution. Where there are slots, each hour has a wording of its own
    besides the one for all others; these go to where there is no quota, if there is such a place.
    """
    for _area, grouped in groupby(told_of, key=lambda one: one.area_code):
        found = list(grouped)
        fallen = [one for one in found if one.canceled]
        standing = [one for one in found if not one.canceled and round_.state != CANCELED]
        free = [one for one in standing if one.quota is None] or standing
        if kind is Kind.CHANGE and fallen and not standing:
            yield _Group(tuple(fallen))
        if kind is Kind.FOLLOWUP:
            yield from (_Group((one,)) for one in standing)
        elif kind is Kind.REMINDER:
            days = groupby(free, key=lambda one: one.held_on)
            yield from (_Group(tuple(of_day)) for _day, of_day in days)
        elif free:
            yield _Group(tuple(free))
        for one in standing:
            yield from (_Group((one,), slot) for slot in _slots(one))


def _slots(one: Distribution) -> Iterator[time]:
    """Give the hours of a distribution that has a quota, as db.slots gives them to families."""
    if one.quota is not None:
        begin, end = minutes(one.starts_at), minutes(one.ends_at)
        yield from (time(*divmod(start, _HOUR)) for start in range(begin, end, _HOUR))


def _hour_later(moment: time) -> time:
    return time(min(moment.hour + 1, 23), moment.minute if moment.hour < 23 else 59)


def _hours(begin: time, end: time, zone: str) -> str:
    return f"{clock(begin)}-{clock(end)} {zone}"


def _joined(said: Iterable[str]) -> str:
    """Join what differs."""
    return " / ".join(dict.fromkeys(said))
