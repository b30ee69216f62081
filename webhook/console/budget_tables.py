"""The tables of a budget for a workbook."""

from collections.abc import Mapping, Sequence

from bot.report_tables import Row, Table
from bot.texts import say
from bot.texts.format import plain_date
from db.budgets import BudgetLine, Sums, sums_of
from db.coverage import Coverage


def lines_table(lines: Sequence[BudgetLine], programs: Mapping[str, str]) -> Table:
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
    return Table(say("budget.lines"), _heads(heads), rows)


def strategy_table(parts: Mapping[str, Sums]) -> Table:
    """Give the sums of each strategy."""
    rows: list[Row] = [
        [say(f"budget.{key}"), sums.lines, sums.allocated, sums.realised, _tenth(sums.share)]
        for key, sums in parts.items()
    ]
    heads = ("strategy", "count", "allocated", "realised", "share")
    return Table(say("budget.strategies"), _heads(heads), rows)


def coverage_table(places: Sequence[Coverage]) -> Table:
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
