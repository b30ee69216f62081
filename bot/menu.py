"""What is offered at many places: the menu of each role, and programmes by their short names."""

from bot.messages import Choice
from bot.texts import known, say
from bot.turn import Turn, button

_CITIZEN = ("registration", "schedule", "complaint", "track", "human", "propose", "goods")
_OFFICER = ("announce", "schedule", "menu")
_STAFF = {
    "companion": (
        "households",
        "visit",
        "plan",
        "tasks",
        "my_visits",
        "group_session",
        "group",
        "help",
        "vouch",
        "schedule",
        "track",
    ),
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


def program_choice(prefix: str, code: str, name: str) -> Choice:
    """Offer a programme by its name, or by what people call it where the name is long."""
    short = f"program_short.{code.lower()}"
    return Choice(f"{prefix}:{code}", say(short) if known(short) else name)
