"""Messages as they came in: each stored once, however often the provider sends it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, bindparam
from sqlalchemy.orm import Mapped, mapped_column

from db.base import DIALECT_INSERT, Base, BigId
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


_TABLE: Any = InboundMessage.__table__


def _store(insert: Any) -> Any:
    columns = ("contact_id", "channel", "external_id", "body", "sent_at", "received_at")
    statement = insert(_TABLE).values({name: bindparam(name) for name in columns})
    return statement.on_conflict_do_nothing(index_elements=["channel", "external_id"]).returning(
        _TABLE.c.id
    )


_STORE = {dialect: _store(insert) for dialect, insert in DIALECT_INSERT.items()}


def store_inbound(session: Session, values: dict[str, Any]) -> int | None:
    """Store a message and give its id, or None if it is stored already."""
    statement = _STORE[session.core.dialect.name]
    stored: int | None = session.core.execute(statement, values).scalar()
    return stored
