"""A complaint: a form that ends in a ticket with a number."""

from datetime import datetime

from bot.fields import one_of, photo, words
from bot.forms import Answers, Facts, Field, Form
from bot.messages import Choice
from bot.texts import say
from bot.turn import Turn, button
from db import audit
from db.session import Session
from db.tickets import Attachment, Ticket, open_ticket
from nlu.complaints import guess_category

# The categories that citizens bring, in the order in which they are asked for (domain.md).
CATEGORIES = (
    "not_paid", "zero_balance", "deducted", "goods", "card", "data", "not_listed",
    "conduct", "kis", "pip", "house", "disaster", "other",
)  # fmt: skip
_STORY_LEAST = 10  # characters; less tells an officer nothing
_STORY_SHOWN = 200


def _categories(_facts: Facts) -> list[Choice]:
    return [button(f"category:{name}", f"complaint.category_{name}") for name in CATEGORIES]


FORM = Form(
    "complaint",
    (
        Field(
            "category",
            one_of("category", _categories, guess_category),
            lambda _answers, facts: _categories(facts),
        ),
        Field(
            "story",
            words("story", _STORY_LEAST, files_to="photo", files_suffice=True),
            free_text=True,
        ),
        Field("occurred", words("occurred", 3, files_to="photo"), free_text=True),
        Field("photo", photo("photo"), optional=True),
    ),
    read_back=True,
)


def handle(turn: Turn) -> None:
    """Open the form; a message that tells the story already need not tell it twice."""
    told = turn.text if turn.parse and turn.parse.intent == "report_complaint" else ""
    answers = {"story": told} if len(told) >= 2 * _STORY_LEAST else {}
    guessed = guess_category(told)
    if guessed is not None:
        answers["category"] = guessed  # it is read back, and can be changed there
    turn.open_form(FORM.name, answers)


def summary(turn: Turn, answers: Answers) -> str:
    """Read the complaint back."""
    story = answers["story"] or say("complaint.story_in_file")
    return say(
        "complaint.summary",
        category=say(f"complaint.category_{answers['category']}"),
        story=story if len(story) <= _STORY_SHOWN else story[:_STORY_SHOWN] + "…",
        occurred=answers["occurred"][:_STORY_SHOWN],
        photo=say("complaint.with_photo" if answers.get("photo") else "complaint.without_photo"),
    )


def finish(turn: Turn, answers: Answers) -> None:
    """File the complaint and tell its number."""
    ticket = file_complaint(
        turn.session, turn.contact.id, turn.contact.person_id, answers, turn.today.year, turn.now
    )
    audit.record(turn.session, turn.now, turn.actor, "open ticket", f"ticket:{ticket.id}")
    turn.reply(
        "complaint.filed",
        button(f"track:{ticket.number}", "choice.track_this"),
        button("menu", "choice.menu"),
        number=ticket.number,
    )


def file_complaint(
    session: Session,
    contact_id: int,
    person_id: int | None,
    answers: Answers,
    year: int,
    now: datetime,
) -> Ticket:
    """Make the ticket of a complaint, with its files, under the next number of the year."""
    ticket = open_ticket(
        session,
        contact_id=contact_id,
        person_id=person_id,
        kind="complaint",
        category=answers["category"],
        story=answers["story"],
        occurred=answers["occurred"],
        year=year,
        now=now,
    )
    for file in answers.get("photo") or ():
        session.add(Attachment(ticket_id=ticket.id, **file))
    return ticket
