"""The conversation inside an open form: how a message moves it on."""

from dataclasses import replace

from bot import router
from bot.choices import approves, gives_nothing, is_number, named, pick
from bot.desk.idle_files import bring_files
from bot.form_moves import advance, start
from bot.form_probe import probe
from bot.form_steps import OpenForm, ask_again, open_form, say_step
from bot.forms import (
    CHANGE,
    CONFIRM,
    FILES,
    LEAVE,
    RESUME,
    SKIP,
    YES,
    Answer,
    Asking,
    Form,
    FormState,
    edit_value,
)
from bot.interruptions import interrupted, overriding, read_move
from bot.spoken import correction, goes_on, is_done, is_helpless, mends
from bot.turn import Turn


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
    if use is None:
        return
    files_wanted = use.form.read_back and use.form.field_named(FILES) is not None
    if files_wanted and FILES not in answers:
        answers = {**answers, **bring_files(turn)}
    say_step(turn, use, start(use.form, turn.now, answers))


def in_form(turn: Turn, state: FormState, value: str | None) -> str | None:
    """Let an open form read the message first, unless it is an interruption.

    Gives the value of what the person left the form for, if that is what happened.
    """
    form = open_form(turn, state)
    if form is None:
        return None
    value = _spoken_value(turn, form, value)
    if value == RESUME:
        ask_again(turn, form)
        return None
    if value is not None and value.startswith(LEAVE):
        turn.conversation.form = None
        return value.removeprefix(LEAVE)
    wish = form.use.form.overheard(turn.text) if value is None else None
    only_wished = wish is not None and not wish[2]
    wanted = None if only_wished else overriding(turn, form, value)
    if wanted is not None:
        turn.conversation.form = None
        turn.reply("form.closed")
        return wanted
    if not only_wished and interrupted(turn, form, value):
        return None
    move, text = read_move(turn.text if value is None else "", form.asked)
    answer = Answer(
        text=text,
        value=value,
        media=turn.inbound.media,
        location=turn.inbound.location,
        entities=turn.entities(),
    )
    step = advance(form.use.form, state, move, answer, form.facts, turn.now)
    if isinstance(step, Asking) and step.problem and value is None and is_helpless(text):
        step = replace(step, stuck=True)
    say_step(turn, form.use, step)
    return None


def _spoken_value(turn: Turn, form: OpenForm, value: str | None) -> str | None:
    """Give the value that an answer in words stands for at this step of a form."""
    if turn.inbound.button is not None or not turn.text:
        return value
    asked = form.asked
    if form.use.form.overheard(turn.text) is not None or _is_read(turn, form):
        return None
    if asked is None:
        return _at_the_end(turn.text, form.use.form, form.state) if value is None else value
    own = asked.choices(form.state.answers, form.facts)
    mended = _mended(turn.text, form.use.form, form.state)
    if value is None and mended is not None:
        return edit_value(mended)
    if value is None and asked.optional and (gives_nothing(turn.text) or is_done(turn.text)):
        return SKIP
    if goes_on(turn.text) and value not in {choice.value for choice in own}:
        return SKIP if asked.optional else RESUME
    if value is None and not is_number(turn.text) and not asked.free_text and not asked.searched:
        # What was offered last may have been a menu; the field's own choices still count.
        chosen = pick(turn.text, own)
        return chosen.value if chosen else None
    offered = [choice for choice in (*turn.conversation.choices, *own) if choice.value == value]
    whole = is_number(turn.text) or named(turn.text, offered) is not None
    if asked.searched and value is not None and not whole:
        found = probe(turn, form, Answer(turn.text))
        if isinstance(found, Asking) and found.choices:
            return None  # the word stands in one label only, but several answers bear it
    return value


def _is_read(turn: Turn, form: OpenForm) -> bool:
    """Say whether what is asked has a parser that reads more than a choice's label in words."""
    asked = form.asked
    if asked is None or not asked.reads(turn.text):
        return False
    return named(turn.text, asked.choices(form.state.answers, form.facts)) is None


def _at_the_end(text: str, form: Form, state: FormState) -> str | None:
    """Read what is said to a read-back, or to the question what is to be changed."""
    right = approves(text) if state.asked == CONFIRM else None
    if right is not None:
        return YES if right else CHANGE
    wanted = form.called(text, alone=not mends(text))
    if wanted is not None and wanted in state.answers:
        return edit_value(wanted)
    return CHANGE if state.asked == CONFIRM and mends(text) else None


def _mended(text: str, form: Form, state: FormState) -> str | None:
    """Give the earlier answer that a slip of the tongue names: "eh salah ceritanya"."""
    instead = correction(text)
    wanted = form.called(instead, alone=True) if instead else None
    return wanted if wanted in state.answers and len((instead or "").split()) == 1 else None
