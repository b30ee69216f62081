"""What a report of visits is made of: its days, counts of a place, and the colour of a share."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from db.kube_year import Share
from db.task_counts import TaskCounts
from db.visit_rules import Limit, ReportRules

LIGHTS = ("coverage", "photo", "place", "finding", "late", "corrected")


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a report, from first to last."""

    first: date
    last: date

    @property
    def is_day(self) -> bool:
        """Say whether it is one day alone, no month."""
        return self.first == self.last

    @classmethod
    def of_month(cls, day: date) -> "Days":
        """Give all days of the month that a day lies in."""
        first = day.replace(day=1)
        following = (first + timedelta(days=32)).replace(day=1)
        return cls(first, following - timedelta(days=1))

    def bounds(self, zone: str) -> tuple[datetime, datetime]:
        """Give the moment at which the first day begins in a zone, and that of the last one's end.

        Both are in UTC; the second one no longer belongs to the days.
        """
        first, end = (
            datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
            for day in (self.first, self.last + timedelta(days=1))
        )
        return first, end


@dataclass(slots=True)
class Figures:
    """What was counted of a kelurahan, or of all together."""

    families: int = 0  # that somebody looks after
    seen: int = 0  # of these, within the days
    ages: Counter[int] = field(default_factory=Counter)  # by the class of their last visit
    purposes: Counter[str] = field(default_factory=Counter)
    photo: int = 0  # visits
    place: int = 0
    far: int = 0  # whose point lies far from the family's kelurahan
    finding: int = 0  # with a finding that is long enough
    late: int = 0
    corrected: int = 0
    sessions: int = 0
    headcount: int = 0  # people
    awaited: int = 0  # families, of all sessions
    came: int = 0

    @property
    def visits(self) -> int:
        """Give how many visits there were."""
        return self.purposes.total()

    def share(self, name: str) -> Share:
        """Give one of the shares that have a light."""
        if name == "coverage":
            return Share(self.seen, self.families)
        return Share(getattr(self, name), self.visits)


@dataclass(frozen=True, slots=True)
class Work:
    """What a visit led to, and how it stands: a ticket, a task of the data, or a graduation."""

    source: str
    what: str  # the kind of a ticket; empty for the others
    state: str


@dataclass(frozen=True, slots=True)
class VisitReport:
    """Visits of some days, in all and by kelurahan."""

    days: Days
    as_of: date  # the day up to which the age of the last visit is counted
    whole: Figures
    areas: Mapping[str, Figures]  # by their codes
    payout: Mapping[tuple[str, str], int]  # what was checked and the answer
    work: Mapping[Work, int]
    tasks: Mapping[str, TaskCounts] = field(default_factory=dict)  # by kelurahan
    has_begun: bool = True  # somebody had been visited by the end of the days, anywhere

    @property
    def gone(self) -> float:
        """Give which part of the days has gone by: 1 of those that are over."""
        days = (self.as_of - self.days.first).days + (self.as_of == self.days.last)
        return days / ((self.days.last - self.days.first).days + 1)


class Colour(StrEnum):
    """How a share stands by its rule."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


def colour(share: Share, limit: Limit, fewest: int) -> Colour | None:
    """Judge a share by its rule; None where it is of too few to say anything."""
    percent = share.percent
    if percent is None or share.whole < fewest:
        return None
    sign = -1 if limit.at_most else 1
    if sign * percent >= sign * limit.green:
        return Colour.GREEN
    return Colour.YELLOW if sign * percent >= sign * limit.yellow else Colour.RED


def colours(report: VisitReport, rules: ReportRules) -> Sequence[tuple[str, Share, Colour | None]]:
    """Give each share of a report that has a light, with its colour.

    The limits are those of a month: a day has no colours, and of a month that has not ended as many
    families are to be seen as its days that have gone by ask for.
    """
    judged = []
    for name in LIGHTS:
        share, limit = report.whole.share(name), limit_of(report, name, rules)
        one = None if limit is None else colour(share, limit, rules.fewest)
        judged.append((name, share, one))
    return judged


def limit_of(report: VisitReport, name: str, rules: ReportRules) -> Limit | None:
    """Give the limit that a share of a report is held to; None where it has no colour at all."""
    limit = rules.lights[name]
    if report.days.is_day:
        return None
    if name != "coverage":
        return limit
    if not report.has_begun or report.gone <= 0:
        return None
    return replace(limit, green=limit.green * report.gone, yellow=limit.yellow * report.gone)
