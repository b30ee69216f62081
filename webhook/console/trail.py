"""The trail: who read or changed which data."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request

from bot.service import Service
from db.trail import Wanted, actions, names_of_staff, read_trail
from webhook.console.desk import Desk
from webhook.console.guards import require

_PAGE = 50
_FILTERS = ("actor", "action", "subject", "from", "to")
_LONGEST = 60
_LARGEST_ID = 2**63 - 1


def trail_pages(_parts: Service) -> Blueprint:
    """Make the route of the trail."""
    blueprint = Blueprint("trail", __name__)

    @blueprint.get("/jejak")
    @require("chief", "admin")
    def show(desk: Desk) -> str:
        """Show the rows of the trail that were asked for, newest first."""
        chosen = {
            name: request.args.get(name, "").replace("\0", "").strip()[:_LONGEST]
            for name in _FILTERS
        }
        below = min(request.args.get("before", _LARGEST_ID, type=int), _LARGEST_ID)
        whole = desk.staff.role == "admin"
        with desk.read() as session:
            rows = read_trail(
                session, desk.scope, whole, _wanted(desk, chosen), below, _PAGE + 1
            )  # fmt: skip
            names = names_of_staff(session, desk.scope)
            known = actions(session)
        more = rows[_PAGE - 1].id if len(rows) > _PAGE else None
        kept = {name: value for name, value in chosen.items() if value}
        return render_template(
            "console/trail.html",
            rows=rows[:_PAGE], names=names, actions=known, chosen=chosen, kept=kept, more=more,
            newest=below == _LARGEST_ID,
        )  # fmt: skip

    return blueprint


def _wanted(desk: Desk, chosen: dict[str, str]) -> Wanted:
    return Wanted(
        actor=chosen["actor"] or None,
        action=chosen["action"] or None,
        subject=chosen["subject"] or None,
        since=_midnight(chosen["from"], desk.staff.zone, 0),
        before=_midnight(chosen["to"], desk.staff.zone, 1),
    )


def _midnight(text: str, zone: str, after: int) -> datetime | None:
    """Give the beginning of a day, or of the day after it; None for what is no day."""
    try:
        day = date.fromisoformat(text) + timedelta(days=after)
        return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
