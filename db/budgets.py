"""Budget lines: what a city set aside for a purpose in a year, what it spent, and who says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from db import audit
from db.areas import Area, Scope
from db.base import Base, BigId
from db.enrolments import ACTIVE, Enrolment
from db.registry import Household, Person
from db.session import Session

# The three strategies against extreme poverty, Inpres 4/2022: less to pay for, more to earn, and
# fewer places where the poor live crowded together.
BURDEN, INCOME, POCKETS = "burden", "income", "pockets"
STRATEGIES = (BURDEN, INCOME, POCKETS)


class StaleBudget(Exception):
    """Somebody changed the line after it was looked at; nothing was changed."""


class BudgetTaken(Exception):
    """The area has a line of this name for the year already."""


class BudgetLine(Base):
    """One line of a year's budget; amounts are rupiah, `as_of` the day for which the source says.

    A line may serve no programme of the catalogue, or several.
    """

    __tablename__ = "budget_lines"
    __table_args__ = (UniqueConstraint("area_code", "year", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    year: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    program_code: Mapped[str | None] = mapped_column(ForeignKey("programs.code"), index=True)
    strategy: Mapped[str] = mapped_column(String(10))
    allocated: Mapped[int]
    realised: Mapped[int]
    source: Mapped[str] = mapped_column(String(200))
    as_of: Mapped[date]
    version: Mapped[int] = mapped_column(default=1)
    changed_by: Mapped[str] = mapped_column(String(60))
    changed_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Planned:
    """What somebody wants a line to say."""

    name: str
    program_code: str | None
    strategy: str
    allocated: int
    realised: int
    source: str
    as_of: date


@dataclass(frozen=True, slots=True)
class Sums:
    """Some lines added up, in rupiah, with the two ways to say how much was spent."""

    lines: int
    allocated: int
    realised: int
    share: float | None  # of all that was set aside, in hundredths
    mean_share: float | None  # the mean over the lines, each as heavy as the others

    @property
    def left(self) -> int:
        """Give what was not spent."""
        return self.allocated - self.realised


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of a kelurahan's families a programme reaches."""

    area_code: str
    name: str
    families: int
    reached: int

    @property
    def share(self) -> float | None:
        """Give the part that is reached, in hundredths."""
        return 100 * self.reached / self.families if self.families else None


def years_of(session: Session, scope: Scope) -> Sequence[int]:
    """Give the years for which an area has lines, newest first."""
    query = select(BudgetLine.year).where(scope.holds(BudgetLine.area_code)).distinct()
    return session.scalars(query.order_by(BudgetLine.year.desc())).all()


def lines_of(session: Session, scope: Scope, year: int) -> Sequence[BudgetLine]:
    """Give the lines of a year in the order in which they were entered."""
    query = select(BudgetLine).where(scope.holds(BudgetLine.area_code), BudgetLine.year == year)
    return session.scalars(query.order_by(BudgetLine.id)).all()


def find_line(
    session: Session, scope: Scope, line_id: int, lock: bool = False
) -> BudgetLine | None:
    """Give a line of an area, held against others where it is to change."""
    query = select(BudgetLine).where(
        BudgetLine.id == line_id, scope.holds(BudgetLine.area_code)
    )  # fmt: skip
    if lock:
        query = query.with_for_update()
    return session.scalars(query.execution_options(populate_existing=lock)).one_or_none()


def add_line(
    session: Session, area_code: str, year: int, planned: Planned, actor: str, now: datetime
) -> BudgetLine:
    """Enter a line; raises BudgetTaken where the area has one of this name for the year."""
    if _same(session, area_code, year, planned.name) is not None:
        raise BudgetTaken
    line = BudgetLine(
        area_code=area_code, year=year, changed_by=actor, changed_at=now, **_values(planned)
    )
    session.add(line)
    session.flush()
    audit.record(session, now, actor, "change budget", f"budget:{line.id}")
    return line


def change_line(
    session: Session, line: BudgetLine, seen: int, planned: Planned, actor: str, now: datetime
) -> None:
    """Let a held line say something else; raises StaleBudget where `seen` is not its version.

    Raises BudgetTaken where another line of the year has the name.
    """
    if line.version != seen:
        raise StaleBudget
    if _same(session, line.area_code, line.year, planned.name) not in (None, line.id):
        raise BudgetTaken
    for name, value in _values(planned).items():
        setattr(line, name, value)
    line.version += 1
    line.changed_by, line.changed_at = actor, now
    session.flush()
    audit.record(session, now, actor, "change budget", f"budget:{line.id}")


def sums_of(lines: Sequence[BudgetLine]) -> Sums:
    """Add lines up; a line without an allocation has no share of its own."""
    allocated, realised = sum(one.allocated for one in lines), sum(one.realised for one in lines)
    shares = [100 * one.realised / one.allocated for one in lines if one.allocated]
    return Sums(
        lines=len(lines),
        allocated=allocated,
        realised=realised,
        share=100 * realised / allocated if allocated else None,
        mean_share=sum(shares) / len(shares) if shares else None,
    )


def by_strategy(lines: Sequence[BudgetLine]) -> Mapping[str, Sums]:
    """Add lines up by the strategy that they serve, each of the three."""
    return {
        strategy: sums_of([one for one in lines if one.strategy == strategy])
        for strategy in STRATEGIES
    }


def coverage_of(session: Session, scope: Scope, program_code: str) -> Sequence[Coverage]:
    """Give for each kelurahan of an area how many of its families a programme reaches now."""
    families = func.count(Household.id.distinct())
    reached = func.count(Person.household_id.distinct())
    home = select(Household.area_code, families).group_by(Household.area_code)
    served = (
        select(Household.area_code, reached)
        .join(Person, Person.household_id == Household.id)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(
            Enrolment.program_code == program_code,
            Enrolment.status == ACTIVE,
            Enrolment.ended_batch_id.is_(None),
            scope.holds(Household.area_code),
        )
        .group_by(Household.area_code)
    )
    all_families = _counts(session, home.where(scope.holds(Household.area_code)))
    with_it = _counts(session, served)
    villages = select(Area.code, Area.name).where(
        Area.level == "village", scope.holds(Area.code)
    )  # fmt: skip
    return [
        Coverage(code, name, all_families.get(code, 0), with_it.get(code, 0))
        for code, name in session.execute(villages.order_by(Area.code))
    ]


def _counts(session: Session, query: Any) -> dict[str, int]:
    return {code: count for code, count in session.execute(query)}  # noqa: C416 - its type


def _same(session: Session, area_code: str, year: int, name: str) -> int | None:
    return session.scalar(
        select(BudgetLine.id).where(
            BudgetLine.area_code == area_code, BudgetLine.year == year, BudgetLine.name == name
        )
    )


def _values(planned: Planned) -> dict[str, Any]:
    return {
        "name": planned.name, "program_code": planned.program_code, "strategy": planned.strategy,
        "allocated": planned.allocated, "realised": planned.realised, "source": planned.source,
        "as_of": planned.as_of,
    }  # fmt: skip
