"""Drafts of broadcasts: what one would say, whom it would reach, and what is wrong with it."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from bot.messages import RATES, Channel
from bot.notices.refusals import NoticeRefused
from bot.notices.templates import values
from bot.notices.wording import LONGEST, notices_of_round
from db import audit
from db.areas import Area, Scope, common_area
from db.audiences import Filters, topic_of
from db.broadcasts import Broadcast, Kind, Notice, State, find_same, notices_of
from db.fan_out import concerned
from db.notice_rules import notice_rules
from db.quiet_hours import after_quiet_hours
from db.reach import Reach, Recipient, measure, samples
from db.round_changes import announced_besides
from db.rounds import Round, areas_named, distributions_of
from db.schedules import Distribution
from db.session import Session
from db.slots import capacity
from db.wa_templates import USUAL_LANGUAGE, approved_template

_SAMPLES = 3


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
class Preview:
    """What a broadcast would come to."""

    reach: Reach
    templates: int  # messages that WhatsApp charges for
    price: int  # rupiah, with the texts by SMS
    seconds: float  # at the rates of the channels
    samples: list[tuple[str, str]]  # channel and words
    hour_example: str | None  # how a family reads its hour, where hours are given
    same_today: Sequence[Broadcast]
    problems: list[str]  # keys of sentences


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
    session.add(broadcast)
    session.flush()
    for notice in notices:
        notice.broadcast_id = broadcast.id
    session.add_all(notices)
    session.flush()
    audit.record(session, now, actor, "prepare notice", f"broadcast:{broadcast.id}")
    return broadcast


def is_unchanged(broadcast: Broadcast, notices: Sequence[Notice]) -> bool:
    """Say whether a broadcast says, and to whom, what it did when it was prepared."""
    return broadcast.digest == _digest(broadcast, notices)


def preview(session: Session, broadcast: Broadcast, now: datetime) -> Preview:
    """Show whom a broadcast would reach, what it costs, and how it reads."""
    filters, topic = audience_of(session, broadcast), topic_of(broadcast.kind)
    notices = notices_of(session, broadcast.id)
    has_template = any(notice.content_sid for notice in notices)
    send_at, told = max(broadcast.send_at, now), None
    if broadcast.kind == Kind.CHANGE and broadcast.parent_id is not None:
        told = concerned(session, broadcast, broadcast.parent_id, filters.areas)
    reach = measure(session, filters, topic, send_at, has_template, broadcast.hoax_id, told)
    rules = notice_rules(session)
    sms = reach.by_channel.get(Channel.SMS, 0)
    shown = [
        (one.channel, said.text)
        for one in samples(session, filters, topic, _SAMPLES)
        if (said := fitting(notices, one)) is not None
    ]
    return Preview(
        reach=reach,
        templates=reach.window_closed,
        price=reach.window_closed * rules.template_price + sms * rules.sms_price,
        seconds=_seconds(reach),
        samples=shown,
        hour_example=next((notice.text for notice in notices if notice.slot is not None), None),
        same_today=same_today(session, broadcast, now),
        problems=problems(session, broadcast, notices, now)
        + _limits(session, broadcast, filters, reach, now),
    )


def audience_of(session: Session, broadcast: Broadcast) -> Filters:
    """Give whom a broadcast is for; of a child without an audience it is the parent's."""
    found = broadcast
    while found.audience is None and found.parent_id is not None:
        found = session.get_one(Broadcast, found.parent_id)
    return Filters.from_data(found.audience) if found.audience else Filters((found.area_code,))


def same_today(session: Session, broadcast: Broadcast, now: datetime) -> Sequence[Broadcast]:
    """Give what says the same to the same people and was made on this day, where they live.

    A round is announced to an area once, on whatever day that was.
    """
    zone = ZoneInfo(session.get_one(Area, broadcast.area_code).timezone)
    midnight = datetime.combine(now.astimezone(zone).date(), time(), zone)
    found = {one.id: one for one in find_same(session, broadcast.digest, midnight, broadcast.id)}
    if broadcast.kind == Kind.DISTRIBUTION and broadcast.round_id is not None:
        areas = audience_of(session, broadcast).areas
        for one in announced_besides(session, broadcast.round_id, broadcast.id):
            if any(_touches(area, areas) for area in audience_of(session, one).areas):
                found[one.id] = one
    return list(found.values())


def begins_at(session: Session, broadcast: Broadcast, now: datetime) -> datetime:
    """Give when the first of it can go out: nobody but of an urgent one is woken."""
    send_at = max(broadcast.send_at, now)
    zone = session.get_one(Area, broadcast.area_code).timezone
    return send_at if broadcast.urgent else after_quiet_hours(send_at, zone)


def problems(
    session: Session, broadcast: Broadcast, notices: Sequence[Notice], now: datetime
) -> list[str]:
    """Give the keys of the sentences about what keeps a broadcast from being sent."""
    expires_at, send_at = broadcast.expires_at, max(broadcast.send_at, now)
    begins = begins_at(session, broadcast, now)
    is_late = expires_at is not None and expires_at <= send_at
    rules = (
        ("notice.no_words", not notices or any(not one.text.strip() for one in notices)),
        ("notice.too_long", any(len(one.text) > LONGEST for one in notices)),
        ("notice.bad_blank", any("{" in one.text or "}" in one.text for one in notices)),
        ("notice.out_of_date", is_late),
        ("notice.by_night", not is_late and expires_at is not None and expires_at <= begins),
        ("notice.day_passed", _names_the_past(session, broadcast, begins)),
    )
    return [key for key, is_broken in rules if is_broken]


def first_day(session: Session, broadcast: Broadcast, now: datetime) -> date:
    """Give the first day, where it goes to, for which it can still call families."""
    zone = session.get_one(Area, broadcast.area_code).timezone
    return begins_at(session, broadcast, now).astimezone(ZoneInfo(zone)).date()


def _names_the_past(session: Session, broadcast: Broadcast, begins: datetime) -> bool:
    """Say whether an announcement calls families to what is over, or leaves some unheard.

    It was written for the moment at which it should go out; what is over by then is not in it.
    """
    if broadcast.kind != Kind.DISTRIBUTION or broadcast.round_id is None:
        return False
    stops = [one for one in distributions_of(session, broadcast.round_id) if not one.canceled]
    areas = areas_named(session, [stop.area_code for stop in stops])
    within = audience_of(session, broadcast).areas
    ends = [
        (stop.area_code, _end_of(stop, areas[stop.area_code].timezone))
        for stop in stops
        if _touches(stop.area_code, within)
    ]
    written_for = begins_at(session, broadcast, broadcast.created_at)
    ahead = {area for area, end in ends if end > begins}
    return any(
        written_for < end <= begins or (broadcast.created_at < end <= begins and area not in ahead)
        for area, end in ends
    )


def _end_of(stop: Distribution, zone: str) -> datetime:
    return datetime.combine(stop.held_on, stop.ends_at, ZoneInfo(zone))


def _touches(area_code: str, others: Iterable[str]) -> bool:
    """Say whether an area has anything in common with some others."""
    return any(Scope(one).covers(area_code) or Scope(area_code).covers(one) for one in others)


def fitting(notices: Sequence[Notice], one: Recipient) -> Notice | None:
    """Give the wording that a recipient without a slot would read, as db.fan_out chooses it."""
    plain = [notice for notice in notices if notice.slot is None] or list(notices)
    fit = [
        notice
        for notice in plain
        if notice.area_code is None
        or notice.area_code == one.area_code
        or one.area_code.startswith(f"{notice.area_code}.")
    ]
    spoken = {notice.language for notice in plain}
    language = one.language if one.language in spoken else USUAL_LANGUAGE
    fit.sort(key=lambda notice: (notice.language == language, len(notice.area_code or "")))
    return fit[-1] if fit else None


def _seconds(reach: Reach) -> float:
    """Give how long it takes at the rates of the channels, which work side by side."""
    return max(
        (count / RATES[Channel(name)] for name, count in reach.by_channel.items()), default=0.0
    )


def _limits(
    session: Session, broadcast: Broadcast, filters: Filters, reach: Reach, now: datetime
) -> list[str]:
    """Give the keys of the sentences about whom a broadcast does not suffice for."""
    found = []
    if not reach.contacts:
        found.append("notice.nobody")
    if reach.excluded.get("no_template"):
        found.append("notice.no_template")
    if broadcast.round_id is not None and broadcast.kind == Kind.DISTRIBUTION:
        rooms = capacity(session, broadcast.round_id, filters, first_day(session, broadcast, now))
        if any(room.families > room.places for room in rooms):
            found.append("notice.crowded")
    return found


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
            _end_of(stop, book.zone_of(stop.area_code))
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
