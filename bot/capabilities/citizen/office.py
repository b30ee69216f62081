"""Who helps and where: the companion, the office with its hours, the nearest payout."""

import re
from collections.abc import Sequence

from bot.answers import tell_entry
from bot.fields import area, area_choices, is_ambiguous
from bot.forms import Answer, Answers, Facts, Field, Form, Refused
from bot.messages import Location
from bot.own_area import own_area
from bot.texts import say
from bot.texts.format import packed, plain_date
from bot.texts.opening import hours_words, opening_words
from bot.turn import Turn, button
from db import audit
from db.assignments import companion_of
from db.catalogue import find_entry
from db.offices import (
    DESKS,
    KINDS,
    PAYOUT,
    Nearby,
    hours_of,
    nearest_offices,
    offices_for,
    opening,
)
from db.registry import household_of

_SHOWN = 3
_CITY_LETTERS = 5  # of an area's code
_CLEARLY_ASKED = 0.55  # likeness of a question of the catalogue about numbers to call
_OLD_DAYS = 365
_COMPANION = re.compile(r"\bpendamping\w*", re.IGNORECASE)
_KINDS = {
    "ewarong": r"e[\s-]?warong\w*|e[\s-]?warung|warong|brilink|agen|toko sembako|warung sembako",
    "pos": r"kantor ?pos|pt ?pos|pos indonesia",
    "bank": r"bank|bri|bni|btn|bsi|mandiri|atm|himbara",
    "puskesos": r"puskesos",
    "dinas": r"dinsos|dinas\s+sosial|dinas",
    "kantor_lurah": r"kantor\s+(?:lurah|kelurahan|desa)",
}
_NAMED = {kind: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for kind, words in _KINDS.items()}
_PAID_OUT = re.compile(
    r"\b(?:tempat|dimana|di ?mana|dmn|lokasi|terdekat)\b.*"
    r"\b(?:ambil|cairkan|mencairkan|gesek|belanja|tukar|tarik)\w*",
    re.IGNORECASE,
)


def _area_or_point(answer: Answer, facts: Facts) -> Answers:
    """Take a kelurahan by its name, or a sent point."""
    if answer.location is not None:
        return {"area": [answer.location.latitude, answer.location.longitude]}
    return _area(answer, facts)


def _noted(_answer: Answer, _facts: Facts) -> Answers:
    raise Refused("form.pick_one")


_area = area("area")
FORM = Form("office", (Field("area", _area_or_point), Field("kinds", _noted, noted=True)))


def facts(turn: Turn) -> Facts:
    """Give what the form must know."""
    return {"gazetteer": turn.places.gazetteer, "areas": turn.places.names}


def handle(turn: Turn) -> None:
    """Tell the companion, the office or the place that is asked for."""
    if _COMPANION.search(turn.text):
        _tell_companion(turn)
        return
    kinds = _kinds(turn.text)
    if not kinds and _tell_number(turn):
        return
    if turn.inbound.location is not None:
        _tell_near(turn, turn.inbound.location, kinds or (*PAYOUT, *DESKS))
        return
    matches = _named_area(turn)
    if matches is None:
        _tell_for_area(turn, own_area(turn) if turn.contact.consented else None, kinds)
    elif isinstance(matches, str):
        _tell_for_area(turn, matches, kinds)


def near_point(turn: Turn) -> None:
    """Tell what is nearest to a point that was sent without a word: who pays out, who helps."""
    location = turn.inbound.location
    if location is not None:
        _tell_near(turn, location, (*PAYOUT, *DESKS))


def finish(turn: Turn, answers: Answers) -> None:
    """Tell the places of the area or near the point that was asked for."""
    kinds = answers.get("kinds") or PAYOUT
    where = answers["area"]
    if isinstance(where, str):
        _tell_for_area(turn, where, kinds)
    else:
        _tell_near(turn, Location(*where), kinds)


def _kinds(text: str) -> tuple[str, ...]:
    """Give the kinds of places that a text names; a place to draw aid is any that pays out."""
    named = tuple(kind for kind in KINDS if kind in _NAMED and _NAMED[kind].search(text))
    return named or (PAYOUT if _PAID_OUT.search(text) else ())


def _named_area(turn: Turn) -> str | bool | None:
    """Give the area that a message names; True where the form has to ask which is meant."""
    entity = turn.parse.first("area") if turn.parse else None
    if entity is None:
        return None
    matches = turn.places.gazetteer.find(entity.raw) if entity.raw else ()
    if is_ambiguous(matches) and not turn.aside:
        turn.reply("form.area_ambiguous", *area_choices(matches))
        turn.open_form(FORM.name, {"kinds": list(_kinds(turn.text))})
        return True
    return entity.value


def _tell_for_area(turn: Turn, code: str | None, kinds: Sequence[str]) -> None:
    """Tell the places of an area; which area is asked for, where it matters."""
    if kinds and set(kinds) <= set(PAYOUT):
        if code is None and not turn.aside:
            turn.open_form(FORM.name, {"kinds": list(kinds)})
            return
        where = code or turn.places.city or ""
        _tell(turn, offices_for(turn.session, where, kinds, _SHOWN))
    else:
        _tell(turn, _desks(turn, code or turn.places.city or "", kinds))


def _desks(turn: Turn, code: str, kinds: Sequence[str]) -> Sequence[Nearby]:
    """Give the office nearest to people and the one above it, or the kinds that were named."""
    wanted = [kind for kind in kinds if kind in DESKS] or ["puskesos", "dinas"]
    if "kantor_lurah" in wanted and "puskesos" not in wanted:
        wanted.append("puskesos")  # it has its desk there
    found: list[Nearby] = []
    for kind in wanted:
        # The Dinas is the city's; of Puskesos there is one in many a kelurahan.
        where = code[:_CITY_LETTERS] if kind == "dinas" else code
        most = 1 if len(code) > _CITY_LETTERS or kind == "dinas" else _SHOWN - 1
        near = offices_for(turn.session, where, (kind,), most)
        # Another kelurahan's Puskesos may help; its lurah does not.
        found += [one for one in near if kind != "kantor_lurah" or one.office.area_code == code]
    return found


def _tell_near(turn: Turn, point: Location, kinds: Sequence[str]) -> None:
    paying = [kind for kind in kinds if kind in PAYOUT]
    helping = [kind for kind in kinds if kind in DESKS]
    found: list[Nearby] = []
    for group, most in ((paying, _SHOWN if not helping else _SHOWN - 1), (helping, 1)):
        if group:
            found += nearest_offices(turn.session, point.latitude, point.longitude, group, most)
    _tell(turn, found)


def _tell(turn: Turn, found: Sequence[Nearby]) -> None:
    if not found:
        turn.reply("office.unknown", button("human", "choice.human"), button("menu", "choice.menu"))
        return
    *before, last = packed([*(_described(turn, near) for near in found), _source(turn, found)])
    for text in before:
        turn.tell(text)
    if turn.aside:
        turn.tell(last)
        return
    turn.tell(
        last,
        button("schedule", "choice.schedule"),
        button("human", "choice.human"),
        button("menu", "choice.menu"),
    )


def _described(turn: Turn, near: Nearby) -> str:
    office = near.office
    zone = turn.places.zone_of(office.area_code)
    lines = [say("office.place", name=office.name, address=office.address)]
    if near.km is not None:
        lines.append(say("office.distance", km=f"{near.km:.1f}".replace(".", ",")))
    hours, now = hours_of(office), opening(office, turn.now, zone)
    if hours is not None and now is not None:
        lines.append(say("office.hours", hours=hours_words(hours)))
        lines.append(opening_words(now, zone))
    if office.phone:
        lines.append(say("office.phone", phone=office.phone))
    if office.latitude is not None and office.longitude is not None:
        lines.append(say("office.map", latitude=office.latitude, longitude=office.longitude))
    return "\n".join(lines)


def _source(turn: Turn, found: Sequence[Nearby]) -> str:
    oldest = min((near.office for near in found), key=lambda office: office.source_date)
    said = say("office.source", source=oldest.source, day=plain_date(oldest.source_date))
    is_old = (turn.today - oldest.source_date).days > _OLD_DAYS
    return f"{said}\n{say('catalogue.old')}" if is_old else said


def _tell_companion(turn: Turn) -> None:
    """Tell an identified citizen who accompanies his family; nobody else's is told."""
    person_id = turn.contact.person_id
    if person_id is None or not turn.contact.consented:
        turn.reply(
            "office.companion_unidentified",
            button("registration", "choice.registration"),
            button("human", "choice.human"),
        )
        return
    companion = companion_of(turn.session, household_of(turn.session, person_id).id, turn.today)
    audit.record(turn.session, turn.now, turn.actor, "read companion", f"person:{person_id}")
    ways = (button("human", "choice.human"), button("menu", "choice.menu"))
    if companion is None:
        turn.reply("office.companion_none", *ways)
    else:
        turn.reply("office.companion", *ways, name=companion.name)


def _tell_number(turn: Turn) -> bool:
    """Tell a number to call that the catalogue knows; False where none was asked for."""
    if turn.parse is None:
        return False
    hits = turn.catalogue.find(turn.session, turn.now, turn.text, None)
    entry = find_entry(turn.session, hits[0].id) if hits else None
    if entry is None or entry.topic != "contact" or hits[0].score < _CLEARLY_ASKED:
        return False
    tell_entry(turn, entry)
    return True
