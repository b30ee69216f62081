"""Working time: what passes on working days alone, with the holidays of Indonesia."""

from collections.abc import Container
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from db.places import public_holidays

DAY = timedelta(days=1)
_SATURDAY = 5


class Calendar:
    """Counts working time in one zone; a working day is worth its 24 hours.

    The holidays are the public ones (SKB 3 Menteri); those of years that are not decreed yet are
    reckoned by the library.
    """

    def __init__(self, zone: str, holidays: Container[date] | None = None) -> None:
        """Take the zone's name, and other holidays than the public ones where they differ."""
        self._zone = ZoneInfo(zone)
        self._holidays = public_holidays() if holidays is None else holidays

    def is_working(self, day: date) -> bool:
        """Say whether the office works on a day."""
        return day.weekday() < _SATURDAY and day not in self._holidays

    def worked(self, since: datetime, until: datetime) -> timedelta:
        """Give the working time from one moment to a later one."""
        total, moment = timedelta(), since
        while moment < until:
            midnight = self.midnight_after(moment)
            if self.is_working(moment.astimezone(self._zone).date()):
                total += min(midnight, until) - moment
            moment = midnight
        return total

    def after(self, moment: datetime, span: timedelta) -> datetime:
        """Give the moment at which so much working time has passed."""
        while True:
            midnight = self.midnight_after(moment)
            if self.is_working(moment.astimezone(self._zone).date()):
                if moment + span <= midnight:
                    return moment + span
                span -= midnight - moment
            moment = midnight

    def midnight_after(self, moment: datetime) -> datetime:
        """Give the moment at which the zone's next day begins."""
        following = moment.astimezone(self._zone).date() + DAY
        return datetime.combine(following, time(), self._zone).astimezone(UTC)


@cache
def calendar_of(zone: str) -> Calendar:
    """Give the calendar of a zone; the same one each time, as it gathers the years it was asked."""
    return Calendar(zone)
