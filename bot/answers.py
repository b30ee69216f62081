"""Telling an answer of the catalogue, and what else may be asked about the same programme."""

from bot.catalogue import as_told
from bot.messages import Choice
from bot.texts import say
from bot.turn import Turn, button
from db.catalogue import Entry, entries_of

_MOST_TOPICS = 4
_GOODS = ("ALATBANTU", "RTLH", "SANDANG")  # programmes that are asked for by the form of goods


def tell_entry(turn: Turn, entry: Entry) -> None:
    """Tell an answer with its source, and offer what else is asked about its programme."""
    text = as_told(
        entry.question,
        entry.answer,
        entry.source,
        entry.source_date,
        is_old=entry.is_old(turn.today),
    )
    if turn.aside:  # the choices of the form that goes on stand below
        turn.tell(text)
        return
    turn.conversation.topic = {
        "about": "program",
        "topic": entry.topic,
        "at": turn.now.isoformat(),
    }
    turn.tell(text, *_further(turn, entry))


def question_choice(entry: Entry) -> Choice:
    """Offer a question by its words."""
    return Choice(f"program:{entry.id}", entry.question)


def _further(turn: Turn, told: Entry) -> list[Choice]:
    choices: dict[str, Choice] = {}
    if told.program_code is not None:
        for entry in entries_of(turn.session, told.program_code):
            if entry.topic != told.topic and entry.topic not in choices:
                label = say(f"catalogue.topic_{entry.topic}")
                choices[entry.topic] = Choice(f"program:{entry.id}", label)
    request = [button("goods", "choice.goods")] if told.program_code in _GOODS else []
    return [
        *request,
        *list(choices.values())[:_MOST_TOPICS],
        button("eligibility", "choice.eligibility"),
        button("registration", "choice.registration"),
        button("schedule", "choice.schedule"),
        button("menu", "choice.menu"),
    ]
