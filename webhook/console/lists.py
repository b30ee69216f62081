"""The lists of all agencies, with their age and what is in force of them."""

from flask import Blueprint, render_template

from bot.service import Service
from db.overview import lists_in_force
from webhook.console.desk import Desk
from webhook.console.guards import require


def lists_pages(_parts: Service) -> Blueprint:
    """Make the routes about lists."""
    blueprint = Blueprint("lists", __name__)

    @blueprint.get("/daftar")
    @require()
    def show(desk: Desk) -> str:
        """Show every list, the oldest first."""
        with desk.read() as session:
            found = lists_in_force(session, desk.scope)
        return render_template("console/lists.html", lists=found)

    return blueprint
