"""Retention: what people said is kept for as long as it is needed, then it is emptied.

The rows stay for the statistics; what becomes of them is noted, a row for each run.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import JSON, delete, exists, func, or_, select, tuple_, update
from sqlalchemy.orm import Mapped, mapped_column

from db.attachments import FORGOTTEN, Attachment, is_held
from db.audience_files import AudienceFile, AudienceMember
from db.base import Base, BigId
from db.batches import APPLIED, FAILED, READING, STAGED, Batch, RefusedRow, StagedRow
from db.broadcasts import Broadcast, State
from db.doubts import Doubt
from db.erasures import erase_due, open_requests
from db.exports import ExportLink
from db.group_sessions import GroupSession
from db.hoaxes import HoaxReport, reports_due
from db.inbox import NOTHING, PURPOSE, InboundMessage
from db.kept_tries import KeptTries
from db.logins import LONGEST, StaffSession
from db.nik_tries import NikTry
from db.outbox import OutboundMessage
from db.pickups import Pickup
from db.pulses import Pulse
from db.rounds import Round
from db.schedules import Distribution
from db.session import Session, Store
from db.slots import Slot
from db.tickets import Ticket
from db.visits import Visit
from db.vouchers import Voucher

_CHUNK = 1_000  # rows a transaction: others write in between

_UNDECIDED_FOR = timedelta(days=90)  # a list is replaced every three months

_IN: Any = InboundMessage.__table__
_OUT: Any = OutboundMessage.__table__
_DOUBT: Any = Doubt.__table__
_ASKED: Any = HoaxReport.__table__
_FILE: Any = Attachment.__table__
_LINK: Any = ExportLink.__table__
_SESSION: Any = StaffSession.__table__
_TRY: Any = NikTry.__table__
_KEPT: Any = KeptTries.__table__
_VOUCHER: Any = Voucher.__table__
_PICKUP: Any = Pickup.__table__
_SLOT: Any = Slot.__table__
_MEMBER: Any = AudienceMember.__table__
_BATCH: Any = Batch.__table__
_STAGED: Any = StagedRow.__table__
_REFUSED: Any = RefusedRow.__table__


class Purge(Base):
    """One run: until when everything has been emptied, and how much it was."""

    __tablename__ = "purges"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    chats_before: Mapped[datetime]
    media_before: Mapped[datetime]
    counts: Mapped[dict[str, int]] = mapped_column(JSON)


@dataclass(frozen=True, slots=True)
class Keep:
    """For how long texts and files are kept; a sweep deletes what no row refers to any more."""

    chats: timedelta
    media: timedelta


Report = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class _Step:
    """The rows of one table that are due, and what they are emptied to; None deletes them."""

    name: str
    table: Any
    due: Any
    emptied: dict[str, Any] | None


def count_due(store: Store, keep: Keep, now: datetime) -> dict[str, int]:
    """Count what a run would empty."""
    with store.read() as session:
        counts = {
            step.name: session.scalar(select(func.count()).select_from(step.table).where(step.due))
            or 0
            for step in _steps(session, keep, now)
        }
        return counts | {"erasures": len(open_requests(session, now))}


def purge(store: Store, keep: Keep, now: datetime, report: Report) -> dict[str, int]:
    """Empty what is older than it is kept, and carry out due erasures; says how much it was."""
    counts: dict[str, int] = {}
    with store.read() as session:
        steps = _steps(session, keep, now)
    for place, step in enumerate(steps):
        report(place, len(steps) + 2, step.name)
        counts[step.name] = _until_none(store, partial(_empty, step))
    report(len(steps), len(steps) + 2, "media_in_chats")
    counts["media_in_chats"] = _take_media_out(store, now - keep.media)
    report(len(steps) + 1, len(steps) + 2, "erasures")
    counts["erasures"] = _until_none(store, lambda session: erase_due(session, now))
    with store.begin() as session:
        session.add(
            Purge(at=now, chats_before=now - keep.chats, media_before=now - keep.media,
                  counts=counts)
        )  # fmt: skip
    report(1, 1, "")
    return counts


def _until_none(store: Store, some: Callable[[Session], int]) -> int:
    """Repeat a chunk of work, each in a transaction of its own, until there is none left."""
    total = 0
    while True:
        with store.begin() as session:
            done = some(session)
        if not done:
            return total
        total += done


def _empty(step: _Step, session: Session) -> int:
    keys = list(step.table.primary_key.columns)
    rows = session.core.execute(select(*keys).where(step.due).limit(_CHUNK)).all()
    if not rows:
        return 0
    these = tuple_(*keys).in_([tuple(row) for row in rows])
    change = delete(step.table) if step.emptied is None else update(step.table).values(step.emptied)
    session.core.execute(change.where(these))
    return len(rows)


def _steps(session: Session, keep: Keep, now: datetime) -> list[_Step]:
    chats, media = now - keep.chats, now - keep.media
    empty = session.vault.seal(NOTHING, PURPOSE)
    said = (_IN.c.received_at < chats) & (func.length(_IN.c.body) > len(empty))
    told = (_OUT.c.created_at < chats) & _OUT.c.body.is_not(None)
    settled = _OUT.c.state.not_in(("queued", "sending"))
    files = is_held() & _of_old_matter(media)
    over = or_(_SESSION.c.ended_at.is_not(None), _SESSION.c.started_at < now - LONGEST)
    old_batch = _BATCH.c.uploaded_at < now - _UNDECIDED_FOR
    failed = select(_BATCH.c.id).where(_BATCH.c.state == FAILED)
    forgotten = {"state": FAILED, "problem": "batch.forgotten"}
    used = or_(_LINK.c.expires_at < now, _LINK.c.used_at.is_not(None))
    return [
        _Step("chats_in", _IN, said, {"body": empty}),
        _Step("chats_out", _OUT, told & settled, {"body": None}),
        _Step("doubts", _DOUBT, _DOUBT.c.noted_at < chats, None),
        _Step("hoaxes", _ASKED, reports_due(chats), {"text_sealed": None}),
        _Step("pickups", _PICKUP, _PICKUP.c.answered_at < chats, None),
        _Step("slots", _SLOT, _SLOT.c.distribution_id.in_(_held_before(chats)), None),
        _Step("audiences", _MEMBER, _MEMBER.c.file_id.in_(_lists_unused_since(chats)), None),
        _Step("media", _FILE, files, FORGOTTEN),
        _Step("links", _LINK, used, None),
        _Step("sessions", _SESSION, over, None),
        _Step("vouchers", _VOUCHER, _VOUCHER.c.expires_at < now, None),
        _Step("kept_tries", _KEPT, _KEPT.c.kept_until < now, None),
        # Nowhere in Indonesia is it still the day before the one of UTC.
        _Step("nik_tries", _TRY, _TRY.c.day < now.astimezone(UTC).date(), None),
        _Step("deliveries", _BATCH, (_BATCH.c.state == STAGED) & old_batch, forgotten),
        _Step("staged_lines", _STAGED, _STAGED.c.batch_id.in_(failed), None),
        _Step("refused_lines", _REFUSED, _REFUSED.c.batch_id.in_(_replaced(old_batch)), None),
    ]


def _held_before(before: datetime) -> Any:
    return select(Distribution.id).where(Distribution.held_on < before.astimezone(UTC).date())


def _lists_unused_since(before: datetime) -> Any:
    """Select the old lists that nobody draws on: no broadcast since, and no round still to come."""
    under_way = Broadcast.state.in_((State.SCHEDULED, State.RUNNING, State.PAUSED))
    moments = (Broadcast.created_at, Broadcast.send_at, Broadcast.ended_at)
    broadcast = exists().where(
        Broadcast.audience["file_id"].as_integer() == AudienceFile.id,
        or_(under_way, *(moment >= before for moment in moments)),
    )
    coming = exists().where(
        Round.filters["file_id"].as_integer() == AudienceFile.id,
        Distribution.round_id == Round.id,
        Distribution.held_on >= before.astimezone(UTC).date(),
    )
    return select(AudienceFile.id).where(AudienceFile.created_at < before, ~broadcast, ~coming)


def _replaced(old: Any) -> Any:
    """Select the old batches that are not in force: what those refused is still to be mended."""
    newer = _BATCH.alias()
    later = (
        (newer.c.list_id == _BATCH.c.list_id)
        & (newer.c.area_code == _BATCH.c.area_code)
        & (newer.c.state == APPLIED)
        & (newer.c.decided_at > _BATCH.c.decided_at)
    )
    waiting = _BATCH.c.state.in_((READING, STAGED))
    in_force = (_BATCH.c.state == APPLIED) & ~exists().where(later)
    return select(_BATCH.c.id).where(old, ~waiting, ~in_force)


def _of_old_matter(before: datetime) -> Any:
    tickets = select(Ticket.id).where(Ticket.created_at < before)
    visits = select(Visit.id).where(Visit.recorded_at < before)
    meetings = select(GroupSession.id).where(GroupSession.recorded_at < before)
    pulses = select(Pulse.id).where(Pulse.recorded_at < before)
    return or_(
        _FILE.c.ticket_id.in_(tickets),
        _FILE.c.visit_id.in_(visits),
        _FILE.c.session_id.in_(meetings),
        _FILE.c.pulse_id.in_(pulses),
    )


def _take_media_out(store: Store, before: datetime) -> int:
    """Take the references to files out of messages; those of former runs are not opened again."""
    with store.read() as session:
        after = session.scalar(select(func.max(Purge.media_before)))
    last, taken = 0, 0
    while True:
        with store.begin() as session:
            due = (_IN.c.received_at < before) & (_IN.c.id > last)
            if after is not None:
                due &= _IN.c.received_at >= after
            query = select(_IN.c.id, _IN.c.body).where(due).order_by(_IN.c.id).limit(_CHUNK)
            rows = session.core.execute(query).all()
            if not rows:
                return taken
            taken += sum(_without_media(session, row.id, row.body) for row in rows)
            last = rows[-1].id


def _without_media(session: Session, message_id: int, body: bytes) -> bool:
    said = json.loads(session.vault.open(body, PURPOSE))
    if "media" not in said:
        return False
    said["media"] = [[kind, "", mime] for kind, _ref, mime in said["media"]]
    sealed = session.vault.seal(json.dumps(said, separators=(",", ":")), PURPOSE)
    session.core.execute(update(_IN).where(_IN.c.id == message_id).values(body=sealed))
    return True
