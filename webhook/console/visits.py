"""Visits one by one for supervisors: the list of some days, and one with all that came with it."""

from typing import Any

from flask import Blueprint, abort, render_template, request

from bot.texts.format import short_moment
from bot.visit_log import checks_told, followed, km_of
from db import audit
from db.attachments import KEPT, POINT
from db.caseloads import reported_on
from db.visit_lists import count_visits, list_visits, open_visit
from webhook.console.desk import Desk
from webhook.console.guards import require
from webhook.console.paging import page_asked
from webhook.console.visit_choice import ROLES, chosen

PAGE = 50  # visits


def add_visits(blueprint: Blueprint) -> None:
    """Add the routes of visits one by one to those of their reports."""

    @blueprint.get("/kunjungan/daftar")
    @require(*ROLES)
    def listed(desk: Desk) -> str:
        """List the visits of some days; that families were named is written down."""
        only_far = request.args.get("jauh") == "1"
        staff_id = request.args.get("pendamping", 0, type=int)
        with desk.begin() as session:
            choice = chosen(session, desk)
            companions = reported_on(session, choice.asked(desk.staff.zone))
            if staff_id and staff_id not in {one.id for one in companions}:
                abort(404)
            asked = choice.asked(desk.staff.zone, staff_id or None)
            total = count_visits(session, asked, only_far)
            page, pages = page_asked(total, PAGE)
            rows = list_visits(session, asked, (page - 1) * PAGE, PAGE, only_far)
            families = sorted({one.household_id for one in rows})
            audit.record_families(session, desk.now, desk.actor, "list visits", families)
        more = {"pendamping": str(staff_id)} if staff_id else {}
        kept = choice.query | more | ({"jauh": "1"} if only_far else {})
        return render_template(
            "console/visit_list.html",
            rows=rows, total=total, page=page, pages=pages, choice=choice, kept=kept,
            companions=companions, staff_id=staff_id, only_far=only_far, **_words(desk),
        )  # fmt: skip

    @blueprint.get("/kunjungan/<int:visit_id>")
    @require(*ROLES)
    def one(desk: Desk, visit_id: int) -> str:
        """Show one visit: what was found, files, point, and its versions; it is written down."""
        with desk.begin() as session:
            opened = open_visit(session, desk.scope, visit_id)
            if opened is None:
                abort(404)
            choice = chosen(session, desk)
            family = f"household:{opened.visit.household_id}"
            audit.record(session, desk.now, desk.actor, "read visit", family)
        points = [one for one in opened.files if one.kind == POINT and one.latitude is not None]
        return render_template(
            "console/visit.html",
            opened=opened, visit=opened.visit, names=choice.names, points=points,
            files=[one for one in opened.files if one.kind != POINT], kept=KEPT, **_words(desk),
        )  # fmt: skip


def _words(desk: Desk) -> dict[str, Any]:
    return {
        "checks_told": checks_told, "followed": followed, "km_of": km_of,
        "short": lambda moment: short_moment(moment, desk.staff.zone),
    }  # fmt: skip
