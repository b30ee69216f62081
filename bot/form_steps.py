"""What a form says at each of its steps, and the keeping of its state."""

from dataclasses import dataclass

from bot import router
from bot.emergency_family import latest_one
from bot.forms import (
    ADD,
    CANCEL,
    CHANGE,
    CONFIRM,
    EDIT,
    FILES,
    NEW,
    SKIP,
    YES,
    Asking,
    Canceled,
    Done,
    Facts,
    Field,
    FormState,
    Step,
    edit_value,
)
from bot.menu import menu_choices
from bot.messages import Choice, Reply
from bot.opting import Kind, wish
from bot.table.ways import FormUse
from bot.texts import known, say
from bot.turn import Turn, button
from db.tickets import Ticket


@dataclass(frozen=True, slots=True)
class OpenForm:
    """A form that waits for an answer: where it stands, what it asks and what it must know."""

    use: FormUse
    state: FormState
    asked: Field | None  # None at the read-back and at the choice of what to change
    facts: Facts


def open_form(turn: Turn, state: FormState) -> OpenForm | None:
    """Give the form of a state, or None for one that this program no longer has."""
    use = router.form_use(state.form)
    if use is None:
        return None
    return OpenForm(use, state, use.form.field_named(state.asked), use.facts(turn))


def ask_again(turn: Turn, form: OpenForm) -> None:
    """Put the open question once more."""
    say_step(turn, form.use, Asking(form.state))


def say_step(turn: Turn, use: FormUse, step: Step) -> None:
    """Say what a step of a form asks for, and keep the form's state."""
    turn.opening = None
    if isinstance(step, Canceled):
        turn.conversation.form = None
        if use.canceled is not None:
            use.canceled(turn)
            return
        # The same word outside a form ends the notices; here it must not, and that is said.
        heard = wish(turn.text, turn.parse)
        stop_word = heard is not None and heard.kind is Kind.STOP
        told = latest_one(turn)
        if told is not None and not stop_word:  # it went out, whatever became of the form
            number = turn.session.get_one(Ticket, told).number
            turn.reply("form.canceled_beside", *menu_choices(turn), number=number)
            return
        turn.reply("form.canceled_by_stop" if stop_word else "form.canceled", *menu_choices(turn))
    elif isinstance(step, Done):
        turn.conversation.form = None
        use.finish(turn, step.answers)
    else:
        turn.conversation.form = step.state
        turn.replies.append(question(turn, use, step))


def question(turn: Turn, use: FormUse, step: Asking) -> Reply:
    """Put the question of a step, after the problem that there was, with its choices."""
    asked = use.form.field_named(step.state.asked)
    if step.state.asked == CONFIRM:
        text, choices = _read_back(turn, use, step.state)
    elif step.state.asked == EDIT or asked is None:
        text, choices = say("form.which_field"), _fields_to_change(use, step.state)
    else:
        text = say(
            _key(use, step.state, asked),
            **(use.values(turn, step.state.answers) if use.values else {}),
        )
        choices = list(step.choices) or list(asked.choices(step.state.answers, use.facts(turn)))
        if asked.optional:
            choices.append(button(SKIP, "choice.skip"))
    if step.problem:
        problem = say(step.problem, **step.blanks)
        text = problem if step.choices else f"{problem}\n\n{text}"
    if step.said:
        count = len(step.state.answers.get(FILES) or ())
        text = f"{say(step.said, count=count)}\n\n{text}"
    if step.stuck:
        text = f"{text}\n\n{say('form.stuck')}"
        own = asked.when_stuck(step.state.answers, use.facts(turn)) if asked is not None else ()
        ways_out = (*own, button("human", "choice.human"), button(CANCEL, "choice.cancel"))
        there = {choice.value for choice in choices}
        choices += [choice for choice in ways_out if choice.value not in there]
    return Reply(text, tuple(choices))


def _key(use: FormUse, state: FormState, asked: Field) -> str:
    """Give the key of a question; once something is known it may be put in another way."""
    if asked.wished is not None:  # asked alike in every form
        return f"{asked.name}.ask"
    key = f"{use.form.name}.ask_{asked.name}"
    return f"{key}_then" if state.order and known(f"{key}_then") else key


def _read_back(turn: Turn, use: FormUse, state: FormState) -> tuple[str, list[Choice]]:
    """Show all that was gathered; who may have sent the same before is asked that instead."""
    summary = use.summary(turn, state.answers) if use.summary else ""
    same = use.same(turn, state.answers) if use.same else None
    if same is None:
        first = [button(YES, f"{use.form.name}.send")]
    else:
        first = [
            button(ADD, _own(use, "same_yes", "choice.add_to_it")),
            button(NEW, _own(use, "same_no", "choice.send_new")),
        ]
    wished = [
        button(edit_value(item.name), f"{item.name}.offer")
        for item in use.form.fields
        if item.wished
    ]
    return say("form.read_back", summary=summary, question=same or say("form.right")), [
        *first,
        *(use.offers(turn, state.answers) if use.offers else ()),
        button(CHANGE, "choice.change"),
        *wished,
        button(CANCEL, "choice.cancel"),
    ]


def _own(use: FormUse, name: str, usual: str) -> str:
    """Give the key of a form's own words, where it has any, or of the usual ones."""
    key = f"{use.form.name}.{name}"
    return key if known(key) else usual


def _fields_to_change(use: FormUse, state: FormState) -> list[Choice]:
    labels = ((key, f"{use.form.name}.label_{key}") for key in state.order)
    offered = [button(edit_value(key), label) for key, label in labels if known(label)]
    return [*offered, button(CANCEL, "choice.cancel")]
