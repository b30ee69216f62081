"""Publishing: which distributions citizens may be told of, as somebody has approved it."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, column, exists, not_, or_, table
from sqlalchemy.orm import aliased

from db.broadcasts import Broadcast, Kind, Notice, State, Wave
from db.outbox import TOLD, OutboundMessage

# Of a message that is being sent nobody knows whether it was read.
HEARD = ("sending", *TOLD)
_CHANGE, _LATER = aliased(Broadcast), aliased(Broadcast)


def is_public(distributions: FromClause) -> ColumnElement[bool]:
    """Give the condition that a distribution may be told of.

    One of a round may once somebody has approved what is said of it, or if it was known before. As
    soon as it is changed, neither the old nor the new is told until the change is approved, too.
    """
    columns = distributions.c
    rounds = table("rounds", column("id"), column("created_at"))  # db.rounds reads distributions
    announced = exists().where(
        Broadcast.round_id == columns.round_id,
        Broadcast.kind == Kind.DISTRIBUTION,
        _stands(Broadcast),
    )
    known = exists().where(
        rounds.c.id == columns.round_id, columns.created_at < rounds.c.created_at
    )
    approved = exists().where(
        _of_area(_LATER, distributions), _LATER.created_at >= _CHANGE.created_at, _stands(_LATER)
    )
    changing = exists().where(
        _of_area(_CHANGE, distributions),
        not_(_stands(_CHANGE)),
        not_(approved.correlate(distributions, _CHANGE)),
    )
    return or_(columns.round_id.is_(None), and_(or_(announced, known), not_(changing)))


def _stands(said: Any) -> ColumnElement[bool]:
    """Give the condition that a broadcast is approved, and not canceled before a word of it."""
    heard = exists().where(
        Wave.broadcast_id == said.id,
        OutboundMessage.wave_id == Wave.id,
        OutboundMessage.state.in_(HEARD),
    )
    return and_(said.approved_at.is_not(None), or_(said.state != State.CANCELED, heard))


def _of_area(change: Any, distributions: FromClause) -> ColumnElement[bool]:
    """Give the condition that a broadcast changes what is said of the area of a distribution."""
    columns = distributions.c
    said = exists().where(Notice.broadcast_id == change.id, Notice.area_code == columns.area_code)
    return and_(
        change.round_id == columns.round_id,
        change.kind == Kind.CHANGE,
        said.correlate(change, distributions),
    )
