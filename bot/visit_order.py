"""Whom to visit next, and in which order to walk: plain rules, without any IO."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from db.offices import distance_km
from db.visit_rules import VisitRules

EMERGENCY, AT_RISK, UNSEEN = "emergency", "at_risk", "unseen"
OVERDUE, DUE, SEEN = "overdue", "due", "seen"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A family that may be visited; the point in degrees, where one is known."""

    household_id: int
    name: str
    area: str
    last_seen: date | None
    emergency: bool
    at_risk: bool
    point: tuple[float, float] | None = None
    address: str = ""


def due_state(last_seen: date | None, today: date, rules: VisitRules) -> str:
    """Say whether a family is to be seen again; who was never seen is overdue."""
    days = rules.overdue_days if last_seen is None else (today - last_seen).days
    if days >= rules.overdue_days:
        return OVERDUE
    return DUE if days >= rules.due_days else SEEN


def next_best(
    candidates: Sequence[Candidate], today: date, rules: VisitRules, most: int
) -> list[tuple[Candidate, str]]:
    """Give whom to visit next with the reason: emergencies, then at risk and due, then unseen."""

    def reason(one: Candidate) -> str:
        if one.emergency:
            return EMERGENCY
        due = due_state(one.last_seen, today, rules) != SEEN
        return AT_RISK if one.at_risk and due else UNSEEN

    ranks = (EMERGENCY, AT_RISK, UNSEEN)
    reasoned = [(one, reason(one)) for one in candidates]
    reasoned.sort(
        key=lambda pair: (
            ranks.index(pair[1]), pair[0].last_seen is not None, pair[0].last_seen or today,
            pair[0].name, pair[0].household_id,
        )
    )  # fmt: skip
    return reasoned[:most]


def route(chosen: Sequence[Candidate], start: tuple[float, float] | None = None) -> list[Candidate]:
    """Give an order to walk: emergencies first, always to the nearest next, then the unplaced."""
    urgent = [one for one in chosen if one.emergency]
    others = [one for one in chosen if not one.emergency]
    walked: list[Candidate] = []
    here = start
    for group in (urgent, others):
        left = [one for one in group if one.point is not None]
        while left:
            nearest = min(left, key=lambda one: _far(here, one)) if here else left[0]
            left.remove(nearest)
            walked.append(nearest)
            here = nearest.point
        walked += sorted((one for one in group if one.point is None), key=lambda one: one.area)
    return walked


def _far(here: tuple[float, float] | None, one: Candidate) -> float:
    if here is None or one.point is None:
        return 0.0
    return distance_km(*here, *one.point)
