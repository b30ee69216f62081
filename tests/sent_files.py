"""A ticket with files that a citizen sent, for the tests."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from db.areas import Area
from db.attachments import Attachment, attach
from db.contacts import Contact
from db.session import Store
from db.ticket_changes import open_ticket
from db.ticket_states import By
from db.tickets import Matter, Ticket
from tests.moment import NOW


def file_ticket_with(
    store: Store,
    files: Sequence[dict[str, Any]],
    channel: str = "telegram",
    area: str = "74.72",
    now: datetime = NOW,
) -> int:
    """Give the id of a ticket of somebody on a channel, made with these files."""
    with store.begin() as session:
        if session.get(Area, area) is None:
            session.add(Area(code=area, name="Kota Uji", level="city"))
            session.flush()
        address = f"siti-{channel}-{now.timestamp()}"
        contact = Contact(channel=channel, address=address, created_at=now)
        session.add(contact)
        session.flush()
        ticket = open_ticket(
            session, Matter("complaint", "other", "cerita", "kemarin"),
            contact_id=contact.id, person_id=None, area_code=area, year=now.year,
            actor=f"contact:{contact.id}", by=By.CITIZEN, now=now,
        )  # fmt: skip
        attach(session, contact_id=contact.id, ticket_id=ticket.id, files=files, now=now)
        return ticket.id


def photo(ref: str) -> dict[str, Any]:
    """Give a photo as a form does."""
    return {"kind": "photo", "ref": ref, "mime": "image/jpeg"}


def rows(store: Store) -> dict[str, Any]:
    """Give all attachments in their order, by the columns that tell how they stand."""
    with store.read() as session:
        found = session.scalars(select(Attachment).order_by(Attachment.id)).all()
        session.expunge_all()
    return {f"{place}:{row.state}": row for place, row in enumerate(found)}


def contact_of(store: Store, ticket_id: int) -> int:
    """Give the contact of a ticket."""
    with store.read() as session:
        contact_id = session.get_one(Ticket, ticket_id).contact_id
    assert contact_id is not None
    return contact_id
