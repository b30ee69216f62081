"""A visit read back before it is kept: what was told, and nothing of what was not."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from bot.families import own_families
from bot.forms import FILES, Answers
from bot.messages import Choice, MediaKind
from bot.texts import say
from bot.texts.format import local_moment
from bot.turn import Turn, button
from bot.visit_files import kept_early
from bot.visit_form import asked_of
from db.attachments import POINT, files_of_visit

MOST_SHOWN = 150  # characters of a finding


def summary(turn: Turn, answers: Answers) -> str:
    """Read the visit back: what was told, and nothing of what was not."""
    family = own_families(turn)["lines"].get(answers["family"], say("visit.no_longer_yours"))
    at = own_time(answers) or told_at(turn, answers)
    lines = [
        say("visit.summary_family", family=family),
        say("visit.summary_purpose", purpose=say(f"visit.purpose_{answers['purpose']}")),
        say("visit.summary_time", time=local_moment(at, turn.zone)),
        *check_lines(checks_of(answers)),
        say("visit.summary_finding", finding=_shown(answers)),
        *_files_shown(turn, answers),
    ]
    return "\n".join(lines)


def _files_shown(turn: Turn, answers: Answers) -> list[str]:
    """Say which files and point there are, with those that a corrected visit has already."""
    there = Counter(file["kind"] for file in answers.get(FILES) or ())
    if answers.get("replaces"):
        visit_id = int(answers["replaces"])
        there.update(file.kind for file in files_of_visit(turn.session, visit_id))
    there.update(file["kind"] for file in kept_early(turn, int(answers["family"])))
    if answers.get("location"):
        there[POINT] += 1
    photo, location = (
        say("visit.given" if there.pop(kind, 0) else "visit.not_given")
        for kind in (MediaKind.PHOTO, POINT)
    )
    lines = [say("visit.summary_files", photo=photo, location=location)]
    return [*lines, say("visit.summary_others", count=there.total())] if there.total() else lines


def _shown(answers: Answers) -> str:
    if answers.get("finding"):
        return str(answers["finding"])[:MOST_SHOWN]
    return say("visit.finding_in_file" if answers.get(FILES) else "visit.not_given")


def offers(turn: Turn, answers: Answers) -> list[Choice]:
    """Offer beside a correction to take the visit back, or to put its photo elsewhere."""
    if not answers.get("replaces"):
        return []
    visit_id = int(answers["replaces"])
    files = files_of_visit(turn.session, visit_id)
    moves = [button(f"visit_fix:photo:{visit_id}", "visit.move_photo")] if files else []
    return [button(f"visit_fix:drop:{visit_id}", "visit.drop"), *moves]


def check_lines(checks: Mapping[str, str]) -> list[str]:
    """Give what was checked and the answers, a line each."""
    return [
        say("visit.check_line", what=say(f"visit.label_{name}"), said=say(_label(name, value)))
        for name, value in checks.items()
    ]


def _label(name: str, value: str) -> str:
    own = value in ("yes", "no", "none")
    return f"visit.{value}" if own else f"visit.{name}_{value}"


def checks_of(answers: Answers) -> dict[str, str]:
    """Give what was answered of all that is asked for a purpose."""
    return {name: answers[name] for name in asked_of(answers["purpose"]) if answers.get(name)}


def own_time(answers: Answers) -> datetime | None:
    """Give when the visit was, where that is told."""
    return datetime.fromisoformat(answers["at"]) if answers.get("at") else None


def told_at(turn: Turn, answers: Answers) -> datetime:
    """Give when the visit was first written of; a form of before has no such moment."""
    told = answers.get("told_at")
    return datetime.fromisoformat(told) if told else turn.inbound.sent_at
