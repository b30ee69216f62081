"""What somebody wants to hear of by himself: his family's aid, a programme in a place, dangers."""

import re
from collections.abc import Sequence

from bot.danger_wishes import (
    AREA_FORM,
    ask_area,
    called_areas,
    hear_of_dangers,
    note_dangers,
)
from bot.fields import area, area_choices, is_ambiguous
from bot.forms import Answer, Answers, Facts, Field, Form, Refused
from bot.messages import Choice
from bot.notices.topics import change_topics, offer_emergencies
from bot.opting import Kind, wish
from bot.opting_words import names_hazard
from bot.own_area import own_area
from bot.places import unknown_place
from bot.texts import say
from bot.turn import Turn, button
from db.contacts import AID, EMERGENCY, NEWS, TOPICS
from db.registry import Program
from db.subscriptions import subscribe, subscriptions_of

_MOST = 10  # of one contact
_EVERYWHERE = re.compile(
    r"\b(?:semua|seluruh|tiap|setiap) (?:kelurahan|kecamatan|kota|tempat|daerah)\b", re.IGNORECASE
)


def _area_and_program(answer: Answer, facts: Facts) -> Answers:
    """Take an area, and a programme that is named with it; a wish about messages names none."""
    if "area" not in answer.entities and wish(answer.text, None) is not None:
        raise Refused("form.area_unknown")
    program = {"program": answer.entities["program"]} if "program" in answer.entities else {}
    return _area(answer, facts) | program


_area = area("area")
FORM = Form(
    AREA_FORM,
    (
        Field("area", _area_and_program),
        Field("program", _area_and_program, noted=True),
        Field("emergency", _area_and_program, noted=True),
        Field("aid", _area_and_program, noted=True),  # beside dangers
    ),
)


def facts(turn: Turn) -> Facts:
    """Give what the form must know."""
    return {"gazetteer": turn.places.gazetteer, "areas": turn.places.names}


def handle(turn: Turn) -> None:
    """Send notices from now on, of what the message or the button names."""
    on = _topics(turn)
    change_topics(turn, on)
    if EMERGENCY in on:
        _will_hear_of_emergencies(turn, and_aid=AID in on and _asks_to_hear(turn))
        return
    program, place = turn.entity("program"), own_area(turn)
    if _place_unclear(turn, program):
        return
    named = _named_areas(turn)
    if named or (program and place):
        _note(turn, program, named or [place or ""])
    elif place or (not _names_something(turn) and (_has_any(turn) or _goes_on(turn))):
        _tell_on(turn)
    else:
        ask_area(turn, {"program": program} if program else {})


def finish(turn: Turn, answers: Answers) -> None:
    """Note the wish for the area that was asked for."""
    named = _named_areas(turn)
    areas = named if answers["area"] in named else [answers["area"]]
    if answers.get("aid") or not answers.get("emergency"):
        # A new wish in place of the answer takes nothing over from the one before.
        program = turn.entity("program")
        _note(turn, program or (None if _asks_to_hear(turn) else answers.get("program")), areas)
    if answers.get("emergency"):
        note_dangers(turn, areas)


def emergencies(turn: Turn) -> None:
    """Take the answer to the question whether emergencies are to be told."""
    if turn.argument == "yes":
        change_topics(turn, on=(EMERGENCY,))
        hear_of_dangers(turn)
    elif turn.argument != "no":
        turn.reply(
            "subscribe.ask_emergencies",
            button("emergencies:yes", "choice.emergencies_yes"),
            button("emergencies:no", "choice.emergencies_no"),
        )
    else:
        change_topics(turn, off=(EMERGENCY,))
        turn.reply("subscribe.emergencies_no", _menu())


def _menu() -> Choice:
    return button("menu", "choice.menu")


def _topics(turn: Turn) -> frozenset[str]:
    if turn.argument in TOPICS:
        return frozenset((turn.argument,))
    heard = wish(turn.text, turn.parse)
    if heard is not None and heard.kind is not Kind.STOP:
        return heard.on
    if heard is None and not turn.argument and names_hazard(turn.text):
        return frozenset((EMERGENCY,))
    return frozenset((AID, NEWS))


def _names_something(turn: Turn) -> bool:
    """Say whether a message asks for more than what was sent before."""
    return turn.entity("program") is not None or _asks_to_hear(turn)


def _asks_to_hear(turn: Turn) -> bool:
    """Say whether a message asks to be told when something comes."""
    heard = wish(turn.text, turn.parse)
    return heard is not None and heard.kind is Kind.HEAR


def _goes_on(turn: Turn) -> bool:
    """Say whether what was sent before is to come again, or still."""
    heard = wish(turn.text, turn.parse)
    return heard is not None and heard.goes_on


def _has_any(turn: Turn) -> bool:
    found = subscriptions_of(turn.session, turn.contact.id)
    return any(not one.emergencies for one in found)


def _named_areas(turn: Turn) -> list[str]:
    """Give the areas that a message names; all of them are the city."""
    found = [
        one.value for one in (turn.parse.entities if turn.parse else ()) if one.entity == "area"
    ]
    city = turn.places.city
    called = turn.places.name_of(city).lower().removeprefix("kota ") if city else ""
    everywhere = called in turn.text.lower() or _EVERYWHERE.search(turn.text) is not None
    return [city] if city and everywhere and not found else list(dict.fromkeys(found))


def _place_unclear(turn: Turn, program: str | None) -> bool:
    """Say so where the message names a place that is none of ours, or may be several."""
    known: Answers = {"program": program} if program else {}
    named = turn.parse.first("area") if turn.parse else None
    elsewhere = None if _named_areas(turn) else unknown_place(turn.places, turn.text)
    if elsewhere is not None:
        turn.reply("schedule.not_here", place=elsewhere, city=turn.places.name_of(turn.places.city))
        ask_area(turn, known)
        return True
    matches = turn.places.gazetteer.find(named.raw) if named is not None and named.raw else ()
    if not is_ambiguous(matches) or turn.aside:
        return False
    turn.reply("form.area_ambiguous", *area_choices(matches))
    turn.open_form(FORM.name, known)
    return True


def _note(turn: Turn, program: str | None, area_codes: Sequence[str]) -> None:
    """Keep the wish for one programme, or for all, in some areas."""
    found = subscriptions_of(turn.session, turn.contact.id)
    mine = button("subscriptions", "choice.subscriptions")
    aid = [one for one in found if not one.emergencies]
    known = {one.area_code for one in aid if one.program_code == program}
    if len(found) + len(set(area_codes) - known) > _MOST:
        turn.reply("subscribe.full", mine, _menu(), most=_MOST)
        return
    for area_code in area_codes:
        subscribe(turn.session, turn.contact.id, program, area_code, turn.now)
    row = turn.session.get(Program, program) if program else None
    linked = turn.contact.person_id is not None
    turn.reply(
        "subscribe.noted" if linked else "subscribe.noted_unknown",
        mine,
        *(() if linked else (button("registration", "choice.registration"),)),
        _menu(),
        program=row.name if row else say("subscribe.any"),
        area=called_areas(turn, area_codes),
    )
    offer_emergencies(turn)


def _tell_on(turn: Turn) -> None:
    linked = turn.contact.person_id is not None
    turn.reply(
        "subscribe.on" if linked else "subscribe.on_again",
        button("registration", "choice.registration"),
        button("subscriptions", "choice.subscriptions"),
        _menu(),
    )
    offer_emergencies(turn)


def _will_hear_of_emergencies(turn: Turn, and_aid: bool) -> None:
    """Confirm it; where somebody lives who is in no list has to be asked."""
    home, named = own_area(turn), _named_areas(turn)
    program = turn.entity("program")
    if and_aid and (named or (home and program)):
        _note(turn, program, named or [home or ""])
    if named:
        note_dangers(turn, named)
    elif and_aid and home is None:
        ask_area(turn, {"emergency": True, "aid": True} | ({"program": program} if program else {}))
    else:
        hear_of_dangers(turn)
