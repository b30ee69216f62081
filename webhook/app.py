"""The web application: puts the routes together and turns failures into plain answers."""

import atexit
import logging
import os
from pathlib import Path

from flask import Flask, Request, Response, render_template, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_bootstrap import Bootstrap5
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from bot.engine import StoreUnavailable
from bot.failures import where_only
from bot.service import Service, open_service, start_own_dispatcher
from bot.settings import Settings, load_settings
from webhook.channels.telegram import telegram_webhook
from webhook.channels.twilio import twilio_webhook
from webhook.console import console, error_page
from webhook.console.guards import ROOT
from webhook.health import health
from webhook.pages.aid_totals import aid_totals_page
from webhook.pages.export import export_page
from webhook.pages.referral import referral_page
from webhook.pages.start import start_page
from webhook.pages.totals import totals_page
from webhook.simulator.views import simulator

log = logging.getLogger(__name__)

# Pages load nothing from elsewhere and run nothing but their own files; `blob:` is the preview of
# a photo that the simulator is about to send.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_LARGEST_BODY = 1_000_000  # bytes; the providers' own messages stay far below


def create_app(settings: Settings, service: Service | None = None) -> Flask:
    """Make the application; without a service of its own it opens one from the settings."""
    parts = service or open_service(settings)
    app = Flask(__name__, static_folder=None, static_url_path="")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=_LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=_LARGEST_BODY,
        BOOTSTRAP_SERVE_LOCAL=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=(settings.public_url or "").startswith("https://"),
    )
    app.session_interface = _PageSessions()
    Bootstrap5(app)
    app.register_blueprint(telegram_webhook(parts.engine, settings.telegram))
    app.register_blueprint(twilio_webhook(parts.engine, settings.twilio, settings.public_url))
    app.register_blueprint(health(parts))
    app.register_blueprint(start_page(settings, parts.clock))
    app.register_blueprint(totals_page(parts.store, parts.clock))
    app.register_blueprint(aid_totals_page(parts.store, parts.clock))
    app.register_blueprint(export_page(parts.store, parts.clock))
    app.register_blueprint(referral_page(parts))
    app.register_blueprint(console(parts))
    if settings.demo:
        app.register_blueprint(simulator(parts))
    app.after_request(_guard)
    _bound_bodies(app)
    _answer_failures(app)
    return app


def from_environment() -> Flask:
    """Make the application of a server process; on SQLite its dispatcher lives here too."""
    settings = load_settings(os.environ, Path.cwd())
    settings.require_own_keys()
    service = open_service(settings)
    app = create_app(settings, service)
    dispatching = start_own_dispatcher(service)
    if dispatching is not None:
        atexit.register(dispatching.stop)  # what is in flight is settled before the process ends
    return app


class _PageSessions(SecureCookieSessionInterface):
    """Sessions for pages; a provider has none, and its messages need not wait for the making."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Read the session of a page's request."""
        return None if request.path.startswith("/webhook/") else super().open_session(app, request)


def _guard(response: Response) -> Response:
    if not request.path.startswith("/webhook/"):  # whose answers no browser ever shows
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
    return response


def _bound_bodies(app: Flask) -> None:
    @app.before_request
    def refuse_endless_body() -> None:
        """Bound a body that comes in chunks: the framework would cut it off and say nothing."""
        if request.content_length is None and len(request.get_data()) >= _LARGEST_BODY:
            raise RequestEntityTooLarge


def _answer_failures(app: Flask) -> None:
    @app.errorhandler(StoreUnavailable)
    def unavailable(_error: StoreUnavailable) -> Response:
        """Ask the sender to try again: nothing was stored."""
        return Response(status=503, headers={"Retry-After": "5"})

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response | tuple[str, int]:
        """Answer a person with a page and a program with the bare status."""
        if error.code is None or error.response is not None:
            return Response(error.get_response().get_data(), status=error.code or 500)
        if request.path.startswith("/webhook/"):
            log.warning("refused %s with %s", request.path, error.code)
            return Response(status=error.code)
        return _error_page(error.code), error.code

    @app.errorhandler(Exception)
    def failed(error: Exception) -> tuple[str, int]:
        """Log what nobody foresaw; the reader gets a sentence, never a traceback."""
        log.error("unforeseen failure at %s\n%s", request.endpoint, where_only(error))
        return _error_page(500), 500


def _error_page(code: int) -> str:
    if request.path.startswith(ROOT):
        return error_page(code)
    return render_template("pages/error.html", code=code)
