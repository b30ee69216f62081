"""The page of one ticket: what it tells, its history, who brought it, and what can be done."""

from typing import Any

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from bot.desk.deeds import Deed
from bot.service import Service
from db.session import Session
from db.ticket_desk import visible_by_number
from db.ticket_page import unmasked_reporter
from db.tickets import Ticket
from webhook.console.desk import Desk
from webhook.console.guards import passive, require
from webhook.console.ticket_actions import add_actions
from webhook.console.ticket_counter import add_counter
from webhook.console.ticket_view import WRITTEN, Draft, canned_draft, gathered

ROLES = ("front_office", "back_office", "chief", "officer", "admin")
_NOTHING = Draft()
_LARGEST_ID = 2**63 - 1


def tickets_pages(service: Service) -> Blueprint:
    """Make the routes about one ticket."""
    blueprint = Blueprint("tickets", __name__)

    @blueprint.get("/tiket/<number>")
    @require(*ROLES)
    def show(desk: Desk, number: str) -> str:
        """Show a ticket; `pakai` puts a canned answer into the form that `untuk` names."""
        with desk.begin() as session:
            ticket = _existing(session, desk, number)
            draft = canned_draft(
                session, desk, ticket, _chosen(), request.args.get("untuk", Deed.ANSWER)
            )
            return _rendered(session, desk, ticket, draft)

    @blueprint.get("/tiket/<number>/isi")
    @passive
    @require(*ROLES)
    def parts(desk: Desk, number: str) -> str:
        """Give the page anew to the script of an open one."""
        with desk.begin() as session:
            return _rendered(session, desk, _existing(session, desk, number), _NOTHING)

    @blueprint.post("/tiket/<number>/buka")
    @require(*ROLES)
    def unmask(desk: Desk, number: str) -> str:
        """Show who brought a ticket, this once; that it was asked is written down."""
        with desk.begin() as session:
            ticket = _existing(session, desk, number)
            if not desk.sight.may_know_reporter(ticket):
                abort(403)
            found = unmasked_reporter(session, desk.scope, ticket, desk.actor, desk.now)
            return _rendered(session, desk, ticket, _NOTHING, unmasked=found)

    add_actions(blueprint, refused_page, service.dispatcher.wake)
    add_counter(blueprint)
    return blueprint


def refused_page(desk: Desk, number: str, draft: Draft) -> Response:
    """Show a ticket as it is now, with what was written still in its form."""
    with desk.begin() as session:
        page = _rendered(session, desk, _existing(session, desk, number), draft)
    return Response(page, 409, mimetype="text/html")


def _rendered(session: Session, desk: Desk, ticket: Ticket, draft: Draft, **more: Any) -> str:
    given = gathered(session, desk, ticket, draft, more.get("unmasked"))
    return render_template("console/ticket.html", written=WRITTEN, **given)


def _existing(session: Session, desk: Desk, number: str) -> Ticket:
    ticket = visible_by_number(session, desk.sight, number.replace("\0", ""))
    if ticket is None:
        abort(404)
    return ticket


def _chosen() -> int | None:
    wanted = request.args.get("pakai", type=int)
    return wanted if wanted is not None and 0 < wanted <= _LARGEST_ID else None
