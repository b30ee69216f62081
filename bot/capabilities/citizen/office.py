"""Where the office is and when it is open, and the way to a human being."""

from bot.texts import say
from bot.texts.format import plain_date
from bot.turn import Turn, button
from db.facts import facts_beginning


def handle(turn: Turn) -> None:
    """Tell address, hours and phone numbers as the office has entered them."""
    facts = facts_beginning(turn.session, "office_")
    if not facts:
        turn.reply("office.unknown", button("menu", "choice.menu"))
        return
    lines = "\n".join(fact.text for fact in facts)
    newest = plain_date(max(fact.source_date for fact in facts))
    turn.tell(say("office.where", lines=lines, day=newest), button("menu", "choice.menu"))


def human(turn: Turn) -> None:
    """Tell how to reach an officer, and offer to write things down for one."""
    facts = facts_beginning(turn.session, "office_")
    lines = "\n".join(fact.text for fact in facts) or say("office.nearest")
    turn.tell(
        say("office.human", lines=lines),
        button("complaint", "choice.complaint"),
        button("menu", "choice.menu"),
    )
