"""The conversation inside an open form: its answers, its interruptions, its questions."""

import re
from dataclasses import replace

from bot import router
from bot.choices import approves, gives_nothing, is_number, named, pick
from bot.forms import (
    CANCEL,
    CHANGE,
    CONFIRM,
    EDIT,
    SKIP,
    YES,
    Answer,
    Asking,
    Canceled,
    Done,
    Facts,
    Field,
    Form,
    FormState,
    Move,
    Step,
    advance,
    edit_value,
    start,
)
from bot.menu import menu_choices, menu_key
from bot.messages import Choice, Reply
from bot.router import Capability, FormUse
from bot.texts import known, say
from bot.turn import Turn, button
from nlu.parse import Band

_CANCEL_WORDS = frozenset(
    ("batal", "batalkan", "/batal", "cancel", "gak jadi", "ga jadi", "tdk jadi", "tidak jadi",
     "nda jadi")
)  # fmt: skip
_BACK_WORDS = frozenset(("kembali", "balik", "back", "/kembali", "sebelumnya", "mundur"))
# A story may begin with "salah"; only words that can be nothing but a correction count.
_CORRECTIONS = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        r"(?:eh|aduh|maaf|ups|eits)[\s,]+(?:salah|keliru|ralat)(?:\s+(?:tadi|ketik|tulis))?"
        r"[\s,.:;!-]*(?:maksud(?:nya|ku|\s+sa(?:ya)?)?|harusnya|yang benar)?[\s,.:]*(.*)",
        r"(?:salah|keliru|ralat)(?:\s+(?:tadi|ketik|tulis))?[\s.!]*()",
        r"(?:salah|keliru|ralat)[\s,.:;-]+(?:maksud(?:nya|ku|\s+sa(?:ya)?)|harusnya|yang benar)"
        r"[\s,.:]+(.*)",
    )
)
_QUESTION = re.compile(
    r"\?|\b(kapan|kpn|kapankah|bilakah|dimana|di mana|dmn|berapa|brp|apa|apakah|bagaimana"
    r"|gimana|gmn|kenapa|knp|siapa|pripun|piye|cak mano|kah)\b",
    re.IGNORECASE,
)
_LONGEST_QUESTION = 80  # characters; a longer text in a story field is the story
_LONGEST_CORRECTION = 200
_LONGEST_MESSAGE = 600
_LONGEST_DESTINATION = 48  # bytes; a button carries 64 in all
_TICKET = re.compile(r"\b(?:tiket|ticket|pks)\b", re.IGNORECASE)
# Whoever says so will not find the answer by being asked once more.
_HELPLESS = re.compile(
    r"\b(?:lupa|hilang|bingung|itu apa|apa itu|maksudnya apa|apa maksud"
    r"|(?:nik|kk|kartu keluarga) apa|apa (?:nik|kk)"
    r"|(?:tidak|tdk|gak|ga|nggak|enggak|ndak|nda|idak|tida|belum|blm)\s+"
    r"(?:punya|ada|tahu|tau|ingat|hafal|hapal|bawa|pegang))",
    re.IGNORECASE,
)
_RESUME, _LEAVE = "form:resume", "form:leave:"


def form_in_force(turn: Turn) -> FormState | None:
    """Give the open form; one that was left alone too long, or no longer exists, is closed."""
    state = turn.conversation.form
    if state is None:
        return None
    use = router.form_use(state.form)
    if use is not None and not state.expired(turn.now):
        return state
    turn.conversation.form = None
    turn.conversation.choices = ()
    turn.reply("form.expired")
    return None


def open_wanted_form(turn: Turn) -> None:
    """Open the form that a capability asked for, if any."""
    if turn.opening is None:
        return
    name, answers = turn.opening
    use = router.form_use(name)
    if use is not None:
        _say_step(turn, use, start(use.form, turn.now, answers))


def in_form(turn: Turn, state: FormState, value: str | None) -> str | None:
    """Let an open form read the message first, unless it is an interruption.

    Gives the value of what the person left the form for, if that is what happened.
    """
    use = router.form_use(state.form)
    if use is None:
        return None
    facts = use.facts(turn)
    asked = use.form.field_named(state.asked)
    value = _spoken_value(turn, state, asked, facts, value)
    if value == _RESUME:
        _say_step(turn, use, Asking(state))
        return None
    if value is not None and value.startswith(_LEAVE):
        turn.conversation.form = None
        return value.removeprefix(_LEAVE)
    if _interrupted(turn, use, state, asked, facts, value):
        return None
    move, text = _move(turn.text if value is None else "")
    answer = Answer(
        text=text,
        value=value,
        media=turn.inbound.media,
        location=turn.inbound.location,
        entities=turn.entities(),
    )
    step = advance(use.form, state, move, answer, facts, turn.now)
    if isinstance(step, Asking) and step.problem and value is None and _HELPLESS.search(text):
        step = replace(step, stuck=True)
    _say_step(turn, use, step)
    return None


def _spoken_value(
    turn: Turn, state: FormState, asked: Field | None, facts: Facts, value: str | None
) -> str | None:
    """Give the value that an answer in words stands for at this step of a form."""
    if turn.inbound.button is not None or not turn.text:
        return value
    if asked is None:
        right = approves(turn.text) if value is None and state.asked == CONFIRM else None
        return value if right is None else (YES if right else CHANGE)
    if value is None and asked.optional and gives_nothing(turn.text):
        return SKIP
    own = asked.choices(state.answers, facts)
    if value is None and not is_number(turn.text) and not asked.free_text and not asked.searched:
        # What was offered last may have been a menu; the field's own choices still count.
        chosen = pick(turn.text, own)
        return chosen.value if chosen else None
    offered = [choice for choice in (*turn.conversation.choices, *own) if choice.value == value]
    whole = is_number(turn.text) or named(turn.text, offered) is not None
    if asked.searched and value is not None and not whole:
        found = advance(
            Form("probe", (asked,)), FormState("probe", turn.now, asked=asked.name), Move.ANSWER,
            Answer(turn.text), facts, turn.now,
        )  # fmt: skip
        if isinstance(found, Asking) and found.choices:
            return None  # the word stands in one label only, but several answers bear it
    return value


def _move(text: str) -> tuple[Move, str]:
    """Read cancel, back and correction; gives what is left to be read as the answer."""
    said = " ".join(text.lower().strip(" .!,").split())
    if said in _CANCEL_WORDS:
        return Move.CANCEL, ""
    if said in _BACK_WORDS:
        return Move.BACK, ""
    if len(text) <= _LONGEST_CORRECTION:
        for pattern in _CORRECTIONS:
            correction = pattern.fullmatch(text.strip())
            if correction is not None:
                return Move.BACK, correction.group(1)
    return Move.ANSWER, text


def _interrupted(
    turn: Turn,
    use: FormUse,
    state: FormState,
    asked: Field | None,
    facts: Facts,
    value: str | None,
) -> bool:
    """Answer what is no answer to the field; the form stays open."""
    capability = _interruption(turn, state, asked, facts, value)
    if capability is None:
        return False
    if not capability.interrupts or (capability.needs_consent and not turn.contact.consented):
        turn.reply(
            "form.leave_first",
            button(_RESUME, "choice.resume"),
            button(_LEAVE + _destination(capability, value), "choice.leave"),
        )
        return True
    if capability.name == "menu":
        _menu_aside(turn, use, state)
        return True
    turn.argument = (value or "").partition(":")[2]
    turn.aside = True
    capability.handle(turn)
    turn.aside = False
    turn.replies = [replace(reply, choices=()) for reply in turn.replies]
    turn.reply("form.goes_on")
    _say_step(turn, use, Asking(state))
    return True


def _menu_aside(turn: Turn, use: FormUse, state: FormState) -> None:
    """Show the menu over an open form: its choices can be picked, and the form resumed."""
    turn.reply(menu_key(turn))
    question = _question(turn, use, Asking(state)).text
    turn.conversation.form = replace(state, touched_at=turn.now)
    text = f"{say('form.still_open')}\n\n{question}"
    turn.tell(
        text if len(text) <= _LONGEST_MESSAGE else say("form.still_open"),
        button(_RESUME, "choice.resume"),
        *menu_choices(turn),
    )


def _destination(capability: Capability, value: str | None) -> str:
    """Give what a button can carry of where the person wants to go."""
    return value if value and len(value.encode()) <= _LONGEST_DESTINATION else capability.name


def _interruption(
    turn: Turn, state: FormState, asked: Field | None, facts: Facts, value: str | None
) -> Capability | None:
    if value is not None:
        own = value.startswith("form:") or value in _values(turn, state, asked, facts)
        return None if own else router.by_button(value, turn.role)
    if _move(turn.text)[0] is not Move.ANSWER:
        return None
    command = router.by_command(turn.text, turn.role)
    if command is not None:
        return command
    free = asked is not None and asked.free_text
    label = None if free else router.by_label(turn.text, turn.role)
    if label is not None:
        return label
    return _meant_aside(turn, state, asked, facts)


def _meant_aside(
    turn: Turn, state: FormState, asked: Field | None, facts: Facts
) -> Capability | None:
    """Give what a message asks for that answers something else than the field."""
    if turn.parse is None or turn.parse.band is not Band.SURE:
        return None
    if state.form == "identity" and _HELPLESS.search(turn.text):
        return None  # a question about the numbers themselves
    capability = router.by_intent(turn.parse.intent, turn.role)
    if capability is None or not capability.interrupts or capability.name == "menu":
        return None
    if capability.name == "emergency":
        return capability
    free = asked is not None and asked.free_text
    if capability.name == "track" and not free and _TICKET.search(turn.text):
        return capability
    question = len(turn.text) <= _LONGEST_QUESTION and _QUESTION.search(turn.text) is not None
    if not question or (asked is not None and not asked.free_text and _fits(turn, asked, facts)):
        return None
    return capability


def _fits(turn: Turn, asked: Field, facts: Facts) -> bool:
    """Say whether the field reads the message as an answer."""
    state = FormState("probe", turn.now, asked=asked.name)
    form = Form("probe", (asked,))
    answer = Answer(turn.text, media=turn.inbound.media, entities=turn.entities())
    return isinstance(advance(form, state, Move.ANSWER, answer, facts, turn.now), Done)


def _values(turn: Turn, state: FormState, asked: Field | None, facts: Facts) -> set[str]:
    """Give the values that the open field may be answered with."""
    offered = {choice.value for choice in turn.conversation.choices}
    if asked is not None:
        offered |= {choice.value for choice in asked.choices(state.answers, facts)}
    return {value for value in offered if router.by_button(value, turn.role) is None}


def _say_step(turn: Turn, use: FormUse, step: Step) -> None:
    """Say what a step of a form asks for, and keep the form's state."""
    turn.opening = None
    if isinstance(step, Canceled):
        turn.conversation.form = None
        turn.reply("form.canceled", *menu_choices(turn))
    elif isinstance(step, Done):
        turn.conversation.form = None
        use.finish(turn, step.answers)
    else:
        turn.conversation.form = step.state
        turn.replies.append(_question(turn, use, step))


def _question(turn: Turn, use: FormUse, step: Asking) -> Reply:
    state, name = step.state, use.form.name
    facts = use.facts(turn)
    asked = use.form.field_named(state.asked)
    choices: list[Choice] = list(step.choices)
    if state.asked == CONFIRM:
        summary = use.summary(turn, state.answers) if use.summary else ""
        text = say("form.read_back", summary=summary)
        choices = [
            button(YES, f"{name}.send"), button(CHANGE, "choice.change"),
            button(CANCEL, "choice.cancel"),
        ]  # fmt: skip
    elif state.asked == EDIT or asked is None:
        text = say("form.which_field")
        choices = [
            button(edit_value(key), f"{name}.label_{key}")
            for key in state.order
            if known(f"{name}.label_{key}")
        ]
    else:
        text = say(
            f"{name}.ask_{asked.name}", **(use.values(turn, state.answers) if use.values else {})
        )
        choices = choices or list(asked.choices(state.answers, facts))
        if asked.optional:
            choices.append(button(SKIP, "choice.skip"))
    if step.problem:
        text = say(step.problem) if step.choices else f"{say(step.problem)}\n\n{text}"
    if step.stuck:
        text = f"{text}\n\n{say('form.stuck')}"
        ways_out = (button("human", "choice.human"), button(CANCEL, "choice.cancel"))
        there = {choice.value for choice in choices}
        choices += [choice for choice in ways_out if choice.value not in there]
    return Reply(text, tuple(choices))
