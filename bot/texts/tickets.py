"""Tickets in the words of the desk: kinds, categories, states, clocks."""

from collections.abc import Mapping
from functools import cache

from bot.texts import known, say, sentences
from db.ticket_clock import Light

_CATEGORY = ("category", "what")  # how a kind's own section of the texts begins their keys


def kind_name(kind: str) -> str:
    """Name a kind of ticket."""
    return say(f"desk.kind_{kind}")


def category_name(kind: str, category: str) -> str:
    """Name a category as its form does; empty where a kind has none."""
    keys = [f"{kind}.{begins}_{category}" for begins in _CATEGORY]
    return next((say(key) for key in keys if known(key)), category)


@cache
def categories_of(kind: str) -> Mapping[str, str]:
    """Give the categories of a kind with their names, in the order of its form."""
    return {
        key.removeprefix(f"{kind}.{begins}_"): name
        for begins in _CATEGORY
        for key, name in sentences().items()
        if key.startswith(f"{kind}.{begins}_")
    }


def state_name(state: str) -> str:
    """Say in plain words how far a ticket has come."""
    return say(f"desk.state_{state}")


def state_told(state: str, decision: str | None) -> str:
    """Say to the citizen how a ticket stands; where nothing is left to be done, by its decision."""
    return say(_by_decision("track.state", state, decision))


def next_told(kind: str, state: str, decision: str | None) -> str:
    """Say to the citizen what comes next, or what he can do; the urgent does not wait for days."""
    urgent = f"track.next_{state}_{kind}"
    return say(urgent if known(urgent) else _by_decision("track.next", state, decision))


def _by_decision(begins: str, state: str, decision: str | None) -> str:
    key = f"{begins}_{state}"
    return f"{key}_{decision}" if known(f"{key}_{decision}") else key


def decision_name(decision: str | None) -> str:
    """Name what was decided; empty where nothing was."""
    return say(f"desk.decision_{decision}") if decision else ""


def section_name(section: str | None) -> str:
    """Name a section of the desk, or say that there is none."""
    return say(f"desk.section_{section or 'none'}")


def priority_name(priority: int) -> str:
    """Name a priority."""
    return say(f"desk.priority_{priority}")


def light_name(light: Light) -> str:
    """Say how a ticket stands with its deadline."""
    return say(f"desk.light_{light}")
