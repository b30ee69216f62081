"""What is asked about a group session: where, which group, what it was about, who came."""

from collections.abc import Mapping

from bot.attendance import LIST, came, tick_choices
from bot.fields import one_of, photo, words
from bot.forms import ADDED, FILES, Answer, Answers, Facts, Field, Form, Refused
from bot.headcount import read_headcount
from bot.messages import Choice
from bot.texts import say
from bot.turn import button

EVERYBODY = "all"  # groups of a kelurahan together
_MOST = 500  # people at one session
_COUNTED = ("came", "unclear", "left_out", "page")  # of one group; ticks stay where they fit
_AREAS = 8


def _area_choices(facts: Facts) -> list[Choice]:
    return [Choice(f"area:{code}", name[:24]) for code, name in facts["villages"].items()][:_AREAS]


def _area(answer: Answer, facts: Facts) -> Answers:
    """Take one of the kelurahan in which the sender has families."""
    names = {name.lower(): code for code, name in facts["villages"].items()}
    return one_of("area", _area_choices, lambda text: names.get(text.strip().lower()))(
        answer, facts
    )


def _group_choices(facts: Facts) -> list[Choice]:
    rws: Mapping[str, int] = facts["rws"]
    each = [
        Choice(f"rw:{rw}", say("group_session.rw", rw=rw, count=count))
        for rw, count in sorted(rws.items())
    ]
    return [*each[:_AREAS], button(f"rw:{EVERYBODY}", "group_session.every_rw")]


def _group(answer: Answer, facts: Facts) -> Answers:
    """Take the RW of the group that met, or all of the kelurahan."""
    digits = "".join(letter for letter in answer.text if letter.isdecimal())[:3]
    of_number = next((rw for rw in facts["rws"] if digits and rw.lstrip("0") == digits), None)
    return one_of("rw", _group_choices, lambda _text: of_number)(answer, facts)


def _headcount(answer: Answer, _facts: Facts) -> Answers:
    count = read_headcount(answer.text)
    if count is None or not 0 < count <= _MOST:
        raise Refused("group_session.number_wanted")
    return {"headcount": count}


def _noted(_answer: Answer, _facts: Facts) -> Answers:
    return {}


FORM = Form(
    "group_session",
    (
        Field(
            "area", _area, lambda _answers, facts: _area_choices(facts), searched=True,
            called=("kelurahan",), resets=("rw", *_COUNTED),
        ),
        Field(
            "rw", _group, lambda _answers, facts: _group_choices(facts), searched=True,
            called=("rw", "kelompok"), resets=_COUNTED,
        ),
        Field("module", words("module", 2), free_text=True, called=("modul", "materi")),
        Field("place", words("place", 3), free_text=True, called=("tempat",)),
        Field("came", came, tick_choices, searched=True, called=("hadir", "absen", "peserta")),
        Field(
            "headcount", _headcount, called=("jumlah",),
            when=lambda answers: answers.get("came") != LIST,
        ),
        Field(FILES, photo(FILES), optional=True, called=("foto", "daftar")),
        *(
            Field(name, _noted, noted=True)
            for name in ("ticked", *_COUNTED[1:], "at", "replaces", ADDED)
        ),
    ),
    read_back=True,
)  # fmt: skip
