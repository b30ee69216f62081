"""Adding: what a citizen says or sends about a ticket of his that is still open."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.desk.moving import hold
from bot.fields import files_of
from bot.messages import Location, Media
from db.attachments import POINT, attach
from db.session import Session
from db.ticket_changes import move, put_off
from db.ticket_notes import ADDED, add_note
from db.ticket_states import DONE, By, IllegalMove, State
from db.ticket_words import index_words
from db.tickets import Ticket
from nlu.normalize import normalize


def add_to_ticket(
    session: Session,
    ticket_id: int,
    *,
    text: str,
    files: Sequence[Mapping[str, Any]],
    sender_id: int,
    actor: str,
    now: datetime,
    answers: bool = True,
) -> Ticket:
    """Add words and files to a ticket; one that waits for the citizen is worked on again.

    Files lie with the provider of the contact that sent them, whoever brought the ticket. It goes
    on waiting where this `answers` nothing yet. Raises IllegalMove for a ticket that is done.
    """
    ticket = hold(session, ticket_id)
    if State(ticket.state) in DONE:
        raise IllegalMove(f"{ticket.state} takes nothing more")
    if text:
        add_note(session, ticket.id, ADDED, text, actor, now)
        index_words(session, ticket.id, (text, normalize(text)))
    attach(session, contact_id=sender_id, ticket_id=ticket.id, files=files, now=now)
    if ticket.state == State.WAITING and answers:
        move(session, ticket, State.IN_PROGRESS, by=By.CITIZEN, actor=actor, now=now)
    else:
        put_off(session, ticket, now)
    return ticket


def files_sent(media: Sequence[Media], point: Location | None) -> list[dict[str, Any]]:
    """Give the files and the point of a message as a ticket takes them."""
    files: list[dict[str, Any]] = [*files_of(media)]
    if point is not None:
        files.append({"kind": POINT, "latitude": point.latitude, "longitude": point.longitude})
    return files
