"""What several forms of the desk ask alike: who is meant, where that is, and a point or files."""

import re
from dataclasses import replace
from typing import Any

from bot.fields import area
from bot.forms import Answer, Answers, Facts, Field, Refused
from bot.messages import Choice
from bot.texts import say
from bot.turn import Turn, button
from db.attachments import POINT
from db.crypto import mask
from db.registry import household_of

NAME_SHOWN, WORDS_SHOWN = 60, 150  # characters of an answer in a read-back
_LONGEST_NAME, _LONGEST_PLACE = 120, 200
_DEGREES = re.compile(r"-?\d{1,3}\.\d{5}, -?\d{1,3}\.\d{5}")
_OFFERED = 9  # kelurahan of one kecamatan
_NIK = re.compile(r"(?:\b(?:no(?:mor)?\.?\s*)?nik\b\W*)?(?<!\d)((?:\d[ .\-]?){15}\d)(?!\d)", re.I)
_RT = re.compile(
    r"\b(?:rt\s*/\s*rw|rt)\W{0,3}(\d{1,3})(?:\W{0,3}(?:rw)?\W{0,3}(\d{1,3}))?(?!\d)", re.IGNORECASE
)


def place_facts(turn: Turn) -> Facts:
    """Give all names of areas, the kelurahan among them, and the sender's own where it is known."""
    levels = turn.places.levels
    villages = {code: name for code, name in turn.places.names.items() if levels[code] == "village"}
    own = None
    if turn.contact.person_id is not None and turn.contact.consented:
        own = household_of(turn.session, turn.contact.person_id).area_code
    return {
        "gazetteer": turn.places.gazetteer,
        "areas": turn.places.names,
        "villages": villages,
        "own_village": own if own in villages else None,
        "city": turn.places.city,
    }


_area = area("area")


def place(answer: Answer, facts: Facts) -> Answers:
    """Take a kelurahan by its button or name, and beside it the RT, the words and a point."""
    if answer.value in {f"area:{code}" for code in (*facts["villages"], facts.get("city"))}:
        return {"area": (answer.value or "").partition(":")[2]}
    point = (
        {"point": [answer.location.latitude, answer.location.longitude]} if answer.location else {}
    )
    text = answer.text.strip()[:_LONGEST_PLACE]
    found = _RT.search(text)
    beside = {"rt": "/".join(filter(None, found.groups())) if found else "", "where": text}
    rest = f"{text[: found.start()]} {text[found.end() :]}".strip(" ,.;") if found else text
    if found and not rest and facts["own_village"]:
        return {"area": facts["own_village"], **beside, **point}
    try:
        code = _area(replace(answer, text=rest), facts)["area"]
    except Refused as refusal:
        key = "form.village_beside_point" if point and not rest else refusal.key
        raise Refused(key, refusal.choices, point) from None
    if code not in facts["villages"]:
        within = [name for name in facts["villages"].items() if name[0].startswith(f"{code}.")]
        offered = [Choice(f"area:{key}", name[:24]) for key, name in within]
        raise Refused("form.village_wanted", offered if len(offered) <= _OFFERED else (), point)
    return {"area": code, **beside, **point}


def _own_village(_answers: Answers, facts: Facts) -> list[Choice]:
    own = facts["own_village"]
    return [Choice(f"area:{own}", facts["villages"][own][:24])] if own else []


def _city(_answers: Answers, facts: Facts) -> list[Choice]:
    """Offer the city as a whole to who cannot name the kelurahan."""
    city = facts.get("city")
    return [button(f"area:{city}", "form.somewhere")] if city else []


def _nothing(_answers: Answers, _facts: Facts) -> list[Choice]:
    return []


def place_fields(parse: Any = place) -> tuple[Field, ...]:
    """Give the question for the kelurahan, and the fields for what is told beside it."""
    return (
        Field(
            "area", parse, _own_village, searched=True,
            when_stuck=_city if parse is place else _nothing,
            called=("tempat", "kelurahan", "alamat", "lokasi", "rt"),
        ),
        Field("rt", parse, noted=True),
        Field("where", parse, noted=True),
        Field("point", parse, noted=True),
    )  # fmt: skip


def place_line(turn: Turn, answers: Answers) -> str:
    """Write where it is as `Lamangga, RT 2`."""
    name = turn.places.name_of(answers["area"])
    return say("form.place_rt", area=name, rt=answers["rt"]) if answers.get("rt") else name


def person(name: str) -> Any:
    """Take somebody's name, the NIK, or both in any order; the NIK is kept as `nik`."""

    def parse(answer: Answer, _facts: Facts) -> Answers:
        text = answer.text.strip()[:_LONGEST_NAME]
        found = _NIK.search(text)
        rest = f"{text[: found.start()]} {text[found.end() :]}" if found else text
        called = " ".join(rest.split()).strip(" ,.;:-")
        if len(re.findall(r"[^\W\d_]", called)) < 2:
            called = ""
        if not called and found is None:
            raise Refused("form.name_wanted")
        return {name: called, "nik": re.sub(r"\D", "", found.group(1)) if found else ""}

    return parse


def person_line(answers: Answers, name: str) -> str:
    """Write who is meant, with the NIK half hidden."""
    nik = answers.get("nik")
    parts = [answers[name][:NAME_SHOWN], say("form.nik_line", nik=mask(nik)) if nik else ""]
    return ", ".join(part for part in parts if part)


def shown(text: str) -> str:
    """Give as much of an answer as a read-back shows; nobody reads degrees."""
    if _DEGREES.fullmatch(text.strip()):
        return say("form.map_point")
    return text if len(text) <= WORDS_SHOWN else text[:WORDS_SHOWN] + "…"


def given(answers: Answers) -> str:
    """Say whether there is a photo, voice note or point."""
    return say("form.given" if evidence(answers) else "form.not_given")


def evidence(answers: Answers) -> list[dict[str, Any]]:
    """Give the files of a form and its point, as a ticket takes them."""
    files = [*(answers.get("photo") or ())]
    if answers.get("point"):
        latitude, longitude = answers["point"]
        files.append({"kind": POINT, "latitude": latitude, "longitude": longitude})
    return files
