"""Filing: what a form gathered becomes a ticket with its files, under a number."""

from collections.abc import Sequence
from typing import Any

from bot.turn import Turn
from db import audit
from db.attachments import attach
from db.registry import household_of
from db.ticket_changes import open_ticket
from db.ticket_states import By
from db.tickets import Matter, Ticket
from nlu.normalize import normalize

_CERTAIN = 90.0  # of 100: so near must a name be that a kelurahan is meant


def file_ticket(
    turn: Turn, matter: Matter, files: Sequence[dict[str, Any]] = (), about: int | None = None
) -> Ticket:
    """Make the ticket of a matter that the sender of a message brings, with its files.

    `about` is the person whom it is about, where that is not the sender.
    """
    ticket = open_ticket(
        turn.session,
        matter,
        contact_id=turn.contact.id,
        person_id=turn.contact.person_id if about is None else about,
        area_code=_area(turn, matter),
        year=turn.today.year,
        actor=turn.actor,
        by=By.CITIZEN,
        now=turn.now,
        searched=searched(matter),
    )
    attach(
        turn.session,
        contact_id=turn.contact.id,
        ticket_id=ticket.id,
        files=files,
        now=turn.now,
    )
    turn.change_contact(ticket_id=ticket.id)
    audit.record(turn.session, turn.now, turn.actor, "open ticket", f"ticket:{ticket.id}")
    return ticket


def file_for(
    turn: Turn,
    matter: Matter,
    area_code: str,
    person_id: int | None,
    files: Sequence[dict[str, Any]] = (),
) -> Ticket:
    """Make a ticket of what a companion brings; the answers come into his chat."""
    ticket = open_ticket(
        turn.session,
        matter,
        contact_id=turn.contact.id,
        person_id=person_id,
        area_code=area_code,
        year=turn.today.year,
        actor=turn.actor,
        by=By.DESK,
        now=turn.now,
        searched=searched(matter),
    )
    ticket.helper_id = turn.staff.id if turn.staff is not None else None
    attach(turn.session, contact_id=turn.contact.id, ticket_id=ticket.id, files=files, now=turn.now)
    audit.record(turn.session, turn.now, turn.actor, "open ticket", f"ticket:{ticket.id}")
    return ticket


def searched(matter: Matter) -> list[str]:
    """Give the texts by whose words a ticket is to be found: as written, and without slang."""
    told = [matter.story, matter.occurred, *_words(matter.details)]
    return [*told, *(normalize(text) for text in told if text)]


def _words(details: Any) -> list[str]:
    return [value for value in (details or {}).values() if isinstance(value, str)]


def _area(turn: Turn, matter: Matter) -> str:
    """Give the kelurahan of a matter: the one named, or else that of the reporter's family.

    Where neither is known it is the city's; raises ValueError in a store without any area.
    """
    named = (matter.details or {}).get("area")
    if named in turn.places.names:
        return str(named)
    if turn.contact.person_id is not None:
        return household_of(turn.session, turn.contact.person_id).area_code
    found = turn.places.gazetteer.find(matter.occurred) if matter.occurred else []
    if found and found[0].score >= _CERTAIN:
        return found[0].place.code
    return turn.places.city or min(turn.places.names)  # provinces come first
