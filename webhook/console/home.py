"""The first page of the console: what waits, and how old the lists are."""

from dataclasses import dataclass

from flask import Blueprint, render_template, url_for

from bot.service import Service
from bot.texts.format import grouped
from db.mismatch.runs import last_run
from db.overview import newest_lists, waiting
from db.ticket_home import MOST, AtDesk, at_desk
from webhook.console.broadcasts import waiting_for
from webhook.console.desk import Desk
from webhook.console.guards import require
from webhook.console.inbox import QUICK

_MOST_LISTS = 8


@dataclass(frozen=True, slots=True)
class Burn:
    """One thing that waits: how often, and the page that shows it."""

    name: str  # of its sentences
    count: str
    hot: bool
    address: str


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
            to_approve = waiting_for(session, desk)
        return render_template(
            "console/home.html",
            counts=counts,
            burns=_burns(tickets),
            to_approve=len(to_approve),
            mine_late=tickets.mine_late,
            lists=lists,
            is_counted=run is not None and run.counted_at is not None,
        )

    return blueprint


def _burns(tickets: AtDesk) -> list[Burn]:
    """Give what waits at the desk, the most pressing first."""
    kinds = (
        ("emergency", tickets.emergencies, True, _inbox("emergency")),
        ("talks", tickets.talks, True, url_for("console.talks.show")),
        ("late", tickets.late, True, _inbox("late")),
        ("mine", tickets.mine, False, _inbox("mine")),
        ("nearly", tickets.nearly, False, _inbox("nearly")),
        ("new", tickets.new, False, _inbox("new")),
    )
    return [
        Burn(name, f"{grouped(MOST)}+" if count > MOST else grouped(count), hot and count > 0, page)
        for name, count, hot, page in kinds
    ]


def _inbox(quick: str) -> str:
    """Give the address of a choice of the inbox."""
    return url_for("console.inbox.show", **QUICK[quick])  # type: ignore[arg-type]
