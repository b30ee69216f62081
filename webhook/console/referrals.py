"""Referring a ticket to an agency: what it will see, the letter, and the link, shown once."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.desk.deeds import LEADS, Deed, deeds_for
from bot.desk.lettering import facts_of, letter_of, story_of
from bot.desk.referring import (
    DAYS,
    Asking,
    disclosed,
    drafted,
    new_link,
    outcome_name,
    refer,
    waits,
    withdraw_link,
)
from bot.service import Service
from bot.texts import say
from db import audit
from db.referrals import (
    Referral,
    is_token_of,
    referrals_of,
    visible_referral,
)
from db.session import Session
from db.ticket_changes import StaleTicket
from db.ticket_desk import hides_reporter, visible_by_number
from db.ticket_page import reporter_of
from db.ticket_rules import Agency, all_agencies
from db.ticket_states import IllegalMove
from db.tickets import Ticket
from webhook.console.desk import Desk
from webhook.console.guards import require

ROLES = ("front_office", "back_office", "chief", "officer", "admin")
LONGEST = 1_000  # characters of what is asked
_SHORTEST = 10
_NO_VERSION = -1
_USUAL_DAYS = 14
_EMPTY: Mapping[str, Any] = {"agency": "", "asked": "", "days": _USUAL_DAYS, "names": False}


def referrals_pages(parts: Service) -> Blueprint:
    """Make the routes about referrals."""
    blueprint = Blueprint("referrals", __name__)

    @blueprint.get("/tiket/<number>/rujuk")
    @require(*ROLES)
    def show(desk: Desk, number: str) -> str:
        """Show the referrals of a ticket, and the form of another one."""
        with desk.begin() as session:
            ticket = _existing(session, desk, number)
            return _page(session, desk, ticket, _EMPTY)

    @blueprint.post("/tiket/<number>/rujuk")
    @require(*ROLES)
    def send(desk: Desk, number: str) -> Response | str:
        """Show what the agency would see, or make the referral and show its link, this once."""
        fields = _fields()
        seen = request.form.get("seen", _NO_VERSION, type=int)
        try:
            with desk.begin() as session:
                page = _asked(session, desk, number, fields, seen, parts)
        except (StaleTicket, IllegalMove) as problem:
            key = "desk.stale" if isinstance(problem, StaleTicket) else "desk.not_possible"
            with desk.begin() as session:
                ticket = _existing(session, desk, number)
                page = _page(session, desk, ticket, fields, say(key))
            return Response(page, 409, mimetype="text/html")
        parts.dispatcher.wake()
        return page

    _add_letters(blueprint, parts)
    _add_links(blueprint, parts)
    return blueprint


def _add_letters(blueprint: Blueprint, parts: Service) -> None:
    @blueprint.get("/rujukan/<int:referral_id>/surat")
    @require(*ROLES)
    def letter(desk: Desk, referral_id: int) -> Response:
        """Give the letter again, without the link, which nobody knows any more."""
        with desk.begin() as session:
            return _letter(session, desk, _found(session, desk, referral_id), None)

    @blueprint.post("/rujukan/<int:referral_id>/surat")
    @require(*ROLES)
    def letter_with_link(desk: Desk, referral_id: int) -> Response:
        """Give the letter with the link that the page shows at this moment."""
        token = request.form.get("token", "")
        with desk.begin() as session:
            referral = _found(session, desk, referral_id)
            if not is_token_of(session, referral, token):
                abort(410)
            return _letter(session, desk, referral, _address(parts, token))


def _add_links(blueprint: Blueprint, parts: Service) -> None:
    @blueprint.post("/rujukan/<int:referral_id>/tautan")
    @require(*ROLES)
    def renew(desk: Desk, referral_id: int) -> Response | str:
        """Make a new link in place of the old one, and show it, this once."""
        days = request.form.get("days", _USUAL_DAYS, type=int)
        with desk.begin() as session:
            referral = _found(session, desk, referral_id, to_change=True)
            ticket = session.get_one(Ticket, referral.ticket_id)
            if not waits(ticket, referral) or days not in DAYS:
                flash(say("referral.link_not_possible"), "danger")
                return _back(ticket)
            token = new_link(session, referral, days, actor=desk.actor, now=desk.now)
            return _link_page(session, ticket, referral, token, parts)

    @blueprint.post("/rujukan/<int:referral_id>/cabut")
    @require(*ROLES)
    def withdraw(desk: Desk, referral_id: int) -> Response:
        """End the link; the agency can then no longer open its page."""
        with desk.begin() as session:
            referral = _found(session, desk, referral_id, to_change=True)
            withdraw_link(session, referral, actor=desk.actor, now=desk.now)
            ticket = session.get_one(Ticket, referral.ticket_id)
        flash(say("referral.link_ended"))
        return _back(ticket)


def _asked(
    session: Session, desk: Desk, number: str, fields: Mapping[str, Any], seen: int, parts: Service
) -> str:
    ticket = _existing(session, desk, number)
    problem = _problem(session, fields)
    if seen != ticket.version:
        raise StaleTicket
    if Deed.REFER not in deeds_for(desk.sight, ticket):
        abort(403)
    if problem or fields["do"] == "edit":
        return _page(session, desk, ticket, fields, problem)
    names = fields["names"] and _may_name(session, desk, ticket)
    asking = Asking(fields["agency"], fields["asked"], fields["days"], names)
    if fields["do"] != "send":
        draft = drafted(session, ticket, asking, desk.actor, desk.now)
        return _preview(session, ticket, draft, {**fields, "names": names})
    by: dict[str, Any] = {"actor": desk.actor, "now": desk.now, "seen": seen}
    referral, token = refer(session, ticket.id, asking, **by)
    return _link_page(session, ticket, referral, token, parts)


def _page(
    session: Session,
    desk: Desk,
    ticket: Ticket,
    fields: Mapping[str, Any],
    problem: str | None = None,
) -> str:
    reads = desk.sight.may_read(ticket)
    audit.record(session, desk.now, desk.actor, "read referrals", f"ticket:{ticket.id}")
    return render_template(
        "console/referrals.html",
        ticket=ticket, fields=fields, problem=problem, reads=reads,
        may_refer=Deed.REFER in deeds_for(desk.sight, ticket),
        may_change=_may_change(desk, ticket),
        may_name=_may_name(session, desk, ticket),
        sent=referrals_of(session, ticket.id) if reads else [],
        waits=waits, outcome_name=outcome_name,
        agencies=all_agencies(session), days=DAYS, longest=LONGEST,
    )  # fmt: skip


def _preview(session: Session, ticket: Ticket, draft: Referral, fields: Mapping[str, Any]) -> str:
    seen = disclosed(session, ticket, draft)
    return render_template(
        "console/referral_preview.html",
        ticket=ticket, seen=seen, facts=facts_of(seen), story=story_of(seen), fields=fields,
    )  # fmt: skip


def _link_page(
    session: Session, ticket: Ticket, referral: Referral, token: str, parts: Service
) -> str:
    return render_template(
        "console/referral_link.html",
        ticket=ticket, referral=referral, token=token, link=_address(parts, token),
        agency=session.get_one(Agency, referral.agency).name,
    )  # fmt: skip


def _letter(session: Session, desk: Desk, referral: Referral, link: str | None) -> Response:
    ticket = session.get_one(Ticket, referral.ticket_id)
    whole = letter_of(session, ticket, referral, link, actor=desk.actor, now=desk.now)
    response = Response(whole, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{referral.number}.pdf"'
    return response


def _existing(session: Session, desk: Desk, number: str) -> Ticket:
    ticket = visible_by_number(session, desk.sight, number.replace("\0", ""))
    if ticket is None:
        abort(404)
    return ticket


def _found(session: Session, desk: Desk, referral_id: int, to_change: bool = False) -> Referral:
    """Give a referral whose ticket this officer reads; to change it he must lead or hold it."""
    referral = visible_referral(session, desk.sight, referral_id)
    if referral is None:
        abort(404)
    ticket = session.get_one(Ticket, referral.ticket_id)
    if not desk.sight.may_read(ticket) or (to_change and not _may_change(desk, ticket)):
        abort(403)
    return referral


def _may_change(desk: Desk, ticket: Ticket) -> bool:
    return desk.sight.may_read(ticket) and (
        desk.staff.role in LEADS or ticket.staff_id == desk.staff.id
    )


def _may_name(session: Session, desk: Desk, ticket: Ticket) -> bool:
    """Say whether this officer may let an agency know who brought a ticket."""
    knows = not hides_reporter(ticket) and desk.sight.may_know_reporter(ticket)
    return knows and not reporter_of(session, desk.scope, ticket).lives_outside


def _problem(session: Session, fields: Mapping[str, Any]) -> str | None:
    if session.get(Agency, fields["agency"]) is None:
        return say("referral.bad_agency")
    if len(fields["asked"]) < _SHORTEST:
        return say("referral.no_asked")
    if len(fields["asked"]) > LONGEST:
        return say("desk.too_long", most=LONGEST)
    return None if fields["days"] in DAYS else say("referral.bad_days")


def _fields() -> dict[str, Any]:
    asked = request.form.get("asked", "").replace("\0", "").replace("\r\n", "\n")
    return {
        "do": request.form.get("do", ""),
        "agency": request.form.get("agency", "").replace("\0", "")[:20],
        "asked": asked.strip(),
        "days": request.form.get("days", _USUAL_DAYS, type=int),
        "names": request.form.get("names") == "1",
    }


def _address(parts: Service, token: str) -> str:
    """Give the address of a token's page; without a public one, as this officer sees us."""
    base = parts.settings.page_url or request.host_url.rstrip("/")
    return base + url_for("referral.ask", token=token)


def _back(ticket: Ticket) -> Response:
    return redirect(url_for("console.referrals.show", number=ticket.number), 303)
