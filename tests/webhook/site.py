"""The application on a store of the tests, and providers that call it as they do."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from bot.dispatcher import Dispatcher
from bot.messages import Reply
from bot.outbox import open_reply
from bot.service import Service, adapters, rasa_server
from bot.settings import Settings, load_settings
from db.contacts import Contact
from db.inbox import InboundMessage
from db.outbox import EarlyReceipt, OutboundMessage
from db.session import Store
from nlu.classifier import Model
from tests.channels import fixtures
from tests.talk import Clock, make_engine
from webhook.app import create_app

TELEGRAM_SECRET = "rahasia-webhook_1"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
AUTH_TOKEN = "f" * 32
PUBLIC_URL = "https://halo.baubaukota.example"
MESSAGE, STATUS = "/webhook/twilio/message", "/webhook/twilio/status"
FORM_TYPE = "application/x-www-form-urlencoded"

ENVIRON = {
    "HALO_SECRET_KEY": "kunci-untuk-pengujian-saja",
    "PUBLIC_URL": PUBLIC_URL,
    "TELEGRAM_BOT_TOKEN": "7000000001:AAE-secret_of_the_bot",
    "TELEGRAM_WEBHOOK_SECRET": TELEGRAM_SECRET,
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
    "TWILIO_WHATSAPP_FROM": "whatsapp:+6285000000001",
    "TWILIO_SMS_FROM": "+6285000000002",
    "TWILIO_API_URL": "http://127.0.0.1:9",  # nobody is there
}
Pairs = Sequence[tuple[str, str]]


@dataclass
class Site:
    """The application, its store, and its parts."""

    app: Flask
    store: Store
    clock: Clock
    service: Service
    _ids: Iterator[int] = field(default_factory=lambda: count(871_230_100))

    def telegram(self, payload: object, secret: str | None = TELEGRAM_SECRET) -> TestResponse:
        """Deliver an update, or a body of bytes as it is."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        headers = {"Content-Type": "application/json"}
        if secret is not None:
            headers[SECRET_HEADER] = secret
        return self.app.test_client().post("/webhook/telegram", data=body, headers=headers)

    def say(self, text: str, user: int = 5000000001) -> TestResponse:
        """Deliver a new text of a person."""
        return self.telegram(self.update(text, user))

    def press(self, value: str, user: int = 5000000001) -> TestResponse:
        """Deliver a pressed button of a person."""
        payload = fixtures.telegram("callback")
        payload["update_id"] = next(self._ids)
        payload["callback_query"]["data"] = value
        payload["callback_query"]["message"]["chat"]["id"] = user
        return self.telegram(payload)

    def update(self, text: str, user: int = 5000000001) -> dict[str, Any]:
        """Make a new text of a person."""
        payload = fixtures.telegram("text")
        payload["update_id"] = next(self._ids)
        payload["message"]["text"] = text
        payload["message"]["chat"]["id"] = payload["message"]["from"]["id"] = user
        return payload

    def twilio(
        self,
        form: Mapping[str, str] | Pairs,
        path: str = MESSAGE,
        signed_url: str | None = None,
        signature: str | None = None,
    ) -> TestResponse:
        """Deliver a form, signed for the public address unless another one is given."""
        pairs = list(form.items()) if isinstance(form, Mapping) else list(form)
        if signature is None:
            signature = sign(signed_url or f"{PUBLIC_URL}{path}", pairs)
        headers = {"Content-Type": FORM_TYPE, "X-Twilio-Signature": signature}
        return self.app.test_client().post(path, data=urlencode(pairs), headers=headers)

    def replies(self) -> list[Reply]:
        """Give what waits in the outbox."""
        with self.store.read() as session:
            rows = session.scalars(
                select(OutboundMessage.body)
                .where(OutboundMessage.state == "queued", OutboundMessage.body.is_not(None))
                .order_by(OutboundMessage.id)
            )
            return [open_reply(session.vault, body) for body in rows if body is not None]

    def received(self) -> list[dict[str, Any]]:
        """Give the messages that were stored."""
        with self.store.read() as session:
            rows = session.scalars(select(InboundMessage.body).order_by(InboundMessage.id))
            return [json.loads(session.vault.open(body, "inbound")) for body in rows]

    def stored(self) -> dict[str, int]:
        """Count the rows that a webhook may write."""
        with self.store.read() as session:
            return {
                table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
                for table in (Contact, InboundMessage, OutboundMessage, EarlyReceipt)
            }


class TickingClock(Clock):
    """A clock on which no two moments are the same, as in life."""

    def __init__(self) -> None:
        super().__init__()
        self._ticks = count(1)

    def __call__(self) -> datetime:
        return self.now + timedelta(milliseconds=next(self._ticks))


NOTHING = {"contacts": 0, "inbound": 0, "outbound": 0, "early_receipts": 0}


def sign(url: str, pairs: Pairs) -> str:
    """Sign as Twilio does, with its own SDK."""
    signature: str = RequestValidator(AUTH_TOKEN).compute_signature(url, MultiDict(pairs))
    return signature


def make_settings(folder: Path, store_url: str, data_key: str, **more: str) -> Settings:
    environ = ENVIRON | {"DATABASE_URL": store_url, "HALO_DATA_KEY": data_key} | more
    return load_settings(environ, folder)


def app_of(service: Service) -> Flask:
    """Make the application; its templates are compiled once for all tests."""
    app = create_app(service.settings, service)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache()
    return app


def make_site(settings: Settings, store: Store, model: Model) -> Site:
    clock = TickingClock()
    engine = make_engine(store, model, clock, settings.page_url)
    dispatcher = Dispatcher(store, adapters(settings), clock, lambda: 0.5)
    service = Service(settings, store, engine, dispatcher, clock, rasa_server(settings))
    return Site(app_of(service), store, clock, service)


@pytest.fixture
def over_sample(
    tmp_path: Path, sample_url: str, sample_store: Store, data_key: str, model: Model
) -> Site:
    """Give the application over the sample; a file of tests may take it for its `site`."""
    return make_site(make_settings(tmp_path, sample_url, data_key), sample_store, model)


@pytest.fixture
def sample_site(
    tmp_path: Path, sample_url: str, sample_store: Store, data_key: str, model: Model
) -> Site:
    """Give the application outside the demo, over the sample; addressed as a browser needs it."""
    settings = make_settings(tmp_path, sample_url, data_key, PUBLIC_URL="http://127.0.0.1:8000")
    return make_site(settings, sample_store, model)
