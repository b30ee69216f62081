"""How a broadcast goes while it is sent, for a page that stays open; and whom it did not reach."""

import hashlib
from collections.abc import Mapping
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, send_file
from werkzeug.wrappers import Response

from bot.notices.calling import calls_of
from bot.notices.carrying_on import MOST_COUNTED, left_of, may_carry_on
from bot.notices.unreached_book import reason_words, remedy_words, unreached_book
from bot.notices.whom import audience_of
from bot.texts import say
from bot.texts.format import clock, grouped
from db import audit
from db.audiences import topic_of
from db.broadcast_lists import BroadcastRow
from db.broadcast_progress import Progress, untold_families
from db.broadcast_rows import addressed
from db.broadcast_watch import FOLLOWS
from db.broadcasts import Broadcast, State, notices_of
from db.hoaxes import DECIDERS
from db.reach import Unreached, unreached
from db.session import Session, Store
from webhook.console.broadcast_counting import Look, look
from webhook.console.broadcast_deeds import existing
from webhook.console.desk import Desk
from webhook.console.guards import passive, require

READERS = (*DECIDERS, "front_office")
COLUMNS = {  # of the tables: the states that stand in each
    "waiting": ("queued", "sending"),
    "sent": ("sent",),
    "delivered": ("delivered",),
    "read": ("read",),
    "failed": ("failed",),
    "canceled": ("canceled",),
}
_MOST_AREAS = 200  # of the table, those first where most failed
_MOST_FAMILIES = 50_000
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ENDED = (State.DONE, State.CANCELED)
_NOT_BEGUN = (State.DRAFT, State.WAITING, State.SCHEDULED)


def add_live(blueprint: Blueprint, store: Store) -> None:
    """Add the routes that an open page asks again and again, and the list for companions."""

    @blueprint.get("/pengumuman/<int:broadcast_id>/kemajuan")
    @passive
    @require(*READERS)
    def told(desk: Desk, broadcast_id: int) -> dict[str, Any]:
        """Say how far a broadcast is, in the words of its page."""
        with desk.read() as session:
            row = existing(session, desk, broadcast_id)
            live = live_parts(store, session, desk, row)
        return {name: live[name] for name in ("mark", "percent", "cells", "done", "pace", "as_of")}

    @blueprint.get("/pengumuman/<int:broadcast_id>/belum-sampai.xlsx")
    @require(*DECIDERS)
    def export(desk: Desk, broadcast_id: int) -> Response:
        """Give whom it did not reach as a workbook; each family's trail says that it was read."""
        subject = f"broadcast:{broadcast_id}"
        with desk.begin() as session:
            broadcast = existing(session, desk, broadcast_id).broadcast
            audit.record(session, desk.now, desk.actor, "export unreached", subject)
        with desk.read() as session:
            found = _not_told(session, desk, broadcast)
            calls = calls_of(session, broadcast, found)
        families = [one.household_id for one in found]
        with desk.begin() as session:
            audit.record_families(session, desk.now, desk.actor, "export unreached", families)
        book = unreached_book(found, calls)
        name = f"belum-sampai-{broadcast_id}-{desk.today.isoformat()}.xlsx"
        return send_file(BytesIO(book), mimetype=_XLSX, as_attachment=True, download_name=name)


def _not_told(session: Session, desk: Desk, broadcast: Broadcast) -> list[Unreached]:
    """Give whoever is of the audience and does not hear of it, or did not."""
    untold = untold_families(session, broadcast.id, desk.scope, _MOST_FAMILIES)
    filters, topic = audience_of(session, broadcast), topic_of(broadcast.kind)
    shut_at, told = None, None
    if broadcast.state in _NOT_BEGUN:
        has_template = any(one.content_sid for one in notices_of(session, broadcast.id))
        shut_at = None if has_template else max(broadcast.send_at, desk.now)
    elif broadcast.kind not in FOLLOWS and broadcast.hoax_id is None:
        told = addressed(broadcast.id)
    left = unreached(session, filters, topic, _MOST_FAMILIES, shut_at, told)
    known = {one.household_id for one in untold}
    return [*untold, *(one for one in left if one.household_id not in known)]


def live_parts(store: Store, session: Session, desk: Desk, row: BroadcastRow) -> dict[str, Any]:
    """Give how a broadcast goes; `mark` changes where the page is to be made anew."""
    seen = look(store, session, row.broadcast, desk.now)
    found = seen.progress
    by_area = sorted(found.by_area, key=lambda one: -one[1].get("failed", 0))[:_MOST_AREAS]
    tables = {
        "channel": [
            (say(f"desk.channel_{name}"), states) for name, states in found.by_channel.items()
        ],
        "area": by_area,
    }
    total = sum(found.states.values())
    waiting = _sum(found.states, COLUMNS["waiting"])
    is_open = row.broadcast.state not in _ENDED or seen.is_old
    return {
        "tables": tables,
        "columns": COLUMNS,
        "cells": _cells(tables),
        "total": total,
        "percent": 100 * (total - waiting) // total if total else 0,
        "done": _done(seen, total, waiting),
        "pace": _pace(row, seen, waiting),
        "as_of": _as_of(seen, desk),
        "reasons": [
            (count, reason_words(reason), remedy_words(reason))
            for reason, count in sorted(found.reasons.items(), key=lambda one: -one[1])
        ],
        "failed": found.states.get("failed", 0),
        "more_areas": max(0, len(found.by_area) - _MOST_AREAS),
        "mark": _mark(row, found, tables, is_open),
        "is_ended": row.broadcast.state in _ENDED,
        "rest": rest_words(left_of(session, row.broadcast, desk.now)),
        "may_carry_on": may_carry_on(session, row.broadcast, desk.actor),
        "is_open": is_open,
    }  # fmt: skip


def rest_words(count: int) -> str:
    """Say how many have not heard what was stopped; nothing where that is nobody."""
    if count < MOST_COUNTED:
        return grouped(count) if count else ""
    return say("broadcast.rest_many", count=grouped(count))


def _done(seen: Look, total: int, waiting: int) -> str:
    if seen.counted_at is None:
        return say("broadcast.counting")
    return say("broadcast.done_of", done=grouped(total - waiting), all=grouped(total))


def _as_of(seen: Look, desk: Desk) -> str:
    """Say when a large broadcast was counted; a small one is counted as its page is made."""
    if seen.counted_at in (None, desk.now):
        return ""
    local = seen.counted_at.astimezone(ZoneInfo(desk.staff.zone))
    return say("broadcast.as_of", clock=clock(local.time()))


def _cells(tables: Mapping[str, Any]) -> dict[str, str]:
    """Give each number of the tables by its place."""
    return {
        f"{table}-{at}-{column}": grouped(_sum(states, names))
        for table, rows in tables.items()
        for at, (_, states) in enumerate(rows)
        for column, names in COLUMNS.items()
    }


def _sum(states: Mapping[str, int], names: tuple[str, ...]) -> int:
    return sum(states.get(name, 0) for name in names)


def _pace(row: BroadcastRow, seen: Look, waiting: int) -> str:
    """Say how fast it goes, and how long it will at that rate."""
    found = seen.progress
    if row.broadcast.state != State.RUNNING or not waiting:
        return ""
    if not found.per_minute:
        return say("broadcast.pace_none")
    minutes = -(-waiting // found.per_minute)
    return say("broadcast.pace", rate=grouped(found.per_minute), left=span(60 * minutes))


def span(seconds: float) -> str:
    """Write roughly how long something takes, as `12 menit` or `2 jam 5 menit`."""
    minutes = round(seconds / 60)
    if seconds < 60 or minutes < 1:
        return say("broadcast.span_short")
    hours, rest = divmod(minutes, 60)
    if not hours:
        return say("broadcast.span_minutes", minutes=rest)
    return say("broadcast.span_hours", hours=grouped(hours), minutes=rest)


def _mark(row: BroadcastRow, found: Progress, tables: Mapping[str, Any], is_open: bool) -> str:
    """Give what is the same as long as the page has the same rows and buttons."""
    names = [name for rows in tables.values() for name, _ in rows]
    state = (row.broadcast.state, str(row.broadcast.version), str(is_open))
    parts = (*state, *names, *sorted(found.reasons))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
