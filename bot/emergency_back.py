"""Taking back an emergency that was none: by the button that carries its number, or in words."""

from bot.danger import takes_back
from bot.desk.emergencies import place_waited_for, wait_no_more
from bot.desk.moving import Move, move_ticket
from bot.emergency_family import is_with_colleague, latest_one, open_one, whose
from bot.emergency_kept import SAME, forget_last
from bot.messages import Choice
from bot.texts import say
from bot.turn import Turn, button
from db.duty import Emergency, emergencies_told
from db.ticket_states import By, Decision, State

MISTAKEN = "mistaken"
_BUTTON = f"emergency:{MISTAKEN}"


def mistaken(number: str) -> Choice:
    """Make the button by which the emergency of a number is taken back."""
    return button(f"{_BUTTON}:{number}", "choice.mistaken")


def is_mistaken(value: str, number: str | None = None) -> bool:
    """Say whether a button takes an emergency back: the one of a number, where that is given.

    An older button carries none.
    """
    if number is not None:
        return value in (_BUTTON, f"{_BUTTON}:{number}")
    return value == _BUTTON or value.startswith(f"{_BUTTON}:")


def take_back_pressed(turn: Turn) -> None:
    """Take back the emergency of a button; one without any number means the last."""
    take_back(turn, turn.argument.partition(":")[2])


def take_back(turn: Turn, number: str) -> None:
    """Withdraw the emergency of a number, as far as it is still open, and say which it was."""
    last = latest_one(turn)
    one = next(
        (one for one in _still_open(turn) if (one.number == number if number else one.id == last)),
        None,
    )
    if one is None:
        human = button("human", "choice.human")
        key = "track.with_colleague" if is_with_colleague(turn) else "emergency.over"
        turn.reply(key, human, button("menu", "choice.menu"))
        return
    about = whose(turn, one.number)
    withdrawn = Move(State.REJECTED, decision=Decision.WITHDRAWN)
    move_ticket(turn.session, one.id, withdrawn, by=By.CITIZEN, actor=turn.actor, now=turn.now)
    turn.change_contact(ticket_id=None)
    wait_no_more(turn)
    menu = button("menu", "choice.menu")
    turn.reply("emergency.mistaken", menu, number=one.number, whose=about)


def taken_back(turn: Turn) -> bool:
    """Take back what was told as an emergency where the sender says that it is none any more."""
    if turn.inbound.button is not None or not takes_back(turn.text):
        return False
    still = _still_open(turn) if turn.contact.consented else []
    if not still and not place_waited_for(turn):
        return False
    if still and open_one(turn) != still[0].id and "darurat" not in turn.text.lower():
        return False  # "aman" is said of the family that the open form is about
    if still and not _offers_to_report(turn):
        _take_back_meant(turn, still)
        return True
    wait_no_more(turn)
    forget_last(turn)
    turn.conversation.pending = ""
    turn.reply("emergency.not_sent", button("menu", "choice.menu"))
    return True


def _still_open(turn: Turn) -> list[Emergency]:
    return [one for one in _told(turn) if one.is_open]


def _told(turn: Turn) -> list[Emergency]:
    return list(emergencies_told(turn.session, turn.reader, turn.now - SAME))


def _offers_to_report(turn: Turn) -> bool:
    """Say whether the last answer offered to report one, so that nobody knows of that yet."""
    offered = (choice.value for choice in turn.conversation.choices)
    return turn.role == "companion" and any(one.startswith("emergency:report") for one in offered)


def _take_back_meant(turn: Turn, still: list[Emergency]) -> None:
    """Take back the one whose button was just shown; ask a companion who told of several."""
    offered = {choice.value for choice in turn.conversation.choices}
    shown = [one for one in still if mistaken(one.number).value in offered]
    if len(shown) == 1 or turn.role != "companion" or len(_told(turn)) == 1:
        take_back(turn, (shown or still)[0].number)
        return
    lines = [f"• {one.number}{whose(turn, one.number)}" for one in still]
    ways = [
        Choice(mistaken(one.number).value, say("choice.mistaken_one", number=one.number))
        for one in still
    ]
    turn.reply("emergency.which_mistaken", *ways, lines="\n".join(lines))
