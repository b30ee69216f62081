"""A year of a budget as a workbook."""

from collections.abc import Mapping, Sequence

from bot.report_book import tables_book
from bot.report_tables import Row, Table
from bot.texts import say
from bot.texts.format import plain_date
from db.areas import Scope, area_name
from db.budgets import BudgetLine, Sums, by_strategy, lines_of, sums_of
from db.coverage import Coverage, coverage_of
from db.registry import all_programs
from db.session import Session


def budget_book(session: Session, area_code: str, year: int) -> bytes:
    """Give the lines of an area, its strategies, and how many families are reached now.

    The area's own lines stand first, and each area below it has a sheet of its own: a file that
    comes back is of the first.
    """
    lines = lines_of(session, Scope(area_code), year)
    names = {program.code: program.name for program in all_programs(session)}
    own = [line for line in lines if line.area_code == area_code]
    below = sorted({line.area_code for line in lines} - {area_code})
    tables = (
        _lines_table(say("budget.lines"), own, names),
        _strategy_table(by_strategy([one for one in lines if one.in_use])),
        _coverage_table(coverage_of(session, Scope(area_code), None)),
        *(
            _lines_table(
                say("budget.lines_below", area=area),
                [line for line in lines if line.area_code == area], names,
            )
            for area in below
        ),
    )  # fmt: skip
    period = say("budget.period", year=year, area=area_name(session, area_code))
    return tables_book(say("budget.title"), period, tables)


def _lines_table(title: str, lines: Sequence[BudgetLine], programs: Mapping[str, str]) -> Table:
    """Give every line with its source, and the sum; `programs` are names by codes."""
    rows: list[Row] = [
        [
            line.name, programs.get(line.program_code or "", ""),
            say(f"budget.{line.strategy}"), line.allocated, line.realised, _tenth(line.share),
            line.source, plain_date(line.as_of),
        ]
        for line in lines
    ]  # fmt: skip
    whole = sums_of(lines)
    rows.append(
        [say("budget.all"), "", "", whole.allocated, whole.realised, _tenth(whole.share), "", ""]
    )
    rows.append([say("budget.mean"), "", "", "", "", _tenth(whole.mean_share), "", ""])
    heads = ("activity", "program", "strategy", "allocated", "realised", "share", "source", "as_of")
    return Table(title, _heads(heads), rows)


def _strategy_table(parts: Mapping[str, Sums]) -> Table:
    """Give the sums of each strategy."""
    rows: list[Row] = [
        [say(f"budget.{key}"), sums.lines, sums.allocated, sums.realised, _tenth(sums.share)]
        for key, sums in parts.items()
    ]
    heads = ("strategy", "count", "allocated", "realised", "share")
    return Table(say("budget.strategies"), _heads(heads), rows)


def _coverage_table(places: Sequence[Coverage]) -> Table:
    """Give for each kelurahan how many of its families get any aid."""
    rows: list[Row] = [
        [place.name, place.families, place.reached, _tenth(place.share)] for place in places
    ]
    return Table(
        say("budget.coverage"), _heads(("kelurahan", "families", "reached", "share")), rows
    )


def _heads(names: Sequence[str]) -> list[str]:
    return [say(f"budget.{name}") for name in names]


def _tenth(share: float | None) -> float | None:
    return None if share is None else round(share, 1)
