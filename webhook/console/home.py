"""The first page of the console: what waits, and how old the lists are."""

from flask import Blueprint, render_template

from bot.service import Service
from db.mismatch.runs import last_run
from db.overview import newest_lists, waiting
from webhook.console.desk import Desk
from webhook.console.guards import require

_MOST_LISTS = 8


def home_pages(_parts: Service) -> Blueprint:
    """Make the route of the first page."""
    blueprint = Blueprint("home", __name__)

    @blueprint.get("/")
    @require()
    def show(desk: Desk) -> str:
        """Show what waits within this person's area."""
        with desk.read() as session:
            counts = waiting(session, desk.scope)
            lists = newest_lists(session, _MOST_LISTS)
            run = last_run(session)
        return render_template(
            "console/home.html",
            counts=counts,
            lists=lists,
            is_counted=run is not None and run.counted_at is not None,
        )

    return blueprint
