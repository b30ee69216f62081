"""The conversation beside a ticket: nothing of what its reader may not know of the same citizen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from bot.conversation import open_conversation
from bot.desk.secrecy import wish
from bot.texts import sentences
from db.contacts import Contact
from db.session import Session
from db.talks import talks_about
from db.ticket_desk import CHIEF, Sight, hides_another
from db.ticket_notes import ADDED, ANSWER, notes_of
from db.tickets import PLAIN, Ticket
from webhook.console.conversation import Bubble, Chat, bubbles_of, chat_of, masked

_HIDING_FORMS = frozenset(("complaint", "usul", "sanggah"))  # which may yet become a hidden matter
_HIDING_BUTTONS = ("secrecy:", "hide:", "object")


@dataclass(frozen=True, slots=True)
class Beside:
    """What is shown of a conversation, and whether that is only what is about one ticket."""

    bubbles: Sequence[Bubble]
    is_cut: bool


def beside(session: Session, sight: Sight, ticket: Ticket) -> Beside | None:
    """Give the conversation with who brought a ticket; None where it came without a contact.

    Whoever asks must be allowed to read the ticket and to know its reporter. Where the citizen
    hides anything else from him, or may be about to, only what is about this ticket is given.
    """
    if ticket.contact_id is None:
        return None
    chat = chat_of(session, ticket.contact_id)
    if sight.role == CHIEF or not _hides(session, sight, ticket, chat):
        return Beside(bubbles_of(chat), False)
    return Beside(_about(session, ticket, chat), True)


def _hides(session: Session, sight: Sight, ticket: Ticket, chat: Chat) -> bool:
    return (
        hides_another(session, sight, ticket)
        or _may_hide_soon(session, ticket)
        or _speaks_of_hiding(chat)
    )


def _may_hide_soon(session: Session, ticket: Ticket) -> bool:
    """Say whether a form is open that may end in a hidden ticket."""
    contact = session.get_one(Contact, ticket.contact_id)
    form = open_conversation(contact.conversation, session.vault).form
    return form is not None and form.form in _HIDING_FORMS


def _speaks_of_hiding(chat: Chat) -> bool:
    """Say whether anybody spoke of hiding, or of an objection; what came of it may be nothing."""
    for _, body in chat.said:
        wished = wish(body.get("text") or "")
        pressed = body.get("button") or ""
        if (wished is not None and wished[0] != PLAIN) or pressed.startswith(_HIDING_BUTTONS):
            return True
    return any(mark in reply.text for _, reply in chat.replies for mark in _marks())


@cache
def _marks() -> Sequence[str]:
    """Give the sentences that are said only in an objection or where something is hidden."""
    return [
        text
        for key, text in sentences().items()
        if key.startswith(("sanggah.ask_", "secrecy.line_", "secrecy.anonymous",
                           "secrecy.confidential", "secrecy.hidden"))
        and "{" not in text
    ]  # fmt: skip


def _about(session: Session, ticket: Ticket, chat: Chat) -> list[Bubble]:
    """Give what was added to a ticket and answered, and the talks about it."""
    spans = [(talk.taken_at, talk.ended_at) for talk in talks_about(session, ticket.id)]
    talked = bubbles_of(
        Chat(
            [one for one in chat.said if _within(one[0], spans)],
            [one for one in chat.replies if _within(one[0].created_at, spans)],
        )
    )
    noted = [
        Bubble(note.kind == ADDED, masked(note.text), (), note.at)
        for note in notes_of(session, ticket.id)
        if note.kind in (ADDED, ANSWER) and not _within(note.at, spans)  # said in a talk: above
    ]
    return sorted((*talked, *noted), key=lambda bubble: bubble.at)


def _within(moment: datetime, spans: Sequence[tuple[datetime | None, datetime | None]]) -> bool:
    """Say whether a moment lies in a talk: the service was silent then."""
    return any(
        begun is not None and begun <= moment and (ended is None or moment <= ended)
        for begun, ended in spans
    )
