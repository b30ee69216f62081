"""Whom an announcement did not reach before one of its days, though another day is still ahead."""

from datetime import datetime

from bot.notices.replanning import ahead_of
from db.broadcast_progress import out_of_date_by_area
from db.broadcasts import Broadcast, Kind
from db.rounds import PLANNED, Round
from db.session import Session


def count_late(session: Session, broadcast: Broadcast, now: datetime) -> int:
    """Count the messages that ended out of date in areas where the round goes on."""
    if broadcast.kind != Kind.DISTRIBUTION or broadcast.round_id is None:
        return 0
    of_round = session.get_one(Round, broadcast.round_id)
    if of_round.state != PLANNED:
        return 0
    ahead = {one.area_code for one in ahead_of(session, of_round, now)}
    ended = out_of_date_by_area(session, broadcast.id) if ahead else {}
    return sum(count for area, count in ended.items() if area in ahead)
