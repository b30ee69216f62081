"""Immediate help: the numbers that are answered by people, at once."""

from bot.texts import say
from bot.turn import Turn, button
from db.facts import facts_beginning


def handle(turn: Turn) -> None:
    """Tell whom to call now, and who helps with what no ambulance brings, such as food."""
    hotlines = "\n".join(f"• {fact.text}" for fact in facts_beginning(turn.session, "hotline_"))
    turn.tell(
        say("emergency.call", hotlines=hotlines),
        button("human", "choice.human"),
        button("menu", "choice.menu"),
    )
