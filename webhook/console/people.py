"""Looking one person up by NIK, and the page of that person."""

import re

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.service import Service
from bot.texts import say
from db.dossier import find_by_nik, read_dossier
from webhook.console.desk import Desk
from webhook.console.guards import require

ROLES = ("front_office", "back_office", "chief", "officer", "admin")
_NIK = re.compile(r"\d{16}", re.ASCII)


def people_pages(_parts: Service) -> Blueprint:
    """Make the routes about citizens."""
    blueprint = Blueprint("people", __name__)

    @blueprint.get("/warga")
    @require(*ROLES)
    def search(_desk: Desk) -> str:
        """Ask for a NIK."""
        return render_template("console/people.html", problem=None)

    @blueprint.post("/warga")
    @require(*ROLES)
    def look_up(desk: Desk) -> Response | tuple[str, int]:
        """Find the person of a NIK; it comes in a form, so that it never stands in an address."""
        nik = re.sub(r"[\s.-]", "", request.form.get("nik", ""))
        if not _NIK.fullmatch(nik):
            return render_template("console/people.html", problem=say("console.bad_nik")), 400
        with desk.read() as session:
            found = find_by_nik(session, desk.scope, nik)
        if found is None:
            return render_template("console/people.html", problem=say("console.no_such_nik")), 404
        return redirect(url_for("console.people.show", person_id=found), 303)

    @blueprint.get("/warga/<int:person_id>")
    @require(*ROLES)
    def show(desk: Desk, person_id: int) -> str:
        """Show what is known of one person; that it was read is written down."""
        with desk.begin() as session:
            found = read_dossier(session, desk.scope, person_id, desk.actor, desk.now)
        if found is None:
            abort(404)
        return render_template("console/person.html", found=found)

    return blueprint
