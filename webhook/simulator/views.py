"""The pages of the phone in the browser, and what guards all of its routes."""

import logging

from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from bot.service import Service
from db.sample.named import named_people
from webhook.simulator import identity
from webhook.simulator.chat import ChatLog
from webhook.simulator.messages import add_message_routes

log = logging.getLogger(__name__)


def simulator(parts: Service) -> Blueprint:
    """Make the routes of the phone; they talk to the engine and the store as channels do."""
    blueprint = Blueprint(
        "simulator",
        __name__,
        url_prefix="/simulator",
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    people = named_people()

    @blueprint.get("/")
    def show() -> str:
        """Show the phone of the chosen person."""
        chosen = identity.begin(session)
        return render_template(
            "simulator/phone.html",
            chosen=chosen,
            label=identity.label_of(chosen),
            kind=identity.kind_of(chosen),
            groups=identity.groups(),
            looks=identity.LOOKS,
            people=people,
        )

    @blueprint.post("/identity")
    def choose() -> BaseResponse:
        """Change who holds the phone, or how its channel looks."""
        chosen = identity.begin(session)
        if identity.has_token(request.form.get("token"), chosen):
            user = None if "new" in request.form else request.form.get("user", "")
            if identity.choose(session, chosen, user, request.form.get("look")) is None:
                log.warning("simulator: nobody of the sample, or no such look, was chosen")
        # Whatever was asked, the page then says who holds the phone.
        return redirect(url_for("simulator.show"), 303)

    @blueprint.after_request
    def fresh(response: Response) -> Response:
        """Keep chats out of the browser's cache."""
        if request.endpoint != "simulator.static":
            response.headers["Cache-Control"] = "no-store"
        return response

    add_message_routes(
        blueprint,
        parts.engine,
        ChatLog(parts.store, parts.clock),
        parts.clock,
        parts.settings.simulator_folder,
    )
    return blueprint
