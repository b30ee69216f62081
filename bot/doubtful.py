"""What is said to a message that is not clear, and to what its sender answers to that."""

import re

from bot import router
from bot.capabilities.citizen import guidance, human
from bot.choices import agrees, is_number, refuses_all
from bot.danger import (
    asks_only_for_aid,
    is_time_and_place,
    loses_only_a_thing,
    names_danger,
    names_grave_danger,
    takes_back,
    tells_of_long_ago,
)
from bot.menu import menu_choices
from bot.messages import Choice
from bot.opting import wish
from bot.table.ways import Capability
from bot.texts import known
from bot.turn import CITIZEN, Turn, button
from bot.visit_words import begins_report
from db.doubts import note_doubt, note_pick
from nlu.labels import OUT_OF_SCOPE
from nlu.masking import mask
from nlu.near import everyday_words
from nlu.parse import Band, Parse, Understander

# From here on a question is answered without asking back: a wrong answer to it costs one message.
LIKELY = 0.6
# So likely, a form is opened, which sends nothing by itself, or an officer called.
_NEARLY_SURE = 0.9
_OPENED = ("complaint", "human")
_OFFERED = 3  # likely meanings offered when one is not sure
# A hotline too many is cheap where a danger is named, or where no word is known. Other words must
# look more like it, and one or two very much: every emergency of the measured sets is far above.
_DANGER_FLOOR = 0.05
_HARMLESS_FLOOR = 0.4
_FEW_WORDS, _FEW_WORDS_FLOOR = 2, 0.9
_ELSEWHERE_FLOOR = 0.25  # of "out of scope", beside the name of another office's matter
_OTHER_FLOOR = 0.1  # for offering "another matter" as one of the meanings
# What was asked back last: which of several meanings, what of the menu, whether to have a human.
MEANINGS, MENU, HUMAN = "meanings", "menu", "human"
_MISSES_UNTIL_HUMAN = 2
_WORD = re.compile(r"\w+")


def ask_back(turn: Turn, parse: Parse) -> None:
    """Ask which of the likely meanings it was; after the second time in a row offer a human."""
    _note_doubt(turn, parse)
    turn.conversation.misses += 1
    again = turn.conversation.misses >= _MISSES_UNTIL_HUMAN
    danger = may_be_danger(turn)
    meanings = _with_emergency(turn, parse) if danger else _likely(turn, parse)
    below = [button("human", "choice.human")] if again else []
    below.append(button("menu", "choice.menu"))
    agencies = [] if danger else other_agencies(turn)
    if agencies:
        meanings = [choice for choice in meanings if choice.value != "other"]
        guidance.point_elsewhere(turn, agencies, *meanings, *below)
    elif len(meanings) >= 2:
        choices = dict.fromkeys((*meanings, *below))
        turn.reply("welcome.which_again" if again else "welcome.which", *choices)
    else:
        _missed(turn, "welcome.missed")
        return
    turn.conversation.asked = MEANINGS


def _missed(turn: Turn, key: str) -> None:
    """Ask for other words; the second time in a row for a human."""
    if turn.conversation.misses >= _MISSES_UNTIL_HUMAN:
        turn.reply(
            "welcome.missed_again", button("human", "choice.human"), button("menu", "choice.menu")
        )
        turn.conversation.asked = HUMAN
    else:
        turn.reply(key, *menu_choices(turn))
        turn.conversation.asked = MENU


def answers_list(turn: Turn, value: str | None) -> bool:
    """Answer what picks nothing of the last list: a yes, a no to all, a number beyond it."""
    asked, turn.conversation.asked = turn.conversation.asked, ""
    offered = turn.conversation.choices
    if value is not None or not turn.text or not offered:
        return False
    if is_number(turn.text):
        turn.reply("welcome.beyond", *offered, most=len(offered))
        turn.conversation.asked = asked
    elif asked == HUMAN and agrees(turn.text):
        turn.conversation.misses = 0
        human.handle(turn)
    elif asked == HUMAN and refuses_all(turn.text):
        turn.conversation.misses = 0
        turn.reply("guidance.nothing_asked", *menu_choices(turn))
    elif asked and agrees(turn.text):
        turn.reply("welcome.which_then", *offered)
        turn.conversation.asked = asked
    elif asked and refuses_all(turn.text):
        # A list of meanings was counted when it was shown.
        turn.conversation.misses += asked == MENU
        _missed(turn, "welcome.none_of_them")
    else:
        return False
    return True


def may_be_danger(turn: Turn) -> bool:
    """Say whether somebody may need help at once, however little was understood."""
    parse = turn.parse
    if parse is None or not any(letter.isalpha() for letter in turn.text):
        return False
    if takes_back(turn.text) or asks_only_for_aid(turn.text) or is_time_and_place(parse):
        return False
    if wish(turn.text, parse) is not None:
        return False  # "kabari sa kalau ada bencana" tells of none
    if turn.conversation.form is not None:
        if turn.role == "companion" and begins_report(turn.text):
            return sounds_dangerous(turn.text, parse)
        # Its questions ask about bad things, and officers tell those of others.
        if turn.role not in (CITIZEN, "companion") or not names_grave_danger(turn.text):
            return False
        return turn.role == CITIZEN or not tells_of_long_ago(turn.text)
    return sounds_dangerous(turn.text, parse)


def sounds_dangerous(text: str, parse: Parse) -> bool:
    """Say whether a text, as it was understood, may tell of somebody who needs help at once."""
    chance = dict(parse.ranking).get("report_emergency", 0.0)
    # To the model a lost telephone is next to a lost child.
    if chance >= _floor(text) and not loses_only_a_thing(text):
        return True
    understood = parse.band is Band.SURE or parse.confidence >= LIKELY
    return names_grave_danger(text, understood=understood)


def _floor(text: str) -> float:
    said = _WORD.findall(text.lower())
    if names_danger(text) or not everyday_words().intersection(said):
        return _DANGER_FLOOR
    return _FEW_WORDS_FLOOR if len(said) <= _FEW_WORDS else _HARMLESS_FLOOR


def is_likely_enough(capability: Capability, parse: Parse) -> bool:
    """Say whether a likely meaning is acted upon without asking back."""
    least = _NEARLY_SURE if capability.name in _OPENED else LIKELY if capability.informs else 1.0
    return parse.confidence >= least


def other_agencies(turn: Turn) -> list[str]:
    """Give the other offices that an unclear message may be meant for."""
    ranking = dict(turn.parse.ranking) if turn.parse is not None else {}
    foreign = ranking.get(OUT_OF_SCOPE, 0.0) >= _ELSEWHERE_FLOOR
    return guidance.agencies_for(turn.text) if foreign else []


def note_answer(turn: Turn, value: str | None, understander: Understander) -> None:
    """Take what was picked right after an unclear message as its meaning."""
    doubt, turn.conversation.doubt = turn.conversation.doubt, None
    unclear, turn.conversation.unclear = turn.conversation.unclear, ""
    if value is not None:
        turn.conversation.misses = 0
    picked = router.by_button(value, turn.role) if doubt is not None and value else None
    if doubt is None or picked is None or not picked.intents or picked.name == "menu":
        return
    note_pick(turn.session, doubt, picked.intents[0])
    if unclear and turn.inbound.location is None and not turn.inbound.media:
        # What was told already need not be told again.
        turn.text = unclear
        turn.parse = understander.parse(unclear).meant(picked.intents[0])


def _note_doubt(turn: Turn, parse: Parse) -> None:
    """Keep the message for an officer to label, with what its sender may pick next."""
    if turn.contact.consented:
        # Nobody could find it again to erase it, so that it must not tell who wrote it.
        masked = " ".join(mask(parse.text, parse.entities).split())
        turn.conversation.doubt = note_doubt(
            turn.session, masked, parse.intent, parse.confidence, turn.now
        )
        turn.conversation.unclear = turn.text


def _with_emergency(turn: Turn, parse: Parse) -> list[Choice]:
    """Give the likely meanings behind "emergency", and who helps where there are none."""
    first = button("emergency", "choice.emergency")
    others = _likely(turn, parse) or [button("complaint", "choice.complaint")]
    return [first, *(choice for choice in others if choice != first)][:_OFFERED]


def _likely(turn: Turn, parse: Parse) -> list[Choice]:
    """Give a button for each of the likeliest meanings that has a name of its own."""
    if parse.band is not Band.BETWEEN:
        return []
    offered: list[Choice] = []
    for intent, share in parse.ranking[: _OFFERED + 2]:
        capability = router.by_intent(intent, turn.role)
        # The menu is offered beside the likely meanings anyway.
        if (
            capability is None
            or capability.name == "menu"
            or (capability.name == "other" and share < _OTHER_FLOOR)
            or not known(f"choice.{capability.name}")
        ):
            continue
        choice = button(capability.name, f"choice.{capability.name}")
        if choice not in offered:
            offered.append(choice)
    return offered[:_OFFERED]
