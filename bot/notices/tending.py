"""The clock of broadcasts: what begins, ends, goes out of date or is to follow as time passes.

Every dispatcher calls it beside its sweep. What is due is read first and then held, each in a small
transaction of its own and looked at again, so that nothing is begun or made twice.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from sqlalchemy.exc import OperationalError

from bot.desk.alerting import page
from bot.failures import where_only
from bot.notices.late import count_late
from bot.notices.reminding import SERVICE, children_due, make_child
from bot.notices.replanning import is_urgent_by_now
from bot.notices.telling import tell_maker
from bot.notices.undoing import take_back
from bot.places import read_places
from bot.texts import say
from bot.texts.format import grouped
from db import audit
from db import broadcast_watch as watch
from db.broadcast_rows import end_notices, end_rows, open_rows
from db.broadcasts import Broadcast, State
from db.fallback import fall_back
from db.fan_out import fan_out
from db.outbox import CHANGED
from db.round_changes import hold_round, slow_changes
from db.session import Session, Store

_AT_ONCE = 100
_CHUNK = 5_000  # rows that are ended in one transaction
_FALLEN = 1_000  # rows that get another way in one
_CHUNKS = 10  # of one broadcast in one round, as alerts of emergencies wait for its end

_log = logging.getLogger(__name__)

Look = Callable[[Session, datetime], int]  # does a part; gives how much, 0 once all is done


def tend(
    store: Store,
    clock: Callable[[], datetime],
    public_url: str | None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> int:
    """Do what is due of all broadcasts; gives of how many rows and broadcasts something was done.

    `public_url` is where people reach our pages. Once it `is_stopped`, nothing more is begun.
    """
    steps = (
        partial(_expiring, public_url), _following, _hastening, _starting, _falling_back, _dropping,
        partial(_finishing, public_url),
    )  # fmt: skip
    looks = (look for step in steps for look in step(store, clock()))
    return sum(_part(store, look, clock, is_stopped) for look in looks)


def _part(
    store: Store, look: Look, clock: Callable[[], datetime], is_stopped: Callable[[], bool]
) -> int:
    """Do one thing part by part; what cannot be done must not keep the others waiting."""
    done = 0
    try:
        for _chunk in range(_CHUNKS):
            if is_stopped():
                break
            with store.begin() as session:
                changed = look(session, clock())
            if not changed:
                break
            done += changed
    except OperationalError:
        raise  # the store is away
    except Exception as error:
        _log.error("a broadcast could not be tended\n%s", where_only(error))
    return done


def _expiring(public_url: str | None, store: Store, now: datetime) -> Iterator[Look]:
    with store.read() as session:
        over = watch.out_of_date(session, now, _AT_ONCE)
    for broadcast_id in over:
        yield partial(_expire, broadcast_id=broadcast_id, public_url=public_url)


def _expire(session: Session, now: datetime, broadcast_id: int, public_url: str | None) -> int:
    """End what is out of date: all of it where nothing is sent yet, else what is still queued."""
    round_id = session.get_one(Broadcast, broadcast_id).round_id
    if round_id is not None:
        hold_round(session, round_id)  # before its broadcasts, as whoever decides on them does
    broadcast = watch.hold_if_free(session, broadcast_id, watch.MAY_EXPIRE)
    if broadcast is None or broadcast.expires_at is None or broadcast.expires_at > now:
        return 0
    if State(broadcast.state) not in watch.GOING:
        was_waiting = broadcast.state == State.WAITING
        _cancel(session, broadcast, "change.out_of_date", now)
        undone = take_back(session, broadcast, broadcast.remark or "", SERVICE, now)
        for one in undone:
            text = say("notice.undone", number=one.id, why=(broadcast.remark or "").rstrip("."))
            tell_maker(session, one, text, now)
        if was_waiting and not undone:
            address = page(public_url, "pengumuman/baru")
            text = say("change.not_approved", number=broadcast.id, page=address)
            tell_maker(session, broadcast, text, now)
        return 1
    ended = end_rows(session, broadcast.id, watch.OUT_OF_DATE, _CHUNK)
    if ended or open_rows(session, broadcast.id):
        return ended
    _end(session, broadcast, State.DONE, now)
    return 1


def _following(store: Store, now: datetime) -> Iterator[Look]:
    with store.read() as session:
        children = children_due(session, now)
        places = read_places(session, now) if children else None
    for child in children:
        if places is not None:
            yield partial(make_child, child=child, places=places)


def _hastening(store: Store, now: datetime) -> Iterator[Look]:
    """Give what lets changes go out by night that had time until morning when they were approved.

    They may have waited since for a dispatcher, for a way to the family or for somebody's word.
    """
    with store.read() as session:
        late = [one.id for one in slow_changes(session) if is_urgent_by_now(session, one, now)]
    for broadcast_id in late:
        yield partial(_hasten, broadcast_id=broadcast_id)


def _hasten(session: Session, now: datetime, broadcast_id: int) -> int:
    broadcast = watch.hold_if_free(session, broadcast_id, (State.SCHEDULED, State.RUNNING))
    if broadcast is None or broadcast.urgent or not is_urgent_by_now(session, broadcast, now):
        return 0
    broadcast.urgent = True
    return 1


def _starting(store: Store, now: datetime) -> Iterator[Look]:
    with store.read() as session:
        due = watch.due_to_start(session, now, _AT_ONCE)
    for broadcast_id in due:
        yield partial(_start, broadcast_id=broadcast_id)


def _start(session: Session, now: datetime, broadcast_id: int) -> int:
    """Queue the rows of a broadcast, unless it has lost its sense since it was approved."""
    broadcast = watch.hold_if_free(session, broadcast_id, (State.SCHEDULED,))
    if broadcast is None or broadcast.send_at > now:
        return 0
    parent = None if broadcast.parent_id is None else session.get(Broadcast, broadcast.parent_id)
    if watch.is_outdated(session, broadcast):
        _cancel(session, broadcast, "change.meanwhile", now)
    elif parent is not None and broadcast.kind in watch.FOLLOWS and _is_for_nobody(session, parent):
        _cancel(session, broadcast, "change.not_followed", now)
    else:
        broadcast.state = State.RUNNING
        fan_out(session, broadcast, now)
        over = watch.passed_notices(session, now).get(broadcast.id, [])
        end_notices(session, broadcast.id, over, watch.OUT_OF_DATE, broadcast.contacts)
    return 1


def _is_for_nobody(session: Session, parent: Broadcast) -> bool:
    """Say whether what a broadcast follows was stopped before anybody had heard it."""
    return parent.state == State.CANCELED and not watch.is_heard(session, parent.id)


def _falling_back(_store: Store, _now: datetime) -> Iterator[Look]:
    yield partial(fall_back, most=_FALLEN)


def _dropping(store: Store, now: datetime) -> Iterator[Look]:
    """Give what ends the rows of what was canceled, changed, or is over."""
    with store.read() as session:
        canceled = watch.left_behind(session, _AT_ONCE)
        changed, passed = watch.changed_notices(session), watch.passed_notices(session, now)
    for broadcast_id in canceled:
        yield partial(_drop_canceled, broadcast_id=broadcast_id)
    for reason, found in ((CHANGED, changed), (watch.OUT_OF_DATE, passed)):
        for broadcast_id, notices in found.items():
            yield partial(_drop, broadcast_id=broadcast_id, notices=notices, reason=reason)


def _drop_canceled(session: Session, _now: datetime, broadcast_id: int) -> int:
    broadcast = watch.hold_if_free(session, broadcast_id, (State.CANCELED,))
    return 0 if broadcast is None else end_rows(session, broadcast.id, watch.CANCELED, _CHUNK)


def _drop(
    session: Session, _now: datetime, broadcast_id: int, notices: list[int], reason: str
) -> int:
    broadcast = watch.hold_if_free(session, broadcast_id, watch.GOING)
    if broadcast is None:
        return 0
    return end_notices(session, broadcast.id, notices, reason, _CHUNK)


def _finishing(public_url: str | None, store: Store, now: datetime) -> Iterator[Look]:
    """Give what ends the broadcasts of which nothing is left to be sent."""
    with store.read() as session:
        silent = [one for one in watch.going(session) if not open_rows(session, one)]
    for broadcast_id in silent:
        yield partial(_finish, broadcast_id=broadcast_id, public_url=public_url)


def _finish(session: Session, now: datetime, broadcast_id: int, public_url: str | None) -> int:
    """End a broadcast; its author hears of those who know nothing of a day that is still ahead."""
    broadcast = watch.hold_if_free(session, broadcast_id, watch.GOING)
    if broadcast is None or open_rows(session, broadcast.id):
        return 0
    _end(session, broadcast, State.DONE, now)
    count = count_late(session, broadcast, now)
    if count:
        address = page(public_url, f"penyaluran/{broadcast.round_id}")
        text = say("change.days_ahead", number=broadcast.id, count=grouped(count), page=address)
        tell_maker(session, broadcast, text, now)
    return 1


def _cancel(session: Session, broadcast: Broadcast, key: str, now: datetime) -> None:
    broadcast.remark = say(key)
    audit.record(session, now, SERVICE, "cancel notice", f"broadcast:{broadcast.id}")
    _end(session, broadcast, State.CANCELED, now)


def _end(session: Session, broadcast: Broadcast, state: State, now: datetime) -> None:
    broadcast.state, broadcast.ended_at = state, now
    broadcast.version += 1
    session.flush()
