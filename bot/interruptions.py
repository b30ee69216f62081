"""Which messages inside an open form are no answer to it, and what is said to them."""

from dataclasses import replace

from bot import router
from bot.form_steps import question, say_step
from bot.forms import Answer, Asking, Done, Facts, Field, Form, FormState, Move, Step, advance
from bot.menu import menu_choices, menu_key
from bot.router import Capability, FormUse
from bot.spoken import (
    asks,
    correction,
    goes_back,
    is_courtesy,
    is_done,
    is_helpless,
    names_danger,
    names_ticket,
    stops,
    tells_trouble,
)
from bot.texts import say
from bot.turn import Turn, button
from bot.written import plainly_asked
from nlu.parse import Band

RESUME, LEAVE = "form:resume", "form:leave:"
_LONGEST_MESSAGE = 600
_LONGEST_DESTINATION = 48  # bytes; a button carries 64 in all
_TALK = ("menu", "emergency")
_ASIDE = ("schedule", "office", "track")  # what is answered for its plain words alone


def read_move(text: str, asked: Field | None) -> tuple[Move, str]:
    """Read cancel, back and correction; gives what is left to be read as the answer."""
    # At the end of a form "selesai" may as well mean that it can go.
    if stops(text) or (asked is not None and not asked.optional and is_done(text)):
        return Move.CANCEL, ""
    if goes_back(text):
        return Move.BACK, ""
    instead = correction(text)
    return (Move.ANSWER, text) if instead is None else (Move.BACK, instead)


def interrupted(
    turn: Turn,
    use: FormUse,
    state: FormState,
    asked: Field | None,
    facts: Facts,
    value: str | None,
) -> bool:
    """Answer what is no answer to the field; the form stays open.

    False means that the message is to be read as an answer, even if something was said to it.
    """
    capability = _interruption(turn, use, state, asked, facts, value)
    if capability is None:
        if value is not None or not is_courtesy(turn.text) or _fits(turn, asked, facts):
            return False
        turn.reply("form.courtesy")
        say_step(turn, use, Asking(state))
        return True
    if not capability.interrupts or (capability.needs_consent and not turn.contact.consented):
        turn.reply(
            "form.leave_first",
            button(RESUME, "choice.resume"),
            button(LEAVE + _destination(capability, value), "choice.leave"),
        )
        return True
    if capability.name == "menu":
        _menu_aside(turn, use, state)
        return True
    _answer_aside(turn, capability, value)
    if capability.name == "emergency" and value is None and _takes(turn, asked, facts):
        turn.reply("form.kept")
        return False
    turn.reply("form.goes_on")
    say_step(turn, use, Asking(state))
    return True


def _answer_aside(turn: Turn, capability: Capability, value: str | None) -> None:
    turn.argument = (value or "").partition(":")[2]
    turn.aside = True
    capability.handle(turn)
    turn.aside = False
    turn.replies = [replace(reply, choices=()) for reply in turn.replies]


def _menu_aside(turn: Turn, use: FormUse, state: FormState) -> None:
    """Show the menu over an open form: its choices can be picked, and the form resumed."""
    turn.reply(menu_key(turn))
    asking = question(turn, use, Asking(state)).text
    turn.conversation.form = replace(state, touched_at=turn.now)
    text = f"{say('form.still_open')}\n\n{asking}"
    turn.tell(
        text if len(text) <= _LONGEST_MESSAGE else say("form.still_open"),
        button(RESUME, "choice.resume"),
        *menu_choices(turn),
    )


def _destination(capability: Capability, value: str | None) -> str:
    """Give what a button can carry of where the person wants to go."""
    return value if value and len(value.encode()) <= _LONGEST_DESTINATION else capability.name


def _interruption(
    turn: Turn,
    use: FormUse,
    state: FormState,
    asked: Field | None,
    facts: Facts,
    value: str | None,
) -> Capability | None:
    if value is not None:
        own = value.startswith("form:") or value in _values(turn, state, asked, facts)
        return None if own else router.by_button(value, turn.role)
    if not turn.text or read_move(turn.text, asked)[0] is not Move.ANSWER:
        return None
    command = router.by_command(turn.text, turn.role) or router.by_label(turn.text, turn.role)
    if command is not None:
        return command
    plain = plainly_asked(turn, _ASIDE)
    if plain is not None and not _fits(turn, asked, facts):
        return None if _is_the_asking(use, plain) else plain
    return _meant_aside(turn, state, asked, facts)


def _is_the_asking(use: FormUse, capability: Capability) -> bool:
    """Say whether a question is the one that opened the form: asked anew, it is answered there."""
    return capability.form is not None and capability.form.form.name == use.form.name


def _meant_aside(
    turn: Turn, state: FormState, asked: Field | None, facts: Facts
) -> Capability | None:
    """Give what a message asks for that answers something else than the field."""
    if state.form == "identity" and is_helpless(turn.text):
        return None  # a question about the numbers themselves
    if _is_emergency(turn, asked, facts):
        return router.by_button("emergency", turn.role)
    if turn.parse is None or turn.parse.band is not Band.SURE:
        return None
    capability = router.by_intent(turn.parse.intent, turn.role)
    if capability is None or not capability.interrupts or capability.name in _TALK:
        return None
    free = asked is not None and asked.free_text
    if free and tells_trouble(turn.text):
        return None  # a question that tells the story is the story
    if capability.name == "track" and not free and names_ticket(turn.text):
        return capability
    if not asks(turn.text) or _fits(turn, asked, facts):
        return None
    return capability


def _is_emergency(turn: Turn, asked: Field | None, facts: Facts) -> bool:
    """Say whether somebody may be in danger; what answers the field must name the danger."""
    if turn.parse is None or turn.parse.intent != "report_emergency":
        return False
    if names_danger(turn.text):
        return turn.parse.band is not Band.BELOW
    return turn.parse.band is Band.SURE and not _takes(turn, asked, facts)


def _fits(turn: Turn, asked: Field | None, facts: Facts) -> bool:
    """Say whether a field that does not take any words reads the message as its answer."""
    if asked is None or asked.free_text:
        return False
    return isinstance(probe(asked, _answer(turn), facts, turn), Done)


def _takes(turn: Turn, asked: Field | None, facts: Facts) -> bool:
    """Say whether the message gives the form anything that it wants."""
    step = None if asked is None else probe(asked, _answer(turn), facts, turn)
    return isinstance(step, Done) or (isinstance(step, Asking) and step.problem is None)


def _answer(turn: Turn) -> Answer:
    return Answer(turn.text, media=turn.inbound.media, entities=turn.entities())


def probe(asked: Field, answer: Answer, facts: Facts, turn: Turn) -> Step:
    """Try an answer on a field by itself."""
    state = FormState("probe", turn.now, asked=asked.name)
    return advance(Form("probe", (asked,)), state, Move.ANSWER, answer, facts, turn.now)


def _values(turn: Turn, state: FormState, asked: Field | None, facts: Facts) -> set[str]:
    """Give the values that the open field may be answered with."""
    offered = {choice.value for choice in turn.conversation.choices}
    if asked is not None:
        offered |= {choice.value for choice in asked.choices(state.answers, facts)}
    return {value for value in offered if router.by_button(value, turn.role) is None}
