"""Declarative forms: what is asked in which order, and how far a form has come.

The state is plain data that lives in the store between two messages, so a form survives restarts
and deployments.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from bot.messages import Choice, Location, Media

LIFETIME = timedelta(hours=24)  # a form left alone for so long has ended
CONFIRM, EDIT = "confirm", "edit"  # steps that are no field
YES, CHANGE, CANCEL, SKIP = "form:yes", "form:change", "form:cancel", "form:skip"
# Said instead of YES where somebody is asked at the end whether he has sent the same before.
ADD, NEW = "form:add:yes", "form:add:no"
ADDED = "added"  # the noted field that keeps an ADD
FILES = "photo"  # the field that keeps files, also those that come before or after it is asked
RESUME, LEAVE = "form:resume", "form:leave:"
EDIT_PREFIX = "form:edit:"

Answers = dict[str, Any]
Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person gave: words, the value of a picked choice, files, a point, and entities."""

    text: str = ""
    value: str | None = None
    media: tuple[Media, ...] = ()
    location: Location | None = None
    entities: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """An answer does not fit its field; `key` is the sentence that says why.

    What was found beside it, for noted fields, is kept all the same. One that `goes_on` is part of
    an answer of many, such as a tick in a list: it is asked on, and nothing is wrong. `blanks` are
    what its sentence leaves open.
    """

    def __init__(
        self,
        key: str,
        choices: Sequence[Choice] = (),
        found: Answers | None = None,
        goes_on: bool = False,
        blanks: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(key)
        self.key = key
        self.choices = tuple(choices)
        self.found = found or {}
        self.goes_on = goes_on
        self.blanks = blanks or {}


Parser = Callable[[Answer, Facts], Answers]
# Gives the value that words anywhere in a message wish for, and what is left to be read.
Wish = Callable[[str], tuple[str, str] | None]


def _no_choices(_answers: Answers, _facts: Facts) -> Sequence[Choice]:
    return ()


def _newest(_before: Any, wish: Any) -> Any:
    return wish


def _never(_text: str) -> bool:
    return False


def _always(_answers: Answers) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to ask; the parser gives the answers it found, its own among them, or refuses."""

    name: str
    parse: Parser
    choices: Callable[[Answers, Facts], Sequence[Choice]] = _no_choices
    optional: bool = False
    free_text: bool = False  # whatever is written is an answer, unless it is clearly a question
    searched: bool = False  # words are looked up among more than the few choices offered
    # Whether words tell the parser more than the choice that they begin with: "tidak dipotong".
    reads: Callable[[str], bool] = _never
    # Offered beside the ways out when answer after answer was refused.
    when_stuck: Callable[[Answers, Facts], Sequence[Choice]] = _no_choices
    noted: bool = False  # kept where another field's answer names it, never asked for
    called: tuple[str, ...] = ()  # what people call it when they want it changed
    when: Callable[[Answers], bool] = _always
    # Of a noted field: taken from any message, and asked for where the read-back offers it.
    wished: Wish | None = None
    resets: tuple[str, ...] = ()  # answers that were about another answer of this field
    joined: Callable[[Any, Any], Any] = _newest  # a wish with the one before it


@dataclass(frozen=True, slots=True)
class Form:
    """Fields in their order; with `read_back` all is shown and confirmed at the end."""

    name: str
    fields: tuple[Field, ...]
    read_back: bool = False

    def field_named(self, name: str) -> Field | None:
        """Give a field by its name, or None for a step that is no field."""
        return next((item for item in self.fields if item.name == name), None)

    def due(self, answers: Answers) -> Field | None:
        """Give the first field that still wants an answer."""
        wanting = (
            item
            for item in self.fields
            if item.name not in answers and not item.noted and item.when(answers)
        )
        return next(wanting, None)

    def overheard(self, text: str) -> tuple[str, str, str] | None:
        """Give the field that is wished for in passing, its value, and what is left of a text."""
        for item in self.fields:
            wish = item.wished(text) if item.wished else None
            if wish is not None:
                return item.name, *wish
        return None

    def called(self, text: str, alone: bool) -> str | None:
        """Give the field that a text calls by its name, if it is the only one.

        With `alone` a bare word counts only if it is all that was said: "tempat", "tempatnya di…".
        """
        words = re.findall(r"\w+", text.lower())
        bare = not alone or len(words) == 1
        found = [
            item.name
            for item in self.fields
            if any(f"{name}nya" in words or (bare and name in words) for name in item.called)
        ]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class FormState:
    """How far a form has come: plain data that can be stored."""

    form: str
    touched_at: datetime
    answers: Answers = field(default_factory=dict)
    asked: str = ""
    fails: int = 0
    order: tuple[str, ...] = ()  # fields in the order in which they were answered

    def to_data(self) -> dict[str, Any]:
        """Give what JSON can hold."""
        return {
            "form": self.form,
            "touched_at": self.touched_at.isoformat(),
            "answers": self.answers,
            "asked": self.asked,
            "fails": self.fails,
            "order": list(self.order),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "FormState":
        """Read what `to_data` gave."""
        return cls(
            form=data["form"],
            touched_at=datetime.fromisoformat(data["touched_at"]),
            answers=dict(data["answers"]),
            asked=data["asked"],
            fails=data["fails"],
            order=tuple(data["order"]),
        )

    def expired(self, now: datetime) -> bool:
        """Say whether the form was left alone for too long."""
        return now - self.touched_at > LIFETIME


class Move(Enum):
    """What a message does to an open form."""

    ANSWER = "answer"
    BACK = "back"  # ask the last field again; words beside it answer that field ("eh salah, …")
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Asking:
    """The form goes on: ask what the state says, after the problem if there was one.

    `said` is the sentence about a wish that was overheard.
    """

    state: FormState
    problem: str | None = None
    said: str | None = None
    choices: tuple[Choice, ...] = ()
    stuck: bool = False
    blanks: Mapping[str, object] = field(default_factory=dict)  # of the problem


@dataclass(frozen=True, slots=True)
class Done:
    """Every field is answered and, where asked for, confirmed."""

    answers: Answers


@dataclass(frozen=True, slots=True)
class Canceled:
    """The person ended the form."""


Step = Asking | Done | Canceled


def edit_value(name: str) -> str:
    """Give the value of the choice by which a field is picked for a change."""
    return EDIT_PREFIX + name
