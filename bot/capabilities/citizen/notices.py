"""Whether somebody wants to hear of distributions by himself."""

from bot.turn import Turn, button


def subscribe(turn: Turn) -> None:
    """Send notices from now on."""
    turn.change_contact(notices=True)
    key = "notices.on" if turn.contact.person_id is not None else "notices.on_unknown"
    turn.reply(key, button("registration", "choice.registration"), button("menu", "choice.menu"))


def unsubscribe(turn: Turn) -> None:
    """Send no more notices."""
    turn.change_contact(notices=False)
    turn.reply(
        "notices.off", button("subscribe", "choice.subscribe"), button("menu", "choice.menu")
    )
