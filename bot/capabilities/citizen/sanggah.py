"""Sanggah: objecting to a recipient of one's own kelurahan; who objects is the chief's alone."""

import re

from bot.desk.asking import (
    given,
    person,
    person_line,
    place,
    place_facts,
    place_fields,
    place_line,
    shown,
)
from bot.desk.repeats import Filing
from bot.desk.secrecy import NAMELESS, secrecy_line, wish
from bot.fields import photo, words
from bot.forms import ADDED, CANCEL, LEAVE, Answer, Answers, Facts, Field, Form, Refused
from bot.messages import Choice
from bot.texts import say
from bot.turn import Turn, button
from db.tickets import ANONYMOUS, HIDDEN, SECRET, Matter

REASONS = ("well_off", "official", "moved", "died", "twice", "other")
_LEAST = 10  # characters of a reason
_GUESSES = tuple(
    (name, re.compile(rf"\b(?:{words_})\b", re.IGNORECASE))
    for name, words_ in (
        ("died", r"meninggal\w*|wafat|almarhum\w*|alm|mati"),
        ("moved", r"pindah\w*|merantau|tidak tinggal|sudah tidak di sini"),
        ("official", r"pns|asn|tni|polisi|polri|pegawai|pensiunan|aparat|perangkat desa"),
        ("twice", r"dobel|double|ganda|dua kali|2 kali"),
        (
            "well_off",
            r"kaya|mampu|mobil\w*|motor\w*|toko\w*|usaha\w*|juragan|sawah\w*|tanah\w*|kos|kost\w*"
            r"|rumah(?:nya)? (?:besar|bagus|mewah|tingkat|bertingkat|megah)|emas\w*|sugih|berada",
        ),
    )
)  # fmt: skip


def _guess(text: str) -> str | None:
    return next((name for name, pattern in _GUESSES if pattern.search(text)), None)


def _own_kelurahan(answer: Answer, facts: Facts) -> Answers:
    """Take the kelurahan; who is known to live in another one is told what he can do instead."""
    found = place(answer, facts)
    if facts["own_village"] not in (None, found["area"]):
        raise Refused(
            "sanggah.elsewhere",
            (
                button(f"{LEAVE}complaint:other", "choice.complaint"),
                button(f"{LEAVE}human", "choice.human"),
                button(CANCEL, "choice.cancel"),
            ),
        )
    return found


def _reasons(_answers: Answers, _facts: Facts) -> list[Choice]:
    return [button(f"reason:{name}", f"sanggah.category_{name}") for name in REASONS[:-1]]


def _reason(answer: Answer, facts: Facts) -> Answers:
    """Take a reason by its button, or in words that tell which one it is."""
    picked = (answer.value or "").removeprefix("reason:")
    if picked in REASONS[:-1]:
        return {"reason": say(f"sanggah.category_{picked}"), "why": picked}
    found = _told(answer, facts)
    return found | {"why": _guess(answer.text) or "other"} if "reason" in found else found


_told = words("reason", _LEAST, files_to="photo", files_suffice=True)

FORM = Form(
    "sanggah",
    (
        Field("name", person("name"), free_text=True, called=("nama", "siapa")),
        Field("nik", person("name"), noted=True),
        *place_fields(_own_kelurahan),
        Field("reason", _reason, _reasons, free_text=True, called=("alasan", "sebab")),
        Field("why", _reason, noted=True),
        Field(
            "photo",
            photo("photo", point_to="point"),
            optional=True,
            called=("foto", "gambar", "bukti"),
        ),
        Field(ADDED, words(ADDED), noted=True),
        NAMELESS,
    ),
    read_back=True,
)


def facts(turn: Turn) -> Facts:
    """Give what the form must know; nobody can object under his open name."""
    return {**place_facts(turn), "nameless": True}


def handle(turn: Turn) -> None:
    """Open the form; a message that gives the reason need not give it twice."""
    told = turn.text if turn.parse and turn.parse.intent == "object_beneficiary" else ""
    guessed = _guess(told)
    found = wish(told)
    answers: Answers = {"secrecy": HIDDEN if found and found[0] in SECRET else ANONYMOUS}
    if guessed is not None:
        answers |= {"reason": told, "why": guessed}
    turn.open_form(FORM.name, answers)


def summary(turn: Turn, answers: Answers) -> str:
    """Read the objection back."""
    return say(
        "sanggah.summary",
        name=person_line(answers, "name"),
        place=place_line(turn, answers),
        reason=shown(answers["reason"]) or say("complaint.story_in_file"),
        photo=given(answers),
    ) + secrecy_line(answers)


def _matter(turn: Turn, answers: Answers) -> Matter:
    story = say(
        "sanggah.story",
        name=person_line(answers, "name"),
        place=place_line(turn, answers),
        reason=answers["reason"] or say("complaint.story_in_file"),
    )
    kept = ("name", "nik", "area", "rt", "where", "reason", "point")
    details = {key: answers[key] for key in kept if answers.get(key)}
    secrecy = answers.get("secrecy", ANONYMOUS)
    return Matter("sanggah", answers["why"], story, details=details, secrecy=secrecy)


FILING = Filing(_matter)
