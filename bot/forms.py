"""Declarative forms: what is asked in which order, and how one answer moves a form on.

Nothing here does any IO. The state is plain data that lives in the store between two messages, so
a form survives restarts and deployments.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from bot.messages import Choice, Location, Media, MediaKind

LIFETIME = timedelta(hours=24)  # a form left alone for so long has ended
STUCK_AFTER = 3  # failed answers to one field
CONFIRM, EDIT = "confirm", "edit"  # steps that are no field
YES, CHANGE, CANCEL, SKIP = "form:yes", "form:change", "form:cancel", "form:skip"
# Said instead of YES where somebody is asked at the end whether he has sent the same before.
ADD, NEW = "form:add:yes", "form:add:no"
ADDED = "added"  # the noted field that keeps an ADD
FILES = "photo"  # the field that keeps files, also those that come before or after it is asked
_MOST_FILES = 10
RESUME, LEAVE = "form:resume", "form:leave:"
_EDIT_PREFIX = "form:edit:"

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

    What was found beside it, for noted fields, is kept all the same.
    """

    def __init__(
        self, key: str, choices: Sequence[Choice] = (), found: Answers | None = None
    ) -> None:
        super().__init__(key)
        self.key = key
        self.choices = tuple(choices)
        self.found = found or {}


Parser = Callable[[Answer, Facts], Answers]
# Gives the value that words anywhere in a message wish for, and what is left to be read.
Wish = Callable[[str], tuple[str, str] | None]


def _no_choices(_answers: Answers, _facts: Facts) -> Sequence[Choice]:
    return ()


def _newest(_before: Any, wish: Any) -> Any:
    return wish


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
    # Offered beside the ways out when answer after answer was refused.
    when_stuck: Callable[[Answers, Facts], Sequence[Choice]] = _no_choices
    noted: bool = False  # kept where another field's answer names it, never asked for
    called: tuple[str, ...] = ()  # what people call it when they want it changed
    when: Callable[[Answers], bool] = _always
    # Of a noted field: taken from any message, and asked for where the read-back offers it.
    wished: Wish | None = None
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


@dataclass(frozen=True, slots=True)
class Done:
    """Every field is answered and, where asked for, confirmed."""

    answers: Answers


@dataclass(frozen=True, slots=True)
class Canceled:
    """The person ended the form."""


Step = Asking | Done | Canceled


def start(form: Form, now: datetime, answers: Answers | None = None) -> Step:
    """Open a form, with the answers that are known already."""
    known = dict(answers or {})
    wishes = {item.name for item in form.fields if item.wished}
    order = tuple(name for name in known if name not in wishes)
    return _proceed(form, FormState(form.name, now, known, order=order), now)


def advance(
    form: Form, state: FormState, move: Move, answer: Answer, facts: Facts, now: datetime
) -> Step:
    """Move an open form by one message; never raises for anything that a person may send."""
    if move is Move.CANCEL or answer.value == CANCEL:
        return Canceled()
    wish = form.overheard(answer.text) if answer.value is None else None
    if wish is not None:
        step = _grant(form, state, wish, answer, facts, now)
    else:
        step = _move(form, state, move, answer, facts, now)
    return _with_files(form, state, step, answer, facts, now)


def _with_files(
    form: Form, state: FormState, step: Step, answer: Answer, facts: Facts, now: datetime
) -> Step:
    """Keep the files of a message beside those that came before, whatever was asked."""
    kept, given = state.answers.get(FILES) or [], _files_given(form, state, answer, facts)
    total = (kept + given)[:_MOST_FILES]
    if not given or isinstance(step, Canceled):
        return step
    if isinstance(step, Done):
        return Done(step.answers | {FILES: total})
    if step.state.answers.get(FILES) == total and total != kept:
        return step
    order = step.state.order if FILES in step.state.order else (*step.state.order, FILES)
    after = replace(step.state, answers=step.state.answers | {FILES: total}, order=order)
    if step.problem is not None and not answer.text.strip():
        step = Asking(replace(after, fails=state.fails))
    elif step.state.asked == FILES:
        step = _proceed(form, after, now)
    else:
        step = replace(step, state=after)
    if isinstance(step, Asking) and step.said and not step.said.startswith("form."):
        return step  # the wish that was granted is to be read
    full = len(kept) + len(given) > _MOST_FILES
    photos = all(item["kind"] == MediaKind.PHOTO for item in total)
    return _saying(
        step, "form.files_full" if full else "form.photos_kept" if photos else "form.files_kept"
    )


def _files_given(form: Form, state: FormState, answer: Answer, facts: Facts) -> list[Any]:
    """Give the files of a message, where the form has a field that keeps them."""
    keeper = form.field_named(FILES)
    if keeper is None or not keeper.when(state.answers):
        return []
    try:
        found = keeper.parse(Answer(media=answer.media), facts)
    except Refused:
        return []
    return found.get(FILES) or []


def _grant(
    form: Form,
    state: FormState,
    wish: tuple[str, str, str],
    answer: Answer,
    facts: Facts,
    now: datetime,
) -> Step:
    """Keep a wish that was overheard, and read the rest of the message as the answer."""
    name, value, left = wish
    field_ = form.field_named(name)
    if field_ is not None and name in state.answers and state.asked != name:
        value = field_.joined(state.answers[name], value)
    state = replace(state, answers=state.answers | {name: value}, touched_at=now)
    asked = form.field_named(state.asked)
    step: Step = Asking(state)
    if state.asked == name:
        step = _proceed(form, state, now)
    elif asked is not None and (left or answer.media or answer.location):
        rest = answer if asked.free_text else replace(answer, text=left)
        step = _take(form, state, asked, rest, facts, now)
    return replace(step, said=f"{name}.{value}") if isinstance(step, Asking) else step


def _move(
    form: Form, state: FormState, move: Move, answer: Answer, facts: Facts, now: datetime
) -> Step:
    if _changes(form, state, answer):
        return _edit(form, state, answer, now)
    if move is Move.BACK:
        return _back(form, state, answer, facts, now)
    if state.asked == CONFIRM:
        return _confirm(form, state, answer, facts, now)
    if state.asked == EDIT:
        return _edit(form, state, answer, now)
    asked = form.field_named(state.asked)
    if asked is None:  # a deployment took the field away
        return _proceed(form, state, now)
    return _take(form, state, asked, answer, facts, now)


def _changes(form: Form, state: FormState, answer: Answer) -> bool:
    """Say whether a button was pressed that takes an earlier answer back."""
    if not (answer.value or "").startswith(_EDIT_PREFIX):
        return False
    named = form.field_named((answer.value or "").removeprefix(_EDIT_PREFIX))
    return named is not None and (named.name in state.answers or named.wished is not None)


def _take(
    form: Form, state: FormState, asked: Field, answer: Answer, facts: Facts, now: datetime
) -> Step:
    if asked.optional and answer.value == SKIP:
        found: Answers = {asked.name: None}
    else:
        try:
            found = asked.parse(answer, facts)
        except Refused as refusal:
            fails = state.fails + 1
            kept = state.answers | refusal.found
            late = {} if refusal.found or answer.text else _point_given(form, state, answer, facts)
            if late:
                return Asking(
                    replace(state, answers=kept | late, touched_at=now), said="form.kept_late"
                )
            failed = replace(state, answers=kept, fails=fails, touched_at=now)
            return Asking(failed, refusal.key, choices=refusal.choices, stuck=fails >= STUCK_AFTER)
    answers = state.answers | found
    # An answer may close the way to fields that were answered on another way.
    open_names = {item.name for item in form.fields if item.when(answers)}
    answers = {name: value for name, value in answers.items() if name in open_names}
    order = tuple(name for name in state.order if name not in found and name in answers)
    order += tuple(name for name in found if name in answers)
    return _proceed(form, replace(state, answers=answers, order=order, fails=0), now)


def _saying(step: Step, key: str) -> Step:
    """Give a step that says something first, where it asks on."""
    return replace(step, said=key) if isinstance(step, Asking) else step


def _proceed(form: Form, state: FormState, now: datetime) -> Step:
    wanting = form.due(state.answers)
    if wanting is not None:
        return Asking(replace(state, asked=wanting.name, touched_at=now))
    if form.read_back:
        return Asking(replace(state, asked=CONFIRM, touched_at=now))
    return Done(state.answers)


def _back(form: Form, state: FormState, answer: Answer, facts: Facts, now: datetime) -> Step:
    fields = (form.field_named(name) for name in reversed(state.order))
    last = next((item for item in fields if item is not None and not item.noted), None)
    if last is None:
        return Asking(replace(state, touched_at=now))
    answers = {name: value for name, value in state.answers.items() if name != last.name}
    order = tuple(name for name in state.order if name != last.name)
    undone = replace(state, answers=answers, order=order, asked=last.name, fails=0, touched_at=now)
    if not answer.text.strip():
        return Asking(undone)
    step = _take(form, undone, last, answer, facts, now)
    if isinstance(step, Asking) and step.problem is not None:
        return _corrected(form, state, last, answer, facts, now)
    return step


def _corrected(
    form: Form, state: FormState, last: Field, answer: Answer, facts: Facts, now: datetime
) -> Step:
    """Put a correction that is no answer by itself behind the words that it corrects."""
    old = state.answers.get(last.name)
    if last.free_text and isinstance(old, str):
        mended = replace(answer, text=f"{old} ({answer.text.strip()})")
        return _saying(_take(form, state, last, mended, facts, now), "form.corrected")
    asked = form.field_named(state.asked)
    if asked is None:
        return _misunderstood(state, now)
    return _take(form, state, asked, answer, facts, now)


def _confirm(form: Form, state: FormState, answer: Answer, facts: Facts, now: datetime) -> Step:
    if answer.value in (YES, NEW):
        return Done(state.answers)
    if answer.value == ADD and form.field_named(ADDED) is not None:
        return Done(state.answers | {ADDED: True})
    if answer.value == CHANGE:
        return Asking(replace(state, asked=EDIT, fails=0, touched_at=now))
    late = _point_given(form, state, answer, facts)
    if late:
        kept = replace(state, answers=state.answers | late, fails=0, touched_at=now)
        return Asking(kept, said="form.kept_late")
    return _misunderstood(state, now)


def _point_given(form: Form, state: FormState, answer: Answer, facts: Facts) -> Answers:
    """Give what a point sent late adds, where the form has a field that takes one."""
    if answer.location is None:
        return {}
    for item in form.fields:
        if item.optional and item.name in state.answers:
            try:
                found = item.parse(Answer(location=answer.location), facts)
            except Refused:
                continue
            return {name: value for name, value in found.items() if value}
    return {}


def _edit(form: Form, state: FormState, answer: Answer, now: datetime) -> Step:
    name = (answer.value or "").removeprefix(_EDIT_PREFIX)
    wanted = form.field_named(name)
    if wanted is None:
        return _misunderstood(state, now)
    if wanted.wished is not None:
        return Asking(replace(state, asked=name, fails=0, touched_at=now))
    answers = {key: value for key, value in state.answers.items() if key != name}
    order = tuple(key for key in state.order if key != name)
    return _proceed(form, replace(state, answers=answers, order=order, fails=0), now)


def _misunderstood(state: FormState, now: datetime) -> Asking:
    fails = state.fails + 1
    failed = replace(state, fails=fails, touched_at=now)
    return Asking(failed, problem="form.pick_one", stuck=fails >= STUCK_AFTER)


def edit_value(name: str) -> str:
    """Give the value of the choice by which a field is picked for a change."""
    return _EDIT_PREFIX + name
