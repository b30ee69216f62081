"""Quiet hours: no notice wakes anybody; notices go out from 08:00 to 20:00 local time."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

QUIET_ENDS, QUIET_BEGINS = time(8), time(20)  # design.md, Time


def is_awake(now: datetime, zone: str) -> bool:
    """Say whether a notice may go to a zone now."""
    return QUIET_ENDS <= now.astimezone(ZoneInfo(zone)).time() < QUIET_BEGINS


def after_quiet_hours(now: datetime, zone: str) -> datetime:
    """Give the first moment from now on at which a notice wakes nobody."""
    if is_awake(now, zone):
        return now
    local = now.astimezone(ZoneInfo(zone))
    morning = local.date() if local.time() < QUIET_ENDS else local.date() + timedelta(days=1)
    return datetime.combine(morning, QUIET_ENDS, ZoneInfo(zone)).astimezone(UTC)
