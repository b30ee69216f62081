"""Replies that were queued for later, and may be taken back until they are due."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from db.outbox import HELD, OutboundMessage
from db.session import Session

TAKEN_BACK = "taken_back"
_OUT: Any = OutboundMessage.__table__
_WAITS = _OUT.c.state.in_(("queued", HELD)) & (_OUT.c.tries == 0)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A sealed reply that nobody has tried to send."""

    id: int
    contact_id: int
    body: bytes


def waiting_for(session: Session, contact_ids: Collection[int]) -> Sequence[Waiting]:
    """Give the replies that wait for some contacts."""
    session.flush()
    query = select(_OUT.c.id, _OUT.c.contact_id, _OUT.c.body).where(
        _OUT.c.contact_id.in_(contact_ids), _WAITS, _OUT.c.wave_id.is_(None),
        _OUT.c.body.is_not(None),
    )  # fmt: skip
    return [Waiting(*row) for row in session.core.execute(query)]


def cancel_waiting(session: Session, message_ids: Collection[int]) -> None:
    """Cancel replies that still wait."""
    ended = update(_OUT).where(_OUT.c.id.in_(message_ids), _WAITS)
    session.core.execute(ended.values(state="canceled", reason=TAKEN_BACK))
