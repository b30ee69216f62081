"""A companion's own families: those longest unseen first, and those that something speaks for."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from rapidfuzz import fuzz

from bot.families import called_in_full, fitting, is_own, listed, named, own_families, speak_of
from bot.messages import Choice
from bot.texts import say
from bot.texts.format import local_day, plain_date
from bot.turn import Turn, button
from bot.visit_order import DUE, OVERDUE, due_state
from db import audit
from db.assignments import families_of
from db.registry import Household
from db.visit_plans import Marks, marks_of
from db.visit_rules import visit_rules

Row = tuple[Household, str, datetime | None]

_SHOWN = 8  # families on a page, fewer where their lines are long
_LONGEST = 600  # characters of one message
_LINES = 480  # of them for families that are alike
_NAME_WORDS = 5  # more is a story and names nobody
_NEAR = 84.0  # of 100, for the name of a kelurahan
_PLACE = re.compile(r"[0-9]{1,6}")
_HOME = "home"
_SEARCH = re.compile(
    r"\s*(?:/?keluarga|cari(?:\s+keluarga)?)(?:\s+(?:saya|sy|sa|dampingan))?"
    r"(?:\s+(?:di|kelurahan|kel|bernama|atas nama))*\s+(?P<said>\S.{1,80})",
    re.IGNORECASE,
)
_PLACE_WORD = 84.0  # of 100, for each word of what is said
# What the families are that somebody asks for, by the words of the filters' buttons and others.
_WANTED = {
    "overdue": re.compile(
        r"(?:yang\s+|yg\s+)?(?:(?:sudah|sdh|paling)\s+)?(?:terlambat|telat|lama|belum|blm)"
        r"(?:\s+(?:belum|blm|tidak|pernah|di\s*kunjung\w*|dikunjungi|lama))*",
        re.IGNORECASE,
    ),
    "due": re.compile(r"(?:yang\s+|yg\s+)?jatuh tempo", re.IGNORECASE),
    "tickets": re.compile(r"(?:(?:yang|yg)\s+)?(?:ada|punya)\s+laporan", re.IGNORECASE),
    "tasks": re.compile(r"(?:(?:yang|yg)\s+)?(?:ada|punya)\s+tugas(?:\s+data)?", re.IGNORECASE),
}
FILTERS: dict[str, Callable[[Row, Marks, str], bool]] = {
    "overdue": lambda _row, _marks, due: due == OVERDUE,
    "due": lambda _row, _marks, due: due == DUE,
    "tickets": lambda row, marks, _due: row[0].id in marks.tickets,
    "tasks": lambda row, marks, _due: row[0].id in marks.tasks,
}


def searched(text: str) -> str | None:
    """Give the name or kelurahan by which families are asked for."""
    found = _SEARCH.fullmatch(text.strip(" .?!"))
    said = found["said"] if found is not None else ""
    return said if said.lower() != "saya" and 0 < len(said.split()) <= _NAME_WORDS else None


def handle(turn: Turn) -> None:
    """List families a page at a time: all, by what speaks for them, by kelurahan, or one by name.

    The button is `households:FILTER:START`, or `households:home:ID` for one family.
    """
    if turn.staff is None:
        return
    chosen, _, place = turn.argument.partition(":")
    if chosen == _HOME:
        _show(turn, int(place) if _PLACE.fullmatch(place) else 0)
        return
    rows = families_of(turn.session, turn.staff.id, turn.today)
    audit.record(turn.session, turn.now, turn.actor, "list households", turn.actor)
    if not rows:
        turn.reply("households.none", button("menu", "choice.menu"))
        return
    marks = marks_of(turn.session, turn.staff.id, turn.today, visit_rules())
    if _PLACE.fullmatch(chosen):
        chosen, place = "", chosen
    said = searched(turn.text) if turn.inbound.button is None else None
    wanted = next((name for name, words in _WANTED.items() if words.fullmatch(said or "")), "")
    if said is not None and not wanted:
        _search(turn, rows, marks, said)
        return
    chosen = wanted or chosen
    if turn.inbound.button is None and turn.entity("area"):
        chosen = turn.entity("area") or ""
    _list(turn, rows, marks, chosen, int(place) if _PLACE.fullmatch(place) else 0)


def _search(turn: Turn, rows: Sequence[Row], marks: Marks, said: str) -> None:
    """Show the family of a name, misspelt or not, or of a KK, or those of a kelurahan."""
    own = own_families(turn)
    found = fitting(said, own) or named(said, own)
    in_full = [key for key in found if called_in_full(said, key, own)]
    if len(in_full or found) == 1:
        _show(turn, int((in_full or found)[0]))
        return
    if found:
        lines = listed(found[:_SHOWN], own, _LINES)
        shown, left = found[: len(lines)], len(found) - len(lines)
        heads = {str(row[0].id): f"{row[1][:14]}, RT {row[0].rt}" for row in rows}
        turn.reply(
            "households.alike_more" if left else "households.alike",
            *(Choice(f"households:{_HOME}:{key}", heads[key]) for key in shown),
            lines="\n".join(lines),
            left=left,
        )
        return
    places = {row[0].area_code: turn.places.name_of(row[0].area_code) for row in rows}
    near = {code: _nearness(said, name) for code, name in places.items()}
    best = max(near, key=lambda code: near[code])
    if near[best] >= _NEAR:
        _list(turn, rows, marks, best, 0)
    else:
        turn.reply("households.not_found", button("households", "choice.households"))


def _nearness(said: str, name: str) -> float:
    """Say how well words name a kelurahan, of 100; a part of a long name does, too."""
    of_name, words = name.lower().split(), said.lower().split()
    alike = [max(fuzz.ratio(word, other) for other in of_name) for word in words]
    part = _NEAR if min(alike) >= _PLACE_WORD else 0.0
    return max(part, fuzz.ratio(name.lower(), said.lower()))


def _list(turn: Turn, rows: Sequence[Row], marks: Marks, chosen: str, start: int) -> None:
    """Tell a page of the families that are chosen."""
    shown = [row for row in rows if _is_chosen(turn, row, marks, chosen)]
    count = len(shown)
    if start >= count:  # families were handed over since the page before
        start = 0
    lines = [_line(turn, row) for row in shown[start : start + _SHOWN]]
    counted = _counts(turn, rows, marks)
    title = _title(turn, chosen)
    text = _page(title, start, count, lines, counted)
    while len(text) > _LONGEST and len(lines) > 1:
        lines.pop()
        text = _page(title, start, count, lines, counted)
    following = start + len(lines)
    more = f"households:{chosen}:{following}" if chosen else f"households:{following}"
    turn.tell(
        text[:_LONGEST],
        *([button(more, "choice.next")] if following < count else []),
        button("visit", "choice.visit"),
        button("plan", "choice.plan"),
        *(button(f"households:{name}", f"households.only_{name}") for name in FILTERS),
        button("menu", "choice.menu"),
    )


def _is_chosen(turn: Turn, row: Row, marks: Marks, chosen: str) -> bool:
    if not chosen:
        return True
    fits = FILTERS.get(chosen)
    return row[0].area_code == chosen if fits is None else fits(row, marks, _due(turn, row))


def _due(turn: Turn, row: Row) -> str:
    return due_state(local_day(row[2], turn.zone) if row[2] else None, turn.today, visit_rules())


def _line(turn: Turn, row: Row) -> str:
    household, name, seen = row
    return say(
        "households.line",
        name=name,
        area=turn.places.name_of(household.area_code),
        address=household.address,
        seen=plain_date(local_day(seen, turn.zone)) if seen else say("households.never"),
    )


def _counts(turn: Turn, rows: Sequence[Row], marks: Marks) -> str:
    due = [_due(turn, row) for row in rows]
    return say(
        "households.counts",
        overdue=due.count(OVERDUE),
        due=due.count(DUE),
        tickets=len(marks.tickets),
        tasks=len(marks.tasks),
    )


def _title(turn: Turn, chosen: str) -> str:
    if chosen in FILTERS:
        return say(f"households.only_{chosen}")
    return turn.places.name_of(chosen) if chosen else ""


def _page(title: str, start: int, count: int, lines: list[str], counts: str) -> str:
    listed = "\n".join(lines)
    if title:
        return say("households.chosen", what=title, count=count, lines=listed).strip()
    if start == 0:
        return say("households.list", count=count, lines=listed, counts=counts)
    return say(
        "households.more", first=start + 1, last=start + len(lines), count=count, lines=listed
    )


def _show(turn: Turn, household_id: int) -> None:
    """Show one family with what speaks for it and what can be done."""
    if turn.staff is None or not is_own(turn, household_id):
        turn.reply("households.not_yours", button("households", "choice.households"))
        return
    subject = f"household:{household_id}"
    audit.record(turn.session, turn.now, turn.actor, "list households", subject)
    speak_of(turn, household_id)
    rules = visit_rules()
    marks = marks_of(turn.session, turn.staff.id, turn.today, rules)
    rows = families_of(turn.session, turn.staff.id, turn.today)
    row = next((row for row in rows if row[0].id == household_id), None)
    if row is None:
        turn.reply("households.nobody_left", button("households", "choice.households"))
        return
    there = {
        "due": _due(turn, row) == DUE,
        "overdue": _due(turn, row) == OVERDUE,
        "emergency": household_id in marks.emergencies,
        "tickets": household_id in marks.tickets,
        "tasks": household_id in marks.tasks,
        "at_risk": household_id in marks.at_risk,
    }
    notes = [say(f"households.mark_{name}") for name, is_so in there.items() if is_so]
    turn.tell(
        "\n".join([_line(turn, row), *notes])[:_LONGEST],
        button(f"visit:{household_id}", "choice.visit"),
        button("households", "choice.households"),
        button("menu", "choice.menu"),
    )
