"""Whether aid that was handed out was got: buttons and words after the question for it."""

from bot.choices import is_number
from bot.texts.format import long_date
from bot.turn import Turn, button
from bot.verdicts import falls_short, got_it
from db.pickup_questions import Question, last_question, was_asked
from db.pickups import keep_answer
from db.registry import Program, household_of
from db.schedules import Distribution
from db.tickets import Ticket

_YES, _NO = "yes", "no"


def handle(turn: Turn) -> None:
    """Keep the answer of a button, however old it is, or of words."""
    said, _, number = (turn.argument or _value(turn)).partition(":")
    about = turn.session.get(Distribution, int(number)) if number.isdecimal() else None
    asked = about is not None and was_asked(turn.session, turn.contact.id, about.id)
    if about is None or not asked or said not in (_YES, _NO):
        turn.reply(
            "pickup.none", button("schedule", "choice.schedule"), button("menu", "choice.menu")
        )
        return
    person_id = turn.contact.person_id
    family = None if person_id is None else household_of(turn.session, person_id).id
    keep_answer(turn.session, turn.contact.id, family, about.id, said == _YES, turn.now)
    program = turn.session.get_one(Program, about.program_code).name
    menu = button("menu", "choice.menu")
    if said == _YES:
        turn.reply(
            "pickup.short" if falls_short(turn.text) else "pickup.thanks",
            button("complaint", "choice.complaint"),
            menu,
            program=program,
            day=long_date(about.held_on),
        )
        return
    turn.reply(
        "pickup.not_yet",
        button(f"complaint:not_paid:{about.id}", "choice.not_paid"),
        button("human", "choice.human"),
        menu,
        program=program,
        day=long_date(about.held_on),
        place=about.place,
    )


def meant(turn: Turn) -> str | None:
    """Give the button that words or a number stand for, right after the question."""
    if not turn.contact.consented:
        return None
    said = got_it(turn.text, asked=True)
    if said is None and is_number(turn.text):
        said = {"1": True, "2": False}.get(turn.text.strip(" ."))
    question = None if said is None else last_question(turn.session, turn.contact.id, turn.now)
    if question is None or said is None or not question.is_last:
        return None
    return _button(said, question)


def is_answered(turn: Turn) -> bool:
    """Say whether words answer the question although other things were said since."""
    return bool(_value(turn))


def _value(turn: Turn) -> str:
    """Give the answer in words as a button would carry it; nothing where it may be to a ticket."""
    said = got_it(turn.text) if turn.contact.consented else None
    question = None if said is None else last_question(turn.session, turn.contact.id, turn.now)
    if said is None or question is None or _ticket_asks(turn, question):
        return ""
    return _button(said, question).partition(":")[2]


def _ticket_asks(turn: Turn, question: Question) -> bool:
    """Say whether an officer asked something about a ticket since."""
    if turn.contact.ticket_id is None:
        return False
    ticket = turn.session.get(Ticket, turn.contact.ticket_id)
    told = None if ticket is None else ticket.told_at
    return told is not None and told > question.asked_at


def _button(said: bool, question: Question) -> str:
    return f"pickup:{_YES if said else _NO}:{question.distribution_id}"
