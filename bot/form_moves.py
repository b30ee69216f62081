"""How one message moves a form on: an answer, a wish, a file, a correction, a way back.

Nothing here does any IO.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.form_beside import given_early, point_given, told_more
from bot.forms import (
    ADD,
    ADDED,
    CANCEL,
    CHANGE,
    CONFIRM,
    EDIT,
    EDIT_PREFIX,
    FILES,
    NEW,
    SKIP,
    YES,
    Answer,
    Answers,
    Asking,
    Canceled,
    Done,
    Facts,
    Field,
    Form,
    FormState,
    Move,
    Refused,
    Step,
)
from bot.messages import MediaKind

STUCK_AFTER = 3  # failed answers to one field
_MOST_FILES = 10


def start(form: Form, now: datetime, answers: Answers | None = None) -> Step:
    """Open a form, with the answers that are known already."""
    known = dict(answers or {})
    unasked = {item.name for item in form.fields if item.wished} | {FILES}
    order = tuple(name for name in known if name not in unasked)
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
        step = _take(form, state, asked, replace(answer, text=left), facts, now)
    elif state.asked == CONFIRM:
        more = told_more(form, state, replace(answer, text=left))
        step = Asking(replace(state, answers=state.answers | more))
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
    if not (answer.value or "").startswith(EDIT_PREFIX):
        return False
    named = form.field_named((answer.value or "").removeprefix(EDIT_PREFIX))
    return named is not None and (named.name in state.answers or named.wished is not None)


def _take(
    form: Form, state: FormState, asked: Field, answer: Answer, facts: Facts, now: datetime
) -> Step:
    more = told_more(form, state, answer) if asked.name == FILES else {}
    state = replace(state, answers=state.answers | more)
    if asked.optional and answer.value == SKIP:
        found: Answers = {asked.name: None}
    else:
        try:
            found = asked.parse(answer, facts)
        except Refused as refusal:
            if more:
                return _heard_more(state, now)
            kept = state.answers | refusal.found
            if refusal.goes_on:
                return Asking(replace(state, answers=kept, fails=0, touched_at=now))
            fails = state.fails + 1
            early = {} if refusal.found else given_early(form, state, answer, facts)
            if early:
                order = (*state.order, *(name for name in early if name not in state.order))
                ahead = replace(state, answers=kept | early, order=order, touched_at=now)
                return Asking(ahead, said="form.kept")
            late = {} if refusal.found or answer.text else point_given(form, state, answer, facts)
            if late:
                return Asking(
                    replace(state, answers=kept | late, touched_at=now), said="form.kept_late"
                )
            failed = replace(state, answers=kept, fails=fails, touched_at=now)
            return Asking(
                failed, refusal.key, choices=refusal.choices, stuck=fails >= STUCK_AFTER,
                blanks=refusal.blanks,
            )  # fmt: skip
    answers = {key: value for key, value in state.answers.items() if key not in asked.resets}
    answers |= found
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
        brought = FILES in state.answers and FILES not in state.order
        order = (*state.order, FILES) if brought else state.order
        return Asking(replace(state, asked=CONFIRM, order=order, touched_at=now))
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
    late = point_given(form, state, answer, facts)
    if late:
        kept = replace(state, answers=state.answers | late, fails=0, touched_at=now)
        return Asking(kept, said="form.kept_late")
    more = told_more(form, state, answer)
    if more:
        return _heard_more(replace(state, answers=state.answers | more), now)
    return _misunderstood(state, now)


def _heard_more(state: FormState, now: datetime) -> Asking:
    return Asking(replace(state, fails=0, touched_at=now), said="complaint.story_more")


def _edit(form: Form, state: FormState, answer: Answer, now: datetime) -> Step:
    name = (answer.value or "").removeprefix(EDIT_PREFIX)
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
