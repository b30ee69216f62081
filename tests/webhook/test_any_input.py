"""Whatever a provider sends, rightly signed, is never a failure of ours: no 5xx, no apology."""

import copy
import json
import logging
import string
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.telegram import ALLOWED_UPDATES
from bot.router import CAPABILITIES, all_forms
from tests.channels import fixtures
from tests.webhook.site import MESSAGE, STATUS, Site

FRESH = count(1)
SETTINGS = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
NUMBERS = (0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**30, 1e308, float("nan"), float("inf"), 1e-9)
WORDS = (
    "", "halo", "lapor", "/start", "/lapor x", "batal", "kembali", "ya", "1", "0", "tiket 999999",
    "kapan pkh cair di bukit wolio", "7472010101800001", "kode 123456", "eh salah, kemarin",
    "besok jam 25", "tgl 99 bulan 13", "PKS-2026-000001", "saya lapar, anak saya sakit", "٣٤٥",
)  # fmt: skip
TEXTS = st.sampled_from(WORDS) | st.text(st.characters(), max_size=40)  # with NUL and half pairs
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(NUMBERS) | TEXTS
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
VALUES = [
    *(capability.name for capability in CAPABILITIES),
    *("consent:yes", "consent:no", "form:yes", "form:skip", "form:cancel", "form:change"),
    *("form:edit:story", "form:resume", "form:leave:schedule", "category:deducted", "form:", ":"),
    *(f"{use.form.name}:x" for use in all_forms()),
]
PRESSES = st.sampled_from(VALUES) | st.text(string.printable, max_size=64)


def _places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Give the way to each value in a document, at every depth."""
    children: Any = ()
    if isinstance(node, dict):
        children = node.items()
    elif isinstance(node, list):
        children = enumerate(node)
    return [path, *(place for key, child in children for place in _places(child, (*path, key)))]


@st.composite
def damaged_updates(draw: st.DrawFn) -> Any:
    """A genuine update in which up to three values have another type or name, or are gone."""
    payload = copy.deepcopy(fixtures.telegram(draw(st.sampled_from(fixtures.TELEGRAM))))
    payload["update_id"] = next(FRESH)
    for _ in range(draw(st.integers(0, 3))):
        places = [place for place in _places(payload) if place]
        if not places:
            break
        *way, last = draw(st.sampled_from(places))
        parent: Any = payload
        for key in way:
            parent = parent[key]
        action = draw(st.sampled_from(("replace", "replace", "delete", "rename", "wrap")))
        if action == "replace":
            parent[last] = draw(JSON)
        elif action == "wrap":
            parent[last] = [parent[last]]
        else:
            value = parent.pop(last)
            if action == "rename" and isinstance(parent, dict):
                parent[draw(TEXTS)] = value
    return payload


@st.composite
def conversations(draw: st.DrawFn) -> Any:
    """A genuine update with another text or button."""
    name = draw(st.sampled_from(("text", "callback", "edited", "voice", "photo_with_caption")))
    payload = copy.deepcopy(fixtures.telegram(name))
    payload["update_id"] = next(FRESH)
    if name == "callback":
        payload["callback_query"]["data"] = draw(PRESSES)
    else:
        message = next(value for key, value in payload.items() if key != "update_id")
        message["text" if name in ("text", "edited") else "caption"] = draw(TEXTS)
    return payload


def _check(status: int, caplog: pytest.LogCaptureFixture) -> None:
    failures = [record for record in caplog.records if record.levelno >= logging.ERROR]
    caplog.clear()
    assert status in (200, 400)
    assert failures == []


OBJECTS = st.dictionaries(TEXTS | st.sampled_from(("update_id", *ALLOWED_UPDATES)), JSON)


@SETTINGS
@given(payload=OBJECTS | damaged_updates() | conversations())
def test_any_json_object_to_the_telegram_route(
    site: Site, caplog: pytest.LogCaptureFixture, payload: dict[str, Any]
) -> None:
    _check(site.telegram(json.dumps(payload).encode()).status_code, caplog)


@SETTINGS
@given(body=st.binary(max_size=200))
def test_any_bytes_to_the_telegram_route(
    site: Site, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    _check(site.telegram(body).status_code, caplog)


# What a form can carry: half pairs cannot be written in UTF-8.
FORM_TEXTS = st.sampled_from(WORDS) | st.text(st.characters(codec="utf-8"), max_size=40)
MESSAGES = [name for name in fixtures.TWILIO if not name.startswith("status")]
STATUSES = [name for name in fixtures.TWILIO if name.startswith("status")]
FIELDS = sorted({key for name in fixtures.TWILIO for key in fixtures.twilio(name)})
STATES = ("queued", "sending", "sent", "delivered", "read", "undelivered", "failed", "canceled")
FIELD_VALUES = FORM_TEXTS | st.sampled_from((*STATES, *VALUES, "99", "-1", "nan", "1e400", "٣"))
FORMS = st.lists(st.tuples(st.sampled_from(FIELDS) | FORM_TEXTS, FIELD_VALUES), max_size=12)


@st.composite
def damaged_forms(draw: st.DrawFn, names: list[str]) -> list[tuple[str, str]]:
    """A genuine form in which some fields are changed, gone, added or there twice."""
    form = fixtures.twilio(draw(st.sampled_from(names)))
    if "From" in form and names is MESSAGES:
        form["MessageSid"] = f"SM{next(FRESH):032x}"
    pairs = list(form.items())
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(pairs) - 1)) if pairs else 0
        added = (draw(st.sampled_from(FIELDS) | FORM_TEXTS), draw(FIELD_VALUES))
        action = draw(st.sampled_from(("change", "change", "delete", "repeat", "add")))
        if action == "change" and pairs:
            pairs[at] = (pairs[at][0], added[1])
        elif action == "delete" and pairs:
            del pairs[at]
        elif action == "repeat" and pairs:
            pairs.append((pairs[at][0], added[1]))
        else:
            pairs.append(added)
    return pairs


@SETTINGS
@given(form=FORMS | damaged_forms(MESSAGES))
def test_any_signed_form_to_the_message_route(
    site: Site, caplog: pytest.LogCaptureFixture, form: list[tuple[str, str]]
) -> None:
    _check(site.twilio(form, MESSAGE).status_code, caplog)


@SETTINGS
@given(form=FORMS | damaged_forms(STATUSES))
def test_any_signed_form_to_the_status_route(
    site: Site, caplog: pytest.LogCaptureFixture, form: list[tuple[str, str]]
) -> None:
    _check(site.twilio(form, STATUS).status_code, caplog)


@SETTINGS
@given(body=st.binary(max_size=200), query=st.binary(max_size=20))
def test_any_bytes_to_the_twilio_routes(site: Site, body: bytes, query: bytes) -> None:
    headers = {"X-Twilio-Signature": "x", "Content-Type": "application/x-www-form-urlencoded"}
    for path in (MESSAGE, STATUS):
        response = site.app.test_client().post(
            path, data=body, headers=headers, query_string=query.decode("latin-1")
        )
        assert response.status_code == 403
