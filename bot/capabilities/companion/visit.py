"""A household visit, reported in a form or in one message; only families of the sender's own."""

from datetime import datetime
from typing import Any

from bot.desk.idle_files import bring_files
from bot.families import is_own, named_first, own_families
from bot.forms import ADDED, FILES, Answers, Facts
from bot.texts import say
from bot.texts.format import local_moment
from bot.turn import Turn, button
from bot.visit_form import FORM, asked_of
from bot.visit_records import (
    Report,
    earlier,
    far_note,
    finding_of,
    joined,
    keep,
    told_already,
)
from bot.visit_words import Told, begins_report, read_told, without_lead
from bot.visit_work import begin_work, work_choices
from db.visits import Visit, in_force, last_told

_FIX = "fix"
_MENDS = ("betulkan", "ralat", "ubah", "koreksi")
_TELLING = 3  # words; fewer beside no family tell nothing
_SHOWN = 150  # characters of a finding


def facts(turn: Turn) -> Facts:
    """Give the sender's own families, and what was found as far as it is told."""
    form = turn.conversation.form
    return {**own_families(turn), "finding": form.answers.get("finding") if form else None}


def handle(turn: Turn) -> None:
    """Keep a whole report, correct the last one, or open the form with what is told already."""
    if turn.staff is None:
        return
    if turn.argument == _FIX or turn.text.lower().startswith(_MENDS):
        _correct(turn, turn.staff.id)
        return
    own = own_families(turn)
    if turn.argument in own["households"]:
        turn.open_form(FORM.name, {"family": turn.argument})
        return
    found, told = _read(turn, own)
    if told is None:
        turn.open_form(FORM.name)
    elif len(found) == 1 and told.finding:
        _take_whole(turn, turn.staff.id, int(found[0]), told)
    elif told.finding:  # only the family is not clear
        turn.open_form(FORM.name, {**_whole(turn, told), "alike": found})
    else:
        named = {"family": found[0]} if len(found) == 1 else {"alike": found}
        turn.open_form(FORM.name, _answers(told) | named)


def is_whole(turn: Turn) -> bool:
    """Say whether a message is a report of a visit that needs no question."""
    if turn.role != "companion" or not begins_report(turn.text):
        return False
    found, told = _read(turn, own_families(turn))
    return len(found) == 1 and told is not None and bool(told.finding)


def _read(turn: Turn, own: Facts) -> tuple[list[str], Told | None]:
    """Give the families that a text names, and what it tells beside them."""
    found, rest = named_first(without_lead(turn.text), own)
    if not found and not (begins_report(turn.text) and len(rest.split()) > _TELLING):
        return [], None
    return found, read_told(rest, turn.inbound.sent_at, turn.zone)


def _answers(told: Told) -> Answers:
    """Give what words tell as answers of the form."""
    answers: Answers = {"finding": told.finding} if told.finding else {}
    if told.purpose is not None:
        answers |= {"purpose": told.purpose, **told.checks}
    if told.at is not None:
        answers["at"] = told.at.isoformat()
    return answers | ({FILES: [], "location": None} if told.follows else {})


def _whole(turn: Turn, told: Told) -> Answers:
    """Give a whole report as answers, so that nothing of it but the family may be asked."""
    purpose = told.purpose or "home"
    said = len(turn.replies)
    files = bring_files(turn).get(FILES, [])
    del turn.replies[said:]  # that files came with it is told with the report
    point = turn.inbound.location
    return {
        "purpose": purpose,
        **dict.fromkeys(asked_of(purpose)),
        **told.checks,
        **_answers(told),
        FILES: files,
        "location": None if point is None else [point.latitude, point.longitude],
        "told_at": turn.inbound.sent_at.isoformat(),
    }


def _take_whole(turn: Turn, staff_id: int, household_id: int, told: Told) -> None:
    """Store a report of one message; what may have been sent before is asked about."""
    purpose = told.purpose or "home"
    at = told.at or turn.inbound.sent_at
    doubled = told_already(turn, household_id, purpose, told)
    if doubled is not None:
        turn.reply("visit.again", *_afterwards(doubled), time=_moment(turn, doubled))
        return
    known = _whole(turn, told)
    if earlier(turn, household_id, purpose, at) is not None:
        turn.open_form(FORM.name, {**known, "family": str(household_id)})
        return
    files, spot = known[FILES], known["location"]
    report = Report(household_id, purpose, told.finding, told.checks, at, files, spot)
    visit = keep(turn, staff_id, report)
    begun = begin_work(turn, visit, told.finding, None)
    line = own_families(turn)["lines"][str(household_id)]
    kept = say(
        "visit.kept_whole",
        family=line,
        purpose=say(f"visit.purpose_{purpose}"),
        finding=told.finding[:_SHOWN],
        time=_moment(turn, visit),
        photo=say("visit.given" if files else "visit.may_follow"),
    )
    turn.tell("\n\n".join([kept + far_note(visit), *begun]), *_afterwards(visit))


def _correct(turn: Turn, staff_id: int) -> None:
    """Open the form with the visit that was told of last, if it is still the sender's."""
    visit = last_told(turn.session, staff_id)
    if visit is None or not is_own(turn, visit.household_id):
        turn.reply("visit.nothing_to_fix", button("visit", "choice.visit"))
        return
    checks = {name: visit.checks.get(name) for name in asked_of(visit.purpose)}
    turn.open_form(
        FORM.name,
        {
            "family": str(visit.household_id), "purpose": visit.purpose, **checks,
            "finding": finding_of(turn, visit), FILES: [], "location": None,
            "at": visit.visited_at.isoformat(), "replaces": visit.id,
        },
    )  # fmt: skip


def summary(turn: Turn, answers: Answers) -> str:
    """Read the visit back: what was told, and nothing of what was not."""
    family = own_families(turn)["lines"].get(answers["family"], say("visit.no_longer_yours"))
    checks = [
        say("visit.check_line", what=say(f"visit.label_{name}"), said=say(_label(name, value)))
        for name, value in _checks(answers).items()
    ]
    at = _own_time(answers)
    lines = [
        say("visit.summary_family", family=family),
        say("visit.summary_purpose", purpose=say(f"visit.purpose_{answers['purpose']}")),
        *([say("visit.summary_time", time=local_moment(at, turn.zone))] if at else []),
        *checks,
        say("visit.summary_finding", finding=_shown(answers)),
        say(
            "visit.summary_files",
            photo=say("visit.given" if answers.get(FILES) else "visit.not_given"),
            location=say("visit.given" if answers.get("location") else "visit.not_given"),
        ),
    ]
    return "\n".join(lines)


def _shown(answers: Answers) -> str:
    if answers.get("finding"):
        return str(answers["finding"])[:_SHOWN]
    return say("visit.finding_in_file" if answers.get(FILES) else "visit.not_given")


def _label(name: str, value: str) -> str:
    own = value in ("yes", "no", "none")
    return f"visit.{value}" if own else f"visit.{name}_{value}"


def _checks(answers: Answers) -> dict[str, str]:
    """Give what was answered of all that is asked for a purpose."""
    return {name: answers[name] for name in asked_of(answers["purpose"]) if answers.get(name)}


def _own_time(answers: Answers) -> datetime | None:
    return datetime.fromisoformat(answers["at"]) if answers.get("at") else None


def _told_at(turn: Turn, answers: Answers) -> datetime:
    """Give when the visit was written of: in a whole report, or as the form is sent."""
    told = answers.get("told_at")
    return datetime.fromisoformat(told) if told else turn.inbound.sent_at


def same(turn: Turn, answers: Answers) -> str | None:
    """Ask whether this is a visit that was told of before."""
    if answers.get("replaces"):
        return None
    before = _before(turn, answers)
    return None if before is None else say("visit.same", time=_moment(turn, before))


def _before(turn: Turn, answers: Answers) -> Visit | None:
    at = _own_time(answers) or _told_at(turn, answers)
    return earlier(turn, int(answers["family"]), answers["purpose"], at)


def finish(turn: Turn, answers: Answers) -> None:
    """Store the visit, unless the family was handed over in the meantime."""
    household_id = int(answers["family"])
    if turn.staff is None or not is_own(turn, household_id):
        turn.reply("visit.handed_over", button("households", "choice.households"))
        return
    replaces = _replaced(turn, answers)
    added = replaces is not None and answers.get(ADDED)
    usual = replaces.visited_at if replaces is not None and added else _told_at(turn, answers)
    spot: list[Any] | None = answers.get("location")
    report = Report(
        household_id,
        answers["purpose"],
        answers.get("finding") or "",
        _checks(answers),
        _own_time(answers) or usual,
        answers.get(FILES) or (),
        spot,
    )
    if replaces is not None and added:
        report = joined(report, finding_of(turn, replaces), replaces.checks)
    visit = keep(turn, turn.staff.id, report, replaces)
    key = "visit.recorded" if replaces is None else "visit.corrected"
    begun = begin_work(turn, visit, report.finding, replaces)
    turn.tell("\n\n".join([say(key) + far_note(visit), *begun]), *_afterwards(visit))


def _replaced(turn: Turn, answers: Answers) -> Visit | None:
    """Give the visit that this one takes the place of: the corrected, or the same told before."""
    if answers.get(ADDED):
        return _before(turn, answers)
    if not answers.get("replaces"):
        return None
    visit = in_force(turn.session, int(answers["replaces"]))
    own = visit is not None and turn.staff is not None and visit.staff_id == turn.staff.id
    return visit if own else None


def _afterwards(visit: Visit) -> tuple[Any, ...]:
    """Offer what follows from what was found, then the next visit and the correction."""
    return (
        *work_choices(visit),
        button("visit", "choice.visit"),
        button("visit:fix", "choice.visit_fix"),
        button("households", "choice.households"),
    )


def _moment(turn: Turn, visit: Visit) -> str:
    return local_moment(visit.visited_at, turn.zone)
