"""The yearly accountability report (LPJ) of the groups to the province: a workbook, and paper."""

from collections import Counter
from collections.abc import Mapping

from reportlab.platypus import Flowable, KeepTogether, Spacer

from bot.report_book import tables_book
from bot.report_parts import CELL, SECTION, Office, grid, printed, said, sums
from bot.report_tables import Cell, Row, Table, percent
from bot.texts import say
from bot.texts.format import grouped, plain_date
from db.kube_groups import CONDITIONS, ENDED
from db.kube_year import GroupYear, KubeYear, Share

_ON_PAPER = (0, 1, 3, 4, 5, 6, 8, 9, 10, 11)  # columns of the groups
_SUMMED = (3, 5, 6, 7, 8, 9, 10, 11)
INDICATORS = ("effectiveness", "responsiveness", "accountability")


def kube_book(year: KubeYear, names: Mapping[str, str], office: Office) -> bytes:
    """Give the workbook, with the names of areas by their codes."""
    tables = (indicators(year), conditions(year), groups(year, names))
    of = f"{_period(year)}, {office.area}, {office.name}"
    return tables_book(say("lpj.title"), of, tables)


def kube_pdf(
    year: KubeYear, names: Mapping[str, str], office: Office, *, compressed: bool = True
) -> bytes:
    """Print the report, with the names of areas by their codes."""
    parts: list[Flowable] = [
        sums([
            (say("lpj.sum_groups"), grouped(year.running)),
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
        [say(f"lpj.{name}"), share.part, share.whole, share,
         say(f"lpj.rule_{name}", days=year.answer_days)]
        for name in INDICATORS
        for share in [share_of(year, name)]
    ]  # fmt: skip
    return Table(say("lpj.indicators"), _heads("indicator", "count", "of", "share", "rule"), rows)


def conditions(year: KubeYear) -> Table:
    """Give how many groups fare how, and how many have ended."""
    counts = Counter(one.condition for one in year.groups)
    rows: list[Row] = [[condition_of(name), counts[name]] for name in (*CONDITIONS, ENDED)]
    return Table(say("lpj.conditions"), _heads("condition", "groups"), rows)


def groups(year: KubeYear, names: Mapping[str, str]) -> Table:
    """Give the groups one by one, and last their sums; amounts are rupiah."""
    rows: list[Row] = [_row(one, names) for one in year.groups]
    if rows:
        rows.append([_sum(rows, place) for place in range(len(rows[0]))])
    heads = _heads(
        "name", "area", "business", "members", "condition", "told", "due", "in_time", "turnover",
        "cash", "received", "assets",
    )  # fmt: skip
    return Table(say("lpj.groups"), heads, rows)


def share_of(year: KubeYear, name: str) -> Share:
    """Give one of the indicators."""
    shares = (year.effectiveness, year.responsiveness, year.accountability)
    return dict(zip(INDICATORS, shares, strict=True))[name]


def condition_of(name: str) -> str:
    """Name how a group fared in a year, or that it has ended."""
    return say("kube_desk.state_ended" if name == ENDED else f"pulse.condition_{name}")


def _sum(rows: list[Row], place: int) -> Cell:
    if place not in _SUMMED:
        return "" if place else say("lpj.sum")
    return sum(cell for row in rows if isinstance(cell := row[place], int))


def _for_paper(table: Table) -> Table:
    """Leave off what a page has no room for."""
    return Table(
        table.title,
        [table.heads[place] for place in _ON_PAPER],
        [[row[place] for place in _ON_PAPER] for row in table.rows],
    )


def _row(one: GroupYear, names: Mapping[str, str]) -> Row:
    fared = condition_of(one.condition)
    if one.ended_on is not None:
        fared = say("lpj.ended", day=f"{one.ended_on:%d/%m/%Y}")
    return [
        one.name, names.get(one.area_code, one.area_code), one.business, one.members, fared,
        one.told, one.due, one.in_time, one.turnover, one.cash, one.received, one.assets,
    ]  # fmt: skip


def _period(year: KubeYear) -> str:
    return say("lpj.period", year=year.year, day=plain_date(year.as_of))


def _heads(*names: str) -> list[str]:
    return [say(f"lpj.head_{name}") for name in names]
