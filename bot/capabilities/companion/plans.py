"""Whom a companion should visit next, and the way of the day with links to the map."""

from bot.messages import Choice
from bot.texts import say
from bot.texts.format import local_day, plain_date
from bot.turn import Turn, button
from bot.visit_order import Candidate, next_best, route
from db import audit
from db.area_points import points_of
from db.assignments import families_of
from db.visit_plans import marks_of
from db.visit_rules import visit_rules

_PROPOSED = 5
_LONGEST = 600  # characters of one message
_NAME = 28
_ROUTE = "route"


def handle(turn: Turn) -> None:
    """Propose the next visits, or put them in the order of the way."""
    if turn.staff is None:
        return
    chosen = next_best(candidates(turn, turn.staff.id), turn.today, visit_rules(), _PROPOSED)
    if not chosen:
        turn.reply("households.none", button("menu", "choice.menu"))
        return
    audit.record(turn.session, turn.now, turn.actor, "list households", turn.actor)
    if turn.argument == _ROUTE or turn.text.lower().strip(" /").startswith("rute"):
        _tell_route(turn, [one for one, _reason in chosen])
        return
    lines = [
        say(
            "households.next_line",
            name=one.name[:_NAME],
            area=one.area,
            reason=say(f"households.reason_{reason}"),
            seen=plain_date(one.last_seen) if one.last_seen else say("households.never"),
        )
        for one, reason in chosen
    ]
    rules = visit_rules()
    rule = say(
        "households.rule", days=rules.due_days, child=rules.child_under, elder=rules.elder_from,
        poorest=rules.poorest,
    )  # fmt: skip
    first = chosen[0][0]
    turn.tell(
        _fitting("households.next", lines, rule=rule),
        Choice(f"visit:{first.household_id}", say("households.visit_first")),
        button("plan:route", "choice.plan_route"),
        button("menu", "choice.menu"),
    )


def _tell_route(turn: Turn, chosen: list[Candidate]) -> None:
    point = turn.inbound.location
    start = None if point is None else (point.latitude, point.longitude)
    lines = [
        say("households.route_line", place=place, name=one.name[:_NAME], area=one.area)
        + ("\n" + map_link(*one.point) if one.point else "")
        for place, one in enumerate(route(chosen, start), start=1)
    ]
    turn.tell(
        _fitting("households.route", lines),
        button("visit", "choice.visit"),
        button("households", "choice.households"),
    )


def map_link(latitude: float, longitude: float) -> str:
    """Give an address that opens the map of any telephone, without an account."""
    return f"https://maps.google.com/?q={latitude:.5f},{longitude:.5f}"


def candidates(turn: Turn, staff_id: int) -> list[Candidate]:
    """Give all families of a companion with what speaks for a visit."""
    marks = marks_of(turn.session, staff_id, turn.today, visit_rules())
    rows = families_of(turn.session, staff_id, turn.today)
    points = points_of(turn.session, [household.id for household, *_ in rows])
    return [
        Candidate(
            household.id,
            name,
            turn.places.name_of(household.area_code),
            local_day(seen, turn.zone) if seen else None,
            household.id in marks.emergencies,
            household.id in marks.at_risk,
            points.get(household.id),
        )
        for household, name, seen in rows
    ]


def _fitting(key: str, lines: list[str], **values: object) -> str:
    """Put as many lines into a message as it holds."""
    shown = list(lines)
    while len(shown) > 1 and len(say(key, lines="\n".join(shown), **values)) > _LONGEST:
        shown.pop()
    return say(key, lines="\n".join(shown), **values)[:_LONGEST]
