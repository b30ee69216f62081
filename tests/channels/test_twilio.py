"""Twilio's own: the signature on its webhooks."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.twilio import verify
from tests.channels import fixtures
from tests.fakes.twilio import sign

TOKEN = "12345"
URL = "https://halo.example/webhook/twilio/message"


def test_the_example_in_twilios_documentation() -> None:
    params = {
        "CallSid": ["CA1234567890ABCDE"],
        "Caller": ["+12349013030"],
        "Digits": ["1234"],
        "From": ["+12349013030"],
        "To": ["+18005551212"],
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert verify(TOKEN, url, params, "0/KCTR6DLpKmkAf8muzZqo1nDgQ=")


def test_a_genuine_form() -> None:
    params = {name: [value] for name, value in fixtures.twilio("whatsapp_text").items()}
    signature = sign(TOKEN, URL, params)
    assert verify(TOKEN, URL, params, signature)
    assert not verify("other", URL, params, signature)
    assert not verify("", URL, params, sign("", URL, params))
    assert not verify(TOKEN, URL.replace("https", "http"), params, signature)
    assert not verify(TOKEN, URL, {**params, "Body": ["changed"]}, signature)
    assert not verify(TOKEN, URL, {}, signature)


def test_repeated_keys() -> None:
    params = {"Body": ["b", "a", "a"], "To": ["+1"]}
    assert verify(TOKEN, URL, params, sign(TOKEN, URL, params))
    assert not verify(TOKEN, URL, {"Body": ["b"], "To": ["+1"]}, sign(TOKEN, URL, params))


@pytest.mark.parametrize("signature", [None, "", "x", "é" * 28, "\udcff", "=" * 28])
def test_odd_signatures(signature: str | None) -> None:
    assert verify(TOKEN, URL, {"Body": ["x"]}, signature) is False


@given(st.dictionaries(st.text(st.characters()), st.lists(st.text(st.characters()))), st.text())
def test_no_form_breaks_the_check(params: dict[str, Any], signature: str) -> None:
    assert verify(TOKEN, URL, params, signature) is False


def test_an_odd_url() -> None:
    assert verify(TOKEN, "https://halo.example:port/x", {}, "x" * 28) is False
