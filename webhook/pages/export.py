"""The copy of one's own data, behind a link that opens once.

Channels look into links to show a preview, so that only the button on the page uses it up.
"""

import json
from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, Response, abort, render_template, request

from bot.dossier import whole_file
from bot.places import read_places
from bot.texts import say
from db import audit
from db.exports import find_link, use_link
from db.session import Session, Store

_LONGEST = 64  # characters of the secret


def export_page(store: Store, clock: Callable[[], datetime]) -> Blueprint:
    """Make the routes of the link."""
    blueprint = Blueprint("export", __name__, template_folder="templates")

    @blueprint.get("/data/<token>")
    def ask(token: str) -> Response:
        """Offer the file, and say nothing of it yet."""
        with store.read() as session:
            if len(token) > _LONGEST or find_link(session, token, clock()) is None:
                abort(404)
        return _unkept(Response(render_template("pages/export.html")))

    @blueprint.post("/data/<token>")
    def take(token: str) -> Response:
        """Give the file, once: to read, or for another program."""
        as_json = request.form.get("as") == "json"
        now = clock()
        with store.begin() as session:
            link = use_link(session, token, now) if len(token) <= _LONGEST else None
            if link is None:
                abort(404)
            kept = _file(session, link.person_id, link.contact_id, now)
            subject = f"contact:{link.contact_id}"
            audit.record(session, now, subject, "export data", subject)
        whole = json.dumps(kept, ensure_ascii=False, indent=2)
        if as_json:
            response = Response(whole, mimetype="application/json")
        else:
            response = Response(render_template("pages/export_file.html", kept=kept))
        ending = "json" if as_json else "html"
        response.headers["Content-Disposition"] = f'attachment; filename="data-saya.{ending}"'
        return _unkept(response)

    return blueprint


def _file(
    session: Session, person_id: int | None, contact_id: int, now: datetime
) -> dict[str, object]:
    zone = read_places(session, now).zone
    return {"about": say("privacy.file")} | whole_file(session, person_id, contact_id, zone, now)


def _unkept(response: Response) -> Response:
    """Let no browser and no server in between keep the answer, or tell others the address."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
