"""What is decided on a broadcast: submitted, approved, refused, paused, cancelled, sent again.

From the moment at which it is submitted nothing of a broadcast changes but its state.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.notices.abandoning import abandon_round
from bot.notices.crowding import is_crowded, keeps_hours
from bot.notices.drafting import is_unchanged, write_anew
from bot.notices.holding import held, move, refuse_late, refuse_unmarked, see_urgency
from bot.notices.previewing import preview, problems
from bot.notices.refusals import NoticeRefused, StaleBroadcast
from bot.notices.repeats import same_today
from bot.notices.telling import STAFF, ask_approvers, tell_maker
from bot.notices.timing import first_day
from bot.notices.undoing import take_back
from bot.texts import say
from bot.texts.format import local_moment
from db import audit
from db.areas import Area
from db.audiences import Filters
from db.broadcast_rows import open_rows, requeue_failed
from db.broadcast_watch import is_heard, passed_notices, superseded_notices
from db.broadcasts import (
    UNENDED,
    Broadcast,
    Kind,
    Notice,
    State,
    followers_of,
    notices_of,
)
from db.notice_rules import notice_rules
from db.quiet_hours import after_quiet_hours
from db.round_changes import undecided_change
from db.rounds import PLANNED, Round, distributions_of
from db.session import Session
from db.slots import assign_slots

__all__ = (
    "NoticeRefused", "StaleBroadcast", "approve", "cancel", "may_reword", "pause", "refuse",
    "resend_failed", "resume", "reword", "submit",
)  # fmt: skip

LONGEST_WHY = 300  # characters
_SHORTEST_WHY = 3


def may_reword(broadcast: Broadcast, actor: str) -> bool:
    """Say whether somebody may give a draft about a change other words.

    It is he who prepared it: anybody else could approve his own.
    """
    is_draft = broadcast.kind == Kind.CHANGE and broadcast.state == State.DRAFT
    return is_draft and broadcast.created_by == actor


def reword(
    session: Session,
    broadcast_id: int,
    texts: Mapping[str, str],
    actor: str,
    now: datetime,
    version: int,
) -> Sequence[Notice]:
    """Let the draft about a change say it in own words, by their languages; in ours without any.

    Raises NoticeRefused and StaleBroadcast.
    """
    broadcast = held(session, broadcast_id, (State.DRAFT,), version)
    if not may_reword(broadcast, actor):
        raise NoticeRefused("notice.not_to_reword")
    notices = write_anew(session, broadcast, texts, now)
    audit.record(session, now, actor, "reword notice", f"broadcast:{broadcast.id}")
    return notices


def submit(
    session: Session,
    broadcast_id: int,
    actor: str,
    now: datetime,
    version: int,
    sure: bool = False,
    public_url: str | None = None,
) -> Broadcast:
    """Ask for somebody else's approval; where the rules want none, this is the approval.

    So it is, too, for whoever works at the machine itself. `sure` sends the same again on one day,
    and calls more families than the quotas of a round allow. `public_url` is where people reach
    our pages.
    Raises NoticeRefused and StaleBroadcast.
    """
    broadcast = held(session, broadcast_id, (State.DRAFT,), version)
    see_urgency(session, broadcast, now)
    _check(session, broadcast, now, sure)
    shown = preview(session, broadcast, now)
    if broadcast.parent_id is None and not shown.reach.contacts:
        raise NoticeRefused("notice.nobody")
    if not notice_rules(session).four_eyes or not actor.startswith(STAFF):
        _release(session, broadcast, actor, now)
        return broadcast
    move(broadcast, State.WAITING)
    audit.record(session, now, actor, "submit notice", f"broadcast:{broadcast.id}")
    ask_approvers(session, broadcast, shown.reach, now, public_url)
    return broadcast


def approve(
    session: Session, broadcast_id: int, actor: str, now: datetime, version: int, sure: bool = False
) -> Broadcast:
    """Let a broadcast be sent as it was submitted; whoever prepared it may not, where two must.

    Raises NoticeRefused and StaleBroadcast.
    """
    broadcast = held(session, broadcast_id, (State.WAITING,), version)
    if notice_rules(session).four_eyes and actor == broadcast.created_by:
        raise NoticeRefused("notice.own")
    see_urgency(session, broadcast, now)
    _check(session, broadcast, now, sure)
    _release(session, broadcast, actor, now)
    zone = session.get_one(Area, broadcast.area_code).timezone
    begins = max(broadcast.send_at, now)
    if broadcast.urgent:
        key = "notice.approved_urgent"
    else:
        key, begins = "notice.approved", after_quiet_hours(begins, zone)
    _tell_maker(session, broadcast, key, actor, now, moment=local_moment(begins, zone))
    return broadcast


def refuse(
    session: Session, broadcast_id: int, actor: str, why: str, now: datetime, version: int
) -> Broadcast:
    """Give a broadcast back for good, with a reason that its author reads.

    A change is undone: its round stands as it was last approved, and its author is told so. What
    was announced in one with its round ends with it.
    """
    broadcast = held(session, broadcast_id, (State.WAITING,), version)
    _end(broadcast, State.REFUSED, why, now)
    audit.record(session, now, actor, "refuse notice", f"broadcast:{broadcast.id}")
    reason = broadcast.remark or why
    abandon_round(session, broadcast, reason, actor, now)
    if not _undo(session, broadcast, reason, actor, now):
        _tell_maker(session, broadcast, "notice.refused", actor, now, why=reason)
    return broadcast


def pause(session: Session, broadcast_id: int, actor: str, now: datetime) -> Broadcast:
    """Stop sending until it is resumed; the next claim finds nothing. Raises NoticeRefused."""
    broadcast = held(session, broadcast_id, (State.RUNNING,))
    if not open_rows(session, broadcast_id):
        raise NoticeRefused("notice.all_tried")
    move(broadcast, State.PAUSED)
    audit.record(session, now, actor, "pause notice", f"broadcast:{broadcast.id}")
    return broadcast


def resume(session: Session, broadcast_id: int, actor: str, now: datetime) -> Broadcast:
    """Go on with what is left."""
    broadcast = held(session, broadcast_id, (State.PAUSED,))
    refuse_late(broadcast, now)
    see_urgency(session, broadcast, now)
    move(broadcast, State.RUNNING)
    audit.record(session, now, actor, "resume notice", f"broadcast:{broadcast.id}")
    return broadcast


def cancel(session: Session, broadcast_id: int, actor: str, why: str, now: datetime) -> Broadcast:
    """Stop a broadcast; what was sent cannot be taken back, and whoever heard it is reminded.

    A change of which nobody has heard is undone. The others may hear it by `carry_on`.
    """
    broadcast = held(session, broadcast_id, UNENDED)
    followers = [] if is_heard(session, broadcast_id) else followers_of(session, broadcast_id)
    for one in (broadcast, *followers):
        _end(one, State.CANCELED, why, now)
        audit.record(session, now, actor, "cancel notice", f"broadcast:{one.id}")
    abandon_round(session, broadcast, broadcast.remark or why, actor, now)
    _undo(session, broadcast, broadcast.remark or why, actor, now)
    return broadcast


def resend_failed(session: Session, broadcast_id: int, actor: str, now: datetime) -> int:
    """Send again to those whom it did not reach for a passing reason; gives how many.

    Nobody is told what was changed or canceled since, nor of a day that has passed. Raises
    NoticeRefused.
    """
    broadcast = held(session, broadcast_id, (State.RUNNING, State.PAUSED, State.DONE))
    refuse_late(broadcast, now)
    outdated = superseded_notices(session, broadcast)
    passed = passed_notices(session, now, broadcast_id).get(broadcast_id, [])
    count = requeue_failed(session, broadcast_id, now, {*outdated, *passed})
    if outdated and not count:
        raise NoticeRefused("notice.changed_meanwhile")
    if passed and not count:
        raise NoticeRefused("notice.days_passed")
    if count and broadcast.state == State.DONE:
        move(broadcast, State.RUNNING)
        broadcast.ended_at = None
    if count:
        audit.record(session, now, actor, "resend notice", f"broadcast:{broadcast.id}")
    return count


def _check(session: Session, broadcast: Broadcast, now: datetime, sure: bool) -> None:
    """Refuse what may not be sent as it stands."""
    notices = notices_of(session, broadcast.id)
    if not is_unchanged(broadcast, notices):
        raise NoticeRefused("notice.changed")
    for key in problems(session, broadcast, notices, now):
        raise NoticeRefused(key)
    refuse_unmarked(session, broadcast)
    if not sure and same_today(session, broadcast, now):
        raise NoticeRefused("notice.same_today")
    if not sure and is_crowded(session, broadcast, now):
        raise NoticeRefused("notice.crowded_anyway")


def _end(broadcast: Broadcast, state: State, why: str, now: datetime) -> None:
    reason = " ".join(why.split())
    if not _SHORTEST_WHY <= len(reason) <= LONGEST_WHY:
        raise NoticeRefused("notice.no_reason")
    move(broadcast, state)
    broadcast.remark, broadcast.ended_at = reason, now


def _release(session: Session, broadcast: Broadcast, actor: str, now: datetime) -> None:
    """Schedule a broadcast; the families of a round get their hours by the same word.

    Of a round that is being changed nothing else is told before that is decided.
    """
    if broadcast.kind == Kind.DISTRIBUTION and broadcast.round_id is not None:
        changing = undecided_change(session, broadcast.round_id)
        if changing is not None and changing.id != broadcast.id:
            raise NoticeRefused("notice.change_first")
    move(broadcast, State.SCHEDULED)
    broadcast.approved_by, broadcast.approved_at = actor, now
    if broadcast.round_id is not None:
        _give_hours(session, broadcast, session.get_one(Round, broadcast.round_id), now)
    session.flush()
    audit.record(session, now, actor, "approve notice", f"broadcast:{broadcast.id}")


def _give_hours(session: Session, broadcast: Broadcast, of_round: Round, now: datetime) -> None:
    """Give the families of a round their hours: anew where these are changed."""
    if broadcast.kind == Kind.CHANGE and of_round.state == PLANNED:
        filters = Filters.from_data(of_round.filters or {"areas": ()})
        assign_slots(session, of_round.id, filters, first_day(session, broadcast, now))
    if broadcast.kind == Kind.DISTRIBUTION:
        stops = distributions_of(session, of_round.id)
        if broadcast.audience is not None and any(stop.quota is not None for stop in stops):
            since = first_day(session, broadcast, now)
            filters, keep = Filters.from_data(broadcast.audience), keeps_hours(session, broadcast)
            assign_slots(session, of_round.id, filters, since, keep)


def _undo(session: Session, broadcast: Broadcast, why: str, actor: str, now: datetime) -> bool:
    """Take back a change that came to nothing, and tell who made it; says whether it was one."""
    undone = take_back(session, broadcast, why, actor, now)
    for one in undone:
        _tell_maker(session, one, "notice.undone", actor, now, why=why.rstrip("."))
    return bool(undone)


def _tell_maker(
    session: Session, broadcast: Broadcast, key: str, actor: str, now: datetime, **values: str
) -> None:
    """Tell whoever prepared a broadcast what somebody else decided on it."""
    if broadcast.created_by != actor:
        tell_maker(session, broadcast, say(key, number=broadcast.id, **values), now)
