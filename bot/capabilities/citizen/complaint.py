"""A complaint: a form that ends in a ticket with a number."""

import re

from bot.desk.asking import given, shown
from bot.desk.repeats import Filing
from bot.desk.secrecy import SECRECY, secrecy_line, wish, wished
from bot.fields import one_of, photo, words
from bot.forms import ADDED, Answer, Answers, Facts, Field, Form, Refused, edit_value
from bot.messages import Choice
from bot.stories import CATEGORIES, STORY_LEAST, guess, reports, tells_story
from bot.texts import say
from bot.texts.format import long_date
from bot.turn import Turn, button
from db.pickup_questions import was_asked
from db.registry import Program, household_of
from db.schedules import Distribution
from db.tickets import PLAIN, Matter

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
    """Take when and where it was, unless that has still to come; the kelurahan and point, too."""
    if _AHEAD.search(answer.text) and not _BEHIND.search(answer.text):
        raise Refused("form.date_ahead")
    found = _when_and_where(answer, facts)
    if "area" in answer.entities:
        found["area"] = answer.entities["area"]
    if answer.location is not None:
        found["point"] = [answer.location.latitude, answer.location.longitude]
    return found


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
        Field(
            "photo",
            photo("photo", point_to="point"),
            optional=True,
            called=("foto", "gambar", "suara", "bukti"),
        ),
        Field("area", _occurred, noted=True),
        Field("point", _occurred, noted=True),
        Field(ADDED, _occurred, noted=True),
        SECRECY,
    ),
    read_back=True,
)


def facts(turn: Turn) -> Facts:
    """Say whether the open form knows the story."""
    state = turn.conversation.form
    return {"told": state is not None and "story" in state.answers}


def handle(turn: Turn) -> None:
    """Open the form; a message that tells the story already need not tell it twice.

    A button may name the category, and the distribution it is about: `complaint:not_paid:12`.
    """
    meant = turn.parse is not None and turn.parse.intent == "report_complaint"
    hidden = wish(turn.text)
    told = turn.text if meant or hidden or reports(turn.text) else ""
    told = hidden[1] if hidden else told
    answers: Answers = wished(turn)
    if tells_story(told):
        answers["story"] = told
        place = turn.entity("area")
        answers |= {"area": place} if place else {}
    named, _, distribution = turn.argument.partition(":")
    category = named if named in CATEGORIES else guess(told)
    if category is not None:
        answers["category"] = category  # it is read back, and can be changed there
    answers |= _of_distribution(turn, distribution)
    turn.open_form(FORM.name, answers)


def _of_distribution(turn: Turn, number: str) -> Answers:
    """Give what is known of a distribution that the sender was asked about."""
    if not number.isdecimal() or not was_asked(turn.session, turn.contact.id, int(number)):
        return {}
    held = turn.session.get_one(Distribution, int(number))
    program = turn.session.get_one(Program, held.program_code).name
    day = long_date(held.held_on)
    occurred = say("complaint.at_distribution", program=program, day=day, place=held.place)
    person_id = turn.contact.person_id
    home = None if person_id is None else household_of(turn.session, person_id).area_code
    return {"occurred": occurred, "area": home or held.area_code}


def summary(turn: Turn, answers: Answers) -> str:
    """Read the complaint back; what it is about, which may be guessed, stands first."""
    return say(
        "complaint.summary",
        category=say(f"complaint.category_{answers['category']}"),
        story=shown(answers["story"]) or say("complaint.story_in_file"),
        occurred=shown(answers["occurred"]),
        photo=given(answers),
    ) + secrecy_line(answers)


def offers(_turn: Turn, answers: Answers) -> list[Choice]:
    """Let a guessed category be turned down with one button."""
    if guess(answers["story"]) != answers["category"]:
        return []
    return [button(edit_value("category"), "complaint.not_this")]


def _matter(_turn: Turn, answers: Answers) -> Matter:
    details = {key: answers[key] for key in ("area", "point") if answers.get(key)}
    return Matter(
        "complaint",
        answers["category"],
        answers["story"],
        answers["occurred"],
        details,
        answers.get("secrecy", PLAIN),
    )


def _also(answers: Answers) -> list[Choice]:
    """Who is not listed may also be proposed."""
    return [button("propose", "choice.propose")] if answers["category"] == "not_listed" else []


FILING = Filing(_matter, _also)
