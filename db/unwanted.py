"""Notices that a contact does not want any more, ended before they go out."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, select, update

from db.audiences import Topic, topic_of
from db.broadcasts import Broadcast, Kind, Wave
from db.contacts import Contact, of_same_phone
from db.outbox import UNWANTED, OutboundMessage
from db.session import Session

_OUT: Any = OutboundMessage.__table__
_CONTACT: Any = Contact.__table__


def end_unwanted(session: Session, channel: str, address: str, off: Collection[str]) -> int:
    """End some topics for a telephone, whatever channel it said so on; gives how many rows end.

    `off` names topics. What is queued about any topic that is not wanted is cancelled.
    """
    session.flush()
    contacts = of_same_phone(session, channel, address)
    if off:
        ended = update(_CONTACT).where(_CONTACT.c.id.in_(contacts))
        session.core.execute(ended.values(**dict.fromkeys(off, False)))
    wishes = select(_CONTACT.c.id, *(_CONTACT.c[topic] for topic in Topic))
    found = session.core.execute(wishes.where(_CONTACT.c.id.in_(contacts))).mappings().all()
    return sum(
        _cancel(session, one["id"], {topic for topic in Topic if not one[topic]}) for one in found
    )


def end_of_family(session: Session, contact_id: int) -> int:
    """Cancel what is queued of aid for a contact that is cut from its family; gives how many."""
    session.flush()
    return _cancel(session, contact_id, {Topic.AID})


def waves_about(topics: Collection[Topic]) -> Select[Any]:
    """Select the waves of the broadcasts that are about some topics."""
    kinds = [kind for kind in Kind if topic_of(kind) in topics]
    return (
        select(Wave.id)
        .join(Broadcast, Broadcast.id == Wave.broadcast_id)
        .where(Broadcast.kind.in_(kinds))
    )


def _cancel(session: Session, contact_id: int, unwanted: Collection[Topic]) -> int:
    ended = (
        update(_OUT)
        .where(
            _OUT.c.contact_id == contact_id,
            _OUT.c.state == "queued",
            _OUT.c.wave_id.in_(waves_about(unwanted)),
        )
        .values(state="canceled", reason=UNWANTED)
    )
    return session.core.execute(ended).rowcount
