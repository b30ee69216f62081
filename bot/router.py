"""Which capability answers an intent, a button, a command or a label of a role."""

from collections.abc import Mapping
from functools import cache

from bot.choices import named
from bot.messages import Choice
from bot.table.citizen import CITIZENS
from bot.table.companion import FIELD
from bot.table.officer import OFFICERS
from bot.table.ways import EVERYONE, Capability, FormUse
from bot.texts import known
from bot.turn import button

CAPABILITIES = (*CITIZENS, *FIELD, *OFFICERS)
NO_WISH = frozenset(("menu", "thanks", "other", "nothing_asked", "consent"))
_OWN_WORK, _WORK_OF_OTHERS = 3.0, 0.1  # times the odds that the words alone give
_BY_NAME = {capability.name: capability for capability in CAPABILITIES}
_BY_INTENT = {intent: item for item in CAPABILITIES for intent in item.intents}
_BY_COMMAND = {command: item for item in CAPABILITIES for command in item.commands}
# Words that nobody who may use the command begins anything else with.
_BEGINNINGS = ("umumkan ", "ambil ", "piket ", "setujui ", "tolak ")
_BY_FORM = {item.form.form.name: item.form for item in CAPABILITIES if item.form}


def by_button(value: str, role: str) -> Capability | None:
    """Give the capability that a button's value names, if the role may use it."""
    return _allowed(_BY_NAME.get(value.partition(":")[0]), role)


def by_command(text: str, role: str) -> Capability | None:
    """Give the capability of a command that the text is, or begins with where that is sure."""
    said = _written(text)
    found = _BY_COMMAND.get(said)
    if found is None and said.startswith("/"):
        found = _BY_COMMAND.get(said.split()[0].partition("@")[0])
    if found is None and said.startswith(_BEGINNINGS):
        found = _BY_COMMAND[said.split()[0]]
    return _allowed(found, role)


def is_command(text: str, role: str) -> bool:
    """Say whether the whole text is a command, so that there is nothing more to understand."""
    return _allowed(_BY_COMMAND.get(_written(text)), role) is not None


def _written(text: str) -> str:
    return " ".join(text.lower().strip(" .,!").split())


def by_label(text: str, role: str) -> Capability | None:
    """Give the capability whose own label was written out."""
    meant = named(text, _labels(role))
    return by_button(meant.value, role) if meant else None


@cache
def _labels(role: str) -> tuple[Choice, ...]:
    return tuple(
        button(item.name, f"choice.{item.name}")
        for item in CAPABILITIES
        if role in item.roles and known(f"choice.{item.name}")
    )


def by_intent(intent: str, role: str) -> Capability | None:
    """Give the capability of an intent, if the role may use it."""
    return _allowed(_BY_INTENT.get(intent), role)


@cache
def intent_weights(role: str) -> Mapping[str, float]:
    """Give how much likelier or less likely the role makes the intents that not all may use."""
    return {
        intent: _OWN_WORK if role in capability.roles else _WORK_OF_OTHERS
        for intent, capability in _BY_INTENT.items()
        if capability.roles != EVERYONE
    }


def form_use(name: str) -> FormUse | None:
    """Give what belongs to a form, or None for one that this program no longer has."""
    return _BY_FORM.get(name)


def all_forms() -> list[FormUse]:
    """Give every form."""
    return list(_BY_FORM.values())


def _allowed(capability: Capability | None, role: str) -> Capability | None:
    return capability if capability is not None and role in capability.roles else None
