"""Files that come without words: for the ticket just spoken of, or the report opened next."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.fields import files_of
from bot.forms import FILES, Answers
from bot.turn import Turn, button
from db.attachments import POINT
from db.contacts import CONSENT_REFUSED
from db.ticket_states import State
from db.tickets import PLAIN, Ticket

_FRESH = timedelta(hours=48)  # so long after it was spoken of is a file meant for a ticket
_RECENT = timedelta(minutes=30)  # so long does a file wait for the report that it belongs to
_MOST = 10
# Topics: what was sent, with when it was and when it came, and the ticket it may be for.
_FILES, _FILES_FOR = "files", "files_for"


def is_meant_for(ticket: Ticket, now: datetime) -> bool:
    """Say whether a file without words surely belongs to the open ticket of its sender.

    It answers an officer's question; else nothing is put into a matter that hides anything.
    """
    spoken_at = max(filter(None, (ticket.created_at, ticket.told_at)))
    hides = ticket.secrecy != PLAIN and ticket.state != State.WAITING
    return now - spoken_at <= _FRESH and not hides


def ask_whose(turn: Turn, ticket: Ticket, files: Sequence[Mapping[str, Any]]) -> None:
    """Keep the files and ask what they are for."""
    _keep(turn, files, ticket.number)
    turn.reply(
        "ticket.file_whose",
        button(f"ticket:files:{ticket.number}", "choice.ticket_files"),
        button(f"ticket:new:{ticket.number}", "choice.ticket_new"),
        button("menu", "choice.menu"),
        number=ticket.number,
    )


def take_files(turn: Turn, ticket: Ticket) -> list[dict[str, Any]]:
    """Give the files that were kept with the question about a ticket, and keep them no longer."""
    number = turn.conversation.topic.pop(_FILES_FOR, "")
    kept = json.loads(turn.conversation.topic.pop(_FILES, "[]"))
    mine = kept if number == ticket.number else []
    return [item["file"] for item in mine if "file" in item]


def keep_files(turn: Turn) -> None:
    """Keep the files of a message that is about nothing yet; after a refusal nothing is kept."""
    files = files_of(turn.inbound.media)
    if files and turn.contact.consent != CONSENT_REFUSED:
        _keep(turn, files, "")


def bring_files(turn: Turn) -> Answers:
    """Give what was sent just before a report, or with its first words, as its answer; say so."""
    brought, _others = _brought(turn)
    files = [*(item["file"] for item in brought), *files_of(turn.inbound.media)][:_MOST]
    forget_files(turn)
    if not files:
        return {}
    turn.reply("complaint.files_brought", count=len(files))
    return {FILES: files}


def bring_to_report(turn: Turn) -> list[dict[str, Any]]:
    """Give what was sent about when a whole report was, each with that moment, and with it.

    What was sent at another time waits on: its own report may still come.
    """
    brought, others = _brought(turn)
    forget_files(turn)
    if others:
        turn.conversation.topic |= {_FILES: json.dumps(others), _FILES_FOR: ""}
    files = [{**item["file"], "sent_at": item["sent"]} for item in brought]
    return [*files, *files_of(turn.inbound.media)][:_MOST]


def forget_files(turn: Turn) -> None:
    """Keep no file that came without words."""
    for topic in (_FILES, _FILES_FOR):
        turn.conversation.topic.pop(topic, None)


def _keep(turn: Turn, files: Sequence[Mapping[str, Any]], number: str) -> None:
    """Keep files beside those that came just before and may be for the same."""
    same = turn.conversation.topic.get(_FILES_FOR) == number
    moments = {"sent": turn.inbound.sent_at.isoformat(), "kept": turn.now.isoformat()}
    kept = [*(_recent(turn) if same else ()), *({"file": file, **moments} for file in files)]
    turn.conversation.topic |= {_FILES: json.dumps(kept[-_MOST:]), _FILES_FOR: number}


def _brought(turn: Turn) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Give the kept files that were sent about when the message was, and the others.

    A press bears the moment at which it arrived: then the files count by theirs.
    """
    brought: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    pressed = turn.inbound.button is not None
    for item in _recent(turn):
        sent = datetime.fromisoformat(item["kept" if pressed else "sent"])
        near = abs((turn.now if pressed else turn.inbound.sent_at) - sent) <= _RECENT
        if item["file"]["kind"] != POINT:
            (brought if near else others).append(item)
    return brought, others


def _recent(turn: Turn) -> list[dict[str, Any]]:
    """Give the files that were kept in the last minutes, each with its moments."""
    kept: list[Any] = json.loads(turn.conversation.topic.get(_FILES, "[]"))
    return [
        item
        for item in kept
        if "kept" in item and turn.now - datetime.fromisoformat(item["kept"]) <= _RECENT
    ]
