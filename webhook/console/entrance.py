"""Coming in and leaving: sign-in, the setting up of a login, and in the demo one click."""

import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.service import Service
from bot.texts import say
from db.logins import (
    Activation,
    Given,
    begin_activation,
    end_session,
    finish_activation,
    sign_in,
    start_session,
)
from db.passwords import weakness
from db.staff import CONSOLE_ROLES, active_staff, all_staff
from webhook.console.desk import Desk
from webhook.console.guards import (
    computer,
    drop_token,
    keep_token,
    open_to_all,
    require,
    safe_next,
)

_LONGEST = 300  # characters of a field
_ISSUER = "Halo Puskesos"


def entrance_pages(parts: Service) -> Blueprint:
    """Make the routes by which staff come in and leave."""
    blueprint = Blueprint("entrance", __name__)

    @blueprint.get("/masuk")
    @open_to_all
    def sign_in_page() -> str:
        """Ask for login, password and code; in the demo offer the people of the sample."""
        return _sign_in_page(parts)

    @blueprint.post("/masuk")
    @open_to_all
    def sign_in_now() -> Response | tuple[str, int]:
        """Let whoever gave all three rightly in."""
        given = Given(_field("login"), _field("code"), computer())
        token, problem = sign_in(parts.store, given, _field("password"), parts.clock())
        if token is None:
            return _sign_in_page(parts, say(f"console.{problem}")), 403
        keep_token(token)
        return redirect(safe_next(_field("next")), 303)

    @blueprint.post("/keluar")
    @require()
    def leave(desk: Desk) -> Response:
        """End the session."""
        with desk.begin() as session:
            end_session(session, desk.staff, desk.now)
        drop_token()
        flash(say("console.left"))
        return redirect(url_for("console.entrance.sign_in_page"), 303)

    _add_activation(blueprint, parts)
    if parts.settings.demo:
        _add_demo(blueprint, parts)
    return blueprint


def _add_activation(blueprint: Blueprint, parts: Service) -> None:
    @blueprint.get("/aktivasi")
    @open_to_all
    def activate_page() -> str:
        """Ask for the one-time code."""
        return render_template("console/activate.html", problem=None)

    @blueprint.post("/aktivasi")
    @open_to_all
    def activate() -> Response | str | tuple[str, int]:
        """Show the secret for the phone to whoever has the code; then set password and phone."""
        given = Given(_field("login"), _field("code"), computer())
        now = parts.clock()
        begun, problem = begin_activation(parts.store, given, now)
        if begun is None:
            page = render_template("console/activate.html", problem=say(f"console.{problem}_code"))
            return page, 403
        if "password" not in request.form:
            return _secrets_page(begun, given)
        password = _field("password")
        weak = weakness(password, begun.login, begun.name)
        if weak is not None or password != _field("again"):
            return _secrets_page(begun, given, say(f"console.{weak or 'not_the_same'}")), 400
        token, problem = finish_activation(
            parts.store, given, password, _field("phone_code"), now
        )  # fmt: skip
        if token is None:
            return _secrets_page(begun, given, say(f"console.{problem}")), 400
        keep_token(token)
        flash(say("console.activated", login=begun.login))
        return redirect(url_for("console.home.show"), 303)


def _add_demo(blueprint: Blueprint, parts: Service) -> None:
    """Add the way in without a password; it must never be there outside the demo."""

    @blueprint.post("/contoh")
    @open_to_all
    def try_as() -> Response:
        """Let somebody try the console as one of the sample's staff."""
        wanted = _field("staff")
        with parts.store.begin() as session:
            staff = active_staff(session, int(wanted) if wanted.isdecimal() else None)
            token = (
                start_session(session, staff.id, parts.clock())
                if staff is not None and staff.role in CONSOLE_ROLES
                else None
            )
        if token is not None:
            keep_token(token)
        return redirect(url_for("console.home.show"), 303)


def _sign_in_page(parts: Service, problem: str | None = None) -> str:
    people = []
    if parts.settings.demo:
        with parts.store.read() as session:
            everybody = all_staff(session)
        people = [
            (staff, area)
            for staff, area in everybody
            if staff.role in CONSOLE_ROLES and staff.active
        ]
    return render_template(
        "console/sign_in.html",
        problem=problem,
        people=people,
        demo=parts.settings.demo,
        login=_field("login"),
        next=safe_next(request.values.get("next")),
    )


def _secrets_page(begun: Activation, given: Given, problem: str | None = None) -> str:
    # Written here and not with pyotp: what the phone reads is a line of four known parts.
    label = f"{_ISSUER}:{begun.login}".replace(" ", "%20")
    address = f"otpauth://totp/{label}?secret={begun.secret}&issuer={_ISSUER.replace(' ', '%20')}"
    picture = segno.make(address, error="m").svg_data_uri(scale=5, border=2, light="white")
    return render_template(
        "console/secrets.html", begun=begun, code=given.code, picture=picture, problem=problem
    )


def _field(name: str) -> str:
    return request.form.get(name, "").replace("\0", "")[:_LONGEST]  # no database keeps a NUL
