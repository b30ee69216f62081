"""The tables of a monthly report in words: what page, workbook, CSV and PDF all show."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.texts import say, tickets
from bot.texts.format import month_name
from db.kube_year import Share
from db.ticket_reports import STARS, Period, Report
from db.ticket_spans import Reached

_COMPLAINT = "complaint"
Cell = str | int | float | Share | None
Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its title, the heads of its columns, and its rows."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Heat:
    """Kelurahan against categories: the heads of the columns, and each row with its numbers."""

    categories: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int]]]  # of the same length as the heads

    @property
    def totals(self) -> Sequence[int]:
        """Give the sum of each column."""
        return [sum(column) for column in zip(*(numbers for _, numbers in self.rows), strict=True)]


def period_name(period: Period) -> str:
    """Name the months of a report: `November 2026`, or `September 2026 – November 2026`."""
    first, last = period.months[0], period.months[-1]
    if first == last:
        return month_name(first)
    return f"{month_name(first)} – {month_name(last)}"


def kind_of(kind: str, category: str) -> str:
    """Name what a ticket is about: a complaint's category, or the kind of another one."""
    return tickets.category_name(kind, category) if kind == _COMPLAINT else tickets.kind_name(kind)


def heat_of(report: Report, names: Mapping[str, str]) -> Heat:
    """Set the areas that brought anything against what they brought; most frequent first."""
    counts: Counter[tuple[str, str]] = Counter()
    for count in report.counts:
        counts[count.area_code, kind_of(count.kind, count.category)] += count.tickets
    whole: Counter[str] = Counter()
    for (_, what), number in counts.items():
        whole[what] += number
    columns = [what for what, _ in sorted(whole.items(), key=lambda one: (-one[1], one[0]))]
    areas = sorted({area for area, _ in counts})
    return Heat(
        columns,
        [(names.get(area, area), [counts[area, what] for what in columns]) for area in areas],
    )


def monthly(report: Report, most: int) -> Table:
    """Give what came in each month: all, and the most frequent matters one by one."""
    counts: Counter[tuple[str, int]] = Counter()
    whole: Counter[str] = Counter()
    for count in report.counts:
        what = kind_of(count.kind, count.category)
        counts[what, count.month] += count.tickets
        whole[what] += count.tickets
    chosen = [what for what, _ in sorted(whole.items(), key=lambda one: (-one[1], one[0]))][:most]
    rows: list[Row] = [
        [
            month_name(month),
            sum(count.tickets for count in report.counts if count.month == place),
            *(counts[what, place] for what in chosen),
        ]
        for place, month in enumerate(report.period.months)
    ]
    heads = [say("reports.month"), say("reports.all"), *chosen]
    return Table(say("reports.monthly"), heads, rows)


def times(report: Report) -> Table:
    """Give in how many working days tickets came to their states, those that any came to."""
    rows: list[Row] = [
        [tickets.state_name(state), reached.tickets, *_days(reached)]
        for state, reached in report.times.items()
        if reached.tickets
    ]
    return Table(say("reports.times"), _heads("state", "tickets", "median", "p90"), rows)


def states(report: Report) -> Table:
    """Give how many tickets stand in each state now."""
    rows: list[Row] = [
        [tickets.state_name(state), number] for state, number in report.states.items()
    ]
    return Table(say("reports.states"), _heads("state", "tickets"), rows)


def quality(report: Report) -> Table:
    """Give breaches, reopened ones and ratings."""
    late = report.breaches
    rows: list[Row] = [
        [say(f"reports.{name}"), number, _share(number, report.received)]
        for name, number in (
            ("late_verify", late.verify), ("late_follow", late.follow),
            ("late_finish", late.finish), ("late", late.tickets),
        )
    ]  # fmt: skip
    rows.append(
        [say("reports.reopened"), report.reopened, _share(report.reopened, report.answered)]
    )
    given = sum(report.ratings)
    rows += [
        [say("reports.stars", stars=star), report.ratings[star - 1],
         _share(report.ratings[star - 1], given)]
        for star in range(STARS, 0, -1)
    ]  # fmt: skip
    return Table(say("reports.quality"), _heads("what", "tickets", "share"), rows)


def referred(report: Report, agencies: Mapping[str, str]) -> Table:
    """Give what the agencies were asked, and how long it took them."""
    rows: list[Row] = [
        [agencies.get(one.agency, one.agency), one.sent, one.out, *_days(one.days)]
        for one in report.referrals
    ]
    return Table(say("reports.referred"), _heads("agency", "sent", "out", "median", "p90"), rows)


def incidents(report: Report, names: Mapping[str, str]) -> Table:
    """Give the causes of most tickets."""
    rows: list[Row] = [
        [one.title, names.get(one.area_code, one.area_code), one.tickets,
         say("reports.incident_open" if one.is_open else "reports.incident_closed")]
        for one in report.incidents
    ]  # fmt: skip
    return Table(say("reports.incidents"), _heads("incident", "area", "tickets", "state"), rows)


def every_count(report: Report, names: Mapping[str, str]) -> Table:
    """Give the counts one by one: kelurahan, kind, category, month."""
    months = report.period.months
    rows: list[Row] = [
        [count.area_code, names.get(count.area_code, count.area_code),
         tickets.kind_name(count.kind), tickets.category_name(count.kind, count.category),
         f"{months[count.month]:%Y-%m}", count.tickets]
        for count in report.counts
    ]  # fmt: skip
    heads = _heads("area_code", "area", "kind", "category", "month", "tickets")
    return Table(say("reports.counts"), heads, rows)


def decimal(value: float | None) -> str:
    """Write a number with one decimal as `1,5`; a dash for none."""
    return "–" if value is None else f"{value:.1f}".replace(".", ",")


def number_of(cell: Cell) -> float:
    """Give the number that a cell holds; 0 for none."""
    return cell if isinstance(cell, int | float) else 0


def percent(share: Share) -> str:
    """Write a share as `62,5 %`; a dash where there was nothing to count."""
    return "–" if share.percent is None else f"{decimal(share.percent)} %"


def shown(cell: Cell) -> str:
    """Write a cell for people."""
    if isinstance(cell, Share):
        return percent(cell)
    return decimal(cell) if cell is None or isinstance(cell, float) else str(cell)


def _days(reached: Reached) -> list[float | None]:
    return [
        None if days is None else round(days, 1) for days in (reached.median, reached.p90)
    ]  # fmt: skip


def _share(part: int, whole: int) -> str:
    return f"{round(100 * part / whole)}%" if whole else "–"


def _heads(*names: str) -> list[str]:
    return [say(f"reports.head_{name}") for name in names]
