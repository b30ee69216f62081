"""What the tests ask of the store about an emergency told in chat."""

from sqlalchemy import select

from db.session import Store
from db.ticket_notes import ADDED, notes_of
from db.tickets import Ticket

FIRE = "rumah tetangga kebakaran di lamangga"


def emergency_of(store: Store) -> Ticket | None:
    """Give the latest emergency, if there is any."""
    with store.read() as session:
        return session.scalars(
            select(Ticket).filter_by(kind="emergency").order_by(Ticket.id.desc()).limit(1)
        ).first()


def emergency(store: Store) -> Ticket:
    """Give the latest emergency."""
    ticket = emergency_of(store)
    assert ticket is not None
    return ticket


def added(store: Store) -> list[str]:
    """Give what was added to the latest emergency by whoever told it."""
    with store.read() as session:
        notes = notes_of(session, emergency(store).id)
        return [note.text for note in notes if note.kind == ADDED]
