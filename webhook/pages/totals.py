"""The public page of totals: how many reports came and what became of them, of nobody at all."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template
from sqlalchemy import true

from bot.places import read_places
from bot.report_tables import decimal, kind_of, period_name
from bot.texts.format import grouped, local_moment
from db.areas import all_areas
from db.session import Session, Store
from db.ticket_reports import Period, Report, report_of
from webhook.pages.shared_count import SharedCount, kept_page
from webhook.pages.small_numbers import LEAST, Kept, kept_back

_YEAR = 12  # months
_KECAMATAN = 8  # letters of a code down to the kecamatan: 74.72.05


@dataclass(frozen=True, slots=True)
class Sum:
    """The figures of some months, in words."""

    months: str
    received: str
    answered: str
    median: str
    rating: str


@dataclass(frozen=True, slots=True)
class Part:
    """One line of a table: a place or a matter, its number in words, and what it is made of."""

    name: str
    number: str
    parts: Sequence["Part"] | None = ()  # None where they cannot be told


@dataclass(frozen=True, slots=True)
class Totals:
    """All that the page tells, and the moment of which it is."""

    moment: str
    sums: Sequence[Sum]
    months: str  # of the tables
    places: Sequence[Part] | None  # None where they cannot be told
    matters: Sequence[Part] | None


def totals_page(store: Store, clock: Callable[[], datetime]) -> Blueprint:
    """Make the route of the page."""
    blueprint = Blueprint("totals", __name__, template_folder="templates")
    shared = SharedCount(store, clock, count)

    @blueprint.get("/angka")
    def show() -> Response:
        """Tell the totals."""
        return kept_page(render_template("pages/totals.html", totals=shared.get(), least=LEAST))

    return blueprint


def count(session: Session, now: datetime) -> Totals:
    """Count the totals of this year and of the last twelve whole months.

    The tables are of one period alone: what two of them differ by would tell of a single month.
    """
    zone = read_places(session, now).zone
    today = now.astimezone(ZoneInfo(zone)).date()
    year = Period(date(today.year, 1, 1), today.month)
    before = Period.until(today.replace(day=1) - timedelta(days=1), _YEAR)
    reports = [
        report_of(session, true(), period, zone, now) for period in (year, before)
    ]  # fmt: skip
    names = {area.code: area.name for area in all_areas(session)}
    return Totals(
        moment=local_moment(now, zone),
        sums=[_sum(report) for report in reports],
        months=period_name(before),
        places=places_of(reports[1], names),
        matters=matters_of(reports[1]),
    )


def places_of(report: Report, names: Mapping[str, str]) -> Sequence[Part] | None:
    """Give the kecamatan with their kelurahan; None where not even the kecamatan can be told."""
    villages: Counter[str] = Counter()
    for one in report.counts:
        villages[one.area_code] += one.tickets
    districts: Counter[str] = Counter()
    for code, number in villages.items():
        districts[code[:_KECAMATAN]] += number
    shown = kept_back(districts)
    if shown is None:
        return None
    return [
        Part(names.get(code, code), _written(number), _villages(code, number, villages, names))
        for code, number in sorted(shown.items())
    ]


def matters_of(report: Report) -> Sequence[Part] | None:
    """Give what the reports were about, most frequent first; None where it cannot be told."""
    counts: Counter[str] = Counter()
    for one in report.counts:
        counts[kind_of(one.kind, one.category)] += one.tickets
    shown = kept_back(counts)
    if shown is None:
        return None
    order = sorted(shown, key=lambda what: (-_rank(shown[what]), what))
    return [Part(what, _written(shown[what])) for what in order]


def _villages(
    district: str, number: int | Kept, villages: Mapping[str, int], names: Mapping[str, str]
) -> Sequence[Part] | None:
    """Give the kelurahan of a kecamatan; what its own number must not tell, they must not."""
    if isinstance(number, Kept):
        return None
    within = {code: count for code, count in villages.items() if code[:_KECAMATAN] == district}
    shown = kept_back(within)
    if shown is None:
        return None
    return [Part(names.get(code, code), _written(one)) for code, one in sorted(shown.items())]


def _rank(number: int | Kept) -> int:
    """Give by what a line is sorted; those kept back stand together, in no order of their size."""
    return 0 if isinstance(number, Kept) else number


def _written(number: int | Kept) -> str:
    if number is Kept.FEW:
        return f"< {LEAST}"
    return "disamarkan" if isinstance(number, Kept) else grouped(number)


def _sum(report: Report) -> Sum:
    given = sum(report.ratings)
    return Sum(
        months=period_name(report.period),
        received=_whole(report.received),
        answered=_whole(report.answered),
        median=decimal(report.ended.median if report.answered >= LEAST else None),
        rating=decimal(report.rating if given >= LEAST else None),
    )


def _whole(number: int) -> str:
    return _written(Kept.FEW if 0 < number < LEAST else number)
