"""A complaint: a form that ends in a ticket with a number."""

import re

from bot.desk.filing import file_ticket
from bot.fields import one_of, photo, words
from bot.forms import Answer, Answers, Facts, Field, Form, Refused
from bot.messages import Choice
from bot.stories import STORY_LEAST, guess, tells_story
from bot.texts import say
from bot.turn import Turn, button
from db.tickets import Matter

# The categories that citizens bring, in the order in which they are asked for (domain.md).
CATEGORIES = (
    "not_paid", "zero_balance", "deducted", "goods", "card", "data", "not_listed",
    "conduct", "kis", "pip", "house", "disaster", "other",
)  # fmt: skip
_STORY_SHOWN = 200
_AHEAD = re.compile(
    r"\b(?:besok|bsk|lusa|sesuk|(?:minggu|mgg|bulan|bln|tahun|thn|hari) depan|hari lagi"
    r"|yang akan datang|nanti malam)\b",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"\b(?:kemarin|kmrn|tadi|lalu|lewat|barusan|sudah|sdh|sejak|sekarang|skrg|hari ini|dulu"
    r"|wingi)\b",
    re.IGNORECASE,
)


def _categories(_facts: Facts) -> list[Choice]:
    return [button(f"category:{name}", f"complaint.category_{name}") for name in CATEGORIES]


def _category(answer: Answer, facts: Facts) -> Answers:
    """Take a category, picked or guessed; words that tell the story already are kept as such."""
    untold = answer.value is None and not facts.get("told")
    story = {"story": answer.text.strip()} if untold and tells_story(answer.text) else {}
    try:
        return _picked(answer, facts) | story
    except Refused:
        if story:
            return story
        raise


_picked = one_of("category", _categories, guess)


def _occurred(answer: Answer, facts: Facts) -> Answers:
    """Take when and where it was, unless that has still to come."""
    if _AHEAD.search(answer.text) and not _BEHIND.search(answer.text):
        raise Refused("form.date_ahead")
    return _when_and_where(answer, facts)


_when_and_where = words("occurred", 3, files_to="photo")


FORM = Form(
    "complaint",
    (
        Field(
            "category",
            _category,
            lambda _answers, facts: _categories(facts),
            called=("soal", "kategori", "jenis", "masalah"),
        ),
        Field(
            "story",
            words("story", STORY_LEAST, files_to="photo", files_suffice=True),
            free_text=True,
            called=("cerita", "kisah", "isi"),
        ),
        Field(
            "occurred",
            _occurred,
            free_text=True,
            called=("tempat", "lokasi", "tanggal", "waktu", "kejadian", "hari"),
        ),
        Field("photo", photo("photo"), optional=True, called=("foto", "gambar", "suara", "bukti")),
    ),
    read_back=True,
)


def facts(turn: Turn) -> Facts:
    """Say whether the open form knows the story."""
    state = turn.conversation.form
    return {"told": state is not None and "story" in state.answers}


def handle(turn: Turn) -> None:
    """Open the form; a message that tells the story already need not tell it twice."""
    told = turn.text if turn.parse and turn.parse.intent == "report_complaint" else ""
    answers = {"story": told} if tells_story(told) else {}
    guessed = guess(told)
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
    matter = Matter("complaint", answers["category"], answers["story"], answers["occurred"])
    ticket = file_ticket(turn, matter, answers.get("photo") or ())
    turn.reply(
        "complaint.filed",
        button(f"track:{ticket.number}", "choice.track_this"),
        button("menu", "choice.menu"),
        number=ticket.number,
    )
