"""Drafts of broadcasts: what somebody wants to be told to whom, kept with all its wordings."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.notices.refusals import NoticeRefused
from bot.notices.templates import values
from bot.notices.timing import begins_at, end_of
from bot.notices.wording import notices_of_round
from db import audit
from db.areas import Area, common_area
from db.audiences import Filters
from db.broadcasts import Broadcast, Kind, Notice, State, notices_of
from db.rounds import Round, areas_named, distributions_of
from db.session import Session
from db.wa_templates import approved_template


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to be told to whom; a round says by itself what is to be told."""

    kind: Kind
    filters: Filters | None  # None: those of the round, or whom the parent told
    texts: Mapping[str, str]  # words by their languages; of a round instead of our own
    round_id: int | None = None
    parent_id: int | None = None
    areas: tuple[str, ...] | None = None  # of a round, where only these are to hear
    hoax_id: int | None = None
    urgent: bool = False
    send_at: datetime | None = None
    expires_at: datetime | None = None
    content_sid: str | None = None  # a template that is not of the catalogue


@dataclass(frozen=True, slots=True)
class _AreaBook:
    """Names and zones of the areas of one broadcast."""

    areas: Mapping[str, Area]

    def name_of(self, code: str | None) -> str:
        """Give the name of an area."""
        return self.areas[code or ""].name

    def zone_of(self, code: str | None) -> str:
        """Give the zone of an area."""
        return self.areas[code or ""].timezone


def prepare(session: Session, draft: Draft, actor: str, now: datetime) -> Broadcast:
    """Keep a draft with all its wordings; raises NoticeRefused where no area holds all of it."""
    of_round = session.get_one(Round, draft.round_id) if draft.round_id is not None else None
    filters = draft.filters
    if filters is None and of_round is not None and of_round.filters is not None:
        filters = Filters.from_data(of_round.filters)
    broadcast = Broadcast(
        kind=draft.kind,
        area_code=_area_of(session, draft, of_round, filters),
        audience=filters.to_data() if filters is not None else None,
        texts=dict(draft.texts) if of_round is not None and draft.texts else None,
        parent_id=draft.parent_id,
        round_id=draft.round_id,
        hoax_id=draft.hoax_id,
        digest=b"",
        state=State.DRAFT,
        urgent=draft.urgent,
        send_at=draft.send_at or now,
        expires_at=draft.expires_at,
        created_by=actor,
        created_at=now,
    )
    if of_round is not None:
        notices = _of_round(session, of_round, draft, broadcast, now)
    else:
        notices = _of_words(session, draft, broadcast)
    broadcast.digest = _digest(broadcast, notices)
    keep(session, broadcast, notices)
    audit.record(session, now, actor, "prepare notice", f"broadcast:{broadcast.id}")
    return broadcast


def keep(session: Session, broadcast: Broadcast, notices: Iterable[Notice]) -> None:
    """Put a broadcast into the store with its wordings."""
    session.add(broadcast)
    session.flush()
    for notice in notices:
        notice.broadcast_id = broadcast.id
        session.add(notice)
    session.flush()


def write_anew(
    session: Session, broadcast: Broadcast, texts: Mapping[str, str], now: datetime
) -> Sequence[Notice]:
    """Write what a draft says of its round anew, in an officer's words; in ours where he has none.

    Raises NoticeRefused where nothing of the round is ahead any more.
    """
    before = notices_of(session, broadcast.id)
    areas = tuple(one.area_code for one in before if one.area_code is not None)
    draft = Draft(Kind(broadcast.kind), None, texts, areas=areas)
    of_round = session.get_one(Round, broadcast.round_id)
    notices = _of_round(session, of_round, draft, broadcast, now)
    if not notices:
        raise NoticeRefused("notice.out_of_date")
    for one in before:
        session.delete(one)
    broadcast.texts = dict(texts) or None
    broadcast.digest = _digest(broadcast, notices)
    broadcast.version += 1
    keep(session, broadcast, notices)
    return notices


def is_unchanged(broadcast: Broadcast, notices: Sequence[Notice]) -> bool:
    """Say whether a broadcast says, and to whom, what it did when it was prepared."""
    return broadcast.digest == _digest(broadcast, notices)


def _area_of(
    session: Session, draft: Draft, of_round: Round | None, filters: Filters | None
) -> str:
    if of_round is not None:
        return of_round.area_code
    if filters is not None and (shared := common_area(filters.areas)):
        return shared
    if draft.parent_id is not None:
        return session.get_one(Broadcast, draft.parent_id).area_code
    raise NoticeRefused("notice.apart")


def _of_round(
    session: Session, of_round: Round, draft: Draft, broadcast: Broadcast, now: datetime
) -> list[Notice]:
    stops = distributions_of(session, of_round.id)
    book = _AreaBook(areas_named(session, [stop.area_code for stop in stops]))
    if broadcast.expires_at is None and draft.kind in (Kind.DISTRIBUTION, Kind.CHANGE):
        ends = (
            end_of(stop, book.zone_of(stop.area_code))
            for stop in stops
            if draft.kind == Kind.CHANGE or not stop.canceled
        )
        last = max(ends, default=None)
        broadcast.expires_at = last.astimezone(UTC) if last is not None else None
    # Of a change those hear too who would come to what is over by the morning.
    as_of = begins_at(session, broadcast, now) if draft.kind == Kind.DISTRIBUTION else now
    notices = notices_of_round(
        session, of_round, draft.kind, book, draft.texts, draft.content_sid, as_of
    )
    return [one for one in notices if draft.areas is None or one.area_code in draft.areas]


def _of_words(session: Session, draft: Draft, broadcast: Broadcast) -> list[Notice]:
    area = session.get_one(Area, broadcast.area_code).name
    notices = []
    for language, words in draft.texts.items():
        notice = Notice(language=language, text=words.strip())
        template = approved_template(session, draft.kind, language)
        if template is not None:
            notice.content_sid = template.content_sid
            notice.content_variables = values(template, {"area": area, "text": words})
        notices.append(notice)
    return notices


def _digest(broadcast: Broadcast, notices: Sequence[Notice]) -> bytes:
    """Give what two broadcasts have in common that say the same to the same people."""
    said = sorted(
        json.dumps(
            [
                one.area_code, one.slot.isoformat() if one.slot else None, one.language, one.text,
                one.content_sid, one.content_variables, [label for _, label in one.choices or ()],
            ],
            sort_keys=True,
        )
        for one in notices
    )  # fmt: skip
    whom = json.dumps([broadcast.kind, broadcast.audience, broadcast.parent_id], sort_keys=True)
    return hashlib.sha256("\0".join((whom, *said)).encode()).digest()
