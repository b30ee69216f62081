"""A change that is refused, or of which nobody heard, is taken back: the round stands as before.

What nobody approved is never told; what was approved last holds again, and is told again.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, time
from typing import Any

from bot.notices.ending import end, remind_anew
from bot.notices.planning import Stop
from bot.notices.timing import first_day
from db import audit
from db.audiences import Filters
from db.broadcast_rows import end_notices, end_rows, open_rows, requeue_ended
from db.broadcast_watch import (
    ANNOUNCES,
    CANCELED,
    FOLLOWS,
    GOING,
    OF_A_DAY,
    OUT_OF_DATE,
    passed_notices,
    superseded_notices,
)
from db.broadcasts import Broadcast, Kind, State
from db.outbox import CHANGED
from db.round_changes import (
    changes_since,
    hold_broadcasts,
    hold_round,
    hold_unended,
    is_heard_since,
)
from db.rounds import PLANNED, Round, distributions_of, find_distribution
from db.session import Session
from db.slots import assign_slots

_OF_ROUND = ("area_code", "stage", "bring", "contact", "filters", "state", "why")
_OF_STOP = ("round_id", "canceled", "place_kind", "latitude", "longitude", "quota")


def standing(session: Session, of_round: Round, stops: Iterable[Stop]) -> dict[str, Any]:
    """Give what a round says, as JSON can hold it, with what is known already of some new stops."""
    known = {one.id: one for one in distributions_of(session, of_round.id)}
    for stop in stops:
        found = find_distribution(
            session, of_round.program_code, stop.area_code, stop.held_on, stop.starts_at, stop.place
        )
        if found is not None:
            known[found.id] = found
    changed_at = of_round.changed_at
    return {
        **{name: getattr(of_round, name) for name in _OF_ROUND},
        "changed_at": None if changed_at is None else changed_at.isoformat(),
        "stops": [
            {
                "id": one.id,
                "ends_at": one.ends_at.isoformat(),
                "created_at": one.created_at.isoformat(),
                **{name: getattr(one, name) for name in _OF_STOP},
            }
            for one in known.values()
        ],
    }


def end_for_change(
    session: Session, ended: Sequence[Broadcast], why: str, actor: str, now: datetime
) -> list[list[Any]]:
    """End some broadcasts of a round for a change; gives what brings them back without it.

    Reminders that have not begun are made anew by the clock.
    """
    kept = [
        [one.id, one.state, one.digest.hex()]
        for one in ended
        if one.kind not in FOLLOWS or one.state in GOING
    ]
    for one in ended:
        end(session, one, why, actor, now)
    return kept


def take_back(
    session: Session, change: Broadcast, why: str, actor: str, now: datetime
) -> list[Broadcast]:
    """Undo a change that was refused or canceled, and what was changed after it.

    Gives the changes that are undone; none where somebody has heard of one of them, or where it is
    no change. Its round is to be held before it.
    """
    if change.before is None or change.undone or change.round_id is None:
        return []
    of_round = hold_round(session, change.round_id)
    hold_broadcasts(session, change.round_id)
    while end_rows(session, change.id, CANCELED):
        pass  # what is left then is being sent
    is_open = open_rows(session, change.id)
    if of_round is None or is_open or is_heard_since(session, of_round.id, change.created_at):
        return []
    undone = changes_since(session, of_round.id, change.created_at)
    for one in undone:
        restore(session, of_round, one, why, actor, now)
    queue_again(session, of_round.id, now)
    remind_anew(session, of_round.id, why, actor, now)
    audit.record(session, now, actor, "undo change", f"round:{of_round.id}")
    return undone


def restore(
    session: Session, of_round: Round, change: Broadcast, why: str, actor: str, now: datetime
) -> None:
    """Give a round what it said before a change, and end what was to be said since."""
    for one in hold_unended(session, of_round.id):
        if one.kind in ANNOUNCES and one.created_at >= change.created_at:
            end(session, one, why, actor, now)
    before, was_planned = change.before or {}, of_round.state == PLANNED
    for name in _OF_ROUND:
        setattr(of_round, name, before[name])
    changed_at = before["changed_at"]
    of_round.changed_at = None if changed_at is None else datetime.fromisoformat(changed_at)
    of_round.version += 1
    _restore_stops(session, of_round, before["stops"])
    _revive(session, of_round.id, before["ended"])
    change.undone = True
    session.flush()
    if change.kind == Kind.CHANGE and change.approved_at is not None and was_planned:
        filters = Filters.from_data(of_round.filters or {"areas": ()})
        assign_slots(session, of_round.id, filters, first_day(session, change, now))


def queue_again(session: Session, round_id: int, now: datetime) -> None:
    """Queue what a change ended that is undone, as far as it holds and nobody got it."""
    for one in hold_broadcasts(session, round_id):
        is_over = one.expires_at is not None and one.expires_at <= now
        if one.kind not in OF_A_DAY or one.state not in (*GOING, State.DONE) or is_over:
            continue
        outdated = superseded_notices(session, one)
        count = requeue_ended(session, one.id, now, (CHANGED, CANCELED), outdated)
        if count and one.state == State.DONE:
            one.state, one.ended_at = State.RUNNING, None
            one.version += 1
            session.flush()
        over = passed_notices(session, now).get(one.id, []) if count else []
        end_notices(session, one.id, over, OUT_OF_DATE, max(one.contacts, 1))


def _restore_stops(session: Session, of_round: Round, stops: Iterable[dict[str, Any]]) -> None:
    """Give its distributions what they were; what the change brought is of no round any more.

    One that another round has taken since is left to that.
    """
    stood = {stop["id"]: stop for stop in stops}
    for one in distributions_of(session, of_round.id):
        if one.id not in stood:
            one.round_id, one.canceled = None, True
            continue
        stop = stood[one.id]
        for name in _OF_STOP:
            setattr(one, name, stop[name])
        one.ends_at = time.fromisoformat(stop["ends_at"])
        one.created_at = datetime.fromisoformat(stop["created_at"])


def _revive(session: Session, round_id: int, ended: Iterable[list[Any]]) -> None:
    """Let go on what a change ended."""
    known = {one.id: one for one in hold_broadcasts(session, round_id)}
    for broadcast_id, state, digest in ended:
        one = known[broadcast_id]
        one.state, one.digest = state, bytes.fromhex(digest)
        one.remark, one.ended_at = None, None
        one.version += 1
