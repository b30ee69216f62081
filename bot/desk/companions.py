"""What a supervisor decides about companions: whose families go to whom, and who stands in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.desk.companion_news import tell_handed
from bot.texts import say
from db import audit
from db.areas import Scope
from db.caseloads import companion_within, families_at, has_substitution
from db.handovers import HandoverRefused, NoCompanion, hand_over
from db.session import Session
from db.staff import give_code
from db.substitutions import SubstitutionRefused, end_substitution, substitute

LONGEST_WHY = 200
_SHORTEST_WHY = 3
_LONGEST_LEAVE = timedelta(days=366)
_AT_ONCE = 1_000  # families; a database takes so many values in one statement


class Unfit(ValueError):
    """What was asked for cannot be done; its text is the sentence that says why."""


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Who decides: within which area, when, and how the trail names him."""

    scope: Scope
    actor: str
    now: datetime
    today: date


def give_families(
    session: Session, by: Supervisor, from_id: int | None, place: str, to_id: int, why: str
) -> tuple[int, int]:
    """Hand families over, or such that nobody has: all, of a kelurahan, or of `kelurahan/rw`.

    Says how many, and how many KUBE followed them; raises Unfit, after which nothing of the
    transaction may be kept.
    """
    taker = companion_within(session, by.scope, to_id)
    if taker is None or to_id == from_id:
        raise Unfit(say("companions.no_companion"))
    why = _reason(why)
    area_code, slash, rw = place.partition("/")
    chosen = families_at(
        session, by.scope, from_id, None if place == "all" else area_code, rw if slash else None
    )
    if not chosen:
        raise Unfit(say("companions.no_families"))
    followed = move(session, by, chosen, from_id, to_id, why)
    tell_handed(session, {(from_id, to_id): len(chosen)}, by.now)
    return len(chosen), followed


def move(
    session: Session,
    by: Supervisor,
    household_ids: Sequence[int],
    from_id: int | None,
    to_id: int,
    why: str,
) -> int:
    """Hand many families over at one moment; gives how many KUBE followed; raises Unfit."""
    followed = 0
    try:
        for first in range(0, len(household_ids), _AT_ONCE):
            part = household_ids[first : first + _AT_ONCE]
            followed += len(
                hand_over(session, part, from_id, to_id, why=why, actor=by.actor, now=by.now)
            )
    except NoCompanion:
        raise Unfit(say("companions.not_his_area")) from None
    except HandoverRefused:
        raise Unfit(say("companions.stale")) from None
    return followed


def stand_in(
    session: Session,
    by: Supervisor,
    absent_id: int,
    substitute_id: int,
    first_day: date | None,
    last_day: date | None,
) -> None:
    """Let another companion of the supervisor's area stand in for one; raises Unfit."""
    if first_day is None or last_day is None or not by.today <= first_day <= last_day:
        raise Unfit(say("companions.bad_days"))
    if last_day - first_day > _LONGEST_LEAVE:
        raise Unfit(say("companions.bad_days"))
    if companion_within(session, by.scope, substitute_id) is None:
        raise Unfit(say("companions.no_substitute"))
    try:
        substitute(
            session, absent_id, substitute_id, first_day, last_day, actor=by.actor, now=by.now
        )
    except SubstitutionRefused:
        raise Unfit(say("companions.no_substitute")) from None


def end_leave(session: Session, by: Supervisor, substitution_id: int) -> bool | None:
    """End a substitution early: False where it was over before, None where there is none."""
    if not has_substitution(session, by.scope, substitution_id):
        return None
    return end_substitution(session, substitution_id, by.actor, by.now)


def new_code(session: Session, by: Supervisor, staff_id: int) -> str:
    """Make a one-time code by which a chat becomes this companion's; raises Unfit."""
    companion = companion_within(session, by.scope, staff_id)
    if companion is None or not companion.active:
        raise Unfit(say("companions.left"))
    code = give_code(session, companion, by.now)
    audit.record(session, by.now, by.actor, "new code", f"staff:{staff_id}")
    return f"{code[:4]}-{code[4:]}"


def _reason(why: str) -> str:
    why = " ".join(why.split())
    if not _SHORTEST_WHY <= len(why) <= LONGEST_WHY:
        raise Unfit(say("companions.no_why"))
    return why
