"""Twilio's webhooks: signatures for the public address, messages, and receipts in any order."""

import base64
import hashlib
import hmac
from itertools import permutations

import pytest
from sqlalchemy import insert, select

from bot.messages import Channel, Reply
from bot.outbox import seal_reply
from bot.settings import Settings
from bot.texts import say
from db.contacts import Contact
from db.outbox import REPLY, OutboundMessage
from db.session import Store
from nlu.classifier import Model
from tests.channels import fixtures
from tests.webhook.site import (
    AUTH_TOKEN,
    MESSAGE,
    NOTHING,
    PUBLIC_URL,
    STATUS,
    Site,
    make_settings,
    make_site,
    sign,
)

SID = "SM" + "1" * 32
RANKS = ["sent", "failed", "delivered", "read"]


def _put_sent(site: Site, channel: Channel = Channel.WHATSAPP) -> None:
    """Have a message in the store that Twilio took as SID."""
    now = site.clock()
    with site.store.begin() as session:
        contact = Contact(channel=channel, address="+6281200000001", created_at=now)
        session.add(contact)
        session.flush()
        row = {
            "contact_id": contact.id, "channel": channel, "priority": REPLY, "state": "sent",
            "not_before": now, "provider_id": SID, "created_at": now,
            "body": seal_reply(session.vault, Reply("Halo")),
        }  # fmt: skip
        session.execute(insert(OutboundMessage), [row])


def _state(site: Site) -> tuple[str, str | None]:
    with site.store.read() as session:
        row = session.execute(select(OutboundMessage.state, OutboundMessage.reason)).one()
        return row.state, row.reason


def _receipt(site: Site, status: str, **more: str) -> int:
    form = fixtures.twilio("status_whatsapp_sent")
    form |= {"MessageSid": SID, "SmsSid": SID, "MessageStatus": status, "SmsStatus": status}
    return site.twilio(form | more, STATUS).status_code


@pytest.mark.parametrize(
    ("name", "channel"), [("whatsapp_text", "whatsapp"), ("sms_text", "sms")]
)
def test_a_message_is_answered(site: Site, name: str, channel: str) -> None:
    form = fixtures.twilio(name)
    response = site.twilio(form)
    assert response.status_code == 200
    # Twilio would say whatever TwiML holds; the answer goes by the outbox instead.
    assert response.mimetype == "text/xml"
    assert response.text.endswith("<Response/>")
    assert site.received() == [{"text": form["Body"]}]
    assert [reply.text for reply in site.replies()][0] == say("welcome.who")
    with site.store.read() as session:
        assert session.scalars(select(Contact.channel)).one() == channel


@pytest.mark.parametrize("name", fixtures.TWILIO)
def test_every_kind_of_form_is_taken(site: Site, name: str) -> None:
    path = STATUS if name.startswith("status") else MESSAGE
    assert site.twilio(fixtures.twilio(name), path).status_code == 200


def test_a_redelivered_message_has_no_second_effect(site: Site) -> None:
    form = fixtures.twilio("sms_text")
    assert site.twilio(form).status_code == 200
    once = site.stored()
    assert site.twilio(form).status_code == 200
    assert site.stored() == once
    assert once["outbound"] == 2


@pytest.mark.parametrize("path", [MESSAGE, STATUS])
@pytest.mark.parametrize(
    "signature", ["", "x", "rahasia-é", sign("https://other.example/", []), "=" * 28]
)
def test_a_forged_form_is_refused(site: Site, path: str, signature: str) -> None:
    form = fixtures.twilio("status_whatsapp_read" if path == STATUS else "sms_text")
    assert site.twilio(form, path, signature=signature).status_code == 403
    assert site.stored() == NOTHING


@pytest.mark.parametrize("path", [MESSAGE, STATUS])
def test_an_unsigned_form_is_refused(site: Site, path: str) -> None:
    response = site.app.test_client().post(path, data=fixtures.twilio("sms_text"))
    assert response.status_code == 403
    assert site.stored() == NOTHING


def test_a_changed_form_is_refused(site: Site) -> None:
    form = fixtures.twilio("sms_text")
    signature = sign(f"{PUBLIC_URL}{MESSAGE}", list(form.items()))
    for changed in (form | {"Body": "lain"}, form | {"Extra": "1"}, {"Body": form["Body"]}):
        assert site.twilio(changed, signature=signature).status_code == 403
    assert site.stored() == NOTHING


def test_the_signature_of_one_route_opens_no_other(site: Site) -> None:
    form = fixtures.twilio("status_whatsapp_read")
    assert site.twilio(form, STATUS, signed_url=f"{PUBLIC_URL}{MESSAGE}").status_code == 403


def test_the_address_behind_the_proxy_does_not_count(site: Site) -> None:
    # The proxy speaks http with us, and sends its own host name; Twilio signed the public one.
    form = fixtures.twilio("sms_text")
    assert site.twilio(form, signed_url=f"http://localhost{MESSAGE}").status_code == 403
    assert site.twilio(form).status_code == 200


def test_queries_and_repeated_keys_are_signed_too(site: Site) -> None:
    pairs = [*fixtures.twilio("sms_text").items(), ("Tag", "b"), ("Tag", "a"), ("Tag", "b")]
    path = f"{MESSAGE}?office=baubau&q=%E2%9C%93+a%20b&empty="
    assert site.twilio(pairs, path, signed_url=f"{PUBLIC_URL}{MESSAGE}").status_code == 403
    assert site.twilio(pairs[:-1], path, signature=sign(PUBLIC_URL + path, pairs[:-2])).status_code
    assert site.stored() == NOTHING
    assert site.twilio(pairs, path).status_code == 200
    assert site.stored()["inbound"] == 1


@pytest.mark.parametrize("path", [MESSAGE, STATUS])
@pytest.mark.parametrize("query", ["", "?bodySHA256=" + "0" * 64])
def test_a_json_body_is_refused(site: Site, path: str, query: str) -> None:
    client = site.app.test_client()
    assert client.post(path + query, json={"Body": "halo"}).status_code == 403
    forged = {"X-Twilio-Signature": "x"}
    assert client.post(path + query, json={"Body": "halo"}, headers=forged).status_code == 403
    # Even one that carries a true signature holds none of the fields of a form.
    url = f"{PUBLIC_URL}{path}{query}"
    mac = hmac.new(AUTH_TOKEN.encode(), url.encode(), hashlib.sha1).digest()
    signed = {"X-Twilio-Signature": base64.b64encode(mac).decode()}
    assert client.post(path + query, json={"Body": "halo"}, headers=signed).status_code == 400
    assert site.stored() == NOTHING


@pytest.mark.parametrize(
    "fields",
    [
        {"MessageSid": "", "SmsSid": ""},
        {"From": ""},
        {"NumMedia": "-1"},
        {"NumMedia": "1"},
        {"Latitude": "nan", "Longitude": "0"},
    ],
)
def test_a_malformed_message_is_one_line_in_the_log(
    site: Site, fields: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    assert site.twilio(fixtures.twilio("sms_text") | fields).status_code == 400
    assert site.stored() == NOTHING
    assert len(caplog.records) == 1
    assert caplog.records[0].exc_info is None


@pytest.mark.parametrize("fields", [{"MessageSid": "", "SmsSid": ""}, {"ErrorCode": "x"}])
def test_a_malformed_receipt(site: Site, fields: dict[str, str]) -> None:
    form = fixtures.twilio("status_whatsapp_window") | fields
    assert site.twilio(form, STATUS).status_code == 400
    assert site.stored() == NOTHING


@pytest.mark.parametrize("order", list(permutations(["sent", "delivered", "read", "failed"])))
def test_receipts_in_any_order_move_forward_only(site: Site, order: tuple[str, ...]) -> None:
    _put_sent(site)
    for number in range(len(order)):
        assert _receipt(site, order[number]) == 200
        furthest = max(order[: number + 1], key=RANKS.index)
        assert _state(site)[0] == furthest


def test_a_repeated_receipt_changes_nothing(site: Site) -> None:
    _put_sent(site)
    for status in ("read", "read", "delivered", "queued", "unheard-of"):
        assert _receipt(site, status) == 200
    assert _state(site) == ("read", None)


def test_a_failure_is_kept_with_its_reason(site: Site) -> None:
    _put_sent(site)
    assert _receipt(site, "undelivered", ErrorCode="63016") == 200
    state, reason = _state(site)
    assert state == "failed"
    assert reason


def test_a_receipt_of_another_channel_changes_nothing(site: Site) -> None:
    _put_sent(site, Channel.SMS)
    assert _receipt(site, "read") == 200
    assert _state(site) == ("sent", None)


def test_without_credentials_the_channels_are_off(
    settings: Settings, store: Store, model: Model, data_key: str
) -> None:
    names = [name for name in ("ACCOUNT_SID", "AUTH_TOKEN", "WHATSAPP_FROM", "SMS_FROM")]
    off = make_settings(
        settings.instance.parent,
        settings.database_url,
        data_key,
        **{f"TWILIO_{name}": "" for name in names},
    )
    site = make_site(off, store, model)
    for path in (MESSAGE, STATUS):
        assert site.twilio(fixtures.twilio("sms_text"), path).status_code == 403
    assert site.stored() == NOTHING
