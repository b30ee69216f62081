"""A household visit, reported in a form; only families of the sender's own can be named."""

from datetime import datetime
from typing import Any

from bot.families import family, longest_unseen, own_families
from bot.fields import one_of, photo, point, words
from bot.forms import Answers, Facts, Field, Form
from bot.messages import Choice
from bot.texts import say
from bot.turn import Turn, button
from db import audit
from db.attachments import POINT, attach
from db.session import Session
from db.staff import is_assigned
from db.visits import Visit

PURPOSES = ("home", "commitment", "data", "complaint", "payout")


def _purposes(_facts: Facts) -> list[Choice]:
    return [button(f"purpose:{name}", f"visit.purpose_{name}") for name in PURPOSES]


FORM = Form(
    "visit",
    (
        Field("family", family, longest_unseen, searched=True, called=("keluarga", "nama")),
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


def handle(turn: Turn) -> None:
    """Open the form."""
    turn.open_form(FORM.name)


def summary(turn: Turn, answers: Answers) -> str:
    """Read the visit back."""
    own = own_families(turn)["lines"]
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
        turn.session,
        turn.staff.id,
        turn.contact.id,
        household_id,
        answers,
        turn.inbound.sent_at,
        turn.now,
    )
    audit.record(turn.session, turn.now, turn.actor, "record visit", f"visit:{visit.id}")
    turn.reply(
        "visit.recorded", button("visit", "choice.visit"), button("households", "choice.households")
    )


def record_visit(
    session: Session,
    staff_id: int,
    contact_id: int,
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
        told_at=visited_at,
        recorded_at=now,
    )
    session.add(visit)
    session.flush()
    files = [*(answers.get("photo") or ())]
    spot: list[Any] | None = answers.get("location")
    if spot:
        files.append({"kind": POINT, "latitude": spot[0], "longitude": spot[1]})
    attach(session, contact_id=contact_id, visit_id=visit.id, files=files, now=now)
    return visit
