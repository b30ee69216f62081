"""A companion's own families, those longest unseen first."""

import re

from bot.texts import say
from bot.texts.format import plain_date
from bot.turn import Turn, button
from db import audit
from db.staff import households_of

_SHOWN = 8  # families on a page, fewer where their lines are long
_LONGEST = 600  # characters of one message
_PLACE = re.compile(r"[0-9]{1,6}")


def handle(turn: Turn) -> None:
    """List the families that wait longest for a visit, a page at a time."""
    if turn.staff is None:
        return
    households = households_of(turn.session, turn.staff.id)
    audit.record(turn.session, turn.now, turn.actor, "list households", turn.actor)
    if not households:
        turn.reply("households.none", button("menu", "choice.menu"))
        return
    count = len(households)
    start = int(turn.argument) if _PLACE.fullmatch(turn.argument) else 0
    if start >= count:  # families were handed over since the page before
        start = 0
    lines = [
        say(
            "households.line",
            name=name,
            area=turn.places.name_of(household.area_code),
            address=household.address,
            seen=plain_date(seen.date()) if seen else say("households.never"),
        )
        for household, name, seen in households[start : start + _SHOWN]
    ]
    text = _page(start, count, lines)
    while len(text) > _LONGEST and len(lines) > 1:
        lines.pop()
        text = _page(start, count, lines)
    following = start + len(lines)
    turn.tell(
        text[:_LONGEST],
        *([button(f"households:{following}", "choice.next")] if following < count else []),
        button("visit", "choice.visit"),
        button("menu", "choice.menu"),
    )


def _page(start: int, count: int, lines: list[str]) -> str:
    listed = "\n".join(lines)
    if start == 0:
        return say("households.list", count=count, lines=listed)
    return say(
        "households.more", first=start + 1, last=start + len(lines), count=count, lines=listed
    )
