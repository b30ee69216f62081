"""Whom a companion should visit next, and the way of the day with links to the map."""

from datetime import datetime, timedelta
from urllib.parse import quote_plus

from bot.messages import Choice
from bot.texts import say
from bot.texts.format import local_day, packed, plain_date
from bot.turn import Turn, button
from bot.visit_order import Candidate, next_best, route
from db import audit
from db.area_points import points_of
from db.assignments import families_of
from db.visit_plans import marks_of
from db.visit_rules import visit_rules
from db.visits import last_told

_PROPOSED = 5
_LONGEST = 600  # characters of one message
_NAME = 28
_ROUTE = "route"
_TOLD = "route_at"  # the topic that holds when the way was told
_FOLLOWS = timedelta(minutes=15)  # so long after it may a point be where it begins
_MAP = "https://maps.google.com/?q="


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
            seen=_seen(one),
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


def starts_here(turn: Turn) -> bool:
    """Tell the way from a point that follows upon it, unless a visit was told of since."""
    told_at = turn.conversation.topic.get(_TOLD)
    point, staff = turn.inbound.location, turn.staff
    if told_at is None or point is None or turn.text or staff is None or turn.role != "companion":
        return False
    after = turn.inbound.sent_at - datetime.fromisoformat(told_at)
    last = last_told(turn.session, staff.id)
    told_since = last is not None and last.told_at >= datetime.fromisoformat(told_at)
    if told_since or not timedelta(0) <= after <= _FOLLOWS:
        return False
    turn.argument = _ROUTE
    handle(turn)
    return True


def _tell_route(turn: Turn, chosen: list[Candidate]) -> None:
    point = turn.inbound.location
    start = None if point is None else (point.latitude, point.longitude)
    lines = [
        say("households.route_line", place=place, name=one.name[:_NAME], area=one.area)
        + f"\n{_link(turn, one)}"
        for place, one in enumerate(route(chosen, start), start=1)
    ]
    placed = sum(one.point is not None for one in chosen)
    key = "route" if placed == len(chosen) else "route_partly" if placed else "route_unplaced"
    head = say(f"households.{key}", count=placed)
    if start is None:
        turn.conversation.topic[_TOLD] = turn.inbound.sent_at.isoformat()
        lines.append(say("households.route_start"))
    *first, last = packed([head, *lines])
    for part in first:
        turn.tell(part)
    turn.tell(last, button("visit", "choice.visit"), button("households", "choice.households"))


def _link(turn: Turn, one: Candidate) -> str:
    """Give an address that opens the map of any telephone, at the point or else at the address."""
    if one.point is not None:
        return f"{_MAP}{one.point[0]:.5f},{one.point[1]:.5f}"
    city = turn.places.names.get(turn.places.city or "", "")
    return _MAP + quote_plus(", ".join(filter(None, (one.address, one.area, city))))


def _seen(one: Candidate) -> str:
    if one.last_seen is None:
        return say("households.never")
    return say("households.last_seen", day=plain_date(one.last_seen))


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
            household.address,
        )
        for household, name, seen in rows
    ]


def _fitting(key: str, lines: list[str], **values: object) -> str:
    """Put as many lines into a message as it holds."""
    shown = list(lines)
    while len(shown) > 1 and len(say(key, lines="\n".join(shown), **values)) > _LONGEST:
        shown.pop()
    return say(key, lines="\n".join(shown), **values)[:_LONGEST]
