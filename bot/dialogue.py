"""What one message does: answer an open form, or ask for something new."""

from dataclasses import replace

from bot import followups, router
from bot.capabilities import enrol
from bot.capabilities.citizen import welcome
from bot.choices import is_number, pick
from bot.form_dialogue import form_in_force, in_form, open_wanted_form
from bot.menu import menu_choices
from bot.messages import Choice, Inbound
from bot.router import Capability
from bot.texts import known, say
from bot.turn import CITIZEN, Turn, button
from bot.written import plainly_asked
from db.contacts import CONSENT_REFUSED
from db.doubts import note_doubt, note_pick
from nlu.masking import mask
from nlu.parse import Band, Parse, Understander

# From here on a question is answered without asking back: a wrong answer to it costs one message.
_LIKELY = 0.6
_OFFERED = 3  # likely meanings offered when one is not sure


def understand(inbound: Inbound, understander: Understander) -> Parse | None:
    """Understand a message that hardly means anything but its words."""
    text = inbound.text.strip()
    plain = text and inbound.button is None and not inbound.edited
    return understander.parse(text) if plain and not router.is_command(text, CITIZEN) else None


def converse(turn: Turn, understander: Understander, understood: Parse | None = None) -> None:
    """Answer one message; everything that is said goes to `turn.replies`."""
    if turn.inbound.edited:
        turn.reply("unread.edited")
        return
    state = form_in_force(turn)
    value = _meant_value(turn)
    _note_pick(turn, value)
    if value == followups.ALSO and turn.conversation.also:
        followups.take_second_request(turn)
        value, understood = None, None
    if turn.text and value is None and not router.is_command(turn.text, turn.role):
        parse = understood or understander.parse(turn.text)
        turn.parse = parse.weighed(router.intent_weights(turn.role))
        if state is None and turn.contact.consent != CONSENT_REFUSED:
            followups.keep_second_request(turn, understander)
    if turn.contact.consent is None and _first_contact(turn, value):
        pass
    elif state is not None and not _decides(turn, value) and not enrol.code_in(turn.text):
        left_for = in_form(turn, state, value)
        if left_for is not None:
            _act(turn, left_for)
    else:
        _act(turn, value)
    if value in welcome.CONSENT and turn.conversation.pending and turn.opening is None:
        _answer_pending(turn, understander)
    open_wanted_form(turn)
    _keep_asking(turn)
    followups.offer_second_request(turn)
    _number_once(turn)


def _number_once(turn: Turn) -> None:
    """Put all choices below the last message: where they are numbers, each must mean one thing."""
    choices = {choice.value: choice for reply in turn.replies for choice in reply.choices}
    if sum(bool(reply.choices) for reply in turn.replies) > 1:
        turn.replies = [replace(reply, choices=()) for reply in turn.replies]
        turn.replies[-1] = replace(turn.replies[-1], choices=tuple(choices.values()))


def _decides(turn: Turn, value: str | None) -> bool:
    """Say whether this is the decision about consent, which goes before any open form."""
    return turn.contact.consent is None and value in welcome.CONSENT


def _keep_asking(turn: Turn) -> None:
    """Keep the question for consent open after something was answered without it."""
    if turn.contact.consent is not None or turn.conversation.form is not None:
        return
    capability = _wanted(turn, turn.inbound.button)
    if capability is not None and capability.name in ("emergency", "enrol"):
        return
    if enrol.code_in(turn.text):
        return
    asked = any(choice.value in welcome.CONSENT for item in turn.replies for choice in item.choices)
    if not asked:
        welcome.remind(turn)


def _meant_value(turn: Turn) -> str | None:
    """Give the value of the button that was pressed, or of the choice that was written."""
    if turn.inbound.button is not None:
        return turn.inbound.button
    chosen = pick(turn.text, turn.conversation.choices) if turn.text else None
    if chosen is None and turn.contact.consent is None and len(turn.text.split()) <= 2:
        # The question for consent stays open; a "no" must count, whatever was said in between.
        chosen = pick(turn.text, welcome.consent_choices()[1:])
        if chosen is not None and is_number(turn.text):
            chosen = None
    return chosen.value if chosen else None


def _first_contact(turn: Turn, value: str | None) -> bool:
    """Ask for consent; gives False where the message may be answered without it."""
    if value is not None and value.startswith("consent:"):
        return False
    if enrol.code_in(turn.text):
        return False
    capability = _wanted(turn, value)
    if capability is not None and capability.name == "emergency":
        return False
    if turn.contact.is_new:
        welcome.introduce(turn)
        if capability is not None and capability.name not in ("menu", "thanks", "other"):
            turn.conversation.pending = turn.text
        return True
    if capability is not None and capability.name == "menu":
        welcome.open_menu(turn)
        return True
    if capability is None or capability.needs_consent:
        turn.conversation.pending = turn.text if capability and capability.needs_consent else ""
        welcome.ask_consent(turn)
        return True
    return False


def _wanted(turn: Turn, value: str | None) -> Capability | None:
    """Give what the message asks for, as surely as it needs to be known."""
    if value is not None:
        return router.by_button(value, turn.role)
    asked = _asked_in_words(turn) or followups.same_question(turn)
    if asked is not None:
        return asked
    return _meant(turn, turn.parse) if turn.parse is not None else None


def _asked_in_words(turn: Turn) -> Capability | None:
    """Give what the words themselves ask for, whatever else they may look like."""
    return (
        router.by_command(turn.text, turn.role)
        or router.by_label(turn.text, turn.role)
        or plainly_asked(turn)
    )


def _meant(turn: Turn, parse: Parse) -> Capability | None:
    """Give the capability of what was understood, or None where one has to ask back."""
    if turn.entity("nik") and turn.entity("kk_number") and parse.band is not Band.SURE:
        return router.by_intent("check_registration", turn.role)  # the pair that proves who asks
    capability = router.by_intent(parse.intent, turn.role)
    likely_enough = capability is not None and capability.informs and parse.confidence >= _LIKELY
    return capability if parse.band is Band.SURE or likely_enough else None


def _answer_pending(turn: Turn, understander: Understander) -> None:
    """Answer what was asked before the decision about consent, as far as it allows."""
    turn.text, turn.conversation.pending = turn.conversation.pending, ""
    turn.parse = understander.parse(turn.text)
    turn.argument = ""
    if not turn.contact.consented:
        if enrol.code_in(turn.text):
            return
        capability = _wanted(turn, None)
        if capability is None or capability.needs_consent:
            return
        turn.replies = []
        turn.reply("welcome.refused")
    turn.replies = turn.replies[:1]  # the thanks; the menu would come between it and the answer
    turn.replies[0] = replace(turn.replies[0], choices=())
    _act(turn, None)


def _act(turn: Turn, value: str | None) -> None:
    """Do what a message outside any form asks for."""
    if value is not None and value.startswith("form:"):
        turn.reply("form.over", *menu_choices(turn))
        return
    if value is not None:
        turn.argument = value.partition(":")[2]
        _run(turn, router.by_button(value, turn.role))
        return
    if not turn.text:
        welcome.unread(turn)
        return
    if enrol.code_in(turn.text):
        enrol.handle(turn)
        return
    asked = _asked_in_words(turn) or followups.same_question(turn)
    if asked is not None:
        turn.conversation.misses = 0
        _run(turn, asked)
    elif turn.parse is not None:
        _by_confidence(turn, turn.parse)


def _by_confidence(turn: Turn, parse: Parse) -> None:
    meant = _meant(turn, parse)
    if meant is not None or parse.band is Band.SURE:
        turn.conversation.misses = 0
        _run(turn, meant)
        return
    _note_doubt(turn, parse)
    likely = _likely(turn, parse) if parse.band is Band.BETWEEN else []
    if len(likely) >= 2:
        turn.conversation.misses = 0
        turn.reply("welcome.which", *likely, button("menu", "choice.menu"))
        return
    turn.conversation.misses += 1
    if turn.conversation.misses >= 2:
        turn.reply(
            "welcome.missed_again", button("human", "choice.human"), button("menu", "choice.menu")
        )
    else:
        turn.reply("welcome.missed", *menu_choices(turn))


def _note_doubt(turn: Turn, parse: Parse) -> None:
    """Keep the message for an officer to label, with what its sender may pick next."""
    if turn.contact.consented:
        # Nobody could find it again to erase it, so that it must not tell who wrote it.
        masked = " ".join(mask(parse.text, parse.entities).split())
        turn.conversation.doubt = note_doubt(
            turn.session, masked, parse.intent, parse.confidence, turn.now
        )


def _note_pick(turn: Turn, value: str | None) -> None:
    """Keep what was picked right after an unclear message as its meaning."""
    doubt, turn.conversation.doubt = turn.conversation.doubt, None
    picked = router.by_button(value, turn.role) if doubt is not None and value else None
    if doubt is not None and picked is not None and picked.intents and picked.name != "menu":
        note_pick(turn.session, doubt, picked.intents[0])


def _likely(turn: Turn, parse: Parse) -> list[Choice]:
    """Give a button for each of the likeliest meanings that has a name of its own."""
    offered: list[Choice] = []
    for intent, _confidence in parse.ranking[: _OFFERED + 2]:
        capability = router.by_intent(intent, turn.role)
        # The menu is offered beside the likely meanings anyway.
        if (
            capability is None
            or capability.name == "menu"
            or not known(f"choice.{capability.name}")
        ):
            continue
        choice = button(capability.name, f"choice.{capability.name}")
        if choice not in offered:
            offered.append(choice)
    return offered[:_OFFERED]


def _run(turn: Turn, capability: Capability | None) -> None:
    """Let a capability answer, if there is one and consent allows it."""
    if capability is None:
        turn.reply("welcome.missed", *menu_choices(turn))
    elif capability.needs_consent and not turn.contact.consented:
        # After a refusal nothing is kept of the message but what it asked for.
        told = turn.text if turn.contact.consent is None else ""
        turn.conversation.pending = told or say(f"choice.{capability.name}")
        welcome.ask_consent(turn)
    else:
        capability.handle(turn)
