"""A household visit, reported in a form; only families of the sender's own can be named."""

from collections import Counter
from datetime import datetime
from typing import Any

from rapidfuzz import fuzz, process

from bot.fields import one_of, photo, point, words
from bot.forms import Answer, Answers, Facts, Field, Form, Refused
from bot.messages import Choice
from bot.texts import say
from bot.turn import Turn, button
from db import audit
from db.session import Session
from db.staff import households_of, is_assigned
from db.tickets import Attachment
from db.visits import Visit

PURPOSES = ("home", "commitment", "data", "complaint", "payout")
_NEAR = 75.0  # of 100, for a name as it is heard
_OFFERED = 5
_ALIKE = 8  # families of one name that are offered
_LABEL = 24  # characters that a list of WhatsApp shows of a label
_PLACE_LEAST = 10  # as long as RT 001/002


def _purposes(_facts: Facts) -> list[Choice]:
    return [button(f"purpose:{name}", f"visit.purpose_{name}") for name in PURPOSES]


def _family(answer: Answer, facts: Facts) -> Answers:
    """Take a picked family, or find the name of its head, misspelt or not."""
    own: dict[str, str] = facts["households"]
    picked = (answer.value or "").removeprefix("family:")
    if picked in own:
        return {"family": picked}
    said = answer.text.strip()[:100]
    if not said:
        raise Refused("visit.family_unknown")
    found = process.extract(
        said.lower(), own, scorer=fuzz.WRatio, processor=str.lower, score_cutoff=_NEAR,
        limit=None,
    )  # fmt: skip
    if not found:
        raise Refused("visit.family_unknown")
    best = [match for match in found if match[1] == found[0][1]]
    if len(best) > 1:
        raise Refused(
            "visit.family_ambiguous", [_family_choice(key, facts) for *_, key in best[:_ALIKE]]
        )
    return {"family": found[0][2]}


def _family_choice(key: str, facts: Facts) -> Choice:
    label = facts.get("labels", {}).get(key) or facts["households"][key][:_LABEL]
    return Choice(f"family:{key}", label)


def _longest_unseen(_answers: Answers, facts: Facts) -> list[Choice]:
    own: dict[str, str] = facts["households"]
    return [_family_choice(key, facts) for key in list(own)[:_OFFERED]]


FORM = Form(
    "visit",
    (
        Field("family", _family, _longest_unseen, searched=True, called=("keluarga", "nama")),
        Field(
            "purpose",
            one_of("purpose", _purposes),
            lambda _answers, facts: _purposes(facts),
            called=("tujuan",),
        ),
        Field(
            "finding",
            words("finding", 3, files_to="photo", files_suffice=True),
            free_text=True,
            called=("temuan", "hasil"),
        ),
        Field("photo", photo("photo"), optional=True, called=("foto", "gambar")),
        Field("location", point("location"), optional=True, called=("lokasi",)),
    ),
    read_back=True,
)


def facts(turn: Turn) -> Facts:
    """Give the sender's own families, longest unseen first, with labels that tell them apart."""
    staff_id = turn.staff.id if turn.staff else 0
    rows = households_of(turn.session, staff_id)
    places = [turn.places.name_of(household.area_code) for household, *_ in rows]
    plain = [_label(row[1], place) for row, place in zip(rows, places, strict=True)]
    nearer = [_label(name, f"RT {household.rt}/{household.rw}") for household, name, _seen in rows]
    own: dict[str, str] = {}
    labels: dict[str, str] = {}
    lines: dict[str, str] = {}
    often, often_nearer = Counter(plain), Counter(nearer)
    for place, (household, name, _seen) in enumerate(rows):
        key = str(household.id)
        label = plain[place]
        if often[label] > 1:
            label = nearer[place]
            if often_nearer[label] > 1:
                label = _label(name, f"no. {place + 1}")
        own[key], labels[key] = name, label
        lines[key] = say(
            "visit.family_line", name=name, area=places[place], address=household.address
        )
    return {"households": own, "labels": labels, "lines": lines}


def _label(name: str, place: str) -> str:
    """Put a name and what tells it apart into the length of a label."""
    place = place[: max(_PLACE_LEAST, _LABEL - len(name) - 2)].strip()
    return f"{name[: _LABEL - len(place) - 2].strip()}, {place}"


def handle(turn: Turn) -> None:
    """Open the form."""
    turn.open_form(FORM.name)


def summary(turn: Turn, answers: Answers) -> str:
    """Read the visit back."""
    own = facts(turn)["lines"]
    return say(
        "visit.summary",
        family=own.get(answers["family"], say("visit.no_longer_yours")),
        purpose=say(f"visit.purpose_{answers['purpose']}"),
        finding=answers["finding"][:200] or say("visit.finding_in_file"),
        photo=say("visit.given" if answers.get("photo") else "visit.not_given"),
        location=say("visit.given" if answers.get("location") else "visit.not_given"),
    )


def finish(turn: Turn, answers: Answers) -> None:
    """Store the visit, unless the family was handed over in the meantime."""
    household_id = int(answers["family"])
    if turn.staff is None or not is_assigned(turn.session, turn.staff.id, household_id):
        turn.reply("visit.handed_over", button("households", "choice.households"))
        return
    visit = record_visit(
        turn.session, turn.staff.id, household_id, answers, turn.inbound.sent_at, turn.now
    )
    audit.record(turn.session, turn.now, turn.actor, "record visit", f"visit:{visit.id}")
    turn.reply(
        "visit.recorded", button("visit", "choice.visit"), button("households", "choice.households")
    )


def record_visit(
    session: Session,
    staff_id: int,
    household_id: int,
    answers: Answers,
    visited_at: datetime,
    now: datetime,
) -> Visit:
    """Store a visit with its files and point."""
    visit = Visit(
        staff_id=staff_id,
        household_id=household_id,
        purpose=answers["purpose"],
        finding_sealed=session.vault.seal(answers["finding"], "finding"),
        visited_at=visited_at,
        recorded_at=now,
    )
    session.add(visit)
    session.flush()
    for file in answers.get("photo") or ():
        session.add(Attachment(visit_id=visit.id, **file))
    spot: list[Any] | None = answers.get("location")
    if spot:
        session.add(
            Attachment(visit_id=visit.id, kind="location", latitude=spot[0], longitude=spot[1])
        )
    return visit
