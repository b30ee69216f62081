"""Usul: proposing oneself or somebody else as a recipient; who decides is others."""

import re

from bot.desk.asking import (
    given,
    person,
    person_line,
    place_facts,
    place_fields,
    place_line,
    shown,
)
from bot.desk.repeats import Filing
from bot.desk.secrecy import SECRECY, secrecy_line, wished
from bot.fields import one_of, photo, words
from bot.forms import ADDED, Answer, Answers, Facts, Field, Form
from bot.messages import Choice
from bot.stories import STORY_LEAST, names_goods, tells_need
from bot.texts import say
from bot.turn import Turn, button
from db.tickets import PLAIN, Matter

SELF, OTHER = "self", "other"
_OTHERS = re.compile(
    r"\b(?:tetangga|tetanggaku|tonggo|teman|warga|orang lain|nenek|kakek|janda|saudara|ibu saya"
    r"|bapak saya|orang ?tua|mertua|kakak|adik|beliau|dia|lansia)\b",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"\b(?:diri|sendiri|keluarga (?:saya|sendiri)|untuk saya|saya|sy|sa|aku|kulo|ambo|kami)\b",
    re.IGNORECASE,
)


def _guess(text: str) -> str | None:
    if _OTHERS.search(text):
        return OTHER
    return SELF if _OWN.search(text) else None


def _whom(_facts: Facts) -> list[Choice]:
    return [button(f"who:{name}", f"usul.category_{name}") for name in (SELF, OTHER)]


_picked = one_of("who", _whom, _guess)


def _who(answer: Answer, facts: Facts) -> Answers:
    """Take for whom it is; of a sender who is known by NIK nothing more is asked."""
    return _known(_picked(answer, facts), facts["own_village"])


def _known(found: Answers, own_village: str | None) -> Answers:
    if found.get("who") == SELF and own_village is not None:
        return found | {"own_name": "", "nik": "", "area": own_village, "rt": "", "where": ""}
    return found


FORM = Form(
    "usul",
    (
        Field("who", _who, lambda _answers, facts: _whom(facts), called=("siapa",)),
        Field(
            "name",
            person("name"),
            free_text=True,
            called=("nama",),
            when=lambda answers: answers.get("who") != SELF,
        ),
        Field(
            "own_name",
            person("own_name"),
            free_text=True,
            called=("nama",),
            when=lambda answers: answers.get("who") == SELF,
        ),
        Field("nik", person("name"), noted=True),
        *place_fields(),
        Field(
            "condition",
            words("condition", STORY_LEAST, files_to="photo", files_suffice=True),
            free_text=True,
            called=("keadaan", "kondisi", "cerita"),
        ),
        Field(
            "photo",
            photo("photo", point_to="point"),
            optional=True,
            called=("foto", "gambar", "suara"),
        ),
        Field(ADDED, words(ADDED), noted=True),
        SECRECY,
    ),
    read_back=True,
)
facts = place_facts


def handle(turn: Turn) -> None:
    """Open the form with what the message tells already; a wish for goods has a form of its own.

    What a companion proposes is for somebody else, who must have agreed: that is asked there.
    """
    told = turn.text if turn.parse and turn.parse.intent == "propose_beneficiary" else ""
    if turn.role == "companion":
        turn.open_form("helped_usul", _of_another(turn, told))
        return
    goods = names_goods(told)
    if goods is not None:
        turn.open_form("goods", {"what": goods})
        return
    answers: Answers = wished(turn)
    if _OTHERS.search(told):
        answers |= {"who": OTHER, **_of_another(turn, told)}
    elif tells_need(told):
        answers["condition"] = told
    turn.open_form(FORM.name, answers)


def _of_another(turn: Turn, told: str) -> Answers:
    """Give what a message tells of somebody else: where he lives, and what he needs."""
    answers: Answers = {"condition": told} if tells_need(told) else {}
    place = turn.entity("area")
    if told and place in facts(turn)["villages"]:
        answers |= {"area": place, "rt": "", "where": ""}
    return answers


def summary(turn: Turn, answers: Answers) -> str:
    """Read the proposal back."""
    return say(
        "usul.summary",
        name=_name(answers) or say("usul.yourself"),
        place=place_line(turn, answers),
        condition=shown(answers["condition"]) or say("complaint.story_in_file"),
        photo=given(answers),
    ) + secrecy_line(answers)


def _name(answers: Answers) -> str:
    return person_line(answers, "own_name" if answers["who"] == SELF else "name")


def _matter(turn: Turn, answers: Answers) -> Matter:
    story = say(
        "usul.story",
        who=say(f"usul.category_{answers['who']}"),
        name=_name(answers) or say("usul.yourself"),
        place=place_line(turn, answers),
        condition=answers["condition"] or say("complaint.story_in_file"),
    )
    kept = ("name", "own_name", "nik", "area", "rt", "where", "condition", "point")
    details = {key: answers[key] for key in kept if answers.get(key)}
    return Matter(
        "usul", answers["who"], story, details=details, secrecy=answers.get("secrecy", PLAIN)
    )


FILING = Filing(_matter)
