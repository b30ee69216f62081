"""The watch over groups: asked for each month, reminded once, and not known where all is silent.

Every dispatcher calls it with each sweep; each group is held and looked at again, so that nothing
is told twice. Nobody is told anything at night.
"""

import logging
from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

from bot.failures import where_only
from bot.kube_telling import tell_companion, tell_officers
from bot.messages import Choice, Reply
from bot.texts import say
from bot.texts.format import month_name, plain_date
from db.kube_groups import KubeGroup, hold_group
from db.kube_rules import KubeRules, kube_rules
from db.pulses import (
    ASKED,
    REMINDED,
    SILENT,
    month_after,
    month_before,
    silent_groups,
    take_step,
    zones_of_groups,
)
from db.quiet_hours import is_awake
from db.session import Session, Store

_AT_ONCE = 100

_log = logging.getLogger(__name__)


def watch_groups(store: Store, clock: Callable[[], datetime]) -> int:
    """Do what is due of all groups; gives for how many something was done."""
    now = clock()
    with store.read() as session:
        due = [
            (group_id, month, step)
            for zone in zones_of_groups(session)
            if is_awake(now, zone)
            for month, step in _steps(now.astimezone(ZoneInfo(zone)).date(), kube_rules(session))
            for group_id in silent_groups(session, zone, month, step, _AT_ONCE)
        ]
    return sum(_each(store, *one, clock()) for one in due)


def _steps(today: date, rules: KubeRules) -> list[tuple[date, str]]:
    """Give the step that the last month is at, if any: whoever was not up goes no step twice."""
    days = ((rules.silent_day, SILENT), (rules.remind_day, REMINDED), (rules.ask_day, ASKED))
    return [(month_before(today), step) for day, step in days if today.day >= day][:1]


def _each(store: Store, group_id: int, month: date, step: str, now: datetime) -> bool:
    """See to one group; one that cannot be dealt with must not keep the others waiting."""
    try:
        with store.begin() as session:
            group = hold_group(session, group_id)
            if not take_step(session, group, month, step, now):
                return False
            _tell(session, group, month, step, now)
            return True
    except SQLAlchemyError:
        raise
    except Exception as error:
        _log.error("a group could not be seen to\n%s", where_only(error))
        return False


def _tell(session: Session, group: KubeGroup, month: date, step: str, now: datetime) -> None:
    rules = kube_rules(session)
    last = month_after(month).replace(day=rules.silent_day - 1)
    blanks = {"name": group.name, "month": month_name(month), "until": plain_date(last)}
    report = (
        Choice(f"pulse:{group.id}", say("pulse.button")),
        Choice(f"group:{group.id}", say("group.button")),
    )
    if step == SILENT:
        tell_companion(session, group, Reply(say("pulse.silent", **blanks), report), now)
        return
    key = "asked" if step == ASKED else "reminded"
    tell_officers(session, group, say(f"pulse.{key}_officer", **blanks), now)
    tell_companion(session, group, Reply(say(f"pulse.{key}_companion", **blanks), report), now)
