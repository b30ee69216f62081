"""When and where aid is handed out, by programme and kelurahan; nothing is invented."""

from collections.abc import Sequence

from bot.fields import area, area_choices, is_ambiguous
from bot.forms import Answers, Facts, Field, Form
from bot.texts import say
from bot.texts.format import clock, long_date, zone_name
from bot.turn import Turn, button
from db.registry import Program, household_of
from db.schedules import Handout, upcoming

_SHOWN = 4

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
        matches = turn.places.gazetteer.find(named[0].raw)
        if is_ambiguous(matches) and not turn.aside:
            turn.conversation.topic = {"program": program or ""}
            turn.reply("form.area_ambiguous", *area_choices(matches))
            turn.open_form(FORM.name)
            return
        _tell(turn, named[0].value, program)
        return
    own = _own_area(turn)
    if own is not None:
        _tell(turn, own, program)
        return
    turn.conversation.topic = {"program": program or ""}
    turn.open_form(FORM.name)


def finish(turn: Turn, answers: Answers) -> None:
    """Tell the dates of the area that was asked for."""
    _tell(turn, answers["area"], turn.conversation.topic.get("program") or None)


def _own_area(turn: Turn) -> str | None:
    if turn.contact.person_id is not None and turn.contact.consented:
        return household_of(turn.session, turn.contact.person_id).area_code
    return None


def _tell(turn: Turn, area_code: str, program_code: str | None) -> None:
    turn.conversation.topic = {"area": area_code, "program": program_code or ""}
    found = upcoming(turn.session, turn.today, area_code, program_code, limit=_SHOWN)
    area_name = turn.places.name_of(area_code)
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
    lines = "\n\n".join(_lines(turn, found))
    turn.tell(
        say("schedule.found", area=area_name, lines=lines),
        button("registration", "choice.registration"),
        button("complaint", "choice.complaint"),
        button("menu", "choice.menu"),
    )


def _lines(turn: Turn, found: Sequence[Handout]) -> list[str]:
    return [
        say(
            "schedule.line",
            program=handout.program,
            day=long_date(handout.held_on),
            begin=clock(handout.starts_at),
            end=clock(handout.ends_at),
            zone=zone_name(turn.places.zone_of(handout.area_code)),
            place=handout.place,
            source=handout.source,
        )
        for handout in found
    ]
