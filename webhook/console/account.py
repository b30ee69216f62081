"""One's own login: changing the password."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.service import Service
from bot.texts import say
from db.logins import change_password
from db.passwords import weakness
from webhook.console.desk import Desk
from webhook.console.guards import require


def account_pages(_parts: Service) -> Blueprint:
    """Make the routes of one's own login."""
    blueprint = Blueprint("account", __name__)

    @blueprint.get("/akun")
    @require()
    def show(_desk: Desk) -> str:
        """Show who one is, and ask for a new password."""
        return render_template("console/account.html", problem=None)

    @blueprint.post("/akun")
    @require()
    def change(desk: Desk) -> Response | tuple[str, int]:
        """Change the password; every other session of this person ends."""
        new = request.form.get("password", "")
        weak = weakness(new, desk.staff.login or "", desk.staff.name)
        if weak is None and new != request.form.get("again", ""):
            weak = "not_the_same"
        problem = weak or change_password(
            desk.store, desk.staff, request.form.get("old", ""), new, desk.address, desk.now
        )
        if problem:
            key = "wrong_old" if problem == "wrong" else problem
            return render_template("console/account.html", problem=say(f"console.{key}")), 400
        flash(say("console.password_changed"))
        return redirect(url_for("console.account.show"), 303)

    return blueprint
