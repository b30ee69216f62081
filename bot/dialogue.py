"""What one message does: answer an open form, or ask for something new."""

from dataclasses import replace

from bot import doubtful, emergency_after, followups, router
from bot.capabilities import enrol
from bot.capabilities.citizen import (
    emergency,
    guidance,
    office,
    pickups,
    privacy,
    program,
    talk,
    ticket_words,
    welcome,
)
from bot.capabilities.companion import plans
from bot.choices import agrees_plainly, is_number, pick
from bot.emergency_back import is_mistaken
from bot.form_dialogue import form_in_force, in_form, open_wanted_form
from bot.forms import FormState
from bot.menu import menu_choices
from bot.messages import Inbound
from bot.table.ways import Capability
from bot.texts import say
from bot.turn import CITIZEN, Turn
from bot.visit_files import joins
from bot.written import plainly_asked
from db.contacts import CONSENT_REFUSED
from nlu.parse import Band, Parse, Understander

# What only a plain yes may choose: nobody consents, or loses his data, by "lanjut".
_GRAVE = (welcome.CONSENT[0], privacy.ERASE)


def understand(inbound: Inbound, understander: Understander) -> Parse | None:
    """Understand a message that hardly means anything but its words."""
    text = inbound.text.strip()
    plain = text and inbound.button is None and not inbound.edited
    return understander.parse(text) if plain and not router.is_command(text, CITIZEN) else None


def converse(turn: Turn, understander: Understander, understood: Parse | None = None) -> None:
    """Answer one message; everything that is said goes to `turn.replies`."""
    if turn.contact.talk_id is not None and _in_talk(turn, understood):
        return
    if turn.inbound.edited:
        turn.reply("unread.edited")
        return
    state = form_in_force(turn)
    value = _meant_value(turn)
    if state is None and doubtful.answers_list(turn, value):
        return
    doubtful.note_answer(turn, value, understander)
    if value == followups.ALSO and turn.conversation.also:
        followups.take_second_request(turn)
        value, understood = None, None
    if turn.text and value is None and not router.is_command(turn.text, turn.role):
        parse = understood or understander.parse(turn.text)
        turn.parse = parse.weighed(router.intent_weights(turn.role))
    danger = doubtful.may_be_danger(turn)
    if state is None and value is None and emergency_after.goes_on(turn, danger):
        return
    if state is None and turn.contact.consent != CONSENT_REFUSED:
        followups.keep_second_request(turn, understander)
    _answer(turn, state, value)
    if value in welcome.CONSENT and turn.conversation.pending and turn.opening is None:
        _answer_pending(turn, understander)
    open_wanted_form(turn)
    _keep_asking(turn)
    followups.offer_second_request(turn)
    if danger:
        emergency.warn_first(turn)
    _number_once(turn)


def _in_talk(turn: Turn, understood: Parse | None) -> bool:
    """Leave a message to the officer who talks; an emergency is told and filed besides."""
    turn.parse = understood
    pressed = turn.inbound.button or ""
    endangered = emergency.is_called(turn)
    if not talk.takes(turn, endangered):
        turn.parse = None
        return False
    if endangered or is_mistaken(pressed):
        turn.argument, turn.aside = pressed.partition(":")[2], True
        emergency.handle(turn)
    else:
        emergency_after.takes_place(turn)
    return True


def _answer(turn: Turn, state: FormState | None, value: str | None) -> None:
    # A form that is open without consent needs none.
    if turn.contact.consent is None and state is None and _first_contact(turn, value):
        return
    if state is not None and not _decides(turn, value) and not enrol.code_in(turn.text):
        value = in_form(turn, state, value)
        if value is None:
            return
    _act(turn, value)


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
    questions = (*welcome.CONSENT, privacy.ERASE)  # a yes must mean one thing
    asked = any(choice.value in questions for item in turn.replies for choice in item.choices)
    if not asked:
        welcome.remind(turn)


def _meant_value(turn: Turn) -> str | None:
    """Give the value of the button that was pressed, or of the choice that was written."""
    if turn.inbound.button is not None:
        return turn.inbound.button
    got = pickups.meant(turn) if turn.text and turn.conversation.form is None else None
    if got is not None:
        return got
    chosen = pick(turn.text, turn.conversation.choices) if turn.text else None
    if chosen is not None and chosen.value in _GRAVE and not agrees_plainly(turn.text):
        chosen = None
    if chosen is None and turn.contact.consent is None and len(turn.text.split()) <= 2:
        # The question for consent stays open; a "no" must count, whatever was said in between.
        chosen = pick(turn.text, welcome.consent_choices()[1:])
        if chosen is not None and is_number(turn.text):
            chosen = None
    return chosen.value if chosen else None


def _first_contact(turn: Turn, value: str | None) -> bool:
    """Ask for consent; gives False where the message may be answered without it."""
    decides = value is not None and value.startswith("consent:")
    capability = _wanted(turn, value)
    urgent = capability is not None and capability.name == "emergency"
    if decides or urgent or enrol.code_in(turn.text):
        return False
    agencies = doubtful.other_agencies(turn) if capability is None else []
    if turn.contact.is_new and not agencies and not _open_to_all(turn, capability):
        welcome.introduce(turn)
        if capability is not None and capability.needs_consent:
            turn.conversation.pending = turn.text
        return True
    if turn.contact.is_new:
        turn.reply("welcome.who")  # what is kept, and whether it may be, is asked after the answer
    if agencies:
        guidance.point_elsewhere(turn, agencies)
        return True
    if capability is not None and capability.name == "menu":
        welcome.open_menu(turn)
        return True
    if capability is None or capability.needs_consent:
        if capability is not None:
            turn.conversation.pending = turn.text
        welcome.ask_consent(turn)
        return True
    return False


def _open_to_all(turn: Turn, capability: Capability | None) -> bool:
    """Say whether a first message asks for something that needs no consent."""
    if capability is None or capability.needs_consent:
        return False
    if capability.name == "other":
        return bool(guidance.agencies_for(turn.text))
    return capability.name not in router.NO_WISH


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
    if capability is None or parse.band is Band.SURE:
        return capability
    return capability if doubtful.is_likely_enough(capability, parse) else None


def _answer_pending(turn: Turn, understander: Understander) -> None:
    """Answer what was asked before consent and had to wait for it."""
    turn.text, turn.conversation.pending = turn.conversation.pending, ""
    if not turn.contact.consented:
        return
    turn.parse = understander.parse(turn.text)
    turn.argument = ""
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
    if _adds_to_ticket(turn) or plans.starts_here(turn) or joins(turn):
        return
    _act_anew(turn)
    ticket_words.remind(turn)


def _act_anew(turn: Turn) -> None:
    """Do what a message asks for that nothing before has prepared."""
    if not turn.text and turn.inbound.location is not None:
        office.near_point(turn)
        return
    if not turn.text and plainly_asked(turn) is None:
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


def _adds_to_ticket(turn: Turn) -> bool:
    """Say whether the message was taken as an addition to the ticket last spoken of."""
    if turn.contact.ticket_id is None or enrol.code_in(turn.text):
        return False
    asks = _asked_in_words(turn) is not None and not ticket_words.answers_by_number(turn)
    return not asks and ticket_words.continues(turn)


def _by_confidence(turn: Turn, parse: Parse) -> None:
    meant = _meant(turn, parse)
    if meant is None and parse.band is not Band.SURE and program.is_known(turn):
        meant = router.by_button("program", turn.role)
    if meant is not None or parse.band is Band.SURE:
        turn.conversation.misses = 0
        _run(turn, meant)
    else:
        doubtful.ask_back(turn, parse)


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
