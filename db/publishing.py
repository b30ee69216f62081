"""Publishing: which distributions citizens may be told of, as somebody has approved it."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, column, exists, not_, or_, select, table
from sqlalchemy.orm import aliased

from db.broadcasts import Broadcast, Kind, Notice, State, Wave
from db.outbox import TOLD, OutboundMessage

_CHANGE = aliased(Broadcast)


def may_be_heard(message: Any = OutboundMessage) -> ColumnElement[bool]:
    """Give the condition that somebody may have heard a message: it was sent, or may have been.

    Of what is being sent, or was ever held by a dispatcher that died, nobody knows.
    """
    return or_(message.state.in_(("sending", *TOLD)), message.lost_at.is_not(None))


def has_messages(such: ColumnElement[bool]) -> ColumnElement[bool]:
    """Give the condition that a broadcast has such messages."""
    # As a scalar subquery, lest PostgreSQL read all messages to join them.
    found = (
        select(OutboundMessage.id)
        .join(Wave, Wave.id == OutboundMessage.wave_id)
        .where(Wave.broadcast_id == Broadcast.id, such)
        .limit(1)
    )
    return found.correlate(Broadcast).scalar_subquery().is_not(None)


def is_public(distributions: FromClause) -> ColumnElement[bool]:
    """Give the condition that a distribution may be told of.

    One of a round may once somebody has approved what is said of it, or if it was known before; an
    area that a change has added, once its own announcement is approved. As soon as it is changed,
    neither the old nor the new is told until the change is approved, too, or undone.
    """
    columns = distributions.c
    rounds = table("rounds", column("id"), column("created_at"))  # db.rounds reads distributions
    of_round = and_(Broadcast.round_id == columns.round_id, Broadcast.kind == Kind.DISTRIBUTION)
    announced = exists().where(of_round, _stands(Broadcast))
    known = exists().where(
        rounds.c.id == columns.round_id, columns.created_at < rounds.c.created_at
    )
    # Asked in this manner, as of nearly all rounds there is no announcement that does not stand.
    unheard = exists().where(of_round, not_(_stands(Broadcast)), _of_area(Broadcast, distributions))
    heard = exists().where(of_round, _stands(Broadcast), _of_area(Broadcast, distributions))
    changing = exists().where(
        _CHANGE.round_id == columns.round_id,
        _CHANGE.kind == Kind.CHANGE,
        _CHANGE.approved_at.is_(None),
        ~_CHANGE.undone,
        _of_area(_CHANGE, distributions),
    )
    is_new = and_(unheard, not_(heard))
    is_told = or_(known, and_(announced, not_(is_new)))
    return or_(columns.round_id.is_(None), and_(is_told, not_(changing)))


def _stands(said: Any) -> ColumnElement[bool]:
    """Give the condition that a broadcast is approved, and not canceled before a word of it."""
    heard = exists().where(
        Wave.broadcast_id == said.id,
        OutboundMessage.wave_id == Wave.id,
        may_be_heard(),
    )
    return and_(said.approved_at.is_not(None), or_(said.state != State.CANCELED, heard))


def _of_area(said: Any, distributions: FromClause) -> ColumnElement[bool]:
    """Give the condition that a broadcast says something of the area of a distribution."""
    area_code = distributions.c.area_code
    written = exists().where(Notice.broadcast_id == said.id, Notice.area_code == area_code)
    return written.correlate(said, distributions)
