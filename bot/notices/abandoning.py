"""A round that was made with its announcement ends with it, as long as nobody approved that."""

from datetime import datetime

from db import audit
from db.broadcasts import Broadcast, Kind
from db.round_changes import hold_broadcasts, hold_round
from db.rounds import CANCELED, PLANNED, Round, distributions_of
from db.session import Session

_LONGEST_WHY = 200  # characters


def abandon_round(
    session: Session, announcement: Broadcast, why: str, actor: str, now: datetime
) -> None:
    """End the round of an announcement that was refused or canceled, if it was made for that.

    So it is in a chat, where one wish makes both; a round that was planned by itself stays, to be
    announced again. What was known before stands as it is, and is of no round any more.
    """
    if announcement.kind != Kind.DISTRIBUTION or announcement.approved_at is not None:
        return
    round_id = announcement.round_id
    of_round = None if round_id is None else hold_round(session, round_id)
    if of_round is None or of_round.state != PLANNED or not _made_with(of_round, announcement):
        return
    if len(hold_broadcasts(session, of_round.id)) > 1:
        return
    for one in distributions_of(session, of_round.id):
        one.canceled = one.canceled or one.created_at >= of_round.created_at
        one.round_id = None
    of_round.state, of_round.why, of_round.changed_at = CANCELED, why[:_LONGEST_WHY], now
    of_round.version += 1
    session.flush()
    audit.record(session, now, actor, "cancel round", f"round:{of_round.id}")


def _made_with(of_round: Round, announcement: Broadcast) -> bool:
    made = of_round.created_at, of_round.created_by
    return made == (announcement.created_at, announcement.created_by)
