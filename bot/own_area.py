"""Where the sender's family is at home."""

from bot.turn import Turn
from db.registry import household_of


def own_area(turn: Turn) -> str | None:
    """Give the area of the sender's family, where he is tied to one."""
    if turn.contact.person_id is None:
        return None
    return household_of(turn.session, turn.contact.person_id).area_code
