"""What belongs to an emergency inside an open form: a cry for help, its place, taking it back."""

from bot import emergency_after, router
from bot.capabilities.citizen import emergency
from bot.danger import (
    asks_only_for_aid,
    hurries,
    is_time_and_place,
    names_danger,
    names_grave_danger,
    takes_back,
    tells_of_long_ago,
)
from bot.emergency_back import taken_back
from bot.form_probe import takes
from bot.form_steps import OpenForm, ask_again
from bot.opting import Kind, wish
from bot.spoken_places import is_place
from bot.table.ways import Capability
from bot.turn import CITIZEN, Turn
from bot.written import plainly_asked
from nlu.parse import Band

TALK = ("menu", "emergency")  # capabilities that many words lead to
_STORIES = frozenset(("category", "story", "condition", "need", "reason", "told", "finding"))
_PLACES = frozenset(("area", "occurred", "place", "location"))
_POINTS = _PLACES | {"photo"}
_PEOPLE = "members"  # its answers name babies and the pregnant, who are in no danger by that
_CRY = 80  # characters; what is longer or holds an address is the message that is doubted


def goes_to_emergency(turn: Turn, form: OpenForm) -> bool | None:
    """Take what belongs to an emergency told before; None where the message is nothing of it.

    A place that the form asks for as well is an answer to both.
    """
    if form.state.form == emergency.FORM.name:
        return None
    asks_it = form.asked is not None and form.asked.name in (
        _POINTS if turn.inbound.location else _PLACES
    )
    placed = emergency_after.takes_place(turn, among_others=asks_it)
    if placed and asks_it:
        return False
    if not placed and not (asks_it and emergency_after.takes_more(turn)):
        return None
    ask_again(turn, form)
    return True


def emergency_changed(turn: Turn, form: OpenForm, value: str | None) -> bool:
    """Take an emergency back in words, or file another one instead of asking for the first's."""
    said = turn.inbound.button is None and takes_back(turn.text)
    if value is not None and not said:  # "bukan darurat" is none of the choices that it is like
        return _calls_for_another(turn, form, value)
    if form.state.form != emergency.FORM.name:
        if not taken_back(turn):
            return False
        ask_again(turn, form)
        return True
    if emergency.tells_of_another(turn):
        turn.conversation.form = None
        emergency.handle(turn)
        return True
    if taken_back(turn):
        turn.conversation.form = None
        return True
    wanted = _wants_aid(turn) or _wants_to_hear(turn)
    if wanted is None:
        return False
    turn.conversation.form = None
    wanted.handle(turn)
    return True


def _calls_for_another(turn: Turn, form: OpenForm, value: str) -> bool:
    """File an emergency of another family at a button, while the place of the first is asked."""
    if form.state.form != emergency.FORM.name or not emergency.is_call(value):
        return False
    turn.argument = value.partition(":")[2]
    if not emergency.tells_of_another(turn):
        return False
    turn.conversation.form = None
    emergency.handle(turn)
    return True


def _wants_aid(turn: Turn) -> Capability | None:
    """Give what is asked for instead of the place: aid after what is over."""
    if turn.parse is None or not asks_only_for_aid(turn.text):
        return None
    wanted = plainly_asked(turn) or router.by_intent(turn.parse.intent, turn.role)
    return None if wanted is None or wanted.name in TALK else wanted


def _wants_to_hear(turn: Turn) -> Capability | None:
    """Give what keeps a wish to be told, whose place is none of the emergency."""
    heard = wish(turn.text, turn.parse)
    if heard is None or heard.kind is not Kind.HEAR:
        return None
    return router.by_button("subscribe", turn.role)


def is_emergency(turn: Turn, form: OpenForm) -> bool:
    """Say whether somebody may be in danger; what answers the field must name the danger."""
    if form.state.form == emergency.FORM.name:
        return _is_cry(turn) or hurries(turn.text)
    if turn.parse is None or asks_only_for_aid(turn.text) or is_time_and_place(turn.parse):
        return False
    if wish(turn.text, turn.parse) is not None:
        return False  # "kabari sa kalau ada banjir" tells of none
    if turn.role == CITIZEN and not is_story(turn, form) and _is_cry(turn):
        return True
    if turn.parse.intent != "report_emergency":
        return False
    names_people = form.asked is not None and form.asked.name == _PEOPLE
    if names_danger(turn.text) and not names_people:
        return turn.parse.band is not Band.BELOW
    return turn.parse.band is Band.SURE and not takes(turn, form)


def _is_cry(turn: Turn) -> bool:
    """Say whether a message tells of grave danger at this moment, and no place."""
    if turn.parse is None or is_place(turn.parse) or turn.entity("area"):
        return False
    return names_grave_danger(turn.text) and not tells_of_long_ago(turn.text)


def is_story(turn: Turn, form: OpenForm) -> bool:
    """Say whether a message about danger is to be read as the field's answer, too."""
    if form.asked is None or not takes(turn, form):
        return False
    if form.state.form == "genuine":
        return len(turn.text) > _CRY or turn.entity("url") is not None
    told_before = form.asked.free_text and tells_of_long_ago(turn.text)
    return form.asked.name in _STORIES or told_before
