"""Budget lines: what a city set aside for a purpose in a year, what it spent, and who says so."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from unicodedata import normalize

from sqlalchemy import ColumnElement, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from db.areas import Area, Scope
from db.base import Base, BigId
from db.budget_history import note_change
from db.session import Session

# The three strategies against extreme poverty, Inpres 4/2022: less to pay for, more to earn, and
# fewer places where the poor live crowded together.
BURDEN, INCOME, POCKETS = "burden", "income", "pockets"
STRATEGIES = (BURDEN, INCOME, POCKETS)
_LOOSE = re.compile(r"[\s.]+")  # in a name, by which one line is written in several ways


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
class Wanted:
    """What a line of a name is to say, and the version of it that was seen, 0 for none yet."""

    planned: Planned
    seen: int


class Named:
    """Lines that are found again by their names; of several of one name the first counts."""

    def __init__(self, lines: Sequence[BudgetLine]) -> None:
        """Begin with lines of one area."""
        self.lines = lines
        self._exact = {line.name: line for line in reversed(lines)}
        self._loose = {folded(line.name): line for line in reversed(lines)}

    def get(self, name: str) -> BudgetLine | None:
        """Give the line of a name, as it is written or in another way."""
        return self._exact.get(name) or self._loose.get(folded(name))


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


def folded(name: str) -> str:
    """Give what makes a name: its signs without spaces and dots, in letters of one case."""
    return _LOOSE.sub("", normalize("NFKC", name)).casefold()


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
    which = BudgetLine.id == line_id, scope.holds(BudgetLine.area_code)
    if lock:
        _hold(session, session.scalar(select(BudgetLine.area_code).where(*which)))
    query = select(BudgetLine).where(*which).execution_options(populate_existing=lock)
    return session.scalars(query).one_or_none()


def own_lines(session: Session, area_code: str, year: int) -> Named:
    """Give the lines that an area itself has for a year, by their names."""
    return _named(session, BudgetLine.area_code == area_code, BudgetLine.year == year)


def former_lines(session: Session, area_code: str, year: int) -> Named:
    """Give the lines that an area had before a year, the latest of each name."""
    return _named(session, BudgetLine.area_code == area_code, BudgetLine.year < year)


def add_line(
    session: Session, area_code: str, year: int, planned: Planned, actor: str, now: datetime
) -> BudgetLine:
    """Enter a line; raises BudgetTaken where the area has one of this name for the year."""
    _hold(session, area_code)
    if own_lines(session, area_code, year).get(planned.name) is not None:
        raise BudgetTaken
    return _enter(session, area_code, year, planned, actor, now)


def change_line(
    session: Session, line: BudgetLine, seen: int, planned: Planned, actor: str, now: datetime
) -> bool:
    """Let a held line say something else; False where nothing differs.

    Raises StaleBudget where `seen` is not its version, BudgetTaken where another line of the year
    has the name.
    """
    if line.version != seen:
        raise StaleBudget
    if own_lines(session, line.area_code, line.year).get(planned.name) not in (None, line):
        raise BudgetTaken
    return _rewrite(session, line, planned, actor, now)


def said_by(line: BudgetLine) -> Planned:
    """Give what a line says now."""
    return Planned(**{name: getattr(line, name) for name in _FIELDS})


def put_lines(
    session: Session, area_code: str, year: int, wanted: Sequence[Wanted], actor: str,
    now: datetime,
) -> int:  # fmt: skip
    """Enter lines, or let those of their names say this; gives how many are not as they were.

    Raises StaleBudget, with nothing changed, where one is not of the version that was seen.
    """
    _hold(session, area_code)
    own = own_lines(session, area_code, year)
    held = [(one, own.get(one.planned.name)) for one in wanted]
    if any(one.seen != (line.version if line is not None else 0) for one, line in held):
        raise StaleBudget
    changed = 0
    for one, line in held:
        if line is None:
            _enter(session, area_code, year, one.planned, actor, now)
            changed += 1
        else:
            changed += _rewrite(session, line, one.planned, actor, now)
    return changed


def begin_year(
    session: Session, area_code: str, year: int, planned: Sequence[Planned], actor: str,
    now: datetime,
) -> int:  # fmt: skip
    """Enter those lines whose names a year has not yet; says how many they were."""
    _hold(session, area_code)
    own = own_lines(session, area_code, year)
    new = {folded(one.name): one for one in reversed(planned) if own.get(one.name) is None}
    for one in reversed(new.values()):
        _enter(session, area_code, year, one, actor, now)
    return len(new)


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


def _hold(session: Session, area_code: str | None) -> None:
    """Let those who write lines of an area do so one after another: no two get one name."""
    session.execute(
        select(Area.code).where(Area.code == area_code).with_for_update(key_share=True)
    )  # fmt: skip


def _named(session: Session, *which: ColumnElement[bool]) -> Named:
    query = select(BudgetLine).where(*which).order_by(BudgetLine.year.desc(), BudgetLine.id)
    return Named(session.scalars(query.execution_options(populate_existing=True)).all())


def _enter(
    session: Session, area_code: str, year: int, planned: Planned, actor: str, now: datetime
) -> BudgetLine:
    said = asdict(planned)
    line = BudgetLine(area_code=area_code, year=year, changed_by=actor, changed_at=now, **said)
    session.add(line)
    session.flush()
    note_change(session, line.id, {}, said, actor, now)
    return line


def _rewrite(
    session: Session, line: BudgetLine, planned: Planned, actor: str, now: datetime
) -> bool:
    """Let a line say something else and keep what it said; False where nothing differs."""
    before, after = asdict(said_by(line)), asdict(planned)
    if before == after:
        return False
    for name, value in after.items():
        setattr(line, name, value)
    line.version += 1
    line.changed_by, line.changed_at = actor, now
    session.flush()
    note_change(session, line.id, before, after, actor, now)
    return True
