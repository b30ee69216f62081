"""Which visit somebody wants to mend, and the form in which he does."""

from datetime import datetime

from bot.families import is_own
from bot.forms import FILES
from bot.texts.format import local_moment
from bot.turn import Turn, button
from bot.visit_form import FORM, asked_of
from bot.visit_records import finding_of
from db.visits import Visit, last_told, last_version

_LONGEST_ID = 18  # digits


def correct_last(turn: Turn, staff_id: int) -> None:
    """Open the form with the visit that was told of last, if it is still the sender's."""
    visit = last_told(turn.session, staff_id)
    if visit is None or not is_own(turn, visit.household_id):
        nothing_to_mend(turn)
    else:
        correct(turn, visit)


def correct(turn: Turn, visit: Visit, at: datetime | None = None) -> None:
    """Open the form with what was told of a visit; what is not changed stays.

    Its time, too, where no other is told with the wish.
    """
    checks = {name: visit.checks.get(name) for name in asked_of(visit.purpose)}
    before = visit.visited_at.isoformat()
    turn.open_form(
        FORM.name,
        {
            "at": before if at is None else at.isoformat(), "told_at": before,
            "family": str(visit.household_id), "purpose": visit.purpose, **checks,
            "finding": finding_of(turn, visit), FILES: [], "location": None, "replaces": visit.id,
        },
    )  # fmt: skip


def own_visit(turn: Turn, number: str) -> Visit | None:
    """Give the sender's visit of an id as it stands, if its family is still his."""
    if not number.isdecimal() or len(number) > _LONGEST_ID or turn.staff is None:
        return None
    visit = last_version(turn.session, int(number))
    is_his = visit is not None and visit.staff_id == turn.staff.id
    return visit if is_his and visit is not None and is_own(turn, visit.household_id) else None


def nothing_to_mend(turn: Turn) -> None:
    """Say that there is no visit that the sender could mend."""
    turn.reply("visit.nothing_to_fix", button("visit", "choice.visit"))


def moment_of(turn: Turn, visit: Visit) -> str:
    """Say when a visit was made, where the sender is."""
    return local_moment(visit.visited_at, turn.zone)
