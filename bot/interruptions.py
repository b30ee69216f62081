"""Which messages inside an open form are no answer to it, and what is said to them."""

from dataclasses import replace

from bot import router
from bot.capabilities.citizen import emergency, program
from bot.capabilities.companion import visit
from bot.danger import (
    asks_only_for_aid,
    hurries,
    is_time_and_place,
    names_danger,
    names_grave_danger,
    tells_of_long_ago,
)
from bot.form_moves import advance
from bot.form_steps import OpenForm, ask_again, question
from bot.forms import LEAVE, RESUME, Answer, Asking, Done, Field, Form, FormState, Move, Step
from bot.menu import menu_choices, menu_key
from bot.opting import wish
from bot.spoken import (
    asks,
    correction,
    goes_back,
    is_courtesy,
    is_done,
    is_helpless,
    names_ticket,
    stops,
    tells_trouble,
)
from bot.spoken_places import is_place
from bot.table.ways import Capability
from bot.texts import say
from bot.turn import CITIZEN, Turn, button
from bot.visit_records import joins_another
from bot.written import plainly_asked
from nlu.parse import Band

_LONGEST_MESSAGE = 600
_LONGEST_DESTINATION = 48  # bytes; a button carries 64 in all
_TALK = ("menu", "emergency")
_STORIES = frozenset(("category", "story", "condition", "need", "reason", "told", "finding"))
_PLACES = frozenset(("area", "occurred", "place", "location"))
_POINTS = _PLACES | {"photo"}
_PEOPLE = "members"  # its answers name babies and the pregnant, who are in no danger by that
_CRY = 80  # characters; what is longer or holds an address is the message that is doubted
# What is answered for its plain words alone.
_ASIDE = (
    "schedule", "office", "track", "genuine", "human", "hide", "unsubscribe", "subscriptions",
)  # fmt: skip


def read_move(text: str, asked: Field | None) -> tuple[Move, str]:
    """Read cancel, back and correction; gives what is left to be read as the answer."""
    # At the end of a form "selesai" may as well mean that it can go.
    if stops(text) or (asked is not None and not asked.optional and is_done(text)):
        return Move.CANCEL, ""
    if goes_back(text):
        return Move.BACK, ""
    instead = correction(text)
    return (Move.ANSWER, text) if instead is None else (Move.BACK, instead)


def overriding(turn: Turn, form: OpenForm, value: str | None) -> str | None:
    """Give the value of what nobody has to finish a form for, such as the erasure of his data."""
    if value is not None:
        capability = router.by_button(value, turn.role)
    else:
        capability = router.by_command(turn.text, turn.role) or router.by_label(
            turn.text, turn.role
        )
        sure = turn.parse is not None and turn.parse.band is Band.SURE
        free = form.asked is not None and form.asked.free_text
        if capability is None and turn.parse is not None and sure and not free:
            capability = router.by_intent(turn.parse.intent, turn.role)
    argument = (value or "").partition(":")[2]
    if capability is None or not capability.overrides(argument, turn.text):
        return None
    return value or capability.name


def interrupted(turn: Turn, form: OpenForm, value: str | None) -> bool:
    """Answer what is no answer to the field; the form stays open.

    False means that the message is to be read as an answer, even if something was said to it.
    """
    if value is None and _reported_aside(turn, form.state.answers.get("family")):
        turn.reply("form.goes_on")
        ask_again(turn, form)
        return True
    if value is None and _emergency_changed(turn, form):
        return True
    taken = _goes_to_emergency(turn, form)
    if taken is not None:
        return taken
    capability = _interruption(turn, form, value)
    if capability is None:
        if value is not None or not is_courtesy(turn.text) or _fits(turn, form):
            return False
        turn.reply("form.courtesy")
        ask_again(turn, form)
        return True
    if not capability.interrupts or (capability.needs_consent and not turn.contact.consented):
        turn.reply(
            "form.leave_first",
            button(RESUME, "choice.resume"),
            button(LEAVE + _destination(capability, value), "choice.leave"),
        )
        return True
    if capability.name == "menu":
        _menu_aside(turn, form)
        return True
    _answer_aside(turn, capability, value)
    if capability.name == "emergency" and value is None and _is_story(turn, form):
        turn.reply("form.kept")
        return False
    if any(choice.value == emergency.TAKE_BACK for item in turn.replies for choice in item.choices):
        turn.conversation.form = replace(form.state, touched_at=turn.now)
        last = turn.replies.pop()
        resume = button(RESUME, "choice.resume")
        turn.replies.append(replace(last, choices=(*last.choices, resume)))
        return True
    turn.reply("form.goes_on")
    ask_again(turn, form)
    return True


def _reported_aside(turn: Turn, family: str | None) -> bool:
    """Take the whole report of a visit, or files of another visit than the form is about."""
    reporting = router.by_button("visit", turn.role)
    if reporting is not None and visit.is_whole(turn):
        _answer_aside(turn, reporting, None)
        return True
    if not joins_another(turn, family):
        return False
    turn.replies = [replace(reply, choices=()) for reply in turn.replies]
    return True


def _goes_to_emergency(turn: Turn, form: OpenForm) -> bool | None:
    """Take what belongs to an emergency told before; None where the message is nothing of it.

    A place that the form asks for as well is an answer to both.
    """
    if form.state.form == emergency.FORM.name:
        return None
    asks_it = form.asked is not None and form.asked.name in (
        _POINTS if turn.inbound.location else _PLACES
    )
    placed = emergency.takes_place(turn, among_others=asks_it)
    if placed and asks_it:
        return False
    if not placed and not (asks_it and emergency.takes_more(turn)):
        return None
    ask_again(turn, form)
    return True


def _emergency_changed(turn: Turn, form: OpenForm) -> bool:
    """Take an emergency back in words, or file another one instead of asking for the first's."""
    if form.state.form != emergency.FORM.name:
        if not emergency.taken_back(turn):
            return False
        ask_again(turn, form)
        return True
    if emergency.tells_of_another(turn):
        turn.conversation.form = None
        emergency.handle(turn)
        return True
    if emergency.taken_back(turn):
        turn.conversation.form = None
        return True
    wanted = _wants_aid(turn)
    if wanted is None:
        return False
    turn.conversation.form = None
    wanted.handle(turn)
    return True


def _wants_aid(turn: Turn) -> Capability | None:
    """Give what is asked for instead of the place: aid after what is over."""
    if turn.parse is None or not asks_only_for_aid(turn.text):
        return None
    wanted = plainly_asked(turn) or router.by_intent(turn.parse.intent, turn.role)
    return None if wanted is None or wanted.name in _TALK else wanted


def _answer_aside(turn: Turn, capability: Capability, value: str | None) -> None:
    turn.argument = (value or "").partition(":")[2]
    turn.aside = True
    capability.handle(turn)
    turn.aside = False
    turn.replies = [
        replace(reply, choices=tuple(item for item in reply.choices if _helps(item.value)))
        for reply in turn.replies
    ]


def _helps(value: str) -> bool:
    """Say whether a choice stays while the form goes on: what calls help, or takes it back."""
    return value.startswith("emergency:")


def _menu_aside(turn: Turn, form: OpenForm) -> None:
    """Show the menu over an open form: its choices can be picked, and the form resumed."""
    turn.reply(menu_key(turn))
    asking = question(turn, form.use, Asking(form.state)).text
    turn.conversation.form = replace(form.state, touched_at=turn.now)
    text = f"{say('form.still_open')}\n\n{asking}"
    turn.tell(
        text if len(text) <= _LONGEST_MESSAGE else say("form.still_open"),
        button(RESUME, "choice.resume"),
        *menu_choices(turn),
    )


def _destination(capability: Capability, value: str | None) -> str:
    """Give what a button can carry of where the person wants to go."""
    return value if value and len(value.encode()) <= _LONGEST_DESTINATION else capability.name


def _interruption(turn: Turn, form: OpenForm, value: str | None) -> Capability | None:
    if value is not None:
        own = value.startswith("form:") or value in _values(turn, form)
        own = own or (value == emergency.TAKE_BACK and form.state.form == emergency.FORM.name)
        return None if own else router.by_button(value, turn.role)
    if not turn.text or read_move(turn.text, form.asked)[0] is not Move.ANSWER:
        return None
    command = router.by_command(turn.text, turn.role) or router.by_label(turn.text, turn.role)
    if command is not None:
        return command
    plain = plainly_asked(turn, _ASIDE)
    if plain is not None and (plain.name == "hide" or not _fits(turn, form)):
        return None if _is_the_asking(form, plain) else plain
    return _meant_aside(turn, form)


def _is_the_asking(form: OpenForm, capability: Capability) -> bool:
    """Say whether a question is the one that opened the form: asked anew, it is answered there."""
    return capability.form is not None and capability.form.form.name == form.use.form.name


def _meant_aside(turn: Turn, form: OpenForm) -> Capability | None:
    """Give what a message asks for that answers something else than the field."""
    if form.state.form == "identity" and is_helpless(turn.text):
        return None  # a question about the numbers themselves
    if _is_emergency(turn, form):
        return router.by_button("emergency", turn.role)
    if form.state.form == "genuine":
        return None  # whatever is asked or asked for there is the message that is doubted
    if turn.parse is not None and program.interrupts_story(turn) and not _fits(turn, form):
        return router.by_button("program", turn.role)
    if turn.parse is None or turn.parse.band is not Band.SURE:
        return None
    capability = router.by_intent(turn.parse.intent, turn.role)
    if capability is None or not capability.interrupts or capability.name in _TALK:
        return None
    free = form.asked is not None and form.asked.free_text
    if free and tells_trouble(turn.text):
        return None  # a question that tells the story is the story
    if capability.name == "track" and not free and names_ticket(turn.text):
        return capability
    if not asks(turn.text) or _fits(turn, form):
        return None
    return capability


def _is_emergency(turn: Turn, form: OpenForm) -> bool:
    """Say whether somebody may be in danger; what answers the field must name the danger."""
    if form.state.form == emergency.FORM.name:
        return _is_cry(turn) or hurries(turn.text)
    if turn.parse is None or asks_only_for_aid(turn.text) or is_time_and_place(turn.parse):
        return False
    if wish(turn.text, turn.parse) is not None:
        return False  # "kabari sa kalau ada banjir" tells of none
    if turn.role == CITIZEN and not _is_story(turn, form) and _is_cry(turn):
        return True
    if turn.parse.intent != "report_emergency":
        return False
    names_people = form.asked is not None and form.asked.name == _PEOPLE
    if names_danger(turn.text) and not names_people:
        return turn.parse.band is not Band.BELOW
    return turn.parse.band is Band.SURE and not _takes(turn, form)


def _is_cry(turn: Turn) -> bool:
    """Say whether a message tells of grave danger at this moment, and no place."""
    if turn.parse is None or is_place(turn.parse) or turn.entity("area"):
        return False
    return names_grave_danger(turn.text) and not tells_of_long_ago(turn.text)


def _is_story(turn: Turn, form: OpenForm) -> bool:
    """Say whether a message about danger is to be read as the field's answer, too."""
    if form.asked is None or not _takes(turn, form):
        return False
    if form.state.form == "genuine":
        return len(turn.text) > _CRY or turn.entity("url") is not None
    told_before = form.asked.free_text and tells_of_long_ago(turn.text)
    return form.asked.name in _STORIES or told_before


def _fits(turn: Turn, form: OpenForm) -> bool:
    """Say whether a field that does not take any words reads the message as its answer."""
    if form.asked is None or form.asked.free_text:
        return False
    return isinstance(probe(turn, form, _answer(turn)), Done)


def _takes(turn: Turn, form: OpenForm) -> bool:
    """Say whether the message gives the form anything that it wants."""
    step = probe(turn, form, _answer(turn))
    return isinstance(step, Done) or (isinstance(step, Asking) and step.problem is None)


def _answer(turn: Turn) -> Answer:
    return Answer(turn.text, media=turn.inbound.media, entities=turn.entities())


def probe(turn: Turn, form: OpenForm, answer: Answer) -> Step | None:
    """Try an answer on the open field by itself; gives None where no field is open."""
    if form.asked is None:
        return None
    state = FormState("probe", turn.now, asked=form.asked.name)
    return advance(Form("probe", (form.asked,)), state, Move.ANSWER, answer, form.facts, turn.now)


def _values(turn: Turn, form: OpenForm) -> set[str]:
    """Give the values that the open field may be answered with."""
    offered = {choice.value for choice in turn.conversation.choices}
    if form.asked is not None:
        own = form.asked.choices(form.state.answers, form.facts)
        offered |= {choice.value for choice in own}
    return {value for value in offered if router.by_button(value, turn.role) is None}
