"""A companion's own report of a day or a month, in a few lines, and the visits it is made of."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.families import own_families
from bot.messages import Choice
from bot.report_tables import percent
from bot.texts import say
from bot.texts.format import grouped, packed
from bot.turn import Turn, button
from bot.visit_tables import period, title
from db import audit
from db.areas import Scope
from db.visit_figures import Days, VisitReport, colours
from db.visit_report import visit_report
from db.visit_rules import visit_rules
from db.visits import visits_made

_LIST = "list"
_TODAY, _YESTERDAY, _MONTH, _LAST_MONTH = "today", "yesterday", "month", "last_month"
_EVERYWHERE = Scope(None)  # what is his lies where his families are
_SHOWN = 10  # visits in a message
_DAYS = r"(?:hari ini|harian|kemarin|bulan(?:an)?(?:\s+(?:ini|lalu|kemarin|yang lalu|yg lalu))?)"
_OWN = r"(?:\s+(?:saya|sy|sa|ku|pak|bu|dong|ya))*"
_ASKED = re.compile(
    r"\W*(?:(?:tolong|lihat|minta|cek)\s+)*(?:"
    rf"laporan(?:\s+kunjungan)?{_OWN}\s+{_DAYS}"
    rf"|(?:berapa|rekap|daftar)\s+kunjungan{_OWN}(?:\s+{_DAYS})?"
    rf"|kunjungan\s+(?:saya|sy|sa)(?:\s+{_DAYS})?(?:\s+(?:siapa|apa|mana|ke mana) saja)?"
    rf"|siapa(?:\s+saja)?(?:\s+(?:yang|yg))?\s+(?:sudah|sdh)(?:\s+(?:saya|sy))?\s+(?:di)?kunjung\w*"
    rf"(?:\s+{_DAYS})?"
    rf"){_OWN}\W*",
    re.IGNORECASE,
)
_NAMES_VISITS = re.compile(r"daftar|siapa|apa saja|^\W*kunjungan", re.IGNORECASE)


def is_asked(text: str) -> bool:
    """Say whether somebody asks for the figures or the list of his own visits."""
    return _ASKED.fullmatch(text) is not None


def handle(turn: Turn) -> None:
    """Tell the figures of the sender's own visits, or list them.

    The button is `my_visits:today`, `:yesterday`, `:month` or `:last_month`, with `:list` and
    where the list goes on behind it.
    """
    if turn.staff is None:
        return
    when, _, rest = turn.argument.partition(":")
    when = when or _when(turn.text)
    listed = rest.startswith(_LIST) or (not turn.argument and _NAMES_VISITS.search(turn.text))
    if listed:
        start = rest.removeprefix(_LIST).removeprefix(":")
        _list(turn, turn.staff.id, when, int(start) if re.fullmatch(r"\d{1,6}", start) else 0)
        return
    days = _days(turn, when)
    report = visit_report(
        turn.session, _EVERYWHERE, days, turn.now, turn.zone, staff_id=turn.staff.id
    )
    turn.tell(
        _told(report, turn.staff.name),
        button(f"my_visits:{when}:{_LIST}", "visit_report.list_them"),
        *_others(when),
        button("plan", "choice.plan"),
        button("menu", "choice.menu"),
    )


def _when(text: str) -> str:
    """Give the days that words ask for; the month where they name none."""
    said = text.lower()
    if re.search(r"bulan\s+(?:lalu|kemarin|yang lalu|yg lalu)", said):
        return _LAST_MONTH
    if "kemarin" in said:
        return _YESTERDAY
    return _TODAY if "harian" in said or "hari ini" in said else _MONTH


def _days(turn: Turn, when: str) -> Days:
    if when in (_TODAY, _YESTERDAY):
        day = turn.today - timedelta(days=when == _YESTERDAY)
        return Days(day, day)
    first = turn.today.replace(day=1)
    return Days.of_month(first - timedelta(days=1) if when == _LAST_MONTH else first)


def _others(when: str) -> list[Choice]:
    """Offer the other days that people ask for most."""
    there = ((_TODAY, "today"), (_MONTH, "this_month"), (_LAST_MONTH, "last_month"))
    return [
        button(f"my_visits:{name}", f"visit_report.{key}") for name, key in there if name != when
    ]


def _list(turn: Turn, staff_id: int, when: str, start: int) -> None:
    """List visits, newest first, of families that are still the sender's by their names."""
    days, zone = _days(turn, when), ZoneInfo(turn.zone)
    visits = visits_made(turn.session, staff_id, *days.bounds(turn.zone))
    own = own_families(turn)["households"]
    audit.record(turn.session, turn.now, turn.actor, "list households", turn.actor)
    lines = [
        say(
            "visit_report.made",
            moment=f"{visit.visited_at.astimezone(zone):%d/%m %H.%M}",
            name=own.get(str(visit.household_id)) or say("visit.no_longer_yours"),
            purpose=say(f"visit.purpose_{visit.purpose}"),
        )
        for visit in visits[start : start + _SHOWN]
    ]
    following = start + len(lines)
    more = [button(f"my_visits:{when}:{_LIST}:{following}", "choice.next")]
    head = period(days, turn.staff.name if turn.staff else "")
    text = "\n".join(lines) or say("visit_report.none_made")
    *first, last = packed([say("visit_report.made_head", period=head, count=len(visits)), text])
    for part in first:
        turn.tell(part)
    turn.tell(
        last,
        *(more if following < len(visits) else []),
        button(f"my_visits:{when}", "visit_report.figures"),
        *([button("visit_fix:which", "choice.visit_fix")] if lines else []),
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
        for light, share, colour in colours(report, rules)
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
        headcount=grouped(whole.headcount),
        came=whole.came,
        awaited=whole.awaited,
        work=sum(report.work.values()),
        lights="\n".join(lines) or say("visit_report.too_few", fewest=rules.fewest),
    )
