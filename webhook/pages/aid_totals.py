"""The public page of aid: budget, families reached, and coverage, of nobody at all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template

from bot.places import read_places
from bot.report_tables import decimal
from bot.texts import say
from bot.texts.format import grouped, local_moment, plain_date, rupiah
from db.areas import Scope, area_name
from db.budgets import STRATEGIES, BudgetLine, Sums, by_strategy, lines_of, sums_of, years_of
from db.coverage import Reach, coverage_of, paid_by_year, reach_of
from db.registry import all_programs
from db.session import Session, Store
from webhook.pages.shared_count import SharedCount, kept_page
from webhook.pages.small_coverage import Hidden, Place, told
from webhook.pages.small_numbers import LEAST

_HIDDEN = {
    Hidden.FEW: f"< {LEAST}", Hidden.NEARLY_ALL: "hampir semua", Hidden.BESIDE: "disamarkan",
}  # fmt: skip
YEARS = 3  # of payments that are told of a programme
_MOST_OPEN = 15  # lines of a budget that are read without opening them
_EVERYWHERE = Scope(None)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a budget."""

    name: str
    program: str
    allocated: int
    realised: int
    share: float | None
    source: str
    as_of: str


@dataclass(frozen=True, slots=True)
class Budget:
    """The budget of an area in a year."""

    year: int
    area: str
    whole: Sums
    strategies: Mapping[str, Sums]
    lines: Sequence[Line]
    most: int


@dataclass(frozen=True, slots=True)
class Aid:
    """A programme: families that get it now, by lists of which day, and those paid in years."""

    name: str
    families: int | Hidden
    as_of: str
    paid: Sequence[tuple[int, str]]  # by the year, the latest first


@dataclass(frozen=True, slots=True)
class AidTotals:
    """All that the page tells, and the moment of which it is."""

    moment: str
    families: str
    reached: str
    share: str
    budgets: Sequence[Budget]
    aids: Sequence[Aid]
    places: Sequence[Place] | None


def aid_totals_page(store: Store, clock: Callable[[], datetime]) -> Blueprint:
    """Make the route of the page."""
    blueprint = Blueprint("aid_totals", __name__, template_folder="templates")
    shared = SharedCount(store, clock, count)

    @blueprint.get("/angka/bantuan")
    def show() -> Response:
        """Tell the totals."""
        return kept_page(
            render_template(
                "pages/aid_totals.html",
                totals=shared.get(), least=LEAST, rupiah=rupiah, number=grouped, decimal=decimal,
                hidden=_HIDDEN, most_open=_MOST_OPEN,
                strategies={key: say(f"budget.{key}") for key in STRATEGIES},
            )
        )  # fmt: skip

    return blueprint


def count(session: Session, now: datetime) -> AidTotals:
    """Count what everybody may know."""
    zone = read_places(session, now).zone
    today = now.astimezone(ZoneInfo(zone)).date()
    places = coverage_of(session, _EVERYWHERE, None)
    families = sum(place.families for place in places)
    reached = sum(place.reached for place in places)
    is_small = any(0 < one < LEAST for one in (reached, families - reached))
    told_beside = [families] if is_small else [families, reached]
    years = range(today.year, today.year - YEARS, -1)
    return AidTotals(
        moment=local_moment(now, zone),
        families=_written(families),
        reached=_HIDDEN[Hidden.NEARLY_ALL] if _is_near(reached, [families]) else _written(reached),
        share="–" if is_small or not families else decimal(100 * reached / families),
        budgets=_budgets(session),
        aids=_aids(session, years, told_beside),
        places=None if is_small else told(places),
    )


def _budgets(session: Session) -> Sequence[Budget]:
    """Give the budgets of all years, the latest first, each area by itself."""
    names = {program.code: program.name for program in all_programs(session)}
    found = []
    for year in years_of(session, _EVERYWHERE):
        lines = [line for line in lines_of(session, _EVERYWHERE, year) if line.in_use]
        for area in sorted({line.area_code for line in lines}):
            own = [line for line in lines if line.area_code == area]
            found.append(
                Budget(
                    year, area_name(session, area), sums_of(own), by_strategy(own),
                    [_line(line, names) for line in own],
                    max(line.allocated for line in own),
                )
            )  # fmt: skip
    return found


def _line(line: BudgetLine, names: Mapping[str, str]) -> Line:
    return Line(
        line.name, names.get(line.program_code or "", ""), line.allocated, line.realised,
        line.share, line.source, plain_date(line.as_of),
    )  # fmt: skip


def _aids(session: Session, years: Sequence[int], beside: Sequence[int]) -> Sequence[Aid]:
    """Give the programmes that reach enough families; what few get is not even named.

    A programme kept back beside its name would be known from all the others and the families that
    get any. `beside` are the numbers of families that the page tells besides.
    """
    paid = {
        (one.program_code, one.year): one.families
        for one in paid_by_year(session, _EVERYWHERE, years[-1])
    }
    return [
        _aid(
            one,
            [
                (year, paid[one.program_code, year])
                for year in years
                if (one.program_code, year) in paid
            ],
            beside,
        )
        for one in reach_of(session, _EVERYWHERE)
        if one.families >= LEAST
    ]


def _aid(reach: Reach, paid: Sequence[tuple[int, int]], beside: Sequence[int]) -> Aid:
    """Tell of a programme no number that, taken from another one, leaves a few families.

    Who is paid may be among those who get it now, and these among all whom aid reaches.
    """
    shown = [*beside]
    families: int | Hidden = Hidden.NEARLY_ALL
    if not _is_near(reach.families, shown):
        families = reach.families
        shown.append(families)
    years = []
    for year, count in paid:
        is_near = _is_near(count, shown)
        years.append((year, say("aid_totals.nearly_as_many") if is_near else _families(count)))
        shown += [] if is_near else [count]
    return Aid(reach.name, families, _days(reach.oldest, reach.newest), years)


def _is_near(count: int, beside: Sequence[int]) -> bool:
    """Say whether a number leaves a few, though not nobody, of one that is told beside it."""
    return any(0 < abs(count - other) < LEAST for other in beside)


def _days(oldest: date, newest: date) -> str:
    if oldest == newest:
        return plain_date(newest)
    return f"{plain_date(oldest)} – {plain_date(newest)}"


def _families(count: int) -> str:
    return say("aid_totals.families", count=_written(count))


def _written(families: int) -> str:
    return f"< {LEAST}" if 0 < families < LEAST else grouped(families) if families else "–"
