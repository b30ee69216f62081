"""What was stopped goes on to those alone who have not heard it, as it was approved."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.notices.holding import held, move, refuse_late, refuse_unmarked, see_urgency
from bot.notices.refusals import NoticeRefused
from bot.notices.repeats import same_today
from db import audit
from db.broadcast_rows import count_rest, end_rows, requeue_rest
from db.broadcast_watch import CANCELED, passed_notices, superseded_notices
from db.broadcasts import Broadcast, Kind, State
from db.notice_rules import notice_rules
from db.round_changes import is_of_another_round, stopped
from db.session import Session

MOST_COUNTED = 10_000
_LONGEST = timedelta(days=3)  # after which news that was stopped is written anew


@dataclass(frozen=True, slots=True)
class Rest:
    """What was stopped, and how many messages of it nobody has heard; many are not counted."""

    broadcast: Broadcast
    count: int


def carry_on(
    session: Session, broadcast_id: int, actor: str, now: datetime, version: int
) -> int:  # fmt: skip
    """Send a stopped broadcast to those who have not heard it; gives how many.

    It was approved, and stopped: where two must approve, whoever prepared it may not. Nobody is
    told what was changed or canceled since, nor of a day that has passed, nor what he heard
    otherwise. Raises NoticeRefused and StaleBroadcast.
    """
    broadcast = held(session, broadcast_id, (State.CANCELED,), version)
    if not may_carry_on(session, broadcast, actor):
        raise NoticeRefused("notice.own_rest")
    if _is_over(session, broadcast, now):
        raise NoticeRefused("notice.no_rest")
    refuse_late(broadcast, now)
    refuse_unmarked(session, broadcast)
    if broadcast.round_id is None and _is_said_since(session, broadcast, now):
        raise NoticeRefused("notice.said_since")
    while end_rows(session, broadcast_id, CANCELED):
        pass  # what is left then is being sent
    count = requeue_rest(session, broadcast_id, now, _besides(session, broadcast, now))
    if not count:
        raise NoticeRefused("notice.no_rest")
    see_urgency(session, broadcast, now)
    move(broadcast, State.RUNNING)
    broadcast.remark, broadcast.ended_at = None, None
    audit.record(session, now, actor, "carry on notice", f"broadcast:{broadcast_id}")
    return count


def may_carry_on(session: Session, broadcast: Broadcast, actor: str) -> bool:
    """Say whether somebody may let go on what was stopped: it is approved anew by that."""
    return actor != broadcast.created_by or not notice_rules(session).four_eyes


def left_of(session: Session, broadcast: Broadcast, now: datetime) -> int:
    """Count those who would hear a stopped broadcast by `carry_on`, up to MOST_COUNTED."""
    expired = broadcast.expires_at is not None and broadcast.expires_at <= now
    if expired or broadcast.state != State.CANCELED or _is_over(session, broadcast, now):
        return 0
    return count_rest(session, broadcast.id, _besides(session, broadcast, now), MOST_COUNTED)


def rest_of_round(session: Session, round_id: int, now: datetime) -> list[Rest]:
    """Give what of a round was stopped before all had heard it."""
    found = (Rest(one, left_of(session, one, now)) for one in stopped(session, round_id))
    return [rest for rest in found if rest.count]


def unheard_of_round(session: Session, round_id: int) -> int:
    """Count whom an announcement that was stopped never reached, and who knows no plan since.

    The round was changed after it, so that it does not go on; they may be told by a new one.
    """
    return sum(
        count_rest(session, one.id, (), MOST_COUNTED)
        for one in stopped(session, round_id)
        if one.kind == Kind.DISTRIBUTION and superseded_notices(session, one)
    )


def _is_over(session: Session, broadcast: Broadcast, now: datetime) -> bool:
    """Say whether what was stopped holds no more: undone, long ago, or told of by another round."""
    if broadcast.undone or broadcast.approved_at is None:
        return True
    if broadcast.round_id is None:
        return broadcast.ended_at is None or now - broadcast.ended_at > _LONGEST
    return is_of_another_round(session, broadcast)


def _besides(session: Session, broadcast: Broadcast, now: datetime) -> Collection[int]:
    passed = passed_notices(session, now, broadcast.id).get(broadcast.id, [])
    return {*superseded_notices(session, broadcast), *passed}


def _is_said_since(session: Session, broadcast: Broadcast, now: datetime) -> bool:
    since = broadcast.ended_at or now
    return any(one.id > broadcast.id for one in same_today(session, broadcast, min(since, now)))
