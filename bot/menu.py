"""The menu of each role: what is offered when nothing else is at hand."""

from bot.messages import Choice
from bot.turn import Turn, button

_CITIZEN = ("registration", "schedule", "complaint", "track", "human")
_OFFICER = ("announce", "schedule", "menu")
_STAFF = {
    "companion": ("households", "visit", "schedule", "track"),
    "officer": _OFFICER,
    "chief": _OFFICER,
    "admin": _OFFICER,
}


def menu_choices(turn: Turn) -> tuple[Choice, ...]:
    """Give the buttons of the sender's menu."""
    names = _STAFF.get(turn.role, _CITIZEN)
    return tuple(button(name, f"choice.{name}") for name in names)


def menu_key(turn: Turn) -> str:
    """Give the key of the sentence above the sender's menu."""
    return f"welcome.menu_{turn.role}" if turn.role in _STAFF else "welcome.menu"
