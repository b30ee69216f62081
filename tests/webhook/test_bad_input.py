"""What bad input gets: a plain status, one line in the log, and nothing stored; text stays text."""

import json
import logging
from typing import Any

import pytest

from bot.messages import MAX_TEXT
from tests.channels import fixtures
from tests.webhook.site import MESSAGE, NOTHING, PUBLIC_URL, SECRET_HEADER, STATUS, Site, sign

ROUTES = ("/webhook/telegram", MESSAGE, STATUS)
LARGEST = 1_000_000


def _deep(levels: int) -> bytes:
    text = json.dumps(fixtures.telegram("text"))
    inner = '{"reply_to_message":' * levels + "{}" + "}" * levels
    return text.replace('"message": {', f'"message": {{"reply_to_message": {inner}, ', 1).encode()


def _with(**message: Any) -> bytes:
    update = fixtures.telegram("text")
    update["message"] |= message
    return json.dumps(update).encode()


MALFORMED = {
    "nothing": b"",
    "cut off": b'{"update_id": 1, "message": {',
    "not JSON": b"halo",
    "a form": b"update_id=1&message=halo",
    "null": b"null",
    "a list": b"[]",
    "a text": b'"update_id"',
    "a number": b"1",
    "NaN": b"NaN",
    "not UTF-8": b'{"update_id": "\xff\xfe"}',
    "brackets": b"[" * 100_000,
    "closed brackets": b"[" * 100_000 + b"]" * 100_000,
    "objects": b'{"message":' * 80_000,
    "thirty thousand replies": _deep(30_000),
    "a number of 5000 digits": b'{"update_id": ' + b"9" * 5000 + b"}",
    "a number of 20 digits": b'{"update_id": ' + b"9" * 20 + b', "message": {}}',
    "infinity": b'{"update_id": 1e999, "message": {}}',
    "no id": b'{"message": {}}',
    "an id of text": b'{"update_id": "1", "message": {}}',
}
UNREADABLE = {
    "nine hundred replies": _deep(900),
    "an empty message": b'{"update_id": 1, "message": {}}',
    "a message of text": b'{"update_id": 1, "message": "halo"}',
    "a message of lists": b'{"update_id": 1, "message": [[[]]]}',
    "a chat without type": _with(chat={"id": 1}),
    "a chat of text": _with(chat="1"),
    "a chat id of text": _with(chat={"id": "1", "type": "private"}),
    "a huge chat id": _with(chat={"id": 10**30, "type": "private"}),
    "a text of number": _with(text=5),
    "a text of objects": _with(text={"a": [1]}),
    "a date of text": _with(date="kemarin"),
    "a date past all years": _with(date=10**18),
    "photos of text": _with(photo="foto"),
    "a location off the earth": _with(location={"latitude": 91, "longitude": 0}),
}
TEXTS = {
    "emoji": "👩🏽‍🦽 tolong 🙏🏿" * 50,
    "right-to-left": "\u202egnolot\u202c \u2067halo\u2069 \u200f",
    "arabic": "السلام عليكم",
    "SQL": "'; DROP TABLE inbound; -- \" OR 1=1 /* */ %s %(x)s :name ? \\",
    "HTML": "<script>alert(1)</script><b>&amp;</b>",
    "markdown": "*_[`~>#+-=|{}.!\\",
    "template": "{{ 7*7 }} {% raw %} ${x} {0} {text}",
    "line ends": "satu\r\ndua\ttiga\u2028empat\u0085",
    "long": "bantuan " * 12_500,
    "long emoji": "🙏" * 70_000,
    "one long word": "a" * 100_000,
    "digits": "7" * 100_000,
    "joined marks": "a" + "\u0301" * 20_000,
    "private use": "\ue000\U0010ffff\ufffe",
}
UNSTORABLE = {
    "NUL": ("ha\0lo", "halo"),
    "control": ("ha\x01\x1f\x7flo", "halo"),
    "half a pair": ("ha\ud800lo", "ha\ufffdlo"),
    "the other half": ("\udc00", "\ufffd"),
    "halves in wrong order": ("\udc00\ud83d", "\ufffd\ufffd"),
}


def _without_marks(text: str) -> str:
    marks = dict.fromkeys(
        map(ord, "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\r")
    )
    return text.translate(marks)


def _own_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Give what the service logged since the last look; never a traceback, nor more lines."""
    records = [r for r in caplog.records if r.name.startswith(("webhook", "bot", "db", "nlu"))]
    assert all(record.exc_info is None for record in records)
    assert all("\n" not in record.getMessage() for record in records)
    caplog.clear()
    return [record.getMessage() for record in records]


@pytest.mark.databases("sqlite")
def test_a_malformed_update_is_one_line_in_the_log(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for what, body in MALFORMED.items():
        response = site.telegram(body)
        assert (response.status_code, response.data) == (400, b""), what
        [line] = _own_lines(caplog)
        assert "malformed" in line, what
    assert site.stored() == NOTHING


@pytest.mark.databases("sqlite")
def test_an_unreadable_update_is_put_aside_with_one_line_in_the_log(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """Refused, it would come again for a day and hold up what comes behind it."""
    caplog.set_level(logging.INFO)
    for what, body in UNREADABLE.items():
        assert site.telegram(body).status_code == 200, what
        [line] = _own_lines(caplog)
        assert "unreadable" in line, what
    assert site.stored() == NOTHING


def test_odd_text_is_text(site: Site) -> None:
    for number, (what, text) in enumerate(TEXTS.items()):
        assert site.say(text, 6000000000 + number).status_code == 200, what
        form = fixtures.twilio("sms_text") | {"MessageSid": f"SM{number}", "Body": text}
        assert site.twilio(form | {"From": f"+62812000{number:05}"}).status_code == 200, what
        kept = _without_marks(text[:MAX_TEXT])
        assert [message["text"] for message in site.received()[-2:]] == [kept, kept], what
    # One that cries for help hears the numbers at once, the others the two of a first contact.
    assert 2 * len(TEXTS) <= site.stored()["outbound"] <= 2 * 2 * len(TEXTS)


def test_what_no_database_can_hold_is_left_out(site: Site) -> None:
    for number, (what, (text, kept)) in enumerate(UNSTORABLE.items()):
        assert site.say(text, 6000000000 + number).status_code == 200, what
        assert site.received()[-1]["text"] == kept, what
    assert 2 * len(UNSTORABLE) <= site.stored()["outbound"] <= 3 * len(UNSTORABLE)


def test_odd_text_inside_a_form_is_text(site: Site) -> None:
    """The story of a complaint goes through all that is done with words."""
    site.say("/start")
    for value in ("consent:yes", "complaint", "category:deducted"):
        site.press(value)
    for what, text in {**TEXTS, **{key: pair[0] for key, pair in UNSTORABLE.items()}}.items():
        before = site.stored()["outbound"]
        assert site.say(text).status_code == 200, what
        assert site.stored()["outbound"] > before, what
    assert site.stored()["inbound"] == 4 + len(TEXTS) + len(UNSTORABLE)


def test_a_body_over_a_megabyte_is_refused(site: Site) -> None:
    for size, status in ((LARGEST, 400), (LARGEST + 1, 413), (5 * LARGEST, 413)):
        assert site.telegram(b" " * size).status_code == status, size
    for path in (MESSAGE, STATUS):
        form = fixtures.twilio("sms_text") | {"Body": "a" * LARGEST}
        assert site.twilio(form, path).status_code == 413
    assert site.stored() == NOTHING


def test_a_body_of_another_type_is_refused(site: Site) -> None:
    client = site.app.test_client()
    types = (
        "", "text/plain", "multipart/form-data", "multipart/form-data; boundary=x", "x" * 5000,
        "application/x-www-form-urlencoded; charset=utf-7", "multipart/form-data; boundary=" + "-",
    )  # fmt: skip
    for path in (MESSAGE, STATUS):
        for body in (b"", b"\xff\xfe\x00", b"--x\r\n\r\n", b"Body=halo", b"&" * 5000, b"%" * 999):
            for kind in types:
                headers = {"X-Twilio-Signature": "x", "Content-Type": kind}
                assert client.post(path, data=body, headers=headers).status_code == 403
    assert site.stored() == NOTHING


def test_a_multipart_form_is_read_like_any_other(site: Site) -> None:
    form = fixtures.twilio("sms_text")
    signature = sign(f"{PUBLIC_URL}{MESSAGE}", list(form.items()))
    response = site.app.test_client().post(
        MESSAGE,
        data=form,
        headers={"X-Twilio-Signature": signature},
        content_type="multipart/form-data",
    )
    assert response.status_code == 200
    assert site.stored()["inbound"] == 1


def test_odd_headers_are_no_failure(site: Site) -> None:
    client = site.app.test_client()
    for odd in ("\xff", "é" * 300, "a" * 10_000, '"', "0"):
        for path in ROUTES:
            headers = {SECRET_HEADER: odd, "X-Twilio-Signature": odd, "Accept-Language": odd}
            assert client.post(path, headers=headers).status_code == 403, (path, odd)
    assert site.stored() == NOTHING
