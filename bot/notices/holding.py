"""A broadcast is held as its page showed it, and what every deed asks of it before it is sent."""

from collections.abc import Collection
from datetime import datetime

from bot.notices.refusals import NoticeRefused, StaleBroadcast
from bot.notices.replanning import is_urgent_by_now
from db.broadcasts import Broadcast, Kind, State, hold_broadcast
from db.hoaxes import HOAX, Hoax
from db.round_changes import hold_round
from db.session import Session


def held(
    session: Session, broadcast_id: int, states: Collection[str], version: int | None = None
) -> Broadcast:
    """Hold a broadcast that is in one of some states, as the page showed it, after its round."""
    round_id = session.get_one(Broadcast, broadcast_id).round_id
    if round_id is not None:
        hold_round(session, round_id)
    broadcast = hold_broadcast(session, broadcast_id)
    if version is not None and broadcast.version != version:
        raise StaleBroadcast
    if broadcast.state not in states:
        raise NoticeRefused("notice.not_now")
    return broadcast


def see_urgency(session: Session, broadcast: Broadcast, now: datetime) -> None:
    """Let a change go out by night where people would come in vain, as it is by now."""
    if broadcast.kind == Kind.CHANGE:
        broadcast.urgent = is_urgent_by_now(session, broadcast, now)


def refuse_late(broadcast: Broadcast, now: datetime) -> None:
    """Raise NoticeRefused where its time is over."""
    if broadcast.expires_at is not None and broadcast.expires_at <= now:
        raise NoticeRefused("notice.out_of_date")


def move(broadcast: Broadcast, state: State) -> None:
    """Give it another state, so that pages made before are stale."""
    broadcast.state = state
    broadcast.version += 1


def refuse_unmarked(session: Session, broadcast: Broadcast) -> None:
    """Raise NoticeRefused where it warns of a hoax that is none any more."""
    if broadcast.hoax_id is not None and session.get_one(Hoax, broadcast.hoax_id).state != HOAX:
        raise NoticeRefused("hoax.not_marked")
