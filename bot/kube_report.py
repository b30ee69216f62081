"""The yearly accountability report (LPJ) of the groups to the province: a workbook, and paper."""

from collections import Counter
from collections.abc import Mapping

from reportlab.platypus import Flowable, KeepTogether, Spacer

from bot.report_book import tables_book
from bot.report_parts import CELL, SECTION, Office, grid, printed, said, sums
from bot.report_tables import Row, Table, decimal
from bot.texts import say
from bot.texts.format import grouped, plain_date
from db.kube_groups import CONDITIONS
from db.kube_year import GroupYear, KubeYear, Share

_ON_PAPER = (0, 1, 3, 4, 5, 7, 8, 9, 10)  # columns of the groups
INDICATORS = ("effectiveness", "responsiveness", "accountability")


def kube_book(year: KubeYear, names: Mapping[str, str]) -> bytes:
    """Give the workbook, with the names of areas by their codes."""
    tables = (indicators(year), conditions(year), groups(year, names))
    return tables_book(say("lpj.title"), _period(year), tables)


def kube_pdf(
    year: KubeYear, names: Mapping[str, str], office: Office, *, compressed: bool = True
) -> bytes:
    """Print the report, with the names of areas by their codes."""
    parts: list[Flowable] = [
        sums([
            (say("lpj.sum_groups"), grouped(len(year.groups))),
            *((say(f"lpj.{name}"), percent(share_of(year, name))) for name in INDICATORS),
        ])
    ]  # fmt: skip
    for table in (indicators(year), conditions(year)):
        parts.append(KeepTogether([said(table.title, SECTION), grid(table)]))
    listed = _for_paper(groups(year, names))
    body = grid(listed) if listed.rows else said(say("reports.none"))
    parts += [said(listed.title, SECTION), body, Spacer(0, 6), said(say("lpj.how"), CELL)]
    return printed(say("lpj.title"), _period(year), office, parts, compressed=compressed)


def indicators(year: KubeYear) -> Table:
    """Give the three indicators, each with the rule by which it was counted."""
    rows: list[Row] = [
        [say(f"lpj.{name}"), f"{grouped(share.part)} / {grouped(share.whole)}", percent(share),
         say(f"lpj.rule_{name}", days=year.answer_days)]
        for name in INDICATORS
        for share in [share_of(year, name)]
    ]  # fmt: skip
    return Table(say("lpj.indicators"), _heads("indicator", "count", "share", "rule"), rows)


def conditions(year: KubeYear) -> Table:
    """Give how many groups fare how."""
    counts = Counter(one.condition for one in year.groups)
    rows: list[Row] = [[say(f"pulse.condition_{name}"), counts[name]] for name in CONDITIONS]
    return Table(say("lpj.conditions"), _heads("condition", "groups"), rows)


def groups(year: KubeYear, names: Mapping[str, str]) -> Table:
    """Give the groups one by one; amounts are rupiah."""
    rows: list[Row] = [_row(one, names) for one in year.groups]
    heads = _heads(
        "name", "area", "business", "members", "condition", "told", "in_time", "turnover", "cash",
        "received", "assets",
    )  # fmt: skip
    return Table(say("lpj.groups"), heads, rows)


def share_of(year: KubeYear, name: str) -> Share:
    """Give one of the indicators."""
    shares = (year.effectiveness, year.responsiveness, year.accountability)
    return dict(zip(INDICATORS, shares, strict=True))[name]


def percent(share: Share) -> str:
    """Write a share as `62,5 %`; a dash where there was nothing to count."""
    return "–" if share.percent is None else f"{decimal(share.percent)} %"


def _for_paper(table: Table) -> Table:
    """Leave off what a page has no room for."""
    return Table(
        table.title,
        [table.heads[place] for place in _ON_PAPER],
        [[row[place] for place in _ON_PAPER] for row in table.rows],
    )


def _row(one: GroupYear, names: Mapping[str, str]) -> Row:
    return [
        one.name, names.get(one.area_code, one.area_code), one.business, one.members,
        say(f"pulse.condition_{one.condition}"), f"{one.told} / {one.due}", one.in_time,
        one.turnover, one.cash, one.received, one.assets,
    ]  # fmt: skip


def _period(year: KubeYear) -> str:
    return say("lpj.period", year=year.year, day=plain_date(year.as_of))


def _heads(*names: str) -> list[str]:
    return [say(f"lpj.head_{name}") for name in names]
