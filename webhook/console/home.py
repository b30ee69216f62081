"""The first page of the console: what waits, and how old the lists are."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, render_template

from bot.service import Service
from bot.texts.format import grouped
from db.mismatch.runs import last_run
from db.overview import newest_lists, waiting
from db.ticket_home import MOST, AtDesk, at_desk
from webhook.console.desk import Desk
from webhook.console.guards import require
from webhook.console.inbox import QUICK

_MOST_LISTS = 8


@dataclass(frozen=True, slots=True)
class Burn:
    """One thing that waits: how often, and the choice of the inbox that shows it."""

    name: str  # of its sentences
    count: str
    hot: bool
    query: Mapping[str, str]


def home_pages(_parts: Service) -> Blueprint:
    """Make the route of the first page."""
    blueprint = Blueprint("home", __name__)

    @blueprint.get("/")
    @require()
    def show(desk: Desk) -> str:
        """Show what waits within this person's area."""
        with desk.read() as session:
            counts = waiting(session, desk.scope)
            tickets = at_desk(session, desk.sight, desk.now)
            lists = newest_lists(session, _MOST_LISTS)
            run = last_run(session)
        return render_template(
            "console/home.html",
            counts=counts,
            burns=_burns(tickets),
            mine_late=tickets.mine_late,
            lists=lists,
            is_counted=run is not None and run.counted_at is not None,
        )

    return blueprint


def _burns(tickets: AtDesk) -> list[Burn]:
    """Give what waits at the desk, the most pressing first."""
    kinds = (
        ("emergency", tickets.emergencies, True, QUICK["emergency"]),
        ("talks", tickets.talks, True, {"kind": "human"}),
        ("late", tickets.late, True, QUICK["late"]),
        ("mine", tickets.mine, False, QUICK["mine"]),
        ("nearly", tickets.nearly, False, QUICK["nearly"]),
        ("new", tickets.new, False, QUICK["new"]),
    )
    return [
        Burn(
            name, f"{grouped(MOST)}+" if count > MOST else grouped(count), hot and count > 0, query
        )
        for name, count, hot, query in kinds
    ]
