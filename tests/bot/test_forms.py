"""Every form, with any answers in any order, ends, cancels or asks on, and survives the store."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.form_moves import advance, start
from bot.forms import (
    ADD,
    CANCEL,
    CHANGE,
    LIFETIME,
    NEW,
    SKIP,
    YES,
    Answer,
    Asking,
    Canceled,
    Done,
    Form,
    FormState,
    Move,
    edit_value,
)
from bot.messages import Choice, Location, Media, MediaKind
from bot.router import all_forms
from nlu.gazetteer import Gazetteer, Place

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
FORMS = {use.form.name: use.form for use in all_forms()}
PLACES = [
    Place("74.72.02.1011", "Bukit Wolio Indah", "village", "74.72.02"),
    Place("74.72.01.1005", "Lipu", "village", "74.72.01"),
]
FACTS: Mapping[str, Any] = {
    "gazetteer": Gazetteer(PLACES),
    "areas": {place.code: place.name for place in PLACES},
    "today": date(2026, 11, 22),
    "programs": {"PKH": "Program Keluarga Harapan", "BPNT": "Sembako"},
    "own_area": "74.72",
    "villages": {place.code: place.name for place in PLACES},
    "own_village": None,
    "begin": time(13),
    "households": {"1": "La Ode", "2": "Wa Ode", "3": "La Ode"},
    "members": {"7": "Wa Siti", "8": "Lipu"},
    "names": {"1": ["La Ode", "Wa Nia"], "2": ["Wa Ode"], "3": ["La Ode"]},
    "living_in": {"1": "Lipu", "2": "Lipu", "3": "Bukit Wolio Indah"},
    "awaited": {"1": "La Ode", "3": "La Ode"},
    "rws": {"002": 2},
    "groups": {"5": "Mawar Jaya"},
    "offered": [Choice("of_group:5", "Mawar Jaya")],
    "fitting": ["1", "2"],
    "own_areas": {"74.72.01.1005": "Lipu"},
    "ticked": ("1",),
    "page": 0,
    "labels": {"1": "La Ode, Lipu", "2": "Wa Ode, Lipu", "3": "La Ode, Bukit Wolio"},
    "unclear": [["La Ode", ["1", "3"]]],
    "left_out": (),
    "files": (),
    "sent_at": NOW,
    "zone": "Asia/Makassar",
}
VALUES = [
    YES, CHANGE, CANCEL, SKIP, "category:card", "purpose:home", "family:1", "family:99",
    "member:7", "member:9", "who:self", "who:other", "what:house", "what:wheelchair", "owned:no",
    "go_on:yes", "members:none", "decile:4", "reason:died", "secrecy:anonymous", "secrecy:open",
    ADD, NEW, "state:ready", "school:no", "came:no", "uncut:yes", "ticks:all", "tick:3", "page:1",
    "rw:002", "of_group:5", "of_area:74.72.01.1005", "condition:active", "role:chair",
    "permit:pirt",
    "consent_by:spoken", "outcome:moved",
    "area:74.72.02.1011", "area:1", "programme:PKH", "form:resume", "menu", "", "\0",
    *(edit_value(field.name) for form in FORMS.values() for field in form.fields),
]  # fmt: skip
TEXTS = [
    "", "ya", "Lipu", "bukit wolyo", "7472915407880001", "7472915407880001 0217", "0217",
    "08.00-12.00", "99:99-1", "La Ode", "Uang saya dipotong ketua", "PKH", "minggu lalu di pasar",
    "saya mau anonim", "Lipu RT 2, tolong rahasiakan", "rt 2", "tidak usah anonim",
    "kemarin jam 9",
]  # fmt: skip


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    kinds = draw(st.lists(st.sampled_from(list(MediaKind)), max_size=2))
    located = draw(st.booleans())
    return Answer(
        text=draw(st.sampled_from(TEXTS) | st.text(max_size=50)),
        value=draw(st.none() | st.sampled_from(VALUES)),
        media=tuple(Media(kind, "ref") for kind in kinds),
        location=Location(-5.4, 122.6) if located else None,
        entities=draw(st.sampled_from([{}, {"date": "2026-12-01"}, {"program": "PKH"}])),
    )


def through_the_store(state: FormState) -> FormState:
    return FormState.from_data(json.loads(json.dumps(state.to_data())))


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(FORMS)),
    st.lists(st.tuples(st.sampled_from(list(Move)), answers()), max_size=25),
)
def test_any_answers_in_any_order(name: str, messages: list[tuple[Move, Answer]]) -> None:
    form = FORMS[name]
    step = start(form, NOW)
    for move, answer in messages:
        if not isinstance(step, Asking):
            break
        stored = through_the_store(step.state)
        assert stored == step.state
        step = advance(form, stored, move, answer, FACTS, NOW)
    if isinstance(step, Done):
        due = {field for field in form.fields if field.when(step.answers)}
        required = {field.name for field in due if not field.noted}
        assert required <= step.answers.keys() <= {field.name for field in due}
    elif isinstance(step, Asking):
        assert step.state.asked
        canceled = advance(form, step.state, Move.CANCEL, Answer(), FACTS, NOW)
        assert isinstance(canceled, Canceled)
        assert step.state.expired(NOW + LIFETIME + timedelta(seconds=1))


@given(st.sampled_from(sorted(FORMS)), st.lists(answers(), max_size=6))
def test_a_state_of_a_form_that_has_changed_since_goes_on(name: str, given: list[Answer]) -> None:
    form = FORMS[name]
    gone = FormState(name, NOW, {"removed": 1}, asked="removed", order=("removed",))
    step = advance(form, gone, Move.ANSWER, Answer("x"), FACTS, NOW)
    for answer in given:
        if isinstance(step, Asking):
            step = advance(form, step.state, Move.ANSWER, answer, FACTS, NOW)
    assert isinstance(step, Asking | Done | Canceled)


def fill(form: Form) -> Done | None:
    """Answer each field by trying everything that is known until one fits."""
    step = start(form, NOW)
    tries = [Answer(text) for text in TEXTS] + [Answer(value=value) for value in VALUES]
    tries.append(Answer("besok", entities={"date": "2026-12-01"}))
    for _ in range(20):
        if isinstance(step, Done):
            return step
        assert isinstance(step, Asking)
        for answer in tries:
            if answer.value in (CANCEL, CHANGE) or (answer.value or "").startswith("form:edit:"):
                continue
            taken = advance(form, step.state, Move.ANSWER, answer, FACTS, NOW)
            going_on = isinstance(taken, Asking) and not (taken.problem or taken.said)
            if going_on or isinstance(taken, Done):
                step = taken
                break
    return None


def test_every_form_can_be_filled() -> None:
    assert [name for name, form in FORMS.items() if fill(form) is None] == []
