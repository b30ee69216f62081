"""The questions of an announcement by chat, and how their answers are read."""

import re
from collections.abc import Callable, Sequence
from datetime import time

from bot.fields import area, day, is_ambiguous, words
from bot.forms import Answer, Answers, Facts, Field, Form, Refused
from bot.menu import program_choice
from bot.messages import Choice
from bot.notices.beyond import Beyond, Why, find_beyond
from bot.notices.languages import LANGUAGES
from bot.notices.own_words import wrong_with
from bot.notices.planning import outermost
from bot.notices.sentence import read_hours
from bot.notices.wording import LONGEST
from bot.opting_language import language
from bot.texts import say
from bot.texts.format import grouped
from db.areas import Scope
from nlu.fold import fold, tokens
from nlu.parse import Entity

_FIRST_OFFERED = ("PKH", "BPNT", "PBI", "PIP", "LANSIA", "DHUAFA")
_BETWEEN = re.compile(r"\s*(?:[,;&+]|\bdan\b|\bserta\b|\bsama\b|\bdn\b)\s*", re.IGNORECASE)
ASKED_BACK = {
    Why.LIMIT: "announce.areas_limited",
    Why.UNKNOWN: "announce.areas_unknown",
    Why.PROGRAMS: "announce.one_program",
}
PLANNED = {"program", "areas", "date", "begin", "end", "place"}


def _program_field(answer: Answer, facts: Facts) -> Answers:
    known: dict[str, str] = facts["programs"]
    picked = (answer.value or "").removeprefix("programme:")
    named = [code for code in re.findall(r"\w+", answer.text.upper()) if code in known]
    if len(set(named)) > 1:
        raise Refused("announce.one_program", blanks={"said": ", ".join(dict.fromkeys(named))})
    for code in (picked, answer.entities.get("program", ""), answer.text.strip().upper()):
        if code in known:
            return {"program": code}
    raise Refused("announce.program_unknown")


def _program_choices(_answers: Answers, facts: Facts) -> Sequence[Choice]:
    known: dict[str, str] = facts["programs"]
    first = [code for code in _FIRST_OFFERED if code in known]
    codes = [*first, *(code for code in known if code not in first)]
    return [program_choice("programme", code, known[code]) for code in codes[:6]]


_one_area = area("area")


def _areas_field(answer: Answer, facts: Facts) -> Answers:
    """Take one area or several, all within the officer's own."""
    names = [name for name in _BETWEEN.split(answer.text) if name.strip()]
    beyond = _beyond_areas(answer, facts)
    if beyond is not None and (len(names) == 1 or beyond.why is Why.LIMIT):
        raise Refused(ASKED_BACK[beyond.why], blanks={"said": beyond.said})
    if len(names) > 1 and answer.value is None:
        found = [_one_of_several(name, facts) for name in names]
    else:
        found = [_one_area(answer, facts)["area"]]
    if not all(Scope(facts["own_area"]).covers(code) for code in found):
        raise Refused("announce.not_your_area")
    return {"areas": list(outermost(found))}


def _beyond_areas(answer: Answer, facts: Facts) -> Beyond | None:
    """Find what an answer that names an area says besides, such as `Murhum kecuali Melai`."""
    if answer.value is not None or "area" not in answer.entities:
        return None
    text = f"untuk {answer.text}"
    located = facts["gazetteer"].locate_in(text, tokens(fold(text)))
    areas = [
        Entity("area", one.matches[0].place.code, text[one.start : one.end], one.start, one.end)
        for one in located
    ]
    return find_beyond(text, areas, range(0), range(0))


def _one_of_several(name: str, facts: Facts) -> str:
    """Read one area of a list; to choose one that is meant would leave out the others."""
    matches = facts["gazetteer"].find(name)
    if not matches or is_ambiguous(matches):
        raise Refused("announce.areas_unknown", blanks={"said": name.strip()})
    return str(_one_area(Answer(name), facts)["area"])


def _begin_field(answer: Answer, _facts: Facts) -> Answers:
    """Take when it begins, and when it ends where that is said."""
    begin, end = read_hours(answer.text)
    if begin is None or (end is not None and end <= begin):
        raise Refused("form.hours_unknown")
    return hours_said(begin, end)


def hours_said(begin: time, end: time | None) -> Answers:
    """Give hours as answers; the end may be open."""
    said = {"begin": f"{begin:%H:%M}"}
    return said if end is None else said | {"end": f"{end:%H:%M}"}


def _end_field(answer: Answer, facts: Facts) -> Answers:
    """Take when it ends, or both hours anew."""
    first, second = read_hours(answer.text)
    if second is not None:
        return _begin_field(answer, facts)
    if first is None:
        raise Refused("announce.end_unknown")
    begin = facts["begin"]
    if begin is not None and first <= begin:
        raise Refused("announce.end_early")
    return {"end": f"{first:%H:%M}"}


def _is_later(answers: Answers) -> bool:
    """Keep no end that lies before a beginning that was changed."""
    return "end" not in answers or "begin" not in answers or answers["end"] > answers["begin"]


def _texts_field(answer: Answer, facts: Facts) -> Answers:
    """Take words in one language, as `Jawa: …`, beside those in the others."""
    named, _, words = answer.text.strip().partition(":")
    code = language(f"bahasa {' '.join(named.lower().removeprefix('bahasa').split())}")
    if code not in LANGUAGES or not words.strip():
        raise Refused("announce.texts_unread")
    if wrong_with(words):
        raise Refused("announce.texts_wrong")
    said = words.strip()
    over: Callable[[str], int] | None = facts["over"]
    count = max(len(said) - LONGEST, 0 if over is None else over(said))
    if count:
        raise Refused("announce.texts_long", blanks=too_long(code, count))
    return {"texts": facts["texts"] | {code: said}}


def too_long(code: str, count: int) -> dict[str, str]:
    """Give what is said of words in a language that are too long by so many letters."""
    return {
        "language": say(f"choice.language_{code}"), "count": grouped(count),
        "most": grouped(LONGEST),
    }  # fmt: skip


FORM = Form(
    "announce",
    (
        Field("program", _program_field, _program_choices, called=("bantuan", "program")),
        Field("areas", _areas_field, called=("kelurahan", "wilayah")),
        Field("date", day("date"), called=("tanggal", "hari")),
        Field("begin", _begin_field, called=("jam", "waktu", "pukul", "mulai")),
        Field("end", _end_field, called=("selesai", "akhir"), when=_is_later),
        Field("place", words("place", 4), free_text=True, called=("tempat", "lokasi")),
        Field("texts", _texts_field, free_text=True, noted=True, wished=lambda _text: None),
    ),
    read_back=True,
)
