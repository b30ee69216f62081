"""A report of visits in words: the tables that page, workbook and PDF all show."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from bot.report_tables import Heat, Row, Table, decimal
from bot.texts import say
from bot.texts.format import plain_date
from bot.texts.tickets import kind_name
from db.findings import OUTCOMES
from db.kube_year import Share
from db.visit_figures import Days, Figures, VisitReport, Work, colours, limit_of
from db.visit_report import PAYOUT, PURPOSES
from db.visit_rules import Limit, visit_rules


def title(days: Days) -> str:
    """Name a report: of a day, or of a month."""
    return say("visit_report.daily" if days.first == days.last else "visit_report.monthly")


def period(days: Days, of: str) -> str:
    """Say of which days a report is, and of whom or what place."""
    first, last = plain_date(days.first), plain_date(days.last)
    return f"{first}, {of}" if first == last else f"{first} – {last}, {of}"


def rule_of(name: str) -> str:
    """Say what a share is and by which rule it has its colour."""
    limit: Limit = visit_rules().report.lights[name]
    key = "at_most" if limit.at_most else "at_least"
    return say(f"visit_report.rule_{key}", green=limit.green, yellow=limit.yellow)


def lights(report: VisitReport) -> Table:
    """Give the shares that have a colour, each with its rule."""
    rules = visit_rules().report
    rows: list[Row] = [
        [say(f"visit_report.share_{name}", hours=rules.late_hours, letters=rules.least_letters),
         share.part, share.whole, share, say(f"visit_report.{colour or 'no_colour'}"),
         _rule_told(report, name)]
        for name, share, colour in colours(report, rules)
    ]  # fmt: skip
    heads = _heads("what", "count", "of", "share", "colour", "rule")
    return Table(say("visit_report.lights"), heads, rows)


def _rule_told(report: VisitReport, name: str) -> str:
    """Say the rule of a share, and what it comes to in a month under way; a day has none."""
    if report.days.is_day:
        return say("visit_report.rule_of_day")
    limit = limit_of(report, name, visit_rules().report)
    if limit is None or report.gone == 1 or name != "coverage":
        return rule_of(name)
    so_far = say(
        "visit_report.rule_so_far", green=decimal(limit.green), yellow=decimal(limit.yellow)
    )
    return f"{rule_of(name)} {so_far}"


def purposes(report: VisitReport, names: Mapping[str, str]) -> Table:
    """Give the visits by kelurahan and purpose."""
    heads = [*_heads("area", "visits"), *(say(f"visit.purpose_{name}") for name in PURPOSES)]
    rows: list[Row] = [
        [name, one.visits, *(one.purposes[purpose] for purpose in PURPOSES)]
        for name, one in _places(report, names)
    ]
    return Table(say("visit_report.visits"), heads, rows)


def coverage(report: VisitReport, names: Mapping[str, str]) -> Table:
    """Give how many of the families of each kelurahan were seen."""
    rows: list[Row] = [
        [name, one.families, one.seen, one.share("coverage")]
        for name, one in _places(report, names)
    ]
    heads = _heads("area", "families", "seen", "coverage")
    return Table(say("visit_report.share_coverage"), heads, rows)


def ages(report: VisitReport, names: Mapping[str, str]) -> Heat:
    """Set kelurahan against the age of the last visit: how many families stand where."""
    classes = range(len(visit_rules().report.ages) + 2)
    return Heat(
        age_classes(),
        [
            (names.get(code, code), [one.ages[place] for place in classes])
            for code, one in report.areas.items()
        ],
    )


def ages_table(report: VisitReport, names: Mapping[str, str]) -> Table:
    """Give the ages of the last visits as a table, and last those of all kelurahan."""
    heat = ages(report, names)
    rows: list[Row] = [[name, *numbers, sum(numbers)] for name, numbers in heat.rows]
    if rows:
        rows.append([say("reports.all"), *heat.totals, sum(heat.totals)])
    heads = [say("visit_report.head_area"), *heat.categories, say("reports.all")]
    return Table(say("visit_report.ages"), heads, rows)


def age_classes() -> Sequence[str]:
    """Name the classes in which the age of the last visit is counted."""
    limits = visit_rules().report.ages
    return [
        say("visit_report.age_under", days=limits[0]),
        *(
            say("visit_report.age_between", first=low, last=high - 1)
            for low, high in pairwise(limits)
        ),
        say("visit_report.age_from", days=limits[-1]),
        say("visit_report.age_never"),
    ]


def places(report: VisitReport, names: Mapping[str, str]) -> Table:
    """Give how many visits came with a point, and of how many it lies far from the kelurahan."""
    rows: list[Row] = [
        [name, one.visits, one.place, one.far]
        for name, one in _places(report, names)
        if one.place or one.far
    ]
    return Table(say("visit_report.places"), _heads("area", "visits", "place", "far"), rows)


def sessions(report: VisitReport, names: Mapping[str, str]) -> Table:
    """Give group sessions and who came, by kelurahan."""
    held = {code: one for code, one in report.areas.items() if one.sessions}
    rows: list[Row] = [
        [names.get(code, code), one.sessions, one.headcount, one.awaited, one.came,
         Share(one.came, one.awaited)]
        for code, one in held.items()
    ]  # fmt: skip
    heads = _heads("area", "sessions", "headcount", "awaited", "came", "share")
    return Table(say("visit_report.sessions"), heads, rows)


def payout(report: VisitReport) -> Table:
    """Give what was answered about payouts."""
    rows: list[Row] = [
        [say(f"visit_report.payout_{name}"), yes, no, Share(yes, yes + no)]
        for name in PAYOUT
        if (yes := report.payout.get((name, "yes"), 0)) + (no := report.payout.get((name, "no"), 0))
    ]
    return Table(say("visit_report.payout"), _heads("what", "yes", "no", "share"), rows)


def work(report: VisitReport) -> Table:
    """Give what was found and became work, and how it stands."""
    named = sorted((work_name(one), work_state(one), number) for one, number in report.work.items())
    rows: list[Row] = [list(one) for one in named]
    return Table(say("visit_report.work"), _heads("work", "state", "count"), rows)


def tasks(report: VisitReport, names: Mapping[str, str]) -> Table:
    """Give the tasks of lists by kelurahan: open before, what came of them, open now."""
    rows: list[Row] = [
        [names.get(code, code), one.before, one.found,
         *(one.outcomes[outcome] for outcome in OUTCOMES), one.gone, one.now]
        for code, one in report.tasks.items()
    ]  # fmt: skip
    if len(rows) > 1:
        columns = zip(*(row[1:] for row in rows), strict=True)
        rows.append([say("reports.all"), *(sum(map(int, column)) for column in columns)])
    outcomes = [say(f"task.outcome_{outcome}") for outcome in OUTCOMES]
    heads = [*_heads("area", "before", "found"), *outcomes, *_heads("gone", "now")]
    return Table(say("visit_report.tasks"), heads, rows)


def tables(report: VisitReport, names: Mapping[str, str]) -> Sequence[Table]:
    """Give all tables of a report, with the names of areas by their codes."""
    return (
        lights(report), purposes(report, names), coverage(report, names),
        ages_table(report, names), places(report, names), sessions(report, names),
        payout(report), work(report), tasks(report, names),
    )  # fmt: skip


def how() -> str:
    """Say how a report counts."""
    rules = visit_rules()
    return say("visit_report.how", fewest=rules.report.fewest, km=decimal(rules.far_m / 1_000))


def _places(report: VisitReport, names: Mapping[str, str]) -> Sequence[tuple[str, Figures]]:
    """Give the figures of each kelurahan with its name, and last those of all."""
    areas = [(names.get(code, code), one) for code, one in report.areas.items()]
    return [*areas, (say("reports.all"), report.whole)]


def work_name(one: Work) -> str:
    """Name what a visit led to."""
    return kind_name(one.what) if one.source == "ticket" else say(f"visit_report.{one.source}")


def work_state(one: Work) -> str:
    """Say how what a visit led to stands."""
    begins = {"ticket": "visit_report.state", "task": "task.outcome"}
    return say(f"{begins.get(one.source, 'graduation.state')}_{one.state}")


def _heads(*names: str) -> list[str]:
    return [say(f"visit_report.head_{name}") for name in names]
