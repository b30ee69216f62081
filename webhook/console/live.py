"""What is new, for the script of an open page: static/live.js asks every few seconds."""

from typing import Any

from flask import Blueprint, abort, request

from bot.service import Service
from bot.texts import say
from db.desk_tools import note_viewer, present
from db.ticket_live import MOST_NEW, count_newer, mark_of
from webhook.console.desk import Desk
from webhook.console.guards import passive, require
from webhook.console.ticket_view import also_here

ROLES = ("front_office", "back_office", "chief", "officer", "admin")
_LARGEST_ID = 2**63 - 1


def live_pages(_parts: Service) -> Blueprint:
    """Make the route of what is new."""
    blueprint = Blueprint("live", __name__)

    @blueprint.get("/tiket/kabar")
    @passive
    @require(*ROLES)
    def news(desk: Desk) -> dict[str, Any]:
        """Say what came after `since`: to one `ticket` (its id), or else into the inbox.

        Gives `changed`, `since` as it is now, and in words `news` and `present`.
        """
        ticket_id = request.args.get("ticket", type=int)
        since = request.args.get("since", "")
        return _of_inbox(desk, since) if ticket_id is None else _of_ticket(desk, ticket_id, since)

    return blueprint


def _of_inbox(desk: Desk, since: str) -> dict[str, Any]:
    last = int(since) if since.isascii() and since.isdecimal() and len(since) < 20 else 0
    with desk.read() as session:
        count = count_newer(session, desk.sight, min(last, _LARGEST_ID))
    told = f"{MOST_NEW}+" if count >= MOST_NEW else str(count)
    news = say("desk.new_tickets", count=told) if count else ""
    return {"changed": count > 0, "since": str(last), "news": news, "present": ""}


def _of_ticket(desk: Desk, ticket_id: int, since: str) -> dict[str, Any]:
    with desk.read() as session:
        mark = mark_of(session, desk.sight, min(max(ticket_id, 0), _LARGEST_ID))
        if mark is None:
            abort(404)
        here = present(session, mark.ticket_id, desk.staff.id, desk.now)
    if here.is_due:
        with desk.begin() as session:
            note_viewer(session, mark.ticket_id, desk.staff.id, desk.now)
    changed = mark.text != since
    return {
        "changed": changed,
        "since": mark.text,
        "news": say("desk.new_message") if changed else "",
        "present": also_here(here.others),
    }
