"""Broadcasts: those of the area by state, what waits for approval, and one before it is sent."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, render_template, request

from bot.notices.approving import LONGEST_WHY, may_reword
from bot.notices.languages import LANGUAGES
from bot.notices.previewing import preview
from bot.notices.showing import templates_by_notice
from bot.notices.whom import audience_of
from bot.service import Service
from bot.texts import say
from db import audit
from db.broadcast_lists import (
    GROUPS,
    PAGE,
    BroadcastRow,
    areas_called,
    count_broadcasts,
    count_wordings,
    list_broadcasts,
    list_wordings,
    names_in,
    to_approve,
)
from db.broadcasts import Broadcast, State, notices_of
from db.deliveries import hands
from db.hoaxes import DECIDERS
from db.intake.approvers import approvers
from db.notice_rules import notice_rules
from db.offices import areas_within
from db.quiet_hours import after_quiet_hours
from db.session import Session
from db.wa_templates import USUAL_LANGUAGE
from webhook.console.broadcast_deeds import add_deeds, existing
from webhook.console.broadcast_live import READERS, add_live, live_parts, span
from webhook.console.broadcast_new import add_new
from webhook.console.broadcast_words import add_words
from webhook.console.conversation import Bubble
from webhook.console.desk import Desk
from webhook.console.guards import require
from webhook.console.paging import page_asked

_UNDECIDED = (State.DRAFT, State.WAITING)
_WORDINGS = 6  # on the page of a broadcast; those of many have a page of their own
_WORDINGS_PAGE = 40
_LONGEST_SEARCH = 60


def broadcasts_pages(parts: Service) -> Blueprint:
    """Make the routes about broadcasts."""
    blueprint = Blueprint("broadcasts", __name__)

    @blueprint.get("/pengumuman")
    @require(*READERS)
    def show(desk: Desk) -> str:
        """Show the broadcasts of a group of states, after what waits for this person."""
        group = request.args.get("yang", "")
        with desk.read() as session:
            counts = count_broadcasts(session, desk.scope)
            group = group if group in GROUPS else _first(counts)
            page, pages = page_asked(counts[group], PAGE, "halaman")
            listed = list_broadcasts(session, desk.scope, group, page)
            mine = waiting_for(session, desk)
            by = hands(session, [row.broadcast.created_by for row in (*listed, *mine)])
        return render_template(
            "console/broadcasts.html",
            listed=listed, mine=mine, counts=counts, group=group, groups=GROUPS, page=page,
            pages=pages, by=by, may_decide=desk.staff.role in DECIDERS,
        )  # fmt: skip

    @blueprint.get("/pengumuman/<int:broadcast_id>")
    @require(*READERS)
    def one(desk: Desk, broadcast_id: int) -> str:
        """Show one: what it would come to before it is approved, and how it goes afterwards."""
        with desk.begin() as session:
            row = existing(session, desk, broadcast_id)
            audit.record(
                session, desk.now, desk.actor, "read broadcast", f"broadcast:{broadcast_id}"
            )
            if row.broadcast.state in (*_UNDECIDED, State.REFUSED):
                return _preview_page(session, desk, row)
            return render_template(
                "console/broadcast_live.html", **_told(session, desk, row),
                **live_parts(parts.store, session, desk, row),
            )  # fmt: skip

    _add_wordings(blueprint)
    add_new(blueprint)
    add_words(blueprint)
    add_deeds(blueprint, parts.dispatcher.wake, parts.settings.page_url)
    add_live(blueprint, parts.store)
    return blueprint


def _add_wordings(blueprint: Blueprint) -> None:
    @blueprint.get("/pengumuman/<int:broadcast_id>/isi")
    @require(*READERS)
    def wordings(desk: Desk, broadcast_id: int) -> str:
        """Show all that a broadcast says, to whom; of a kelurahan where one is named."""
        searched = " ".join(request.args.get("cari", "").replace("\0", "").split())
        searched = searched[:_LONGEST_SEARCH]
        with desk.read() as session:
            row = existing(session, desk, broadcast_id)
            within = audience_of(session, row.broadcast).areas
            areas = areas_called(session, searched, within) if searched else None
            count = count_wordings(session, broadcast_id, areas) if areas != [] else 0
            pages = max(1, -(-count // _WORDINGS_PAGE))
            page = min(max(1, request.args.get("halaman", 1, type=int)), pages)
            listed = list_wordings(session, broadcast_id, _WORDINGS_PAGE, areas, page)
            templates = templates_by_notice(session, [one.notice for one in listed])
        return render_template(
            "console/broadcast_wordings.html",
            row=row, broadcast=row.broadcast, listed=listed if count else [], count=count,
            searched=searched, page=page, pages=pages, templates=templates,
        )  # fmt: skip


def _first(counts: dict[str, int]) -> str:
    """Give the first group that holds anything."""
    return next((group for group in GROUPS if counts[group]), "going")


def waiting_for(session: Session, desk: Desk) -> Sequence[BroadcastRow]:
    """Give what waits for this person's approval."""
    if desk.staff.role not in DECIDERS:
        return []
    four_eyes = notice_rules(session).four_eyes
    return to_approve(session, desk.scope, desk.actor, four_eyes)


def _preview_page(session: Session, desk: Desk, row: BroadcastRow) -> str:
    broadcast = row.broadcast
    foreseen = None
    if broadcast.state in _UNDECIDED:
        foreseen = preview(session, broadcast, desk.now)
    rules = notice_rules(session)
    is_own = broadcast.created_by == desk.actor
    begins = max(broadcast.send_at, desk.now)
    if not broadcast.urgent:
        begins = after_quiet_hours(begins, desk.staff.zone)
    samples = [
        (channel, [Bubble(False, text, (), begins)])
        for channel, text in dict.fromkeys(foreseen.samples if foreseen else ())
    ]
    example = foreseen.hour_example if foreseen else None
    return render_template(
        "console/broadcast.html", **_told(session, desk, row),
        foreseen=foreseen, samples=samples, rules=rules, span=span,
        languages=_languages(session, broadcast, foreseen.reach.by_language if foreseen else {}),
        hour_example=[Bubble(False, example, (), begins)] if example else [],
        problems=[say(key) for key in (foreseen.problems if foreseen else ())],
        may_approve=not (rules.four_eyes and is_own),
        may_reword=may_reword(broadcast, desk.actor),
        others=approvers(session, broadcast.area_code, but=broadcast.created_by),
    )  # fmt: skip


def _languages(
    session: Session, broadcast: Broadcast, chosen: Mapping[str, int]
) -> list[tuple[str, int, bool]]:
    """Give the languages that recipients chose, by how many, and whether it is written in them."""
    written = {notice.language for notice in notices_of(session, broadcast.id)}
    return [
        (code, chosen[code], code in written)
        for code in LANGUAGES
        if code != USUAL_LANGUAGE and chosen.get(code)
    ]


def _told(session: Session, desk: Desk, row: BroadcastRow) -> dict[str, Any]:
    """Give what every page of a broadcast says of it."""
    broadcast = row.broadcast
    filters = audience_of(session, broadcast)
    areas = {area.code: area.name for area in areas_within(session, desk.scope)}
    wordings = list_wordings(session, broadcast.id, _WORDINGS)
    templates = templates_by_notice(session, [one.notice for one in wordings])
    return {
        "row": row,
        "broadcast": broadcast,
        "filters": filters,
        "named": names_in(session, filters),
        "areas": [areas.get(code, code) for code in filters.areas],
        "by": hands(session, (broadcast.created_by, broadcast.approved_by)),
        "wordings": wordings,
        "templates": templates,
        "wordings_count": count_wordings(session, broadcast.id),
        "may_decide": desk.staff.role in DECIDERS,
        "longest": LONGEST_WHY,
    }
