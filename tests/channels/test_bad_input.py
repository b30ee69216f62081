"""Whatever arrives is either read or Malformed: no other error leaves a parser."""

import contextlib
import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels import simulator, telegram, twilio
from bot.messages import MAX_TEXT, Event, Ignored, Inbound, Malformed
from tests.channels import fixtures

NOW = datetime(2025, 12, 1, tzinfo=UTC)
TEXTS = st.text(st.characters(), max_size=30)  # with surrogates and NUL
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
QUICK = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
POINTS = [
    {"latitude": latitude, "longitude": longitude}
    for latitude, longitude in (
        (91, 0),
        (0, -181),
        (float("nan"), 0),
        (0, float("inf")),
        (10**400, 0),
        (True, 0),
        ("5", None),
    )
]


def _storable(events: list[Event]) -> None:
    for event in events:
        text = repr(event)
        assert "\\x00" not in text
        if isinstance(event, Inbound):
            assert len(event.text) <= MAX_TEXT
            for part in (event.text, event.button, event.external_id, event.address.user):
                assert "\0" not in (part or "")
                (part or "").encode()


def _places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    )
    return [path, *(place for key, child in children for place in _places(child, (*path, key)))]


@st.composite
def damaged_updates(draw: st.DrawFn) -> Any:
    """A genuine update in which one value, or the presence of one, is wrong."""
    payload = copy.deepcopy(fixtures.telegram(draw(st.sampled_from(fixtures.TELEGRAM))))
    *way, last = draw(st.sampled_from(_places(payload)[1:]))
    parent: Any = payload
    for key in way:
        parent = parent[key]
    if draw(st.booleans()):
        parent[last] = draw(JSON)
    else:
        del parent[last]
    return payload


@QUICK
@given(JSON | st.dictionaries(st.sampled_from(telegram.ALLOWED_UPDATES), JSON) | damaged_updates())
def test_any_json_as_a_telegram_update(payload: Any) -> None:
    if isinstance(payload, dict):
        payload.setdefault("update_id", 1)
    with contextlib.suppress(Malformed):
        _storable(telegram.parse(payload, NOW))


@QUICK
@given(
    st.dictionaries(
        st.sampled_from(("From", "MessageSid", "NumMedia", "MediaUrl0", "ErrorCode", "Body"))
        | st.sampled_from(("Latitude", "Longitude", "ButtonPayload", "ListId", "MessageStatus"))
        | TEXTS,
        TEXTS
        | st.sampled_from(("1", "SM1", "+6281200000001", "whatsapp:+6281200000001", "failed")),
    )
)
def test_any_form_of_twilio(form: dict[str, str]) -> None:
    with contextlib.suppress(Malformed):
        _storable(twilio.parse_message(form, NOW))
    with contextlib.suppress(Malformed):
        _storable(twilio.parse_status(form))


@QUICK
@given(
    JSON
    | st.fixed_dictionaries(
        {"user": st.just("a"), "id": st.just("1")},
        optional=dict.fromkeys(("text", "button", "media", "location"), JSON),
    )
)
def test_any_json_of_the_simulator(payload: Any) -> None:
    with contextlib.suppress(Malformed):
        _storable(simulator.parse(payload, NOW))


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        "text",
        {},
        {"update_id": "1"},
        {"update_id": True},
        {"update_id": 2**63},
    ],
)
def test_what_is_no_update_is_malformed(payload: object) -> None:
    with pytest.raises(Malformed):
        telegram.parse(payload, NOW)


@pytest.mark.parametrize(
    "payload",
    [
        {"update_id": 1, "message": {}},
        {"update_id": 1, "message": None},
        {"update_id": 1, "message": {**fixtures.telegram("text")["message"], "text": 5}},
        {"update_id": 1, "message": {**fixtures.telegram("text")["message"], "date": 10**18}},
        {"update_id": 1, "callback_query": {"id": "1"}},
    ],
)
def test_unreadable_updates_are_put_aside(payload: object) -> None:
    [event] = telegram.parse(payload, NOW)
    assert isinstance(event, Ignored)


def test_an_update_nested_without_end_is_put_aside() -> None:
    payload = fixtures.telegram("text")
    inner = payload["message"]
    for _ in range(2000):
        inner["reply_to_message"] = dict(fixtures.telegram("text")["message"])
        inner = inner["reply_to_message"]
    [event] = telegram.parse(payload, NOW)
    assert isinstance(event, Ignored)


@pytest.mark.parametrize(
    "fields",
    [
        {"MessageSid": ""},
        {"MessageSid": "SM 1"},
        {"From": ""},
        {"NumMedia": "-1"},
        {"NumMedia": "11"},
        {"NumMedia": "1"},
        {"Latitude": "91", "Longitude": "0"},
        {"Latitude": "nan", "Longitude": "0"},
        {"Latitude": "1"},
        {"ButtonPayload": "x" * 300},
    ],
)
def test_malformed_forms(fields: dict[str, str]) -> None:
    form = {**fixtures.twilio("sms_text"), "SmsSid": "", **fields}
    with pytest.raises(Malformed):
        twilio.parse_message(form, NOW)


@pytest.mark.parametrize("fields", [{"MessageSid": "", "SmsSid": ""}, {"ErrorCode": "x"}])
def test_malformed_statuses(fields: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        twilio.parse_status({**fixtures.twilio("status_whatsapp_window"), **fields})


def test_a_status_without_a_status() -> None:
    with pytest.raises(Malformed):
        twilio.parse_status({"MessageSid": "SM1"})


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"text": ""},
        {"text": 5},
        {"media": "photo"},
        {"media": {"kind": "hologram", "name": "x"}},
        {"media": {"kind": "photo", "name": "x", "size": -1}},
        *({"location": point} for point in POINTS),
    ],
)
def test_malformed_simulator_messages(fields: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        simulator.parse({"user": "rahma", "id": "1", **fields}, NOW)


def test_text_is_text() -> None:
    nasty = "\0<b>'; DROP TABLE x; -- \u202e 🙏 " + json.loads('"\\ud83d"') + "a" * 100_000
    [event] = simulator.parse({"user": "rahma", "id": "1", "text": nasty}, NOW)
    assert isinstance(event, Inbound)
    assert event.text.startswith("<b>'; DROP TABLE x; -- \u202e 🙏 \ufffdaaa")
    assert MAX_TEXT - 1 <= len(event.text) <= MAX_TEXT
