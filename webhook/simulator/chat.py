"""What the phone shows of a chat: the log of the store, rendered in the chosen look."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.channels.simulator import render
from bot.engine import StoreUnavailable
from bot.messages import Channel, Reply
from bot.outbox import open_reply
from bot.places import Places, read_places
from bot.texts.format import clock, plain_date
from db.chat_log import Shown, Written, contact_id_of, is_awaiting, shown_after, written_after
from db.crypto import Vault
from db.session import Session, Store

_MOST = 200  # messages of each side that the phone remembers
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a page has read: the last message of its own, and when the last one reached it."""

    written: int = 0
    shown: datetime = _EPOCH

    def __str__(self) -> str:
        return f"{self.written}.{(self.shown - _EPOCH) // _MICROSECOND}"


def read_cursor(text: str) -> Cursor:
    """Read what a page was given before; anything else begins at the beginning."""
    written, _, shown = text.partition(".")
    if not all(part.isascii() and part.isdigit() and len(part) < 18 for part in (written, shown)):
        return Cursor()
    try:
        return Cursor(int(written), _EPOCH + int(shown) * _MICROSECOND)
    except OverflowError:
        return Cursor()


class ChatLog:
    """Reads chats from the store; safe to share between threads."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._places: Places | None = None

    def after(self, user: str, look: Channel, cursor: Cursor) -> dict[str, Any]:
        """Give what is new in a chat, in its order, and whether an answer is on its way.

        Raises StoreUnavailable if the database cannot be reached.
        """
        try:
            with self._store.read() as session:
                return self._news(session, user, look, cursor)
        except (DBAPIError, PoolTimeout) as error:
            raise StoreUnavailable from error

    def _news(self, session: Session, user: str, look: Channel, cursor: Cursor) -> dict[str, Any]:
        now, vault = self._clock(), session.vault
        contact_id = contact_id_of(session, Channel.SIMULATOR, user)
        if contact_id is None:
            return {"messages": [], "next": str(cursor), "typing": False}
        # Before the messages: what arrives in between is then shown by the next question.
        typing = is_awaiting(session, contact_id, now)
        written = written_after(session, contact_id, cursor.written, _MOST)
        shown = shown_after(session, contact_id, cursor.shown, _MOST)
        labels = _labels(session, contact_id, written)
        items = [(item.moment, _own(item, vault, labels)) for item in written]
        items += [(item.moment, _received(item, vault, look)) for item in shown]
        items.sort(key=lambda item: item[0])
        zone = self._zone(session, now)
        reached = Cursor(
            written[-1].id if written else cursor.written,
            shown[-1].moment if shown else cursor.shown,
        )
        return {
            "messages": [{**item, **_when(moment, zone, now)} for moment, item in items],
            "next": str(reached),
            "typing": typing,
        }

    def _zone(self, session: Session, now: datetime) -> ZoneInfo:
        if self._places is None or not self._places.fresh(now):
            self._places = read_places(session, now)
        return ZoneInfo(self._places.zone)


def _labels(session: Session, contact_id: int, written: Iterable[Written]) -> dict[str, str]:
    """Give what stood on the buttons that were pressed: only their values were sent."""
    if not any("button" in _open(item, session.vault) for item in written):
        return {}
    replies = (
        _reply(item, session.vault) for item in shown_after(session, contact_id, _EPOCH, _MOST)
    )
    return {choice.value: choice.label for reply in replies for choice in reply.choices}


def _own(item: Written, vault: Vault, labels: dict[str, str]) -> dict[str, Any]:
    body = _open(item, vault)
    button = body.get("button")
    own: dict[str, Any] = {
        "from": "me",
        "id": item.external_id,
        "text": body["text"] or (labels.get(button, button) if button else ""),
        "buttons": [],
    }
    if body.get("media"):
        kind, ref, _mime = body["media"][0]
        own["media"] = {"kind": kind, "name": ref}
    if body.get("location"):
        latitude, longitude = body["location"]
        own["location"] = {"latitude": latitude, "longitude": longitude}
    return own


def _received(item: Shown, vault: Vault, look: Channel) -> dict[str, Any]:
    text, choices = render(_reply(item, vault), look)
    return {
        "from": "office",
        "id": str(item.id),
        "text": text,
        "buttons": [{"value": choice.value, "label": choice.label} for choice in choices],
    }


def _when(moment: datetime, zone: ZoneInfo, now: datetime) -> dict[str, str]:
    local = moment.astimezone(zone)
    today = now.astimezone(zone).date()
    near = {today: "Hari ini", today - timedelta(days=1): "Kemarin"}
    return {
        "time": clock(local.time()),
        "day": near.get(local.date()) or plain_date(local.date()),
    }


def _open(item: Written, vault: Vault) -> dict[str, Any]:
    # The engine seals it so; it keeps what was said, not how it was sent.
    body: dict[str, Any] = json.loads(vault.open(item.body, "inbound"))
    return body


def _reply(item: Shown, vault: Vault) -> Reply:
    return Reply(item.notice_text or "") if item.body is None else open_reply(vault, item.body)
