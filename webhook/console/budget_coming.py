"""What the rows of a file would do to the budget of a year."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.texts import say
from bot.texts.format import rupiah
from db.budget_history import sources_ever
from db.budgets import (
    STRATEGIES,
    BudgetLine,
    Planned,
    folded,
    former_lines,
    own_lines,
    said_by,
)
from db.registry import all_programs
from db.session import Session
from webhook.console.audience_forms import Unfit
from webhook.console.budget_forms import check_spent, read_source, read_year
from webhook.console.budget_reading import Raw, Read, read_rows
from webhook.console.desk import Desk

_MOST_PROBLEMS = 10  # sentences at once


@dataclass(frozen=True, slots=True)
class ComingLine:
    """What a row wants a line to say, and what the line of the year says now."""

    planned: Planned
    before: Planned | None
    seen: int  # the version of the line, 0 for none yet
    is_older: bool  # than what the line says now: it counts only where somebody says so

    @property
    def verdict(self) -> Literal["new", "changed", "unchanged"]:
        """Say what becomes of the line."""
        if self.before is None:
            return "new"
        return "unchanged" if self.before == self.planned else "changed"


@dataclass(frozen=True, slots=True)
class Coming:
    """What the lines of a file would do to a year."""

    year: int
    lines: Sequence[ComingLine]
    programs: Mapping[str, str]  # names by codes
    untouched: int  # lines of the year that the file does not name

    def sums(self, which: str) -> tuple[int, int]:
        """Give what the lines of the file come to now and then; `which` is the field, in rupiah.

        Those that are older stay as they are.
        """
        before = sum(getattr(one.before, which) for one in self.lines if one.before is not None)
        after = [one.before if one.is_older else one.planned for one in self.lines]
        return before, sum(getattr(one, which) for one in after)

    @property
    def older(self) -> int:
        """Give how many lines of the file are older than what is recorded."""
        return sum(one.is_older for one in self.lines)


@dataclass(frozen=True, slots=True)
class _Form:
    """What holds for the rows that do not say it themselves."""

    strategy: str
    source: str
    as_of: date


def coming_of(
    session: Session, desk: Desk, values: Mapping[str, str], raws: Sequence[Raw]
) -> Coming:
    """Hold the rows against the lines of the year; raises Unfit, a sentence a line."""
    year = read_year(values["year"], desk.today)
    source, as_of = read_source(values, desk.today)
    if values["strategy"] not in STRATEGIES:
        raise Unfit(say("budget.bad_strategy"))
    names = {program.code: program.name for program in all_programs(session)}
    found, problems = read_rows(raws, names, desk.today)
    area, form = desk.staff.area_code, _Form(values["strategy"], source, as_of)
    own, former = own_lines(session, area, year), former_lines(session, area, year)
    ever = sources_ever(session, {one.id: (one.source, one.as_of) for one in own.lines})
    lines: dict[int | str, ComingLine] = {}
    for read in found:
        line = own.get(read.name)
        key = folded(read.name) if line is None else line.id
        try:
            if key in lines:
                raise Unfit(say("budget.twice"))
            sources = ever[line.id] if line is not None else ()
            lines[key] = _line(read, line, former.get(read.name), form, sources)
        except Unfit as unfit:
            problems.append(say("budget.row", row=read.row, why=str(unfit)))
    if problems:
        raise Unfit("\n".join(problems[:_MOST_PROBLEMS]))
    if not lines:
        raise Unfit(say("budget.no_lines"))
    untouched = sum(one.id not in lines for one in own.lines)
    return Coming(year, list(lines.values()), names, untouched)


def _line(
    read: Read, line: BudgetLine | None, former: BudgetLine | None, form: _Form,
    sources: Collection[tuple[str, date]],
) -> ComingLine:  # fmt: skip
    """Give what a row wants a line of the year to say; raises Unfit.

    What it does not say stays as it is; programme and strategy of a new line are those that the
    line of its name had in the years before. `sources` are all that the line of the year ever had.
    """
    known = line or former
    before = said_by(line) if line is not None else None
    allocated, realised = (_amount(read, before, which) for which in ("allocated", "realised"))
    _check(read, allocated, realised)
    is_new = before is None or (allocated, realised) != (before.allocated, before.realised)
    source, as_of = _source(read, form, sources if is_new else ())
    planned = Planned(
        known.name if known is not None else read.name,
        read.program or (known.program_code if known is not None else None),
        read.strategy or (known.strategy if known is not None else form.strategy),
        allocated,
        realised,
        source,
        as_of,
    )
    is_older = line is not None and _is_older(read, planned, line, sources)
    return ComingLine(planned, before, line.version if line is not None else 0, is_older)


def _amount(read: Read, before: Planned | None, which: str) -> int:
    said: int | None = getattr(read, which)
    if said is not None:
        return said
    return getattr(before, which) if before is not None else 0


def _check(read: Read, allocated: int, realised: int) -> None:
    """Refuse that more is spent than was set aside, also where one of both was kept."""
    if read.realised is None and realised > allocated:
        raise Unfit(say("budget.kept_overspent", realised=rupiah(realised)))
    check_spent(allocated, realised)


def _source(read: Read, form: _Form, former: Collection[tuple[str, date]]) -> tuple[str, date]:
    """Give where figures come from: as the row says, or else the form.

    Beside new figures a source that the line has or had (`former`) is the one of other figures, as
    in a table that was downloaded and changed, so that the form's counts.
    """
    if _is_among(read, former):
        return form.source, form.as_of
    return read.source or form.source, read.as_of or form.as_of


def _is_older(
    read: Read, planned: Planned, line: BudgetLine, sources: Collection[tuple[str, date]]
) -> bool:
    """Say whether a row would set a line back: to an earlier day, or from what it said before."""
    never_filled = line.version == 1 and not line.in_use  # its day is that of the copying
    if never_filled or planned == said_by(line):
        return False
    now = [(line.source, line.as_of)]
    is_from_before = _is_among(read, sources) and not _is_among(read, now)
    return planned.as_of < line.as_of or is_from_before


def _is_among(read: Read, sources: Collection[tuple[str, date]]) -> bool:
    """Say whether what a row tells of its source and day, if anything, is one of some sources."""
    if read.source is None and read.as_of is None:
        return False
    return any(
        read.source in (None, source) and read.as_of in (None, day) for source, day in sources
    )
