"""Where somebody wants to hear of dangers: at home, and where else he says."""

from collections.abc import Sequence

from bot.forms import Answers
from bot.own_area import own_area
from bot.turn import Turn, button
from db.contacts import EMERGENCY
from db.subscriptions import subscribe, subscriptions_of

AREA_FORM = "subscription"  # the form that asks for the area of a wish


def ask_area(turn: Turn, known: Answers) -> None:
    """Ask for the area of a wish, of which the rest is known."""
    if turn.aside:  # the form that is open goes on, and this one can wait
        turn.reply("subscribe.on_unknown")
    else:
        turn.open_form(AREA_FORM, known)


def hear_of_dangers(turn: Turn) -> None:
    """Confirm that dangers are told; where somebody lives who is in no list has to be asked."""
    found = subscriptions_of(turn.session, turn.contact.id)
    if own_area(turn) is not None:
        note_dangers(turn, ())
    elif found:
        _tell(turn, ", ".join(dict.fromkeys(one.area for one in found)))
    else:
        ask_area(turn, {"emergency": True})


def note_dangers(turn: Turn, area_codes: Sequence[str]) -> None:
    """Keep where somebody wants to hear of dangers besides his home; of aid he asked nothing."""
    home = own_area(turn)
    away = [code for code in area_codes if code != home]
    for area_code in away:
        subscribe(turn.session, turn.contact.id, None, area_code, turn.now, emergencies=True)
    _tell(turn, called_areas(turn, [*([home] if home else ()), *away]))


def called_areas(turn: Turn, codes: Sequence[str]) -> str:
    """Name areas as in a sentence."""
    return " dan ".join(turn.places.name_of(code) for code in codes)


def _tell(turn: Turn, area_name: str) -> None:
    turn.reply(
        "subscribe.emergencies_on",
        button(f"unsubscribe:{EMERGENCY}", "choice.emergencies_end"),
        button("menu", "choice.menu"),
        area=area_name,
    )
