"""Reminders of a distribution and the question after it: what follows an announcement, and when."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.notices.drafting import keep
from bot.notices.wording import notices_of_round
from bot.places import Places
from db import audit
from db.broadcast_watch import (
    Occasion,
    areas_followed,
    hold_if_free,
    occasions,
)
from db.broadcasts import Broadcast, Kind, State
from db.notice_rules import NoticeRules, notice_rules
from db.rounds import Round
from db.session import Session

SERVICE = "service"
_NEAR = timedelta(minutes=30)  # so long before its moment it is made, for officers to see
_APART = timedelta(hours=4)  # nobody is reminded of what he has just been told
_MORNING_AHEAD = timedelta(hours=1)  # a reminder of the same day needs at least that to be of use
_ASKED_AT = time(10)  # on the day after the distribution
_ASKED_FOR = timedelta(days=3)  # then the question is too late
_DAY = timedelta(days=1)
_AFTER = "after"
_BEGUN = (State.RUNNING, State.PAUSED, State.DONE, State.CANCELED)
_NOTHING_MADE: Mapping[tuple[int, bytes], Collection[str]] = {}


@dataclass(frozen=True, slots=True)
class Child:
    """What follows a broadcast at one moment, about the distributions of one day in one zone."""

    parent_id: int
    kind: Kind
    send_at: datetime
    expires_at: datetime
    distributions: tuple[int, ...]
    digest: bytes


def children_due(session: Session, now: datetime) -> list[Child]:
    """Give what is to be made now: what is near, and not there yet."""
    return _not_made(session, occasions(session, now), now)


def make_child(session: Session, now: datetime, child: Child, places: Places) -> bool:
    """Make what follows a broadcast, approved as that is; False where it is no more to be made."""
    parent = hold_if_free(session, child.parent_id, _BEGUN)
    if parent is None or parent.round_id is None:
        return False
    if child not in _not_made(session, occasions(session, now, parent.id), now):
        return False
    of_round = session.get_one(Round, parent.round_id)
    notices = [
        notice
        for notice in notices_of_round(session, of_round, child.kind, places)
        if notice.distribution_id in child.distributions
    ]
    if not notices:
        return False
    made = Broadcast(
        kind=child.kind,
        area_code=parent.area_code,
        audience=parent.audience,
        parent_id=parent.id,
        round_id=parent.round_id,
        digest=child.digest,
        state=State.SCHEDULED,
        send_at=child.send_at,
        expires_at=child.expires_at,
        created_by=SERVICE,
        created_at=now,
        approved_by=parent.approved_by,
        approved_at=parent.approved_at,
    )
    keep(session, made, notices)
    audit.record(session, now, SERVICE, "follow notice", f"broadcast:{made.id}")
    return True


def _not_made(session: Session, about: Sequence[Occasion], now: datetime) -> list[Child]:
    """Give what is near of some distributions, for the areas for which it is not there yet.

    An area whose change is undone comes back after the others may have been reminded.
    """
    rules = notice_rules(session)
    near = plan_children(about, rules, now)
    made = areas_followed(session, {(child.parent_id, child.digest) for child in near})
    return plan_children(about, rules, now, made) if made else near


def plan_children(
    about: Iterable[Occasion],
    rules: NoticeRules,
    now: datetime,
    made: Mapping[tuple[int, bytes], Collection[str]] = _NOTHING_MADE,
) -> list[Child]:
    """Give what follows the broadcasts about some distributions and whose moment is near.

    `made` names the areas that have it, by parent and digest.
    """
    found: dict[tuple[int, str, datetime], list[tuple[Occasion, datetime]]] = {}
    for occasion in about:
        for mark, send_at, expires_at in _moments(occasion, rules):
            digest = _digest(occasion.broadcast_id, mark, occasion)
            is_made = occasion.area_code in made.get((occasion.broadcast_id, digest), ())
            if send_at - _NEAR <= now < expires_at and not is_made:
                of_moment = found.setdefault((occasion.broadcast_id, mark, send_at), [])
                of_moment.append((occasion, expires_at))
    return [
        Child(
            parent_id=parent_id,
            kind=Kind.FOLLOWUP if mark == _AFTER else Kind.REMINDER,
            send_at=send_at,
            expires_at=max(expires_at for _occasion, expires_at in group),
            distributions=tuple(occasion.distribution_id for occasion, _expires_at in group),
            digest=_digest(parent_id, mark, group[0][0]),
        )
        for (parent_id, mark, send_at), group in found.items()
    ]


def _moments(occasion: Occasion, rules: NoticeRules) -> Iterator[tuple[str, datetime, datetime]]:
    """Give what may follow an announcement of a distribution: its mark, its moment and its end."""
    day = occasion.held_on
    eve = occasion.moment(day - _DAY, rules.eve_at)
    if eve >= occasion.told_at + _APART:
        yield "eve", eve, occasion.moment(day, time())
    morning = occasion.moment(day, rules.morning_at)
    ahead = occasion.begins - morning > _MORNING_AHEAD
    if ahead and morning >= occasion.told_at + _APART:
        yield "morning", morning, occasion.ends
    after = occasion.moment(day + _DAY, _ASKED_AT)
    yield _AFTER, after, after + _ASKED_FOR


def _digest(parent_id: int, mark: str, occasion: Occasion) -> bytes:
    """Give what one reminder has in common with itself, so that it is not made twice."""
    parts = (str(parent_id), mark, occasion.held_on.isoformat(), occasion.zone)
    return hashlib.sha256("\0".join(parts).encode()).digest()
