"""When and where aid is handed out, by programme and kelurahan; nothing is invented."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.fields import area, area_choices, is_ambiguous
from bot.forms import Answer, Answers, Facts, Field, Form, Refused
from bot.own_area import own_area
from bot.places import unknown_place
from bot.texts import say
from bot.texts.format import clock, long_date, packed, zone_name
from bot.turn import Turn, button
from db.enrolments import programs_of_household
from db.registry import Program, household_of
from db.schedules import Handout, count_upcoming, upcoming
from db.slots import Slot, slot_of
from nlu.gazetteer import name_words
from nlu.parse import Entity

_SHOWN = 8
_SHOWN_ASIDE = 2  # in the middle of a form, which goes on below
_MOST_AREAS = 3  # of one question
_BEFORE_CITY = frozenset(("kota", "di", "se", "untuk"))
_Hours = Mapping[int, Slot | None]  # of the sender's family, by the round
_OWN = re.compile(r"\b(?:saya|sy|sa|aku|ku|kami|ambo|kulo|(?:bantuan|bansos)ku)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is asked for: one programme, those of the sender's own family, or all."""

    program: str | None
    own: tuple[str, ...] | None = None


def _area_or_program(answer: Answer, facts: Facts) -> Answers:
    """Take an area; a programme that is named with it, or instead, is kept, too."""
    program = {"program": answer.entities["program"]} if "program" in answer.entities else {}
    try:
        return _area(answer, facts) | program
    except Refused:
        if program and "area" not in answer.entities:
            return program
        raise


_area = area("area")
FORM = Form(
    "schedule",
    (Field("area", _area_or_program), Field("program", _area_or_program, noted=True)),
)


def facts(turn: Turn) -> Facts:
    """Give what the form must know."""
    return {"gazetteer": turn.places.gazetteer, "areas": turn.places.names}


def handle(turn: Turn) -> None:
    """Tell the dates of the named areas, or of the sender's own, or ask which one."""
    program = turn.entity("program")
    if _tell_named(turn, program):
        return
    place = unknown_place(turn.places, turn.text)
    if place is not None:
        turn.reply("schedule.not_here", place=place, city=turn.places.name_of(turn.places.city))
        _ask_area(turn, program)
        return
    own = own_area(turn) if turn.contact.consented else None
    city = _named_city(turn)
    if city is not None or own is not None:
        _tell(turn, city or own or "", _wanted(turn, program))
    elif turn.aside and turn.places.city is not None:
        # An open form cannot wait for the kelurahan; the next dates of the city help a little.
        _tell(turn, turn.places.city, _wanted(turn, program))
    else:
        _ask_area(turn, program)


def finish(turn: Turn, answers: Answers) -> None:
    """Tell the dates of the area that was asked for."""
    program = turn.entity("program") or answers.get("program")
    _tell(turn, answers["area"], _Wanted(program))


def _ask_area(turn: Turn, program: str | None) -> None:
    if turn.aside:
        turn.reply("schedule.how_aside")
        return
    turn.open_form(FORM.name, {"program": program} if program else {})


def _tell_named(turn: Turn, program: str | None) -> bool:
    """Tell the dates of every area that the message names; False where it names none."""
    named = _named_areas(turn)
    if not named:
        return False
    # What was carried over from the last question has no spelling, and was clear then.
    raw = named[0].raw
    matches = turn.places.gazetteer.find(raw) if raw and len(named) == 1 else ()
    if is_ambiguous(matches) and not turn.aside:
        turn.reply("form.area_ambiguous", *area_choices(matches))
        turn.open_form(FORM.name, {"program": program} if program else {})
        return True
    for entity in named:
        # The next steps stand below the last area only.
        turn.replies = [type(reply)(reply.text) for reply in turn.replies]
        _tell(turn, entity.value, _Wanted(program))
    return True


def _named_areas(turn: Turn) -> list[Entity]:
    found = {
        entity.value: entity
        for entity in (turn.parse.entities if turn.parse else ())
        if entity.entity == "area"
    }
    return list(found.values())[: 1 if turn.aside else _MOST_AREAS]


def _wanted(turn: Turn, program: str | None) -> _Wanted:
    """Narrow a question about "my aid" to the programmes of the sender's family."""
    person_id = turn.contact.person_id
    if program or person_id is None or not turn.contact.consented or not _OWN.search(turn.text):
        return _Wanted(program)
    household = household_of(turn.session, person_id)
    return _Wanted(None, tuple(programs_of_household(turn.session, household.id)) or None)


def _named_city(turn: Turn) -> str | None:
    """Give the city if the message names it, which is no entity: streets bear its name."""
    city = turn.places.city
    name = [word for word in name_words(turn.places.name_of(city)) if word != "kota"]
    said = name_words(turn.text)
    for at in range(1, len(said) - len(name) + 1):
        if name and list(said[at : at + len(name)]) == name and said[at - 1] in _BEFORE_CITY:
            return city
    return None


def _tell(turn: Turn, area_code: str, wanted: _Wanted) -> None:
    if not turn.aside:  # the form that goes on afterwards may still need its own
        turn.conversation.topic = {
            "about": "schedule",
            "area": area_code,
            "program": wanted.program or "",
            "at": turn.now.isoformat(),
        }
    most = _SHOWN_ASIDE if turn.aside else _SHOWN
    found = upcoming(
        turn.session, turn.today, area_code, wanted.program, limit=most, among=wanted.own
    )
    if not found:
        _tell_none(turn, area_code, wanted)
        return
    hours = _own_hours(turn, found)
    found = sorted(found, key=lambda handout: _is_of_others(handout, hours))
    paragraphs = [
        say("schedule.found", area=_area_label(turn, area_code)), *_lines(turn, found, hours)
    ]  # fmt: skip
    if turn.aside:
        if area_code == turn.places.city:
            paragraphs.append(say("schedule.how_aside"))
        for text in packed(paragraphs):
            turn.tell(text)
        return
    paragraphs += _left(turn, area_code, wanted) if len(found) == most else []
    *before, last = packed([*paragraphs, say("schedule.bring")])
    for text in before:
        turn.tell(text)
    turn.tell(
        last,
        button("registration", "choice.registration"),
        button("complaint", "choice.complaint"),
        button("menu", "choice.menu"),
    )


def _left(turn: Turn, area_code: str, wanted: _Wanted) -> list[str]:
    """Say how many dates are not shown."""
    count = count_upcoming(turn.session, turn.today, area_code, wanted.program, wanted.own)
    return [say("schedule.more", count=count - _SHOWN)] if count > _SHOWN else []


def _tell_none(turn: Turn, area_code: str, wanted: _Wanted) -> None:
    program = turn.session.get(Program, wanted.program) if wanted.program else None
    key = "none_of_program" if program else "none_of_own" if wanted.own else "none"
    turn.reply(
        f"schedule.{key}",
        button("subscribe", "choice.subscribe"),
        button("office", "choice.office"),
        area=_area_label(turn, area_code),
        program=program.name if program else ", ".join(wanted.own or ()),
    )


def _area_label(turn: Turn, code: str) -> str:
    """Name an area; a kecamatan is called one, since a kelurahan may bear the same name."""
    name = turn.places.name_of(code)
    district = turn.places.levels.get(code) == "district"
    return say("schedule.district", area=name) if district else name


def _lines(turn: Turn, found: Sequence[Handout], hours: _Hours | None) -> list[str]:
    return [
        say(
            "schedule.line",
            program=handout.program,
            area=_area_label(turn, handout.area_code),
            day=long_date(handout.held_on),
            begin=clock(handout.starts_at),
            end=clock(handout.ends_at),
            zone=zone_name(turn.places.zone_of(handout.area_code)),
            place=handout.place,
            source=handout.source,
        )
        + _own_hour(handout, hours)
        for handout in found
    ]


def _own_hours(turn: Turn, found: Sequence[Handout]) -> _Hours | None:
    """Give the hours of the sender's family by their rounds; None where no family is known."""
    person_id = turn.contact.person_id
    if person_id is None or not turn.contact.consented:
        return None
    rounds = {one.round_id for one in found if one.round_id is not None and one.quota is not None}
    if not rounds:
        return {}
    family = household_of(turn.session, person_id).id
    return {number: slot_of(turn.session, family, number) for number in rounds}


def _is_of_others(handout: Handout, hours: _Hours | None) -> bool:
    """Say whether families come by the hour to a place to which the sender's is not called."""
    if hours is None or handout.quota is None or handout.round_id is None:
        return False
    slot = hours.get(handout.round_id)
    return slot is None or slot.distribution_id != handout.id


def _own_hour(handout: Handout, hours: _Hours | None) -> str:
    """Say at which hour the sender's family is to come, on a line of its own, or that it is not."""
    if handout.quota is None or handout.round_id is None:
        return ""
    if hours is None:
        return "\n" + say("schedule.by_hour")
    slot = hours.get(handout.round_id)
    if slot is None or slot.distribution_id != handout.id:
        return "\n" + say("schedule.of_others")
    return "\n" + say("schedule.slot", begin=clock(slot.starts_at), end=clock(slot.ends_at))
