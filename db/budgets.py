"""Budget lines: what a city set aside for a purpose in a year, what it spent, and who says so."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from db import audit
from db.areas import Scope
from db.base import Base, BigId
from db.identities import Change
from db.session import Session

# The three strategies against extreme poverty, Inpres 4/2022: less to pay for, more to earn, and
# fewer places where the poor live crowded together.
BURDEN, INCOME, POCKETS = "burden", "income", "pockets"
STRATEGIES = (BURDEN, INCOME, POCKETS)
_SUBJECT = "budget"  # of its changes


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

    @property
    def in_use(self) -> bool:
        """Say whether the line counts; one that nobody needs any more is set to nothing."""
        return bool(self.allocated or self.realised)

    @property
    def share(self) -> float | None:
        """Give the part of the line that was spent, in hundredths."""
        return 100 * self.realised / self.allocated if self.allocated else None


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


_FIELDS = tuple(field.name for field in fields(Planned))


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
class Edit:
    """One writing of a line: who and when, and what each field said before and after."""

    actor: str
    at: datetime
    is_first: bool
    changes: Sequence[Change]


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
        area_code=area_code, year=year, changed_by=actor, changed_at=now, **asdict(planned)
    )
    session.add(line)
    session.flush()
    _note(session, line, {}, actor, now)
    return line


def change_line(
    session: Session, line: BudgetLine, seen: int, planned: Planned, actor: str, now: datetime
) -> bool:
    """Let a held line say something else; False where nothing differs.

    Raises StaleBudget where `seen` is not its version, BudgetTaken where another line of the year
    has the name.
    """
    if line.version != seen:
        raise StaleBudget
    if _same(session, line.area_code, line.year, planned.name) not in (None, line.id):
        raise BudgetTaken
    if (before := said_by(line)) == planned:
        return False
    for name, value in asdict(planned).items():
        setattr(line, name, value)
    line.version += 1
    line.changed_by, line.changed_at = actor, now
    session.flush()
    _note(session, line, asdict(before), actor, now)
    return True


def said_by(line: BudgetLine) -> Planned:
    """Give what a line says now."""
    return Planned(**{name: getattr(line, name) for name in _FIELDS})


def put_line(
    session: Session, area_code: str, year: int, planned: Planned, actor: str, now: datetime
) -> bool:
    """Enter a line, or let the one of its name say this; False where nothing differs."""
    found = _same(session, area_code, year, planned.name)
    if found is None:
        add_line(session, area_code, year, planned, actor, now)
        return True
    held = find_line(session, Scope(area_code), found, lock=True)
    return held is not None and change_line(session, held, held.version, planned, actor, now)


def last_named(session: Session, area_code: str, year: int, name: str) -> BudgetLine | None:
    """Give the line of a name of a year, or else of the last year before it that has one."""
    query = select(BudgetLine).where(
        BudgetLine.area_code == area_code, BudgetLine.year <= year, BudgetLine.name == name
    )  # fmt: skip
    return session.scalars(query.order_by(BudgetLine.year.desc()).limit(1)).one_or_none()


def begin_year(
    session: Session, area_code: str, year: int, planned: Sequence[Planned], actor: str,
    now: datetime,
) -> int:  # fmt: skip
    """Enter those lines whose names a year has not yet; says how many they were."""
    new = [one for one in planned if _same(session, area_code, year, one.name) is None]
    for one in new:
        add_line(session, area_code, year, one, actor, now)
    return len(new)


def history_of(session: Session, line_id: int) -> Sequence[Edit]:
    """Give what a line said before and after each writing, newest first."""
    query = select(Change).where(Change.subject == _SUBJECT, Change.subject_id == line_id)
    changes = session.scalars(query.order_by(Change.id.desc())).all()
    edits = [
        (actor, at, list(group))
        for (actor, at), group in groupby(changes, lambda one: (one.actor, one.at))
    ]
    return [
        Edit(actor, at, any(one.field == "name" and one.before is None for one in group),
             group[::-1])
        for actor, at, group in edits
    ]  # fmt: skip


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


def by_program(lines: Sequence[BudgetLine]) -> Mapping[str | None, Sums]:
    """Add lines up by the one programme that they serve; None is of those that serve no one."""
    codes = dict.fromkeys(line.program_code for line in lines)
    return {code: sums_of([line for line in lines if line.program_code == code]) for code in codes}


def _note(
    session: Session, line: BudgetLine, before: Mapping[str, Any], actor: str, now: datetime
) -> None:
    """Write down what each field says now and said before, and that somebody changed the line."""
    session.add_all(
        Change(
            subject=_SUBJECT, subject_id=line.id, field=name, before=_text(before.get(name)),
            after=_text(getattr(line, name)), actor=actor, at=now,
        )
        for name in _FIELDS
        if getattr(line, name) != before.get(name)
    )  # fmt: skip
    audit.record(session, now, actor, "change budget", f"budget:{line.id}")


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _same(session: Session, area_code: str, year: int, name: str) -> int | None:
    return session.scalar(
        select(BudgetLine.id).where(
            BudgetLine.area_code == area_code, BudgetLine.year == year, BudgetLine.name == name
        )
    )
