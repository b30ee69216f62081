"""Being on duty: an officer says in the chat from when until when emergencies are for him."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.texts.format import local_moment
from bot.turn import Turn, button
from db import audit
from db.duty import begin_duty, end_duty

_USUAL = timedelta(hours=8)
_ENDS = re.compile(r"\b(?:selesai|berakhir|berhenti|stop|pulang|usai)\b", re.IGNORECASE)
_UNTIL = re.compile(
    r"\b(?:sampai|sampe|hingga|s/?d|sd)\s+(?:jam|pukul)?\s*(\d{1,2})(?:[.:](\d{2}))?\b",
    re.IGNORECASE,
)


def handle(turn: Turn) -> None:
    """Put the sender on duty until the hour that he names, or take him off."""
    if turn.staff is None:
        return
    ends = turn.argument == "end" or _ENDS.search(turn.text) is not None
    if ends:
        was = end_duty(turn.session, turn.staff.id, turn.now)
        if was:
            audit.record(turn.session, turn.now, turn.actor, "end duty", turn.actor)
        turn.reply("duty.ended" if was else "duty.none", button("menu", "choice.menu"))
        return
    try:
        until = _until(turn)
    except ValueError:
        turn.reply("duty.no_hour", button("menu", "choice.menu"))
        return
    begin_duty(turn.session, turn.staff.id, turn.now, until)
    audit.record(turn.session, turn.now, turn.actor, "begin duty", turn.actor)
    turn.reply(
        "duty.begun",
        button("duty:end", "choice.duty_end"),
        button("menu", "choice.menu"),
        until=local_moment(until, turn.zone),
    )


def _until(turn: Turn) -> datetime:
    """Give the end that is named, the next time that it is this hour; raises ValueError for 25."""
    found = _UNTIL.search(turn.text)
    if found is None:
        return turn.now + _USUAL
    hour, minute = int(found[1]), int(found[2] or 0)
    clock = time(0 if hour == 24 else hour, minute)
    zone = ZoneInfo(turn.zone)
    end = datetime.combine(turn.now.astimezone(zone).date(), clock, zone)
    return end if end > turn.now else end + timedelta(days=1)
