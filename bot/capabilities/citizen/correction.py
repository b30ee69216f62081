"""Wrong data: what is wrong, as it is written and as it should be, for an officer to correct."""

import re

from bot.desk.asking import given, shown
from bot.desk.repeats import Filing
from bot.fields import one_of, photo, words
from bot.forms import ADDED, Answers, Facts, Field, Form
from bot.messages import Choice
from bot.texts import say
from bot.turn import Turn, button
from db.tickets import Matter

WHAT = ("name", "birth_date", "number", "address", "family", "aid", "other")
_GUESSES = (
    ("birth_date", re.compile(r"\b(?:tanggal|tgl|lahir|umur)\b", re.IGNORECASE)),
    ("number", re.compile(r"\b(?:nik|kk|ktp)\b", re.IGNORECASE)),
    ("address", re.compile(r"\b(?:alamat|rumah|rt|rw|pindah)\b", re.IGNORECASE)),
    ("family", re.compile(r"\b(?:anak|istri|suami|anggota|keluarga|tanggungan)\b", re.IGNORECASE)),
    ("aid", re.compile(r"\b(?:bantuan|desil|pkh|bpnt|pbi|pip)\b", re.IGNORECASE)),
    ("name", re.compile(r"\bnama\w*\b", re.IGNORECASE)),
)


def _guess(text: str) -> str | None:
    return next((name for name, pattern in _GUESSES if pattern.search(text)), None)


def _choices(_facts: Facts) -> list[Choice]:
    return [button(f"what:{name}", f"correction.what_{name}") for name in WHAT]


FORM = Form(
    "correction",
    (
        Field(
            "what",
            one_of("what", _choices, _guess),
            lambda _answers, facts: _choices(facts),
            called=("soal", "jenis", "bagian"),
        ),
        Field("was", words("was"), free_text=True, called=("tertulis", "lama")),
        Field(
            "right",
            words("right", files_to="photo"),
            free_text=True,
            called=("seharusnya", "benar", "baru"),
        ),
        Field("photo", photo("photo"), optional=True, called=("foto", "gambar", "bukti")),
        Field(ADDED, words(ADDED), noted=True),
    ),
    read_back=True,
)


def handle(turn: Turn) -> None:
    """Open the form; what is wrong is taken from the message where it says so."""
    wanted = turn.parse is not None and turn.parse.intent == "update_personal_data"
    guessed = _guess(turn.text) if wanted else None
    turn.open_form(FORM.name, {"what": guessed} if guessed else {})


def summary(_turn: Turn, answers: Answers) -> str:
    """Read the correction back."""
    return say(
        "correction.summary",
        what=say(f"correction.what_{answers['what']}"),
        was=shown(answers["was"]),
        right=shown(answers["right"]),
        photo=given(answers),
    )


def _matter(_turn: Turn, answers: Answers) -> Matter:
    story = say(
        "correction.story",
        what=say(f"correction.what_{answers['what']}"),
        was=answers["was"],
        right=answers["right"],
    )
    details = {key: answers[key] for key in ("what", "was", "right")}
    return Matter("correction", answers["what"], story, details=details)


FILING = Filing(_matter)
