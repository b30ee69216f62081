"""What is found at a visit becomes work: a correction, a way out of aid, or a report to file."""

from bot.desk.filing import file_for
from bot.messages import Choice
from bot.texts import say
from bot.turn import Turn, button
from db.companion_tasks import head_of
from db.graduations import open_track
from db.registry import Household
from db.tickets import Matter
from db.visits import Visit

# What was found of the data → which part of it is to be corrected.
_CORRECTED = {"changed": "other", "moved": "address", "died": "family"}
_BAD = (("came", "no"), ("whole", "no"), ("uncut", "no"), ("settled", "no"), ("state", "need"))


def begin_work(turn: Turn, visit: Visit, finding: str, before: Visit | None) -> tuple[str, ...]:
    """Begin what the findings of a visit ask for, and say what was begun.

    What an earlier version of the visit began already is not begun again.
    """
    former = {} if before is None else before.checks
    begun = []
    found = visit.checks.get("found", "")
    if found in _CORRECTED and former.get("found") != found:
        number = _correction(turn, visit.household_id, found, finding)
        begun.append(say("visit.correction_filed", number=number))
    if visit.checks.get("state") == "ready" and former.get("state") != "ready":
        open_track(turn.session, visit.household_id, turn.actor, turn.now)
        begun.append(say("visit.graduation_begun"))
    return tuple(begun)


def _correction(turn: Turn, household_id: int, found: str, finding: str) -> str:
    """File what has changed for those who keep the data; it is the office's own observation."""
    head = head_of(turn.session, household_id)
    home = turn.session.get_one(Household, household_id)
    story = say("visit.correction_story", found=say(f"visit.found_{found}"), finding=finding)
    matter = Matter(
        "correction", _CORRECTED[found], story, details={"what": _CORRECTED[found], "right": story}
    )
    return file_for(turn, matter, home.area_code, None if head is None else head[0]).number


def work_choices(visit: Visit) -> tuple[Choice, ...]:
    """Offer what only the citizen can decide, and the family's way where it has begun."""
    ways = []
    if any(visit.checks.get(name) == value for name, value in _BAD):
        ways.append(button(f"help:{visit.household_id}", "choice.help"))
    if visit.checks.get("state") == "ready":
        ways.append(button(f"graduation:{visit.household_id}", "choice.graduation"))
    return tuple(ways)
