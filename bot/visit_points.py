"""How far the points of a visit lie from the family's kelurahan, and what is said of it."""

from bot.texts import say
from bot.turn import Turn
from db.area_points import middle_of
from db.attachments import POINT, files_of_visit
from db.offices import distance_km
from db.registry import Household
from db.visit_rules import visit_rules
from db.visits import Visit

_METRES = 1_000  # in a kilometre


def measure(turn: Turn, visit: Visit) -> None:
    """Note how far the farthest of a visit's points lies: a second one clears no mark."""
    points = [
        (file.latitude, file.longitude)
        for file in files_of_visit(turn.session, visit.id)
        if file.kind == POINT and file.latitude is not None and file.longitude is not None
    ]
    visit.distance_m = None
    if not points:
        return
    home = turn.session.get_one(Household, visit.household_id)
    middle = middle_of(turn.session, home.area_code, but=visit.id)
    if middle is not None:
        away = max(distance_km(*point, *middle.point) for point in points)
        visit.distance_m = round(away * _METRES)


def is_far(visit: Visit) -> bool:
    """Say whether a point of a visit lies far from the family's kelurahan."""
    return visit.distance_m is not None and visit.distance_m > visit_rules().far_m


def far_note(turn: Turn, visit: Visit) -> str:
    """Say how far the point lies and from what; nothing where it is near."""
    if not is_far(visit):
        return ""
    km = f"{(visit.distance_m or 0) / _METRES:.1f}".replace(".", ",")
    home = turn.session.get_one(Household, visit.household_id)
    middle = middle_of(turn.session, home.area_code, but=visit.id)
    of_visits = middle is not None and middle.visits
    key = "visit.far_of_visits" if of_visits else "visit.far"
    return "\n\n" + say(key, km=km, count=middle.visits if middle is not None else 0)
