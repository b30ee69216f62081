"""What people write about the messages that they get: no more, again, and of what.

Only a message that holds nothing but such a wish is read as one: "bantuan saya berhenti" tells of
trouble, "kapan dikirim lagi?" asks. What is longer is left to the language model.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise

from bot.opting_hearing import heard_of
from bot.opting_limits import exempts, only_dangers, only_schedules, wants_messages
from bot.opting_phrases import says_enough, without_excuse
from bot.opting_ways import refuses_every_way
from bot.opting_words import LONGEST, Sort, Words, denies, has, refusals, sorts_of
from db.contacts import AID, EMERGENCY, NEWS, TOPICS
from nlu.parse import Entity, Parse

_TOPIC_OF = {Sort.AID: AID, Sort.NEWS: NEWS, Sort.EMERGENCY: EMERGENCY}
_MESSAGES = frozenset((Sort.MESSAGE, Sort.KABAR, Sort.AID, Sort.NEWS, Sort.EMERGENCY, Sort.LIST))
_ENDS = frozenset((Sort.STOP, Sort.OFF))
# What a danger does by itself, unless messages about it are named: "banjir sudah berhenti".
_ABOUT_DANGER = re.compile(r"\b(?:d[a]?rur\w*|ben?c\w*|alarm)\b")
_HALTED_ENOUGH = re.compile(
    r"\b(?:s[e]?to+p+|stpo|unsub\w*|stopall|opt[\s-]?out)\s+mi\b"
    r"|\b(?:stop|setop|berhenti|brenti|mandeg|mandheg|mandek)\s+(?:saja|aja|sj|wae|ae|bae|mawon)\b"
)
_STARTS = re.compile(r"(?<!/)\b(?:start|unstop|opt[\s-]?in)\b")
_SPACED = re.compile(r"\b(?:[a-z][\s.-]){3,}[a-z]\b", re.IGNORECASE)  # "b e r h e n t i"
_TO_BE_SENT = re.compile(r"\bdi\s?(?:kirimi|kirimin|kabari|kabarin|sms|wa)")
_CALLED_OFF = re.compile(
    r"(?:\W|maaf|pak|bu|min|kak|saya|sa|sy)*\b(?:batal|btl|(?:tidak|tdk|tak|gak|ga|gk|nggak|ndak|nda|idak|ora|ra)"
    r" (?:jadi|jd|sido))(?:kan)? (?:saja |aja |untuk )?(?:ber?henti|brenti|stop|unsub\w*)\b"
)
# Which way messages come is nothing that is ended here; fraud is what people end elsewhere.
_TWO_WAYS = re.compile(r"\bsms.*\b(?:wa|whatsapp)\b|\b(?:wa|whatsapp)\b.*\bsms")
_WAY = re.compile(r"\b(?:lewat|via|melalui|pakai|pake)\s+(?:sms|wa|whatsapp|telegram|telepon)\b")
_FRAUD = re.compile(r"\b(?:hoa[kx]\w*|penipuan)")
_BOTHERED = re.compile(r"ganggu")  # by whom is not said
_TWICE = re.compile(r"\b(?:\w*(?:ki?ri?m|wa|sms|kabar)\w*)(?:2|\s*-\s*\w*(?:ki?ri?m|wa|sms|kabar))")


class Kind(Enum):
    """What a message wishes."""

    STOP = auto()
    RESUME = auto()
    AGAIN = auto()  # a resumption where something was stopped; else it may mean anything
    HEAR = auto()  # to be told when something comes


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish about messages, with the topics that are to end and to go on."""

    kind: Kind
    off: frozenset[str] = frozenset()
    on: frozenset[str] = frozenset()
    named: bool = False  # it names messages, so that nothing else can be meant
    goes_on: bool = False  # what was sent before is to come, and nothing new


def wish(text: str, parse: Parse | None) -> Wish | None:
    """Give what a message wishes, if it says nothing else; before an end it may be excused."""
    if len(text) > LONGEST:
        return None
    entities = _names(parse.entities if parse else ())
    if says_enough(text):
        return Wish(Kind.STOP, off=frozenset(TOPICS), named=True)
    bare = without_excuse(text)
    if bare == text:
        return _wish(text, entities)
    said = len(bare) - len(bare.lstrip())
    found = _wish(bare, [entity for entity in entities if entity.start >= said])
    return found if found is not None and found.kind is Kind.STOP else None


def _wish(text: str, entities: Sequence[Entity]) -> Wish | None:
    text = _SPACED.sub(lambda found: re.sub(r"\W", "", found[0]), text)
    words = sorts_of(text, entities)
    if words is not None and _CALLED_OFF.match(text.lower()):
        return Wish(Kind.RESUME, on=frozenset((AID, NEWS)), named=True, goes_on=True)
    if words is None:
        return None
    if only_dangers(words, text.lower()):
        alone = Wish(Kind.STOP, frozenset((AID, NEWS)), frozenset((EMERGENCY,)), named=True)
        return alone if wants_messages(words) else None
    of_program = any(entity.entity == "program" for entity in entities)
    if heard := heard_of(words, text.lower(), of_program):
        return Wish(Kind.HEAR, on=heard, named=True)
    if denies(words):
        return None
    if has(words, Sort.ON) and has(words, Sort.STOP, Sort.OFF):
        return None  # one of the two is told of the past
    return _stopped(words, text.lower()) or _resumed(words, text.lower())


def may_want_only_dangers(text: str) -> bool:
    """Say whether a message may want to hear of dangers alone, or tell of one: "darurat saja"."""
    words = sorts_of(text) if len(text) <= LONGEST else None
    if words is None or not only_dangers(words, text.lower()):
        return False
    return not wants_messages(words)


def may_want_only_schedules(text: str) -> bool:
    """Say whether a message may want to hear of schedules alone, or ask for one: "jadwal ji"."""
    words = sorts_of(text) if len(text) <= LONGEST else None
    return words is not None and only_schedules(words)


def _names(entities: Iterable[Entity]) -> list[Entity]:
    return [entity for entity in entities if entity.entity in ("area", "program")]


def _tells_of_goods(words: Words) -> bool:
    """Say whether aid itself is meant, or a programme: no word for a message is about it."""
    if has(words, Sort.NAME) and not has(words, *_MESSAGES, Sort.TELL):
        return True
    before: frozenset[Sort] = frozenset()
    for word in words:
        if Sort.GOODS in word and not before & _MESSAGES:
            return True
        if Sort.FILLER not in word:
            before = word if Sort.GOODS not in word else before
    return False


def _stopped(words: Words, text: str) -> Wish | None:
    if has(words, Sort.IF) or _tells_of_goods(words):
        return None
    if refuses_every_way(text):
        return Wish(Kind.STOP, off=frozenset(TOPICS), named=True)
    if (
        _WAY.search(text)
        or _TWO_WAYS.search(text)
        or (_FRAUD.search(text) and not has(words, Sort.SEND))
    ):
        return None
    tells = has(words, Sort.MESSAGE, Sort.KABAR, Sort.NEWS, Sort.SEND, Sort.TELL)
    if has(words, Sort.EMERGENCY) and not tells and not _ABOUT_DANGER.search(text):
        return None
    if _BOTHERED.search(text) and not has(words, *_MESSAGES, Sort.SEND):
        return None
    if not (_halts(words, text) or _switches_off(words) or _refuses(words, text)):
        return None
    off, kept = _topics(words)
    on = kept
    if kept and not off:
        off = frozenset((AID, NEWS)) - kept
    elif not off:
        off = frozenset(TOPICS)
    named = has(words, *_MESSAGES) or "unsub" in text
    return Wish(Kind.STOP, off - on, on, named)


def _halts(words: Words, text: str) -> bool:
    """Say whether a word for stopping is enough: "stop dulu mi", "berhenti kirim pesan"."""
    places = [at for at, word in enumerate(words) if Sort.STOP in word]
    if not places or _goes_on(words):
        return False
    if has(words, *_MESSAGES, Sort.SEND, Sort.TELL):
        return True
    if has(words, Sort.GET, Sort.AGAIN) or any(word == {Sort.COMES} for word in words):
        return False
    # "Sudah berhenti" tells of what has ended, and "sudah stop" may; "sudah, stop" wishes.
    over = any(at and Sort.OVER in words[at - 1] for at in places)
    return not over or _HALTED_ENOUGH.search(text) is not None


def _switches_off(words: Words) -> bool:
    """Say whether messages are to be off; "jadwal batal" tells of a day that was given up."""
    if refusals(words):
        return False
    places = [at for at, word in enumerate(words) if Sort.OFF in word]
    if not places:
        return False
    if has(words, Sort.MESSAGE, Sort.KABAR, Sort.LIST):
        return True
    return has(words[places[0] :], *_MESSAGES)


def _refuses(words: Words, text: str) -> bool:
    refused = refusals(words)
    if not refused or _goes_on(words):
        return False
    about = has(words, *_MESSAGES)
    again = has(words, Sort.AGAIN) or _TWICE.search(text) is not None
    asked_not = any(Sort.NOT in words[at] for at in refused)
    if has(words, Sort.SEND, Sort.TELL):
        return about or again or (asked_not and has(words, Sort.TELL))
    return about and (again or asked_not or has(words, Sort.ONLY, Sort.EXCEPT))


def _goes_on(words: Words) -> bool:
    """Say whether ending is what is refused: "jangan berhenti kirim kabar"."""
    return any(
        next((bool(word & _ENDS) for word in words[at + 1 :] if Sort.FILLER not in word), False)
        for at in refusals(words)
    )


def _resumed(words: Words, text: str) -> Wish | None:
    if has(words, Sort.IF) or _tells_of_goods(words) or exempts(words):
        return None
    unstopped = _goes_on(words)
    if (refusals(words) or has(words, Sort.STOP, Sort.OFF)) and not unstopped:
        return None
    about, sent = has(words, *_MESSAGES), has(words, Sort.SEND, Sort.TELL)
    on = frozenset().union(*_topics(words)) or frozenset((AID, NEWS))
    if unstopped:
        goes_on = Wish(Kind.RESUME, on=on, named=about, goes_on=True)
        return goes_on if about or sent else None
    if EMERGENCY in on:
        wanted = has(words, Sort.SEND, Sort.WANT, Sort.ON, Sort.LIST, Sort.ONLY, Sort.EXCEPT)
        return Wish(Kind.RESUME, on=on, named=True) if wanted and has(words, Sort.KABAR) else None
    started = _STARTS.search(text) is not None and not sent
    if started or has(words, Sort.LIST) or (has(words, Sort.ON) and (about or sent)):
        return Wish(Kind.RESUME, on=on, named=about, goes_on=has(words, Sort.AGAIN))
    wanted = about and has(words, Sort.WANT) and has(words, Sort.GET)
    only = has(words, Sort.WANT) and has(words, Sort.ONLY) and any(_topics(words))
    if only and _TO_BE_SENT.search(text):  # "mau dikirimi jadwal saja"
        return Wish(Kind.RESUME, on=on, named=True)
    if (sent or wanted or has(words, Sort.ON)) and has(words, Sort.AGAIN):
        return Wish(Kind.AGAIN, on=on, named=about, goes_on=True)
    return None


def _topics(words: Words) -> tuple[frozenset[str], frozenset[str]]:
    """Give the topics that a wish is about, and those that it sets against them.

    "Jangan kirim jadwal dan kabar, darurat saja": beside another topic "kabar" means the news.
    """
    about: set[str] = set()
    kept: set[str] = set()
    kabar = False
    for clause in _clauses(words):
        named = _specific(clause)
        verb = refusals(clause) or has(clause, Sort.STOP, Sort.OFF)
        exempt = next((at for at, word in enumerate(clause) if Sort.EXCEPT in word), None)
        if exempt is not None:
            kept |= _specific(clause[exempt:])
            about |= _specific(clause[:exempt])
        elif has(clause, Sort.ONLY) and not verb and has(words, Sort.PAUSE):
            kept |= named
        else:
            about |= named
        kabar = kabar or any(
            Sort.KABAR in word and not _specific(clause[at + 1 : at + 2])
            for at, word in enumerate(clause)
        )
    if kept and about - kept and kabar and NEWS not in kept:
        about.add(NEWS)
    return frozenset(about - kept), frozenset(kept)


def _specific(words: Words) -> frozenset[str]:
    found = {topic for sort, topic in _TOPIC_OF.items() if has(words, sort)}
    if any(Sort.NEWS in one and Sort.EMERGENCY in other for one, other in pairwise(words)):
        found.discard(NEWS)  # "peringatan banjir"
    return frozenset(found | {AID}) if has(words, Sort.GOODS) and not found else frozenset(found)


def _clauses(words: Words) -> list[Words]:
    clauses: list[list[frozenset[Sort]]] = [[]]
    for word in words:
        if Sort.PAUSE in word:
            clauses.append([])
        else:
            clauses[-1].append(word)
    return [clause for clause in clauses if clause]
