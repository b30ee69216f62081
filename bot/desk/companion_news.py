"""Telling companions whose families came or went, and whose leave begins or ends: once each."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

from bot.desk.alerting import tell_chats
from bot.failures import where_only
from bot.messages import Choice, Reply
from bot.texts import say
from bot.texts.format import grouped, long_date
from db.areas import Area
from db.quiet_hours import after_quiet_hours, is_awake
from db.session import Session, Store
from db.staff import Staff
from db.staff_chats import staff_chats
from db.substitutions import leaves_to_tell, take_telling, zones_of_leaves

_AT_ONCE = 100
_BUTTON = "households"

_log = logging.getLogger(__name__)


def tell_handed(
    session: Session, moved: Mapping[tuple[int | None, int], int], now: datetime
) -> None:
    """Tell each companion in one message how many families came to him and how many went."""
    came: Counter[int] = Counter()
    went: Counter[int] = Counter()
    for (from_id, to_id), families in moved.items():
        came[to_id] += families
        if from_id is not None:
            went[from_id] += families
    for staff_id in sorted(came | went):
        key = "both" if came[staff_id] and went[staff_id] else "came" if came[staff_id] else "went"
        text = say(f"handover.{key}", came=grouped(came[staff_id]), went=grouped(went[staff_id]))
        _tell(session, staff_id, text, now)


def watch_leaves(store: Store, clock: Callable[[], datetime]) -> int:
    """Tell of leaves that begin or are over, where nobody sleeps; gives of how many."""
    now = clock()
    with store.read() as session:
        due = [
            (leave, today)
            for zone in zones_of_leaves(session)
            if is_awake(now, zone)
            for today in [now.astimezone(ZoneInfo(zone)).date()]
            for leave in leaves_to_tell(session, zone, today, _AT_ONCE)
        ]
    return sum(_each(store, leave, today, clock()) for leave, today in due)


def _each(store: Store, leave: int, today: date, now: datetime) -> bool:
    """See to one leave; one that cannot be told of must not keep the others waiting."""
    try:
        with store.begin() as session:
            return _tell_of(session, leave, today, now)
    except SQLAlchemyError:
        raise
    except Exception as error:
        _log.error("a leave could not be told of\n%s", where_only(error))
        return False


def _tell_of(session: Session, leave: int, today: date, now: datetime) -> bool:
    taken = take_telling(session, leave, today, now)
    if taken is None:
        return False
    found, begins = taken
    absent = session.get_one(Staff, found.absent_id)
    stand_in = session.get_one(Staff, found.substitute_id)
    step = "begins" if begins else "ends"
    last = long_date(found.last_day)
    for whom, other, role in ((absent, stand_in, "absent"), (stand_in, absent, "stand_in")):
        text = say(f"handover.leave_{step}_{role}", name=other.name, last=last)
        _tell(session, whom.id, text, now)
    return True


def _tell(session: Session, staff_id: int, text: str, now: datetime) -> None:
    area_code = session.get_one(Staff, staff_id).area_code
    at = after_quiet_hours(now, session.get_one(Area, area_code).timezone)
    reply = Reply(text, (Choice(_BUTTON, say("choice.households")),))
    tell_chats(session, staff_chats(session, area_code, (), (staff_id,)), reply, at)
