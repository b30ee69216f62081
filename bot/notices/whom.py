"""Whom a broadcast is for, and what its areas have in common with others."""

from collections.abc import Iterable

from db.areas import Scope
from db.audiences import Filters
from db.broadcasts import Broadcast
from db.session import Session


def audience_of(session: Session, broadcast: Broadcast) -> Filters:
    """Give whom a broadcast is for; of a child without an audience it is the parent's."""
    found = broadcast
    while found.audience is None and found.parent_id is not None:
        found = session.get_one(Broadcast, found.parent_id)
    return Filters.from_data(found.audience) if found.audience else Filters((found.area_code,))


def touches(area_code: str, others: Iterable[str]) -> bool:
    """Say whether an area has anything in common with some others."""
    return any(Scope(one).covers(area_code) or Scope(area_code).covers(one) for one in others)
