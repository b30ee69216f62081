"""Previews of broadcasts: whom one would reach, what it costs, and what is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.messages import RATES, Channel
from bot.notices.crowding import is_crowded
from bot.notices.repeats import same_today
from bot.notices.timing import begins_at, names_the_past
from bot.notices.whom import audience_of
from bot.notices.wording import LONGEST
from db.audiences import topic_of
from db.broadcasts import Broadcast, Kind, Notice, notices_of
from db.notice_rules import notice_rules
from db.reach import Reach, Recipient, measure, samples
from db.session import Session
from db.told import concerned
from db.wa_templates import USUAL_LANGUAGE

_SAMPLES = 3


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
    is_crowded: bool
    problems: list[str]  # keys of sentences


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
        is_crowded=is_crowded(session, broadcast, now),
        problems=problems(session, broadcast, notices, now) + _limits(broadcast, reach),
    )


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
        ("notice.day_passed", names_the_past(session, broadcast, begins)),
    )
    return [key for key, is_broken in rules if is_broken]


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


def _limits(broadcast: Broadcast, reach: Reach) -> list[str]:
    """Give the keys of the sentences about whom a broadcast does not suffice for."""
    found = []
    if not reach.contacts:
        found.append("notice.nobody" if broadcast.parent_id is None else "notice.nobody_left")
    if reach.excluded.get("no_template"):
        found.append("notice.no_template")
    return found
