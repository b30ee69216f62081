"""Which messages inside an open form are no answer to it, and what is said to them."""

from dataclasses import replace

from bot import router
from bot.capabilities.citizen import emergency, program
from bot.capabilities.companion import visit
from bot.emergency_back import is_mistaken
from bot.families import own_families
from bot.form_emergency import TALK, emergency_changed, goes_to_emergency, is_emergency, is_story
from bot.form_probe import fits
from bot.form_steps import OpenForm, ask_again, question
from bot.forms import LEAVE, RESUME, Asking, Field, FormState, Move
from bot.menu import menu_choices, menu_key
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
from bot.table.ways import Capability
from bot.texts import say
from bot.turn import Turn, button
from bot.visit_files import joins_another
from bot.visit_reading import read_report
from bot.visit_words import begins_report
from bot.written import plainly_asked
from nlu.parse import Band

_LONGEST_MESSAGE = 600
_LONGEST_DESTINATION = 48  # bytes; a button carries 64 in all
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
    if value is None and _reported_aside(turn, form.state):
        turn.reply("form.goes_on")
        ask_again(turn, form)
        return True
    if emergency_changed(turn, form, value) or (value is None and _begins_other(turn, form)):
        return True
    taken = goes_to_emergency(turn, form)
    if taken is not None:
        return taken
    capability = _interruption(turn, form, value)
    if capability is None:
        if value is not None or not is_courtesy(turn.text) or fits(turn, form):
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
    if capability.name == "emergency" and value is None and is_story(turn, form):
        turn.reply("form.kept")
        return False
    if any(is_mistaken(choice.value) for item in turn.replies for choice in item.choices):
        turn.conversation.form = replace(form.state, touched_at=turn.now)
        last = turn.replies.pop()
        resume = button(RESUME, "choice.resume")
        turn.replies.append(replace(last, choices=(*last.choices, resume)))
        return True
    turn.reply("form.goes_on")
    ask_again(turn, form)
    return True


def _reported_aside(turn: Turn, state: FormState) -> bool:
    """Take the whole report of a visit, or files of another visit than the form is about."""
    reporting = router.by_button("visit", turn.role)
    if reporting is not None and visit.is_whole(turn):
        _answer_aside(turn, reporting, None)
        return True
    if not joins_another(turn, state):
        return False
    turn.replies = [replace(reply, choices=()) for reply in turn.replies]
    return True


def _begins_other(turn: Turn, form: OpenForm) -> bool:
    """Ask whether a visit to another family than the form is about is to be told of instead."""
    asks_family = form.asked is not None and form.asked.name == "family"
    if turn.role != "companion" or asks_family or not begins_report(turn.text):
        return False
    found = read_report(turn.text, own_families(turn), turn.inbound.sent_at, turn.zone).families
    if not found or form.state.answers.get("family") in found:
        return False
    where = f"visit:{found[0]}" if len(found) == 1 else "visit"
    resume = button(RESUME, "choice.resume")
    turn.reply("form.leave_first", resume, button(LEAVE + where, "choice.leave"))
    return True


def _answers(turn: Turn, form: OpenForm) -> bool:
    """Say whether the field reads a message; a question is no purpose that its words name."""
    asks_back = form.asked is not None and form.asked.name == "purpose" and asks(turn.text)
    return not asks_back and fits(turn, form)


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
        number = form.state.answers.get("number") or ""
        own = own or (form.state.form == emergency.FORM.name and is_mistaken(value, number))
        return None if own else router.by_button(value, turn.role)
    if not turn.text or read_move(turn.text, form.asked)[0] is not Move.ANSWER:
        return None
    command = router.by_command(turn.text, turn.role) or router.by_label(turn.text, turn.role)
    if command is not None:
        return command
    plain = plainly_asked(turn, _ASIDE)
    if plain is not None and (plain.name == "hide" or not _answers(turn, form)):
        return None if _is_the_asking(form, plain) else plain
    return _meant_aside(turn, form)


def _is_the_asking(form: OpenForm, capability: Capability) -> bool:
    """Say whether a question is the one that opened the form: asked anew, it is answered there."""
    return capability.form is not None and capability.form.form.name == form.use.form.name


def _meant_aside(turn: Turn, form: OpenForm) -> Capability | None:
    """Give what a message asks for that answers something else than the field."""
    if form.state.form == "identity" and is_helpless(turn.text):
        return None  # a question about the numbers themselves
    if is_emergency(turn, form):
        return router.by_button("emergency", turn.role)
    if form.state.form == "genuine":
        return None  # whatever is asked or asked for there is the message that is doubted
    if turn.parse is not None and program.interrupts_story(turn) and not fits(turn, form):
        return router.by_button("program", turn.role)
    if turn.parse is None or turn.parse.band is not Band.SURE:
        return None
    capability = router.by_intent(turn.parse.intent, turn.role)
    if capability is None or not capability.interrupts or capability.name in TALK:
        return None
    free = form.asked is not None and form.asked.free_text
    if free and tells_trouble(turn.text):
        return None  # a question that tells the story is the story
    if capability.name == "track" and not free and names_ticket(turn.text):
        return capability
    if not asks(turn.text) or _answers(turn, form):
        return None
    return capability


def _values(turn: Turn, form: OpenForm) -> set[str]:
    """Give the values that the open field may be answered with."""
    offered = {choice.value for choice in turn.conversation.choices}
    if form.asked is not None:
        own = form.asked.choices(form.state.answers, form.facts)
        offered |= {choice.value for choice in own}
    return {value for value in offered if router.by_button(value, turn.role) is None}
