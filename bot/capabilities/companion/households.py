"""A companion's own families, those longest unseen first."""

from bot.texts import say
from bot.texts.format import plain_date
from bot.turn import Turn, button
from db import audit
from db.staff import households_of

_SHOWN = 8


def handle(turn: Turn) -> None:
    """List the families that wait longest for a visit."""
    if turn.staff is None:
        return
    households = households_of(turn.session, turn.staff.id)
    audit.record(turn.session, turn.now, turn.actor, "list households", turn.actor)
    if not households:
        turn.reply("households.none", button("menu", "choice.menu"))
        return
    lines = [
        say(
            "households.line",
            name=name,
            area=turn.places.name_of(household.area_code),
            address=household.address,
            seen=plain_date(seen.date()) if seen else say("households.never"),
        )
        for household, name, seen in households[:_SHOWN]
    ]
    turn.tell(
        say("households.list", count=len(households), lines="\n".join(lines)),
        button("visit", "choice.visit"),
        button("menu", "choice.menu"),
    )
