"""Whether a message would answer the open field of a form, tried without answering it."""

from bot.form_moves import advance
from bot.form_steps import OpenForm
from bot.forms import Answer, Asking, Done, Form, FormState, Move, Step
from bot.turn import Turn


def fits(turn: Turn, form: OpenForm) -> bool:
    """Say whether a field that does not take any words reads the message as its answer."""
    if form.asked is None or form.asked.free_text:
        return False
    return isinstance(probe(turn, form, _answer(turn)), Done)


def takes(turn: Turn, form: OpenForm) -> bool:
    """Say whether the message gives the form anything that it wants."""
    step = probe(turn, form, _answer(turn))
    return isinstance(step, Done) or (isinstance(step, Asking) and step.problem is None)


def probe(turn: Turn, form: OpenForm, answer: Answer) -> Step | None:
    """Try an answer on the open field by itself; gives None where no field is open."""
    if form.asked is None:
        return None
    state = FormState("probe", turn.now, asked=form.asked.name)
    return advance(Form("probe", (form.asked,)), state, Move.ANSWER, answer, form.facts, turn.now)


def _answer(turn: Turn) -> Answer:
    return Answer(turn.text, media=turn.inbound.media, entities=turn.entities())
