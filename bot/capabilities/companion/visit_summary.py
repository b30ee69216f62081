"""A companion's own report of today or of the month, in a few lines."""

from bot.texts import say
from bot.texts.format import grouped
from bot.turn import Turn, button
from bot.visit_tables import percent, period, title
from db.areas import Scope
from db.visit_figures import Days, VisitReport, colours
from db.visit_report import visit_report
from db.visit_rules import visit_rules

_TODAY = "today"
_DAILY = ("harian", "hari ini")
_EVERYWHERE = Scope(None)  # what is his lies where his families are


def handle(turn: Turn) -> None:
    """Tell the figures of the sender's own visits; the button is `my_visits:today` or `:month`."""
    if turn.staff is None:
        return
    said = turn.text.lower()
    daily = turn.argument == _TODAY or (not turn.argument and any(day in said for day in _DAILY))
    days = Days(turn.today, turn.today) if daily else Days.of_month(turn.today)
    report = visit_report(
        turn.session, _EVERYWHERE, days, turn.now, turn.zone, staff_id=turn.staff.id
    )
    other = ("month", "this_month") if daily else (_TODAY, "today")
    turn.tell(
        _told(report, turn.staff.name),
        button("plan", "choice.plan"),
        button(f"my_visits:{other[0]}", f"visit_report.{other[1]}"),
        button("menu", "choice.menu"),
    )


def _told(report: VisitReport, name: str) -> str:
    whole, rules = report.whole, visit_rules().report
    lines = [
        say(
            "visit_report.text_light",
            what=say(
                f"visit_report.short_{light}", hours=rules.late_hours, letters=rules.least_letters
            ),
            share=percent(share),
            colour=say(f"visit_report.{colour}"),
        )
        for light, share, colour in colours(whole, rules)
        if colour is not None
    ]
    return say(
        "visit_report.text",
        title=title(report.days),
        period=period(report.days, name),
        visits=grouped(whole.visits),
        seen=grouped(whole.seen),
        families=grouped(whole.families),
        days=rules.ages[-1],
        old=grouped(sum(count for place, count in whole.ages.items() if place >= len(rules.ages))),
        sessions=whole.sessions,
        came=whole.came,
        awaited=whole.awaited,
        work=sum(report.work.values()),
        lights="\n".join(lines) or say("visit_report.too_few", fewest=rules.fewest),
    )
