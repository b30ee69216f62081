"""Notices that a contact does not want any more, ended before they go out."""

from typing import Any

from sqlalchemy import select, update

from db.audiences import Topic, topic_of
from db.broadcasts import Broadcast, Kind, Wave
from db.contacts import Contact
from db.outbox import OutboundMessage
from db.session import Session

_OUT: Any = OutboundMessage.__table__


def end_unwanted(session: Session, channel: str, address: str) -> int:
    """Cancel what is queued for a contact about topics that it does not want; gives how many."""
    session.flush()
    found = session.execute(
        select(Contact.id, Contact.notices, Contact.news, Contact.emergencies).where(
            Contact.channel == channel, Contact.address == address
        )
    ).one_or_none()
    if found is None:
        return 0
    contact_id, *wanted = found
    unwanted = {topic for topic, is_wanted in zip(Topic, wanted, strict=True) if not is_wanted}
    kinds = [kind for kind in Kind if topic_of(kind) in unwanted]
    of_these = (
        select(Wave.id)
        .join(Broadcast, Broadcast.id == Wave.broadcast_id)
        .where(Broadcast.kind.in_(kinds))
    )
    ended = (
        update(_OUT)
        .where(
            _OUT.c.contact_id == contact_id,
            _OUT.c.state == "queued",
            _OUT.c.wave_id.in_(of_these),
        )
        .values(state="canceled", reason="opted_out")
    )
    return session.core.execute(ended).rowcount
