"""What a row of the table holds: a capability, all the ways to it, and its form."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.forms import Answers, Facts, Form
from bot.messages import Choice
from bot.turn import CITIZEN, Turn
from db.staff import CONSOLE_ROLES, ROLES

EVERYONE = frozenset({CITIZEN, *ROLES})
COMPANIONS = frozenset({"companion"})
ANNOUNCERS = frozenset({"officer", "chief", "admin"})
DESK = frozenset(CONSOLE_ROLES)


def _no_facts(_turn: Turn) -> Facts:
    return {}


def _never(_argument: str, _text: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class FormUse:
    """A form with what it must know, how it is read back, and what is done at its end."""

    form: Form
    finish: Callable[[Turn, Answers], None]
    facts: Callable[[Turn], Facts] = _no_facts
    summary: Callable[[Turn, Answers], str] | None = None
    values: Callable[[Turn, Answers], Mapping[str, Any]] | None = None  # blanks of its questions
    # Asks at the read-back whether the same was sent before, if that may be.
    same: Callable[[Turn, Answers], str | None] | None = None
    offers: Callable[[Turn, Answers], Sequence[Choice]] | None = None  # more at the read-back
    canceled: Callable[[Turn], None] | None = None  # says what stays although the form is ended


@dataclass(frozen=True, slots=True)
class Capability:
    """Something the service can do, and all the ways to it."""

    name: str
    handle: Callable[[Turn], None]
    intents: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    roles: frozenset[str] = EVERYONE
    needs_consent: bool = False
    interrupts: bool = False  # may be answered in the middle of a form, which then goes on
    # Says by the argument of its button and by the text whether an open form ends for it.
    overrides: Callable[[str, str], bool] = _never
    informs: bool = False  # changes nothing, so that a likely meaning is enough to answer
    form: FormUse | None = None
