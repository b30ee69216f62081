"""Replies on their way through the outbox: sealed in the store, opened for an adapter."""

import json
from datetime import datetime, timedelta

from bot.messages import Address, Channel, Choice, Outgoing, Reply
from db.claims import Claimed
from db.crypto import Vault

_PURPOSE = "outbound"
_WINDOW = timedelta(hours=24)  # in which WhatsApp lets a service answer in its own words


def seal_reply(vault: Vault, reply: Reply) -> bytes:
    """Seal a reply for the store."""
    content = [reply.text, [[choice.value, choice.label] for choice in reply.choices]]
    return vault.seal(json.dumps(content, ensure_ascii=False, separators=(",", ":")), _PURPOSE)


def open_reply(vault: Vault, sealed: bytes) -> Reply:
    """Open what `seal_reply` made; raises CryptoError if the key is another."""
    text, choices = json.loads(vault.open(sealed, _PURPOSE))
    return Reply(text, tuple(Choice(value, label) for value, label in choices))


def outgoing(claimed: Claimed, vault: Vault, now: datetime) -> Outgoing:
    """Make what an adapter sends; a message without a body of its own says its notice's text."""
    if claimed.body is not None:
        reply = open_reply(vault, claimed.body)
    else:
        choices = (Choice(value, label) for value, label in claimed.choices or ())
        reply = Reply(claimed.notice_text or "", tuple(choices))
    return Outgoing(
        id=claimed.id,
        address=Address(Channel(claimed.channel), claimed.address),
        reply=reply,
        bulk=claimed.bulk,
        window_open=_window_open(claimed, now),
        content_sid=claimed.content_sid,
        content_variables=dict(claimed.content_variables or {}),
        callback_id=claimed.callback_id,
    )


def _window_open(claimed: Claimed, now: datetime) -> bool:
    heard, shut = claimed.last_inbound_at, claimed.window_shut_at
    return heard is not None and now - heard < _WINDOW and (shut is None or shut < heard)
