"""What moves along with the day: stages, lists, days of payment, and distributions ahead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from db.sample.records import SampleDistribution, SampleList

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Quarter:
    """Three months; the stages of national programmes are the quarters of a year."""

    year: int
    stage: int

    @property
    def begins_on(self) -> date:
        """Give the first day."""
        return date(self.year, 3 * self.stage - 2, 1)

    def back(self, count: int) -> "Quarter":
        """Give the quarter that came so many before."""
        index = self.year * 4 + self.stage - 1 - count
        return Quarter(index // 4, index % 4 + 1)


def quarter_of(day: date) -> Quarter:
    """Give the quarter of a day."""
    return Quarter(day.year, (day.month + 2) // 3)


def working_day(day: date) -> date:
    """Give the day itself, or the Monday after a weekend."""
    return day + timedelta(days=(7 - day.weekday()) if day.weekday() >= _SATURDAY else 0)


def pay_day(quarter: Quarter, area_code: str) -> date:
    """Give the day in the middle of a quarter on which a kelurahan was paid."""
    spread = (int(area_code.replace(".", "")) * 7 + quarter.stage * 5) % 35
    return working_day(quarter.begins_on + timedelta(days=35 + spread))


def lists_on(lists: Sequence[dict[str, Any]], today: date) -> tuple[SampleList, ...]:
    """Give the lists of the agencies as they stand on a day."""
    quarter = quarter_of(today)
    return tuple(
        SampleList(
            key=row["key"],
            agency=row["agency"],
            name=row["name"].format(year=quarter.year, stage=quarter.stage),
            as_of=quarter.begins_on
            if row["age"] == "quarter"
            else today - timedelta(days=row["age"]),
        )
        for row in lists
    )


def distributions_after(
    rows: Sequence[dict[str, str]], today: date
) -> tuple[SampleDistribution, ...]:
    """Give the distributions that lie ahead of a day, all of them on working days."""
    distributions = []
    for row in rows:
        held_on = _working_days_after(today, int(row["workdays"]))
        quarter = quarter_of(held_on)
        distributions.append(
            SampleDistribution(
                program=row["program"],
                area_code=row["area"],
                held_on=held_on,
                starts_at=time.fromisoformat(row["starts"]),
                ends_at=time.fromisoformat(row["ends"]),
                place=row["place"],
                source=row["source"].format(year=quarter.year, stage=quarter.stage),
            )
        )
    return tuple(distributions)


def _working_days_after(day: date, count: int) -> date:
    for _ in range(count):
        day = working_day(day + timedelta(days=1))
    return day
