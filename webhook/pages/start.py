"""The start page: what this is, and in the demo what to try."""

from flask import Blueprint, render_template

from bot.settings import Settings
from db.sample.named import named_people


def start_page(settings: Settings) -> Blueprint:
    """Make the route of the start page and the folder of its templates."""
    blueprint = Blueprint("start", __name__, template_folder="templates")
    people = named_people() if settings.demo else ()

    @blueprint.get("/")
    def show() -> str:
        """Lead to the phone in the browser, or say that the service runs."""
        return render_template("pages/start.html", demo=settings.demo, people=people)

    return blueprint
