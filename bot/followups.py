"""What a message means only together with the last one, and what it asks beside its first wish."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

from bot import router
from bot.opting import wish
from bot.table.ways import Capability
from bot.turn import Turn, button
from bot.visit_words import begins_report
from nlu.parse import Band, Entity, Parse, Understander
from nlu.requests import loose_halves, split_requests

ALSO = "also:yes"
_ASKED_AGAIN = ("area", "program")  # what the same question can be asked about once more
_WORD = re.compile(r"[a-z']+")
# "kalau di Lipu?", "nek bpnt piye": words that ask the last question again, and what stands around.
_OPENERS = frozenset(
    ("kalau", "kalo", "klo", "kl", "klu", "kalu", "nek", "lek", "yen", "trus", "terus", "lalu",
     "untuk", "utk", "dengan", "dg", "dgn", "di", "yang", "yg", "sama")
)  # fmt: skip
_AROUND = _OPENERS | frozenset(
    ("kelurahan", "kel", "desa", "kecamatan", "kec", "kota", "mano", "cak", "bagaimana", "bgmn",
     "gimana", "gmn", "piye", "pripun", "kah", "ya", "pak", "bu", "min", "kak", "nya", "itu",
     "program", "bantuan", "sini", "ini", "ko", "lah", "dong", "juga", "ing", "ning", "mana",
     "bagian", "daerah", "punya", "mi", "ji", "pi")
)  # fmt: skip
_STILL_FRESH = timedelta(minutes=15)  # so long a bare name asks the same once more
_SURELY_A_NAME = 90.0  # of 100, for a whole message
_LONGEST_PAIR = 25  # words; in a longer text the sentences tell one story
_SURE_ENOUGH = 0.75  # of each part; it was cut out of its sentence
_SURE_OF_HALVES = 0.9  # where the cut is at a word that mostly joins within one request
# An emergency is not cut: all of it is told at once.
_NEVER_A_PART = router.NO_WISH | {"emergency"}

_Part = tuple[str, Parse]  # the sender's own words, and what they mean


def same_question(turn: Turn) -> Capability | None:
    """Give what was asked last, if the message only names another place or programme for it.

    What the message leaves unsaid is then taken from the last question.
    """
    topic = turn.conversation.topic
    about = router.by_button(topic.get("about", ""), turn.role)
    if about is None or turn.parse is None or "at" not in topic:
        return None
    fresh = turn.now - datetime.fromisoformat(topic["at"]) <= _STILL_FRESH
    parse = _with_bare_name(turn, turn.parse) if fresh else turn.parse
    if not _names_only(parse, bare=fresh):
        return None
    named = {entity.entity for entity in parse.entities}
    end = len(parse.text)
    carried = tuple(
        Entity(kind, topic[kind], "", end, end)
        for kind in _ASKED_AGAIN
        if topic.get(kind) and kind not in named
    )
    turn.parse = replace(parse, entities=(*parse.entities, *carried))
    return about


def _with_bare_name(turn: Turn, parse: Parse) -> Parse:
    """Take a message that is a place's name as such, even one that is an everyday word, too."""
    said = parse.text.strip(" .?!,")
    if parse.entities or not said or len(said.split()) > 3:
        return parse
    matches = turn.places.gazetteer.find(said, limit=2)
    clear = len(matches) == 1 or (len(matches) == 2 and matches[0].score > matches[1].score)
    if not clear or matches[0].score < _SURELY_A_NAME:
        return parse
    start = parse.text.index(said)
    name = Entity("area", matches[0].place.code, said, start, start + len(said))
    return replace(parse, entities=(name,))


def _names_only(parse: Parse, *, bare: bool) -> bool:
    kinds = {entity.entity for entity in parse.entities}
    if not kinds or not kinds <= set(_ASKED_AGAIN):
        return False
    rest = parse.text.lower()
    for entity in reversed(parse.entities):
        rest = f"{rest[: entity.start]} {rest[entity.end :]}"
    said = set(_WORD.findall(rest))
    return (bare or bool(said & _OPENERS)) and said <= _AROUND


def keep_second_request(turn: Turn, understander: Understander) -> None:
    """Leave the second of two requests for later, so that the first is answered by itself."""
    if turn.parse is None:
        return
    turn.conversation.also = turn.conversation.also_program = ""
    if len(turn.text.split()) > _LONGEST_PAIR or wish(turn.text, turn.parse) is not None:
        return
    if turn.role == "companion" and begins_report(turn.text):
        return  # whatever it tells belongs to the visit
    pair = _two_requests(turn, understander)
    if pair is None:
        return
    (turn.text, turn.parse), (text, second) = pair
    turn.conversation.also = text
    program = turn.parse.first("program")
    if program is not None and second.first("program") is None:
        turn.conversation.also_program = program.raw


def _two_requests(turn: Turn, understander: Understander) -> tuple[_Part, _Part] | None:
    """Give the two requests of a message, if it clearly makes two of different kinds."""
    split = split_requests(turn.text)
    if len(split) > 1:  # the whole text alone was understood already
        parts = [_read(turn, understander, part) for part in split]
        found = _first_pair(turn, parts, _SURE_ENOUGH)
        if found is not None:
            return found
    for halves in loose_halves(turn.text):
        parts = [_read(turn, understander, half) for half in halves]
        found = _first_pair(turn, parts, _SURE_OF_HALVES)
        if found is not None:
            return found
    return None


def _read(turn: Turn, understander: Understander, text: str) -> _Part:
    return text, understander.parse(text).weighed(router.intent_weights(turn.role))


def _first_pair(turn: Turn, parts: list[_Part], least: float) -> tuple[_Part, _Part] | None:
    """Give the first part that wishes something, and the next that wishes something else."""
    wishes = [(part, wish) for part in parts if (wish := _request(turn, part[1], least))]
    second = next((part for part, wish in wishes[1:] if wish is not wishes[0][1]), None)
    if second is None or not wishes[0][1].informs:
        return None
    return wishes[0][0], second


def _request(turn: Turn, parse: Parse, least: float) -> Capability | None:
    """Give what a part of a message asks for, if it is a wish and clear enough."""
    capability = router.by_intent(parse.intent, turn.role)
    clear = parse.band is Band.SURE or parse.confidence >= least
    if capability is None or not clear or capability.name in _NEVER_A_PART:
        return None
    return capability


def take_second_request(turn: Turn) -> None:
    """Read the request that was left for later as if it had been written now."""
    left = f"{turn.conversation.also} {turn.conversation.also_program}"
    turn.text = left.strip()
    turn.conversation.also = turn.conversation.also_program = ""


def offer_second_request(turn: Turn) -> None:
    """Offer to answer what else was asked, once nothing is open any more."""
    said = turn.conversation.also
    if said and turn.conversation.form is None and turn.contact.consent is not None:
        # One question at a time: the next steps of the first answer would be a second list.
        turn.replies = [replace(reply, choices=()) for reply in turn.replies]
        turn.reply(
            "welcome.also", button(ALSO, "choice.also"), button("menu", "choice.menu"), text=said
        )
