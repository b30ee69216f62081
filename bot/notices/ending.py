"""What was to be said ends, as something else holds now."""

from datetime import datetime

from db import audit
from db.broadcast_watch import FOLLOWS
from db.broadcasts import Broadcast, State
from db.round_changes import hold_unended
from db.session import Session


def end(session: Session, broadcast: Broadcast, why: str, actor: str, now: datetime) -> None:
    """Cancel a broadcast; what follows another one may be made again, as the round is now."""
    if broadcast.kind in FOLLOWS:
        broadcast.digest = b""
    broadcast.state, broadcast.remark, broadcast.ended_at = State.CANCELED, why, now
    broadcast.version += 1
    session.flush()
    audit.record(session, now, actor, "cancel notice", f"broadcast:{broadcast.id}")


def remind_anew(session: Session, round_id: int, why: str, actor: str, now: datetime) -> None:
    """End the reminders of a round that have not begun, so that they are made of all it is now."""
    for one in hold_unended(session, round_id):
        if one.kind in FOLLOWS and one.state == State.SCHEDULED:
            end(session, one, why, actor, now)
