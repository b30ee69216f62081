"""Who may open which page of the console: every route says it, and none opens without saying."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    g,
    redirect,
    request,
    session,
    url_for,
)
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response as BaseResponse

from bot.service import Service
from db.areas import Scope
from db.logins import Colleague, find_session
from db.session import Store
from db.staff import CONSOLE_ROLES
from webhook.console.desk import Desk

View = Callable[..., Any]

OPEN = frozenset({"open"})  # the pages by which one comes in
ROOT = "/console/"
_TOKEN = "console"  # noqa: S105 - where the session cookie keeps the token, not a token
_LOOPBACK = ("127.0.0.1", "::1")
_STATIC = "console.static"
_LARGEST_ID = 2**63 - 1  # no database counts further


def require(*roles: str, section: str | None = None) -> Callable[[View], View]:
    """Let only staff of these roles open a page; without any, all who use the console.

    Of those who work in a section, only one may be let in. The page's function gets the `Desk` of
    whoever asks as its first argument.
    """
    allowed = frozenset(roles or CONSOLE_ROLES)
    unknown = allowed - set(CONSOLE_ROLES)
    if unknown:
        raise ValueError(f"no such role of the console: {sorted(unknown)}")

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(**given: Any) -> Any:
            desk = current_desk()
            if desk is None or not _admits(guarded, desk):
                abort(403)
            return view(desk, **given)

        guarded.roles = allowed  # type: ignore[attr-defined]
        guarded.section = section  # type: ignore[attr-defined]
        return guarded

    return guard


def take_up_to(largest: int) -> Callable[[View], View]:
    """Let a page take a body of so many bytes, from those alone whom it is for."""

    def allow(view: View) -> View:
        view.largest_body = largest  # type: ignore[attr-defined]
        return view

    return allow


def passive(view: View) -> View:
    """Say that a page asks by itself: it is no sign that somebody still sits there."""
    view.passive = True  # type: ignore[attr-defined]
    return view


def open_to_all(view: View) -> View:
    """Let anybody open a page: one by which staff come in."""
    view.roles = OPEN  # type: ignore[attr-defined]
    return view


def roles_of(view: View) -> frozenset[str]:
    """Give the roles that a page is for; empty where it does not say."""
    return getattr(view, "roles", frozenset())


def may_open(endpoint: str, desk: Desk) -> bool:
    """Say whether a page of the console is for whoever sits at this desk."""
    return _admits(current_app.view_functions[endpoint], desk)


def _admits(view: View, desk: Desk) -> bool:
    section = getattr(view, "section", None)
    is_of_section = section is None or desk.staff.section in (None, section)
    return desk.staff.role in roles_of(view) and is_of_section


def _refuse_endless_ids() -> None:
    if any(
        isinstance(value, int) and value > _LARGEST_ID
        for value in (request.view_args or {}).values()
    ):
        abort(404)


def _allow_body(view: View, desk: Desk) -> None:
    largest: int | None = getattr(view, "largest_body", None)
    if largest is not None and _admits(view, desk):
        request.max_content_length = largest


def current_desk() -> Desk | None:
    """Give the desk of this request, or None where nobody is signed in."""
    desk: Desk | None = g.get("desk")
    return desk


def keep_token(token: str) -> None:
    """Keep the token of a session that begins; forms of before it are no longer valid."""
    session.pop("csrf_token", None)
    session[_TOKEN] = token


def drop_token() -> None:
    """Forget the token of a session that ended."""
    session.pop("csrf_token", None)
    session.pop(_TOKEN, None)


def computer() -> str:
    """Give the address of the computer that asks; our own proxy appends whom it asks for."""
    direct = request.remote_addr or ""
    forwarded = request.headers.get("X-Forwarded-For", "")
    if direct in _LOOPBACK and forwarded:
        return forwarded.rpartition(",")[2].strip()[:64]
    return direct


def safe_next(wanted: str | None) -> str:
    """Give the page of the console to go on to; anything else leads to its first page."""
    page = wanted or ""
    try:
        parts = urlsplit(page)
    except ValueError:
        return url_for("console.home.show")
    inside = page.startswith(ROOT) and parts.path.startswith(ROOT) and ".." not in unquote(page)
    if not inside or not page.isprintable() or "\\" in unquote(page):
        return url_for("console.home.show")
    return page


def _who_asks(store: Store, view: View, now: datetime) -> Colleague | None:
    token = session.get(_TOKEN)
    if not isinstance(token, str):
        return None
    return find_session(store, token, now, is_work=not getattr(view, "passive", False))


def guard_pages(blueprint: Blueprint, parts: Service) -> None:
    """Put the guards before every route of the console, those to come included."""
    csrf = CSRFProtect()

    @blueprint.record_once
    def check_forms(state: Any) -> None:
        """Switch the check of forms on for this blueprint alone: providers have no session."""
        app: Flask = state.app
        app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None)
        csrf.init_app(app)

    @blueprint.before_request
    def let_in() -> BaseResponse | None:
        """Find out who asks; ask whoever is not signed in to do so."""
        if request.endpoint == _STATIC:
            return None
        view = current_app.view_functions[request.endpoint or ""]
        roles = roles_of(view)
        if not roles:
            raise RuntimeError(f"{request.endpoint} does not say whom it is for")
        _refuse_endless_ids()
        now = parts.clock()
        staff = _who_asks(parts.store, view, now)
        if staff is not None:
            g.desk = Desk(staff, Scope(staff.area_code), parts.store, now, computer())
            _allow_body(view, g.desk)
        csrf.protect()  # reads the body
        if staff is not None:
            return None
        if roles is not OPEN:
            drop_token()
            back = request.path if request.method == "GET" and request.path != ROOT else None
            return redirect(url_for("console.entrance.sign_in_page", next=back), 303)
        return None

    @blueprint.after_request
    def fresh(response: Response) -> Response:
        """Keep pages out of the browser's cache, so that none is left after leaving."""
        if request.endpoint != _STATIC:
            response.headers["Cache-Control"] = "no-store"
        return response
