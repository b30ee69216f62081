"""When and where aid is handed out, by programme and kelurahan; nothing is invented."""

from collections.abc import Sequence

from bot.fields import area, area_choices, is_ambiguous
from bot.forms import Answers, Facts, Field, Form
from bot.texts import say
from bot.texts.format import clock, long_date, packed, zone_name
from bot.turn import Turn, button
from db.registry import Program, household_of
from db.schedules import Handout, count_upcoming, upcoming
from nlu.gazetteer import name_words

_SHOWN = 8
_BEFORE_CITY = frozenset(("kota", "di", "se", "untuk"))

FORM = Form("schedule", (Field("area", area("area")),))


def facts(turn: Turn) -> Facts:
    """Give what the form must know."""
    return {"gazetteer": turn.places.gazetteer, "areas": turn.places.names}


def handle(turn: Turn) -> None:
    """Tell the dates of the named area, or of the sender's own, or ask which one."""
    program = turn.entity("program")
    named = [
        entity for entity in (turn.parse.entities if turn.parse else ()) if entity.entity == "area"
    ]
    if named:
        # What was carried over from the last question has no spelling, and was clear then.
        matches = turn.places.gazetteer.find(named[0].raw) if named[0].raw else ()
        if is_ambiguous(matches) and not turn.aside:
            turn.conversation.topic = {"program": program or ""}
            turn.reply("form.area_ambiguous", *area_choices(matches))
            turn.open_form(FORM.name)
            return
        _tell(turn, named[0].value, program)
        return
    own = _named_city(turn) or _own_area(turn)
    if own is not None:
        _tell(turn, own, program)
        return
    turn.conversation.topic = {"program": program or ""}
    turn.open_form(FORM.name)


def finish(turn: Turn, answers: Answers) -> None:
    """Tell the dates of the area that was asked for."""
    program = turn.entity("program") or turn.conversation.topic.get("program")
    _tell(turn, answers["area"], program or None)


def _named_city(turn: Turn) -> str | None:
    """Give the city if the message names it, which is no entity: streets bear its name."""
    city = turn.places.city
    name = [word for word in name_words(turn.places.name_of(city)) if word != "kota"]
    said = name_words(turn.text)
    for at in range(1, len(said) - len(name) + 1):
        if name and list(said[at : at + len(name)]) == name and said[at - 1] in _BEFORE_CITY:
            return city
    return None


def _own_area(turn: Turn) -> str | None:
    if turn.contact.person_id is not None and turn.contact.consented:
        return household_of(turn.session, turn.contact.person_id).area_code
    return None


def _tell(turn: Turn, area_code: str, program_code: str | None) -> None:
    if not turn.aside:  # the form that goes on afterwards may still need its own
        turn.conversation.topic = {
            "about": "schedule",
            "area": area_code,
            "program": program_code or "",
        }
    found = upcoming(turn.session, turn.today, area_code, program_code, limit=_SHOWN)
    area_name = _area_label(turn, area_code)
    if not found:
        program = turn.session.get(Program, program_code) if program_code else None
        key = "schedule.none_of_program" if program else "schedule.none"
        turn.reply(
            key,
            button("subscribe", "choice.subscribe"),
            button("office", "choice.office"),
            area=area_name,
            program=program.name if program else "",
        )
        return
    paragraphs = [say("schedule.found", area=area_name), *_lines(turn, found)]
    left = 0
    if len(found) == _SHOWN:
        left = count_upcoming(turn.session, turn.today, area_code, program_code) - _SHOWN
    if left > 0:
        paragraphs.append(say("schedule.more", count=left))
    *before, last = packed([*paragraphs, say("schedule.bring")])
    for text in before:
        turn.tell(text)
    turn.tell(
        last,
        button("registration", "choice.registration"),
        button("complaint", "choice.complaint"),
        button("menu", "choice.menu"),
    )


def _area_label(turn: Turn, code: str) -> str:
    """Name an area; a kecamatan is called one, since a kelurahan may bear the same name."""
    name = turn.places.name_of(code)
    district = turn.places.levels.get(code) == "district"
    return say("schedule.district", area=name) if district else name


def _lines(turn: Turn, found: Sequence[Handout]) -> list[str]:
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
        for handout in found
    ]
