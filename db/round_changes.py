"""What a change of a round has to know: what is said of it, who was told, and who still is not."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true

from db.broadcast_watch import ANNOUNCES
from db.broadcasts import UNENDED, Broadcast, Kind, Notice, State, Wave
from db.outbox import OutboundMessage
from db.publishing import has_messages, may_be_heard
from db.rounds import Round
from db.schedules import Distribution
from db.session import Session


def hold_round(session: Session, round_id: int) -> Round | None:
    """Hold a round as it stands now; None where there is none of this number."""
    query = select(Round).where(Round.id == round_id).with_for_update(key_share=True)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def hold_broadcasts(session: Session, round_id: int) -> Sequence[Broadcast]:
    """Hold all broadcasts of a round, with what follows them."""
    session.flush()
    query = (
        select(Broadcast)
        .where(Broadcast.round_id == round_id)
        .order_by(Broadcast.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    session.scalars(query).all()
    # Again: whoever held one of them before may have made a reminder of it.
    return session.scalars(query).all()


def hold_unended(session: Session, round_id: int) -> Sequence[Broadcast]:
    """Hold all broadcasts of a round; give those that have not ended."""
    return [one for one in hold_broadcasts(session, round_id) if one.state in UNENDED]


def announcements(session: Session, round_id: int, heard: bool = False) -> Sequence[Broadcast]:
    """Give the first announcements of a round that have messages, or that somebody has heard.

    Of those that reached nobody people may have heard by a change.
    """
    by_change = _said(round_id, (Kind.CHANGE,)).where(has_messages(may_be_heard()))
    is_heard = heard and session.scalar(by_change.limit(1)) is None
    query = select(Broadcast).where(
        Broadcast.round_id == round_id,
        Broadcast.kind == Kind.DISTRIBUTION,
        has_messages(may_be_heard() if is_heard else true()),
    )
    return session.scalars(query.order_by(Broadcast.id)).all()


def announced_besides(session: Session, round_id: int, besides: int) -> Sequence[Broadcast]:
    """Give the other announcements of a round, or of its distributions, that are not for nothing.

    A distribution of a round whose announcement was stopped may be in another one since.
    """
    of_round = select(Distribution.id).where(Distribution.round_id == round_id)
    of_stops = select(Notice.broadcast_id).where(Notice.distribution_id.in_(of_round))
    query = select(Broadcast).where(
        or_(Broadcast.round_id == round_id, Broadcast.id.in_(of_stops)),
        Broadcast.kind == Kind.DISTRIBUTION,
        is_said(),
        Broadcast.id != besides,
    )
    return session.scalars(query.order_by(Broadcast.id)).all()


def areas_untold(session: Session, round_id: int) -> set[str]:
    """Give the areas whose last change was written, and that nobody there was told or will be.

    Where nobody was to be told, there is nobody who does not know.
    """
    query = (
        select(Notice.area_code, Broadcast.id, Broadcast.state, has_messages(true()))
        .join(Broadcast, Broadcast.id == Notice.broadcast_id)
        .where(
            Broadcast.round_id == round_id,
            Broadcast.kind == Kind.CHANGE,
            ~Broadcast.undone,
            Notice.area_code.is_not(None),
        )
        .order_by(Broadcast.id)
    )
    untold: dict[str, bool] = {}
    unheard: dict[int, set[str]] = {}
    for found, number, state, is_begun in session.execute(query):
        area = found or ""
        if is_begun and state == State.CANCELED and number not in unheard:
            unheard[number] = _unheard_areas(session, number)
        untold[area] = not is_begun or area in unheard.get(number, ())
    return {area for area, is_untold in untold.items() if is_untold}


def _unheard_areas(session: Session, broadcast_id: int) -> set[str]:
    """Give the areas that have messages of a broadcast of which nobody can have heard one."""
    heard = func.max(case((may_be_heard(), 1), else_=0))
    query = (
        select(Notice.area_code, heard)
        .join(OutboundMessage, OutboundMessage.notice_id == Notice.id)
        .join(Wave, Wave.id == OutboundMessage.wave_id)
        .where(Wave.broadcast_id == broadcast_id)
        .group_by(Notice.area_code)
    )
    return {area for area, is_heard in session.execute(query) if area and not is_heard}


def stopped(session: Session, round_id: int) -> Sequence[Broadcast]:
    """Give what was announced or changed of a round, was approved, and then stopped."""
    query = select(Broadcast).where(
        Broadcast.round_id == round_id,
        Broadcast.kind.in_(ANNOUNCES),
        Broadcast.state == State.CANCELED,
        Broadcast.approved_at.is_not(None),
        ~Broadcast.undone,
    )
    return session.scalars(query.order_by(Broadcast.id)).all()


def is_of_another_round(session: Session, broadcast: Broadcast) -> bool:
    """Say whether a distribution that a broadcast tells of has become part of another round."""
    query = (
        select(Notice.id)
        .join(Distribution, Distribution.id == Notice.distribution_id)
        .where(
            Notice.broadcast_id == broadcast.id,
            Distribution.round_id.is_not(None),
            Distribution.round_id != broadcast.round_id,
        )
    )
    return session.scalar(query.limit(1)) is not None


def last_change(session: Session, round_id: int) -> Broadcast | None:
    """Give the last change of a round that had to be approved, whatever became of it."""
    query = select(Broadcast).where(Broadcast.round_id == round_id, Broadcast.before.is_not(None))
    return session.scalars(query.order_by(Broadcast.id.desc()).limit(1)).first()


def undecided_change(session: Session, round_id: int) -> Broadcast | None:
    """Give the change of a round that nobody has approved or refused; there is one at most."""
    last = last_change(session, round_id)
    if last is None or last.state not in (State.DRAFT, State.WAITING):
        return None
    return last


def changes_since(session: Session, round_id: int, since: datetime) -> list[Broadcast]:
    """Give the changes of a round that were made since a moment and are not undone, last first."""
    query = select(Broadcast).where(
        Broadcast.round_id == round_id,
        Broadcast.before.is_not(None),
        ~Broadcast.undone,
        Broadcast.created_at >= since,
    )
    return [*session.scalars(query.order_by(Broadcast.id.desc()))]


def is_heard_since(session: Session, round_id: int, since: datetime) -> bool:
    """Say whether anybody heard what was written of a round since a moment."""
    heard = _said(round_id, ANNOUNCES).where(has_messages(may_be_heard()))
    return session.scalar(heard.where(Broadcast.created_at >= since).limit(1)) is not None


def slow_changes(session: Session) -> Sequence[Broadcast]:
    """Give the changes that are going out, but not by night."""
    query = select(Broadcast).where(
        Broadcast.kind == Kind.CHANGE,
        Broadcast.state.in_((State.SCHEDULED, State.RUNNING)),
        ~Broadcast.urgent,
    )
    return session.scalars(query.order_by(Broadcast.id)).all()


def is_said() -> ColumnElement[bool]:
    """Give the condition that a broadcast is or will be heard, unless it is stopped before.

    So it was submitted; of one that was stopped somebody has heard already.
    """
    ended = (State.REFUSED, State.CANCELED)
    stopped_late = and_(Broadcast.state == State.CANCELED, has_messages(may_be_heard()))
    return or_(Broadcast.state.not_in((State.DRAFT, *ended)), stopped_late)


def _said(round_id: int, kinds: Sequence[Kind]) -> Select[int]:
    return select(Broadcast.id).where(Broadcast.round_id == round_id, Broadcast.kind.in_(kinds))
