"""Which phones speak for a family: a shared phone is let go, and others are shut out."""

from bot.identity import unlink, unlink_later_ones
from bot.texts.format import given_name
from bot.turn import Turn, button
from db.registry import Person


def is_wanted(argument: str, _text: str) -> bool:
    """Say whether somebody wants to be let go, or has said yes to it."""
    return argument != "no"


def handle(turn: Turn) -> None:
    """Untie this phone from the person it is tied to, after a yes."""
    person_id = turn.contact.person_id
    if person_id is None:
        turn.reply(
            "link.none",
            button("registration", "choice.registration"),
            button("menu", "choice.menu"),
        )
    elif turn.argument == "yes":
        unlink(turn)
        turn.reply(
            "link.gone",
            button("registration", "choice.registration"),
            button("menu", "choice.menu"),
        )
    elif turn.argument == "no":
        turn.reply(
            "link.kept",
            button("registration", "choice.registration"),
            button("menu", "choice.menu"),
        )
    else:
        turn.reply(
            "link.ask",
            button("unlink:yes", "link.yes"),
            button("unlink:no", "link.no"),
            name=given_name(turn.session.get_one(Person, person_id).name),
        )


def others(turn: Turn) -> None:
    """Untie the phones that came to the sender's person after this one."""
    if turn.contact.person_id is None:
        handle(turn)
        return
    ended, left = unlink_later_ones(turn)
    key = "link.others_gone" if ended else "link.others_older" if left else "link.no_others"
    turn.reply(key, button("human", "choice.human"), button("menu", "choice.menu"), count=ended)
