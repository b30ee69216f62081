"""Immediate help: the numbers that are answered by people, at once."""

from bot.messages import Reply
from bot.texts import say
from bot.turn import Turn, button
from db.facts import facts_beginning


def handle(turn: Turn) -> None:
    """Tell whom to call now, and who helps with what no ambulance brings, such as food."""
    turn.tell(
        say("emergency.call", hotlines=_hotlines(turn)),
        button("human", "choice.human"),
        button("menu", "choice.menu"),
    )


def warn_first(turn: Turn) -> None:
    """Put the numbers before all that is said, unless they are told there already."""
    hotlines = _hotlines(turn)
    if not any(hotlines in reply.text for reply in turn.replies):
        turn.replies.insert(0, Reply(say("emergency.maybe", hotlines=hotlines)))


def _hotlines(turn: Turn) -> str:
    return "\n".join(f"• {fact.text}" for fact in facts_beginning(turn.session, "hotline_"))
