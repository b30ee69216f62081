"""A citizen's chat as he saw it, without the numbers by which he is known."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.messages import Reply
from bot.outbox import open_reply
from bot.texts import known, say
from bot.texts.masking import without_numbers
from db.chat_log import Shown, shown_after, written_after
from db.crypto import Vault, mask
from db.inbox import PURPOSE
from db.session import Session

MOST = 60  # messages of each side, the newest
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_ONLY_DIGITS = re.compile(r"\s*\d[\d .\-]{3,}\s*")  # such as the end of a KK number, sent alone
_OWN_LINK = re.compile(r"(/data/)\S+")  # whoever has it opens what it leads to


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message: of the citizen, or to him with the buttons below it."""

    is_citizen: bool
    text: str
    choices: Sequence[str]
    at: datetime


@dataclass(frozen=True, slots=True)
class Chat:
    """The newest messages of a contact and to it, opened; they are not masked."""

    said: Sequence[tuple[datetime, Mapping[str, Any]]]
    replies: Sequence[tuple[Shown, Reply]]


def chat_of(session: Session, contact_id: int) -> Chat:
    """Open the newest messages of a contact and to it."""
    vault = session.vault
    written = written_after(session, contact_id, 0, MOST)
    shown = shown_after(session, contact_id, _BEGINNING, MOST)
    return Chat(
        [(item.moment, json.loads(vault.open(item.body, PURPOSE))) for item in written],
        [(item, _reply(item, vault)) for item in shown],
    )


def bubbles_of(chat: Chat) -> list[Bubble]:
    """Give the messages of a chat as they are shown, oldest first."""
    labels = {choice.value: choice.label for _, reply in chat.replies for choice in reply.choices}
    bubbles = [_said(moment, body, labels) for moment, body in chat.said]
    bubbles += [
        Bubble(False, masked(reply.text), [choice.label for choice in reply.choices], item.moment)
        for item, reply in chat.replies
    ]
    # What was erased or has grown too old is still known by its row, which says nothing.
    return sorted((bubble for bubble in bubbles if bubble.text), key=lambda bubble: bubble.at)


def masked(text: str) -> str:
    """Hide the middle of every long number of a text, and the secret of every link of ours."""
    if _ONLY_DIGITS.fullmatch(text):
        return mask(re.sub(r"\D", "", text)[:8])
    return _OWN_LINK.sub(r"\1•••", without_numbers(text))


def _said(moment: datetime, body: Mapping[str, Any], labels: Mapping[str, str]) -> Bubble:
    button = body.get("button")
    text = masked(body["text"]) if body["text"] else labels.get(button, "") if button else ""
    kinds = [kind for kind, *_ in body.get("media", ())]
    if "location" in body:
        kinds.append("location")
    parts = [text, *(f"[{_kind_name(kind)}]" for kind in kinds)]
    return Bubble(True, " ".join(part for part in parts if part), (), moment)


def _kind_name(kind: str) -> str:
    key = f"desk.file_{kind}"
    return say(key) if known(key) else kind


def _reply(item: Shown, vault: Vault) -> Reply:
    return Reply(item.notice_text or "") if item.body is None else open_reply(vault, item.body)
