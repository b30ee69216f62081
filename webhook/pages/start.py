"""The start page: what this is, and in the demo what to try."""

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Blueprint, render_template

from bot.settings import Settings
from db.sample.named import named_people

_AHEAD = timedelta(days=9)


def start_page(settings: Settings, clock: Callable[[], datetime]) -> Blueprint:
    """Make the route of the start page and the folder of its templates."""
    blueprint = Blueprint("start", __name__, template_folder="templates")
    people = named_people() if settings.demo else ()

    @blueprint.get("/")
    def show() -> str:
        """Lead to the phone in the browser, or say that the service runs."""
        some_day = (clock() + _AHEAD).date().isoformat()
        return render_template(
            "pages/start.html", demo=settings.demo, people=people, some_day=some_day
        )

    return blueprint
