"""Telling families that they missed two group sessions: in the evening, and not if it was wrong."""

from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.desk.telling import tell_unheld
from bot.messages import Reply
from bot.outbox import open_reply
from bot.texts import say
from bot.turn import Turn
from db.group_sessions import contacts_told
from db.quiet_hours import QUIET_ENDS, after_quiet_hours
from db.waiting import cancel_waiting, waiting_for

_EVENING = time(18)  # until then what was ticked off wrongly is put right without a word


def evening(now: datetime, zone: str) -> datetime:
    """Give when families hear of what is recorded now: in the evening, else the next morning."""
    local = now.astimezone(ZoneInfo(zone))
    if local.time() < _EVENING:
        return datetime.combine(local.date(), _EVENING, local.tzinfo).astimezone(UTC)
    morning = local.date() + timedelta(days=1)
    return datetime.combine(morning, QUIET_ENDS, local.tzinfo).astimezone(UTC)


def tell_missed(turn: Turn, household_ids: Collection[int]) -> int:
    """Tell those who have agreed to be told, in the evening; gives how many families."""
    at, reply = evening(turn.now, turn.zone), Reply(_missed(turn))
    told = contacts_told(turn.session, household_ids)
    for _household_id, contact_id in told:
        tell_unheld(turn.session, contact_id, reply, at)
    return len({household_id for household_id, _contact_id in told})


def take_back(turn: Turn, household_ids: Collection[int]) -> None:
    """Take back that families were away: before they hear of it, or else by telling them."""
    text, now = _missed(turn), turn.now
    contacts = [contact for _household, contact in contacts_told(turn.session, household_ids)]
    waiting = [
        (row.id, row.contact_id)
        for row in waiting_for(turn.session, contacts)
        if open_reply(turn.session.vault, row.body).text == text
    ]
    cancel_waiting(turn.session, [message for message, _contact in waiting])
    unaware = {contact for _message, contact in waiting}
    for contact_id in contacts:
        if contact_id not in unaware:
            reply = Reply(say("group_session.taken_back"))
            tell_unheld(turn.session, contact_id, reply, after_quiet_hours(now, turn.zone))


def _missed(turn: Turn) -> str:
    return say("group_session.missed", companion=turn.staff.name if turn.staff else "")
