"""Working time of very many moments at once, as `db.workdays` counts it of one."""

from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from db.workdays import DAY, Calendar

Seconds = NDArray[np.float64]  # since 1970 in UTC
_DAY = DAY.total_seconds()


class WorkedTime:
    """Counts the working time of one calendar between two moments, which bound all others."""

    def __init__(self, calendar: Calendar, since: datetime, until: datetime) -> None:
        """Lay the days out, from that of the first moment to that of the last."""
        edges = [since.timestamp()]
        worked = [0.0]
        moment = since
        while moment <= until:
            midnight = calendar.midnight_after(moment)
            edges.append(midnight.timestamp())
            worked.append(worked[-1] + calendar.worked(moment, midnight).total_seconds())
            moment = midnight
        self._edges, self._worked = np.array(edges), np.array(worked)

    def at(self, moments: Seconds) -> Seconds:
        """Give the seconds that were worked from the beginning until each moment."""
        passed: Seconds = np.interp(moments, self._edges, self._worked)
        return passed

    def days(self, since: Seconds, until: Seconds) -> Seconds:
        """Give the working days between moments; a working day is worth its 24 hours."""
        return (self.at(until) - self.at(since)) / _DAY

    def is_working(self, moments: Seconds) -> NDArray[Any]:
        """Say of each moment whether it counts."""
        counts = np.diff(self._worked) > 0
        days = np.searchsorted(self._edges, moments, side="right") - 1
        return counts[np.clip(days, 0, len(counts) - 1)]
