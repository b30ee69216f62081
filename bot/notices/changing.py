"""A round is changed or canceled: what was still to be said of it ends, and who was told hears."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.notices.carrying_on import rest_of_round
from bot.notices.drafting import Draft, prepare
from bot.notices.planning import Plan, check_plan
from bot.notices.refusals import NoticeRefused, StaleBroadcast
from bot.notices.replanning import affected_areas, ahead_of, is_urgent, replan, without_the_past
from bot.notices.undoing import end_for_change, queue_again, restore, standing
from bot.notices.whom import touches
from bot.notices.wording import LONGEST
from db import audit
from db.areas import Scope
from db.audiences import Filters, Topic, is_told_and_falls_out
from db.broadcast_rows import end_notices
from db.broadcast_watch import GOING, changed_notices
from db.broadcasts import Broadcast, Kind, State, notices_of
from db.outbox import CHANGED
from db.reach import samples
from db.round_changes import (
    announcements,
    areas_untold,
    hold_round,
    hold_unended,
    is_heard_since,
    last_change,
)
from db.rounds import CANCELED, Round, distributions_of
from db.session import Session

_AT_ONCE = 5_000  # rows that end with the change itself; the clock sees to the others
LONGEST_WHY = 200  # characters
_SHORTEST_WHY = 3
_GO_ON = (Kind.CHANGE, Kind.FOLLOWUP)  # though their round is canceled


def change_round(
    session: Session,
    round_id: int,
    plan: Plan,
    why: str,
    actor: str,
    now: datetime,
    version: int,
) -> list[Broadcast]:
    """Give a round another plan; gives the drafts that it needs, that of the change first.

    Those hear of it whose area it concerns; an area that is new gets an announcement, as a draft
    of its own, and so do those families who are meant only now. What is over already stays as it
    was. A change of which nobody heard is taken back for it: people hear of one change, from what
    they know. Nobody who was told falls out of its audience. Raises NoticeRefused and
    StaleBroadcast.
    """
    of_round = _held(session, round_id, version, now)
    reason = _reason(why)
    is_again = _take_back_unheard(session, of_round, reason, actor, now)
    ahead = ahead_of(session, of_round, now)
    plan = without_the_past(session, of_round, plan, ahead)
    _check(session, of_round, plan, now)
    affected = affected_areas(of_round, ahead, plan) | areas_untold(session, round_id)
    told = announcements(session, round_id)
    _refuse_narrower(session, of_round, plan)
    is_wider = _is_wider(session, of_round, plan, is_told=bool(told))
    unended = hold_unended(session, round_id)
    added = _added(session, told, plan)
    if not affected and not is_wider and not _is_unannounced(session, told, unended, added):
        raise NoticeRefused("change.as_before" if is_again else _nothing(session, round_id, now))
    urgent = is_urgent(session, [*ahead, *plan.stops], affected - added, now)
    before = standing(session, of_round, plan.stops)
    replan(session, of_round, ahead, plan, now)
    _note(session, of_round, reason, actor, "change round", now)
    begun = [one for one in unended if one.state not in GOING]
    before["ended"] = end_for_change(session, begun, reason, actor, now)
    drafts = _tell(session, of_round, told, affected - added, urgent, actor, now)
    if told and (added or is_wider):
        drafts.append(_announce(session, of_round, told[-1], plan, added, is_wider, actor, now))
    _refuse_too_long(session, drafts)
    _keep_before(session, drafts, before)
    _end_superseded(session, round_id)
    if is_again:
        queue_again(session, round_id, now)
    return drafts


def cancel_round(
    session: Session, round_id: int, why: str, actor: str, now: datetime, version: int
) -> list[Broadcast]:
    """Cancel a round; gives the draft for those who were told, none where that is nobody.

    What is over already stays as it was. Raises NoticeRefused and StaleBroadcast.
    """
    of_round = _held(session, round_id, version, now)
    reason = _reason(why)
    _take_back_unheard(session, of_round, reason, actor, now)
    ahead = ahead_of(session, of_round, now)
    if not ahead:
        raise NoticeRefused("change.over")
    affected = {one.area_code for one in ahead} | areas_untold(session, round_id)
    urgent = is_urgent(session, ahead, affected, now)
    before = standing(session, of_round, ())
    for one in ahead:
        one.canceled = True
    of_round.state = CANCELED
    _note(session, of_round, reason, actor, "cancel round", now)
    unended = hold_unended(session, round_id)
    told = announcements(session, round_id, heard=True)
    # A change that goes out goes on where nothing is left to be canceled.
    ended = [one for one in unended if one.kind not in _GO_ON or one.state not in GOING]
    before["ended"] = end_for_change(session, ended, reason, actor, now)
    drafts = _tell(session, of_round, told, affected, urgent, actor, now)
    _refuse_too_long(session, drafts)
    _keep_before(session, drafts, before)
    _end_superseded(session, round_id)
    return drafts


def _end_superseded(session: Session, round_id: int) -> None:
    """End at once what something else is said of now, as far as it is quickly done."""
    for broadcast_id, notices in changed_notices(session, round_id).items():
        end_notices(session, broadcast_id, notices, CHANGED, _AT_ONCE)


def _nothing(session: Session, round_id: int, now: datetime) -> str:
    """Give the sentence about a plan that changes nothing: where some do not know it, how they do.

    Else they would be told nothing, as nothing is new.
    """
    return "change.stopped" if rest_of_round(session, round_id, now) else "change.nothing"


def _take_back_unheard(
    session: Session, of_round: Round, why: str, actor: str, now: datetime
) -> bool:
    """Undo the last change of a round where nobody heard of it; says whether there was one."""
    last = last_change(session, of_round.id)
    unheard = (State.DRAFT, State.WAITING, State.SCHEDULED)
    if last is None or last.undone or last.state not in unheard:
        return False
    if is_heard_since(session, of_round.id, last.created_at):
        return False
    restore(session, of_round, last, why, actor, now)
    return True


def _refuse_too_long(session: Session, drafts: Sequence[Broadcast]) -> None:
    """Refuse a change that could not be told: with it the round stays as it is."""
    notices = (notice for draft in drafts for notice in notices_of(session, draft.id))
    if any(len(notice.text) > LONGEST for notice in notices):
        raise NoticeRefused("change.too_long")


def _keep_before(session: Session, drafts: Sequence[Broadcast], before: dict[str, Any]) -> None:
    """Keep with the first draft of a change what the round said before it."""
    for draft in drafts[:1]:
        draft.before = before
    session.flush()


def _is_unannounced(
    session: Session,
    told: Sequence[Broadcast],
    unended: Sequence[Broadcast],
    added: Collection[str],
) -> bool:
    """Say whether an area still has to be announced to, as its announcement came to nothing."""
    waiting = (one for one in unended if one.kind == Kind.DISTRIBUTION)
    return bool(told) and not set(added) <= {
        area for one in waiting for area in _areas_of(session, one)
    }


def _is_wider(session: Session, of_round: Round, plan: Plan, is_told: bool) -> bool:
    """Say whether families are meant by a plan who were not, apart from its areas.

    Of a round of which people were told somebody has to be reached who has not heard of it.
    """
    before = Filters.from_data(of_round.filters or {"areas": ()})
    if replace(before, areas=()) == replace(plan.audience, areas=()):
        return False
    return not is_told or bool(samples(session, _untold(of_round, plan), Topic.AID, 1))


def _refuse_narrower(session: Session, of_round: Round, plan: Plan) -> None:
    """Refuse an audience out of which a family would fall that was told to come."""
    before = replace(Filters.from_data(of_round.filters or {"areas": ()}), areas=())
    if before == replace(plan.audience, areas=()):
        return
    areas = tuple({one.area_code for one in distributions_of(session, of_round.id)})
    old, new = (replace(filters, areas=areas) for filters in (before, plan.audience))
    if session.scalar(is_told_and_falls_out(of_round.id, old, new)):
        raise NoticeRefused("change.narrower")


def _untold(of_round: Round, plan: Plan) -> Filters:
    return replace(plan.audience, untold_of=of_round.id)


def _added(session: Session, told: Sequence[Broadcast], plan: Plan) -> set[str]:
    """Give the areas of a plan to which nothing of the round was announced."""
    known = {area for one in told for area in _areas_of(session, one)}
    return {
        stop.area_code
        for stop in plan.stops
        if not any(Scope(area).covers(stop.area_code) for area in known)
    }


def _areas_of(session: Session, told: Broadcast) -> set[str]:
    """Give the areas of which an announcement told."""
    return {notice.area_code or told.area_code for notice in notices_of(session, told.id)}


def _announce(
    session: Session,
    of_round: Round,
    told: Broadcast,
    plan: Plan,
    added: Collection[str],
    is_wider: bool,
    actor: str,
    now: datetime,
) -> Broadcast:
    """Write the announcement for those whom a change has added: areas, or families anywhere.

    It has the words of the one before.
    """
    areas = None if is_wider else tuple(sorted(added))
    filters = _untold(of_round, plan) if areas is None else replace(plan.audience, areas=areas)
    texts = told.texts or {}
    draft = Draft(Kind.DISTRIBUTION, filters, texts, round_id=of_round.id, areas=areas)
    return prepare(session, draft, actor, now)


def _held(session: Session, round_id: int, version: int, now: datetime) -> Round:
    of_round = hold_round(session, round_id)
    if of_round is None or of_round.version != version:
        raise StaleBroadcast
    if of_round.state == CANCELED:
        is_known = not rest_of_round(session, round_id, now)
        raise NoticeRefused("change.canceled" if is_known else "change.stopped_canceled")
    return of_round


def _reason(why: str) -> str:
    reason = " ".join(why.split())
    if not _SHORTEST_WHY <= len(reason) <= LONGEST_WHY:
        raise NoticeRefused("change.no_why")
    if "{" in reason or "}" in reason:
        raise NoticeRefused("change.braces")
    return reason


def _check(session: Session, of_round: Round, plan: Plan, now: datetime) -> None:
    if plan.program_code != of_round.program_code:
        raise NoticeRefused("change.other_program")
    for key in check_plan(session, plan, now, round_id=of_round.id):
        raise NoticeRefused(key)


def _note(
    session: Session, of_round: Round, why: str, actor: str, action: str, now: datetime
) -> None:
    of_round.why, of_round.changed_at = why, now
    of_round.version += 1
    session.flush()
    audit.record(session, now, actor, action, f"round:{of_round.id}")


def _tell(
    session: Session,
    of_round: Round,
    told: Sequence[Broadcast],
    affected: Collection[str],
    urgent: bool,
    actor: str,
    now: datetime,
) -> list[Broadcast]:
    """Write what all those hear whom announcements told, of the areas in which something is new.

    It is one broadcast, so that nobody hears it twice who was told twice; none where nothing is.
    """
    known = {area for one in told for area in _areas_of(session, one)}
    areas = tuple(sorted(area for area in affected if touches(area, known)))
    if not areas:
        return []
    filters = Filters.from_data(of_round.filters or {"areas": areas})
    if len(told) == 1 and told[0].audience is not None:
        filters = Filters.from_data(told[0].audience)
    draft = Draft(
        Kind.CHANGE,
        replace(filters, areas=areas),
        {},
        round_id=of_round.id,
        parent_id=told[0].id,
        areas=areas,
        urgent=urgent,
    )
    return [prepare(session, draft, actor, now)]
