"""A request for goods: aids for the disabled, clothing, the repair of a house."""

from bot.desk.asking import given, place_facts, place_fields, place_line, shown
from bot.desk.repeats import Filing
from bot.fields import one_of, photo, words
from bot.forms import ADDED, CANCEL, LEAVE, Answer, Answers, Facts, Field, Form, Refused
from bot.messages import Choice
from bot.stories import GOODS, STORY_LEAST, names_goods
from bot.texts import say
from bot.turn import Turn, button
from db.tickets import Matter

CLOTHING, HOUSE = "clothing", "house"
OWNED = ("yes", "no", "unsure")  # whether house and land are the applicant's own


def _whats(_facts: Facts) -> list[Choice]:
    return [button(f"what:{name}", f"goods.what_{name}") for name in GOODS]


def _owned(_facts: Facts) -> list[Choice]:
    return [button(f"owned:{name}", f"goods.owned_{name}") for name in OWNED]


def _go_on(answer: Answer, _facts: Facts) -> Answers:
    """Take the wish to send it all the same."""
    if answer.value == "go_on:yes":
        return {"go_on": True}
    raise Refused("form.pick_one")


def _ways_on(_answers: Answers, _facts: Facts) -> list[Choice]:
    return [
        button("go_on:yes", "goods.go_on"),
        button(f"{LEAVE}human", "choice.human"),
        button(CANCEL, "choice.cancel"),
    ]


FORM = Form(
    "goods",
    (
        Field(
            "what",
            one_of("what", _whats, names_goods),
            lambda _answers, facts: _whats(facts),
            called=("barang", "alat", "apa"),
        ),
        Field(
            "owned",
            one_of("owned", _owned),
            lambda _answers, facts: _owned(facts),
            called=("milik", "tanah"),
            when=lambda answers: answers.get("what") == HOUSE,
        ),
        Field(
            "go_on",
            _go_on,
            _ways_on,
            when=lambda answers: answers.get("what") == HOUSE and answers.get("owned") == "no",
        ),
        Field(
            "name",
            words("name", 3),
            free_text=True,
            called=("nama", "siapa"),
            when=lambda answers: answers.get("what") != HOUSE,
        ),
        Field(
            "size",
            words("size"),
            free_text=True,
            called=("ukuran",),
            when=lambda answers: answers.get("what") == CLOTHING,
        ),
        *place_fields(),
        Field(
            "need",
            words("need", STORY_LEAST, files_to="photo", files_suffice=True),
            free_text=True,
            called=("keadaan", "kondisi", "cerita"),
            when=lambda answers: answers.get("what") != CLOTHING,
        ),
        Field(
            "photo",
            photo("photo", point_to="point"),
            optional=True,
            called=("foto", "gambar", "surat"),
        ),
        Field(ADDED, words(ADDED), noted=True),
    ),
    read_back=True,
)
facts = place_facts


def handle(turn: Turn) -> None:
    """Open the form with the goods that the message names."""
    named = names_goods(turn.text)
    turn.open_form(FORM.name, {"what": named} if named else {})


def summary(turn: Turn, answers: Answers) -> str:
    """Read the request back."""
    return _lines(turn, answers, brief=True) + "\n" + say("goods.line_photo", photo=given(answers))


def _lines(turn: Turn, answers: Answers, *, brief: bool) -> str:
    """Tell a request line by line: what, for whom, its preconditions, where and why."""
    lines = [say("goods.line_what", what=say(f"goods.what_{answers['what']}"))]
    if "owned" in answers:
        lines.append(say("goods.line_owned", owned=say(f"goods.owned_{answers['owned']}")))
    for key in ("name", "size"):
        if key in answers:
            lines.append(say(f"goods.line_{key}", value=_cut(answers[key], brief)))
    lines.append(say("goods.line_area", place=place_line(turn, answers)))
    if "need" in answers:
        need = _cut(answers["need"], brief) or say("complaint.story_in_file")
        lines.append(say("goods.line_need", need=need))
    return "\n".join(lines)


def _cut(text: str, brief: bool) -> str:
    return shown(text) if brief else text


def _matter(turn: Turn, answers: Answers) -> Matter:
    kept = ("name", "size", "owned", "area", "rt", "where", "need", "point")
    details = {key: answers[key] for key in kept if answers.get(key)}
    story = _lines(turn, answers, brief=False)
    return Matter("goods", answers["what"], story, details=details)


FILING = Filing(_matter)
