"""The routes of the simulator: whom they serve, what they refuse, and in which order they tell."""

import html
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from bot.messages import Channel, Reply
from bot.outbox import open_reply, seal_reply
from db.chat_log import contact_id_of, written_after
from db.outbox import OutboundMessage, queue_replies
from db.sample.named import named_people
from db.session import Store
from tests.webhook.demo import demo_settings, make_demo
from webhook.app import create_app
from webhook.simulator.chat import Cursor, read_cursor
from webhook.simulator.messages import TOKEN_HEADER

# What the pages do is the same on every database; the demo is served from SQLite.
pytestmark = pytest.mark.databases("sqlite")


class Phone:
    """A page of the simulator, as its script would use it."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.user, self.look, self.token = "", "", ""
        self.look_at()

    def look_at(self) -> str:
        page = self.client.get("/simulator/").text
        found = dict(re.findall(r'data-(user|look|token)="([^"]*)"', page))
        self.user, self.look, self.token = found["user"], found["look"], found["token"]
        return html.unescape(page)

    def choose(self, **form: str) -> None:
        answer = self.client.post("/simulator/identity", data={"token": self.token, **form})
        assert (answer.status_code, answer.location) == (303, "/simulator/")
        self.look_at()

    def send(self, message: object, **headers: str) -> TestResponse:
        return self.client.post(
            "/simulator/messages",
            data=message if isinstance(message, bytes) else json.dumps(message).encode(),
            content_type="application/json",
            headers={TOKEN_HEADER: self.token, **headers},
        )

    def news(self, after: str = "") -> Any:
        answer = self.client.get(f"/simulator/messages?after={after}")
        assert answer.status_code == 200
        return answer.json


@pytest.fixture
def opened(phone: FlaskClient) -> Phone:
    return Phone(phone)


def deliver(store: Store, text: str, moment: datetime) -> None:
    """Mark a waiting message as sent, as the dispatcher would."""
    with store.begin() as session:
        rows = session.query(OutboundMessage.id, OutboundMessage.body).all()
        ids = [id_ for id_, body in rows if body and text in open_reply(store.vault, body).text]
        session.execute(
            update(OutboundMessage)
            .where(OutboundMessage.id.in_(ids))
            .values(state="sent", settled_at=moment)
        )


def test_there_is_no_simulator_outside_the_demo(
    store: Store, store_url: str, data_key: str, tmp_path: Any
) -> None:
    settings = demo_settings(tmp_path, store_url, data_key)
    real = type(settings)(
        **{name: getattr(settings, name) for name in settings.__slots__} | {"demo": False}
    )
    client = create_app(real, make_demo(settings, store)).test_client()
    assert client.get("/simulator/").status_code == 404
    assert client.post("/simulator/messages", json={}).status_code == 404
    page = client.get("/").text
    assert "Layanan sedang berjalan" in page
    assert not any(person.name in page or person.nik in page for person in named_people())


def test_the_start_page_of_the_demo_names_the_people_to_try(phone: FlaskClient) -> None:
    page = phone.get("/").text
    for person in named_people():
        assert person.nik in page
        assert f">{person.kk[-4:]}</mark>" in page


@pytest.mark.parametrize(
    "path", ["/simulator/", "/simulator/messages", "/simulator/static/main.js"]
)
def test_every_answer_forbids_what_comes_from_elsewhere(phone: FlaskClient, path: str) -> None:
    policy = phone.get(path, buffered=True).headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy


def test_the_page_has_nothing_inline_and_no_identifier_in_an_address(opened: Phone) -> None:
    page = opened.look_at()
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)
    assert not re.search(r'(?:href|src|action)="[^"]*\d{16}', page)


def test_a_browser_keeps_its_choice(opened: Phone) -> None:
    number = opened.user
    assert re.fullmatch(r"baru-[a-z2-9]{6}", number)
    opened.choose(user="siti", look="sms")
    assert (opened.user, opened.look) == ("siti", "sms")
    assert "Wa Siti · SMS" in opened.look_at()
    opened.choose(new="1", look="whatsapp")
    assert opened.user not in (number, "siti")
    opened.choose(user=number, look="telegram")
    assert opened.user == number


@pytest.mark.parametrize(
    "form",
    [
        {"user": "orang-lain", "look": "sms"},
        {"user": "warga-0001", "look": "sms"},
        {"user": "siti", "look": "simulator"},
        {"user": "siti", "look": "sms", "token": "salah"},
        {"look": "sms"},
    ],
)
def test_nobody_else_can_be_chosen(opened: Phone, form: dict[str, str]) -> None:
    number = opened.user
    opened.choose(**form)
    assert (opened.user, opened.look) == (number, "telegram")


def test_a_message_reaches_the_engine_as_that_of_the_chosen_person(
    opened: Phone, store: Store
) -> None:
    opened.choose(user="hasan", look="telegram")
    photo = {"kind": "photo", "name": "a" * 150 + ".jpg", "mime": "image/jpeg", "size": 5}
    assert opened.send({"id": "1", "text": "halo", "media": photo}).json == {"ok": True}
    with store.read() as session:
        contact_id = contact_id_of(session, "simulator", "hasan")
        assert contact_id is not None
        (written,) = written_after(session, contact_id, 0, 10)
        body = json.loads(session.vault.open(written.body, "inbound"))
    assert body["text"] == "halo"
    assert body["media"] == [["photo", "sim:" + "a" * 96 + ".jpg", "image/jpeg"]]


def test_a_message_sent_twice_is_shown_once(opened: Phone) -> None:
    for _ in range(2):
        assert opened.send({"id": "satu", "text": "halo"}).status_code == 200
    assert [item["id"] for item in opened.news()["messages"]] == ["satu"]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"x"', b"{}", b"[" * 100_000, b'{"id": 1}', b'{"id": "1", "text": 5}',
     b'{"id": "1", "media": {"kind": "bom", "name": "x"}}', b'{"id": "1", "media": [1]}',
     b'{"id": "1", "location": {"latitude": 99, "longitude": 0}}', b"\xff\xfe"],
)  # fmt: skip
def test_what_is_no_message_is_refused(opened: Phone, body: bytes) -> None:
    assert opened.send(body).status_code == 400
    assert opened.news()["messages"] == []


def test_another_site_cannot_send(opened: Phone, phone: FlaskClient) -> None:
    message = {"id": "1", "text": "halo"}
    assert opened.send(message, **{TOKEN_HEADER: "salah"}).status_code == 403
    plain = phone.post(
        "/simulator/messages",
        data=json.dumps(message),
        content_type="text/plain",
        headers={TOKEN_HEADER: opened.token},
    )
    assert plain.status_code == 415
    assert opened.news()["messages"] == []


def test_a_browser_that_has_not_opened_the_page_gets_nothing(phone: FlaskClient) -> None:
    assert phone.get("/simulator/messages").status_code == 403
    assert phone.post("/simulator/messages", json={"id": "1", "text": "x"}).status_code == 403


def test_a_page_that_shows_somebody_else_cannot_send(opened: Phone) -> None:
    answer = opened.send({"user": "siti", "id": "1", "text": "halo"})
    assert (answer.status_code, answer.json) == (409, {"error": "user"})
    assert opened.send({"user": opened.user, "id": "1", "text": "halo"}).status_code == 200


def test_too_much_is_refused(opened: Phone) -> None:
    answer = opened.send({"id": "1", "text": "x" * 1_000_001})
    assert answer.status_code == 413
    assert "terlalu besar" in answer.text


def test_the_chat_is_told_in_its_order_and_each_message_once(opened: Phone, store: Store) -> None:
    opened.send({"id": "satu", "text": "halo"})
    first = opened.news()
    assert first["typing"]
    assert [item["from"] for item in first["messages"]] == ["me"]
    now = datetime.now(UTC)
    deliver(store, "Halo Puskesos", now)
    deliver(store, "Apakah Bapak/Ibu setuju", now + timedelta(milliseconds=1))
    second = opened.news(first["next"])
    assert [item["from"] for item in second["messages"]] == ["office", "office"]
    assert [button["label"] for button in second["messages"][1]["buttons"]] == [
        "Ya, setuju",
        "Tidak",
    ]
    assert not second["typing"]
    assert opened.news(second["next"])["messages"] == []
    opened.send({"id": "dua", "button": "consent:yes"})
    everything = opened.news()["messages"]
    assert [item["text"][:10] for item in everything][::3] == ["halo", "Ya, setuju"]
    assert all(re.fullmatch(r"\d\d\.\d\d", item["time"]) for item in everything)
    assert {item["day"] for item in everything} <= {"Hari ini", "Kemarin"}


def test_a_notice_that_waited_is_told_though_later_replies_came_before(
    opened: Phone, store: Store
) -> None:
    opened.send({"id": "satu", "text": "halo"})
    now = datetime.now(UTC)
    with store.begin() as session:
        contact_id = contact_id_of(session, "simulator", opened.user)
        assert contact_id is not None
        for text in ("Kabar pagi", "Jawaban"):
            body = seal_reply(session.vault, Reply(text))
            queue_replies(session, contact_id, "simulator", [body], now)
    deliver(store, "Jawaban", now)
    seen = opened.news()
    deliver(store, "Kabar pagi", now + timedelta(hours=9))
    later = opened.news(seen["next"])["messages"]
    assert [item["text"] for item in later] == ["Kabar pagi"]


@pytest.mark.parametrize(
    ("look", "text", "labels"),
    [
        (Channel.TELEGRAM, "Pilih ✅", ["Ya"]),
        (Channel.WHATSAPP, "Pilih ✅\n\n1. Ya", []),
        (Channel.SMS, "Pilih\n\n1. Ya", []),
    ],
)
def test_replies_look_as_in_the_chosen_channel(
    opened: Phone, store: Store, look: Channel, text: str, labels: list[str]
) -> None:
    opened.send({"id": "satu", "text": "halo"})
    with store.begin() as session:
        contact_id = contact_id_of(session, "simulator", opened.user)
        assert contact_id is not None
        sealed = session.vault.seal('["Pilih ✅", [["x:1", "Ya"]]]', "outbound")
        queue_replies(session, contact_id, "simulator", [sealed], datetime.now(UTC))
    deliver(store, "Pilih", datetime.now(UTC))
    opened.choose(user=opened.user, look=look)
    shown = opened.news()["messages"][-1]
    assert shown["text"] == text
    assert [button["label"] for button in shown["buttons"]] == labels


def test_a_place_and_an_unknown_button_are_told_again(opened: Phone) -> None:
    opened.send({"id": "1", "location": {"latitude": -5.4653, "longitude": 122.6079}})
    opened.send({"id": "2", "button": "lama:1"})
    place, button = opened.news()["messages"]
    assert place["location"] == {"latitude": -5.4653, "longitude": 122.6079}
    assert button["text"] == "lama:1"


def test_a_store_that_is_down_asks_to_try_again(
    opened: Phone, phone: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("down"))

    monkeypatch.setattr(Store, "read", down)
    answer = phone.get("/simulator/messages")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"


@pytest.mark.parametrize(
    "text", ["", "x", "1", "1.x", "-1.2", "1.-2", "９.1", f"1.{'9' * 30}", "1.2.3"]
)
def test_a_cursor_that_was_never_given_begins_at_the_beginning(text: str) -> None:
    assert read_cursor(text) == Cursor()


def test_a_cursor_is_read_as_it_was_written() -> None:
    cursor = Cursor(7, datetime(2026, 11, 22, 1, 2, 3, 456789, tzinfo=UTC))
    assert read_cursor(str(cursor)) == cursor
