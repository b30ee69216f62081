"""The console of the officers.

A subject is one file with one blueprint. Its function takes the `Service` and is named in
`SUBJECTS` below, its pages stand in `navigation.ENTRIES`, its templates in `templates/console`.
Each of its views says by `@require(*roles)` whom it is for and gets a `Desk`, whose `scope` it
gives to every query; forms carry `csrf()` of `_parts.html`. `tests/webhook/test_routes_guarded.py`
has a row for each route, `test_console_pages.py` one for each whose address names something.
"""

from flask import Blueprint, render_template
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.engine import StoreUnavailable
from bot.service import Service
from webhook.console.account import account_pages
from webhook.console.area_points import area_points_pages
from webhook.console.batches import batches_pages
from webhook.console.broadcasts import broadcasts_pages
from webhook.console.budget import budget_pages
from webhook.console.canned import canned_pages
from webhook.console.catalogue import catalogue_pages
from webhook.console.companions import companions_pages
from webhook.console.duty import duty_pages
from webhook.console.entrance import entrance_pages
from webhook.console.files import files_pages
from webhook.console.guards import guard_pages
from webhook.console.hoaxes import hoaxes_pages
from webhook.console.home import home_pages
from webhook.console.inbox import inbox_pages
from webhook.console.incidents import incidents_pages
from webhook.console.kube import kube_pages
from webhook.console.lists import lists_pages
from webhook.console.live import live_pages
from webhook.console.matches import matches_pages
from webhook.console.mismatch import mismatch_pages
from webhook.console.offices import offices_pages
from webhook.console.people import people_pages
from webhook.console.phrases import phrases_pages
from webhook.console.posters import posters_pages
from webhook.console.referrals import referrals_pages
from webhook.console.reports import reports_pages
from webhook.console.rounds import rounds_pages
from webhook.console.rules import rules_pages
from webhook.console.talks import talks_pages
from webhook.console.templates import templates_pages
from webhook.console.tickets import tickets_pages
from webhook.console.trail import trail_pages
from webhook.console.visit_reports import visit_reports_pages
from webhook.console.wording import words

SUBJECTS = (
    account_pages, batches_pages, entrance_pages, files_pages, home_pages, inbox_pages, lists_pages,
    hoaxes_pages, matches_pages, mismatch_pages, people_pages, phrases_pages, trail_pages,
    canned_pages, live_pages, tickets_pages,
    catalogue_pages, offices_pages, area_points_pages,
    duty_pages, talks_pages, companions_pages, kube_pages,
    incidents_pages, referrals_pages,
    reports_pages, rules_pages, visit_reports_pages,
    rounds_pages, broadcasts_pages,
    posters_pages, templates_pages, budget_pages,
)  # fmt: skip


def console(parts: Service) -> Blueprint:
    """Make all routes of the console, behind their guards."""
    blueprint = Blueprint(
        "console",
        __name__,
        url_prefix="/console",
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    guard_pages(blueprint, parts)
    blueprint.context_processor(words)
    for subject in SUBJECTS:
        blueprint.register_blueprint(subject(parts))

    @blueprint.errorhandler(CSRFError)
    def stale(_error: CSRFError) -> tuple[str, int]:
        """Say that the page was open for too long; its form does nothing."""
        return error_page("stale"), 400

    @blueprint.errorhandler(DBAPIError)
    @blueprint.errorhandler(PoolTimeout)
    @blueprint.errorhandler(StoreUnavailable)
    def busy(_error: Exception) -> tuple[str, int]:
        """Say that the store cannot be reached just now."""
        return error_page(503), 503

    return blueprint


def error_page(code: int | str) -> str:
    """Say in the look of the console what went wrong; also for an address that is no page of it."""
    return render_template("console/error.html", code=code, **words())
