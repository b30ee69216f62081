"""Twilio's webhooks: signatures for the public address, messages, and receipts in any order."""

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


def _put_sent(site: Site, *sids: str, channel: Channel = Channel.WHATSAPP) -> None:
    """Have messages in the store that Twilio took under these ids."""
    now = site.clock()
    with site.store.begin() as session:
        contact = Contact(channel=channel, address="+6281200000001", created_at=now)
        session.add(contact)
        session.flush()
        common = {
            "contact_id": contact.id, "channel": channel, "priority": REPLY, "state": "sent",
            "not_before": now, "created_at": now,
            "body": seal_reply(session.vault, Reply("Halo")),
        }  # fmt: skip
        session.execute(insert(OutboundMessage), [common | {"provider_id": sid} for sid in sids])


def _state(site: Site, sid: str = SID) -> tuple[str, str | None]:
    columns = select(OutboundMessage.state, OutboundMessage.reason)
    with site.store.read() as session:
        row = session.execute(columns.where(OutboundMessage.provider_id == sid)).one()
        return row.state, row.reason


def _receipt(site: Site, status: str, sid: str = SID, **more: str) -> int:
    form = fixtures.twilio("status_whatsapp_sent")
    form |= {"MessageSid": sid, "SmsSid": sid, "MessageStatus": status, "SmsStatus": status}
    return site.twilio(form | more, STATUS).status_code


@pytest.mark.parametrize(("name", "channel"), [("whatsapp_text", "whatsapp"), ("sms_text", "sms")])
def test_a_message_is_answered(site: Site, name: str, channel: str) -> None:
    form = fixtures.twilio(name)
    response = site.twilio(form)
    assert response.status_code == 200
    # Twilio would say whatever TwiML holds; the answer goes by the outbox instead.
    assert response.mimetype == "text/xml"
    assert response.text.endswith("<Response/>")
    assert site.received() == [{"text": form["Body"]}]
    assert site.replies()[0].text == say("welcome.who")
    with site.store.read() as session:
        assert session.scalars(select(Contact.channel)).one() == channel


def test_every_kind_of_form_is_taken(site: Site) -> None:
    for name in fixtures.TWILIO:
        path = STATUS if name.startswith("status") else MESSAGE
        assert site.twilio(fixtures.twilio(name), path).status_code == 200, name


def test_a_redelivered_message_has_no_second_effect(site: Site) -> None:
    form = fixtures.twilio("sms_text")
    assert site.twilio(form).status_code == 200
    once = site.stored()
    assert site.twilio(form).status_code == 200
    assert site.stored() == once
    assert once["outbound"] == 2


def test_a_forged_or_unsigned_form_is_refused(site: Site) -> None:
    for path, name in ((MESSAGE, "sms_text"), (STATUS, "status_whatsapp_read")):
        form = fixtures.twilio(name)
        for signature in ("", "x", "rahasia-é", sign("https://other.example/", []), "=" * 28):
            assert site.twilio(form, path, signature=signature).status_code == 403, signature
        assert site.app.test_client().post(path, data=form).status_code == 403
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


@pytest.mark.databases("sqlite")
def test_the_address_behind_the_proxy_does_not_count(site: Site) -> None:
    # The proxy speaks http with us, and sends its own host name; Twilio signed the public one.
    form = fixtures.twilio("sms_text")
    assert site.twilio(form, signed_url=f"http://localhost{MESSAGE}").status_code == 403
    assert site.twilio(form).status_code == 200


@pytest.mark.databases("sqlite")
def test_queries_and_repeated_keys_are_signed_too(site: Site) -> None:
    pairs = [*fixtures.twilio("sms_text").items(), ("Tag", "b"), ("Tag", "a"), ("Tag", "b")]
    path = f"{MESSAGE}?office=baubau&q=%E2%9C%93+a%20b&empty="
    assert site.twilio(pairs, path, signed_url=f"{PUBLIC_URL}{MESSAGE}").status_code == 403
    without_one_tag = [pair for pair in pairs if pair != ("Tag", "a")]
    signature = sign(PUBLIC_URL + path, without_one_tag)
    assert site.twilio(pairs, path, signature=signature).status_code == 403
    assert site.stored() == NOTHING
    assert site.twilio(pairs, path).status_code == 200
    assert site.stored()["inbound"] == 1


@pytest.mark.databases("sqlite")
def test_a_json_body_is_refused(site: Site) -> None:
    client = site.app.test_client()
    for path in (MESSAGE, STATUS, f"{MESSAGE}?bodySHA256=0", f"{STATUS}?bodySHA256=0"):
        assert client.post(path, json={"Body": "halo"}).status_code == 403, path
        forged = {"X-Twilio-Signature": "x"}
        assert client.post(path, json={"Body": "halo"}, headers=forged).status_code == 403, path
        # Even one that carries a true signature holds none of the fields of a form.
        signed = {"X-Twilio-Signature": sign(PUBLIC_URL + path, [])}
        assert client.post(path, json={"Body": "halo"}, headers=signed).status_code == 400, path
    assert site.stored() == NOTHING


def test_receipts_in_any_order_move_forward_only(site: Site) -> None:
    orders = {f"SM{n:032x}": order for n, order in enumerate(permutations(RANKS))}
    _put_sent(site, *orders)
    for sid, order in orders.items():
        for number in range(len(order)):
            assert _receipt(site, order[number], sid) == 200
            furthest = max(order[: number + 1], key=RANKS.index)
            assert _state(site, sid)[0] == furthest, order


def test_a_repeated_receipt_changes_nothing(site: Site) -> None:
    _put_sent(site, SID)
    for status in ("read", "read", "delivered", "queued", "unheard-of"):
        assert _receipt(site, status) == 200
    assert _state(site) == ("read", None)


def test_a_failure_is_kept_with_its_reason(site: Site) -> None:
    _put_sent(site, SID)
    assert _receipt(site, "undelivered", ErrorCode="63016") == 200
    state, reason = _state(site)
    assert state == "failed"
    assert reason


def test_a_receipt_of_another_channel_changes_nothing(site: Site) -> None:
    _put_sent(site, SID, channel=Channel.SMS)
    assert _receipt(site, "read") == 200
    assert _state(site) == ("sent", None)


def test_without_credentials_the_channels_are_off(
    settings: Settings, store: Store, model: Model, data_key: str
) -> None:
    names = ("ACCOUNT_SID", "AUTH_TOKEN", "WHATSAPP_FROM", "SMS_FROM")
    empty = {f"TWILIO_{name}": "" for name in names}
    off = make_settings(settings.instance.parent, settings.database_url, data_key, **empty)
    site = make_site(off, store, model)
    for path in (MESSAGE, STATUS):
        assert site.twilio(fixtures.twilio("sms_text"), path).status_code == 403
    assert site.stored() == NOTHING
