"""Messages as they came in: each stored once, however often the provider sends it."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, bindparam, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import DIALECT_INSERT, Base, BigId
from db.fixed import Fixed
from db.session import Session


class InboundMessage(Base):
    """One message of a person; the provider's id makes a redelivery known."""

    __tablename__ = "inbound"
    __table_args__ = (
        UniqueConstraint("channel", "external_id"),
        Index("ix_inbound_contact", "contact_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"))
    channel: Mapped[str] = mapped_column(String(10))
    external_id: Mapped[str] = mapped_column(String(80))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    sent_at: Mapped[datetime]
    received_at: Mapped[datetime]


PURPOSE = "inbound"
NOTHING = json.dumps({"text": ""}, separators=(",", ":"))  # what is kept of a message unkept

_TABLE: Any = InboundMessage.__table__


def _store(dialect: str) -> Any:
    columns = ("contact_id", "channel", "external_id", "body", "sent_at", "received_at")
    statement = DIALECT_INSERT[dialect](_TABLE).values({name: bindparam(name) for name in columns})
    return statement.on_conflict_do_nothing(index_elements=["channel", "external_id"]).inline()


_STORE = Fixed(_store)


def store_inbound(session: Session, values: dict[str, Any]) -> bool:
    """Store a message; False if it is stored already."""
    return _STORE.run(session.core, values) == 1


def forget_bodies(session: Session, contact_id: int, until: datetime | None = None) -> None:
    """Empty all messages of a contact, or those until a moment.

    The rows stay, by which a redelivery is known.
    """
    empty = session.vault.seal(NOTHING, PURPOSE)
    theirs = _TABLE.c.contact_id == contact_id
    if until is not None:
        theirs &= _TABLE.c.received_at <= until
    session.core.execute(update(_TABLE).where(theirs).values(body=empty))
