"""Files that come without words: for the ticket just spoken of, or else its sender is asked."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.turn import Turn, button
from db.ticket_states import State
from db.tickets import PLAIN, Ticket

_FRESH = timedelta(hours=48)  # so long after it was spoken of is a file meant for a ticket
_FILES, _FILES_FOR = "files", "files_for"  # topics: what was sent, and the ticket it may be for


def is_meant_for(ticket: Ticket, now: datetime) -> bool:
    """Say whether a file without words surely belongs to the open ticket of its sender.

    It answers an officer's question; else nothing is put into a matter that hides anything.
    """
    spoken_at = max(filter(None, (ticket.created_at, ticket.told_at)))
    hides = ticket.secrecy != PLAIN and ticket.state != State.WAITING
    return now - spoken_at <= _FRESH and not hides


def ask_whose(turn: Turn, ticket: Ticket, files: Sequence[Mapping[str, Any]]) -> None:
    """Keep the files and ask what they are for."""
    turn.conversation.topic |= {_FILES: json.dumps([*files]), _FILES_FOR: ticket.number}
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
    kept = turn.conversation.topic.pop(_FILES, "[]")
    return json.loads(kept) if number == ticket.number else []
