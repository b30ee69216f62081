"""Whom a broadcast is for, and what its areas have in common with others."""

from collections.abc import Collection, Iterable
from dataclasses import replace

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


def narrowed(own: Filters, wished: Filters) -> Filters | None:
    """Give those of an audience who are wished for; None where others are wished for, too.

    A wish that names nothing but areas is for all who are meant there.
    """
    if not all(any(Scope(area).covers(one) for area in own.areas) for one in wished.areas):
        return None
    if not wished.is_choosy and not wished.everyone:
        return replace(own, areas=wished.areas)
    is_within = (
        (wished.status, wished.everyone) == (own.status, own.everyone)
        and _is_part(wished.deciles, own.deciles)
        and _is_part(wished.traits, own.traits)
        and own.companion_id in (None, wished.companion_id)
        and own.file_id in (None, wished.file_id)
        and wished.unconfirmed >= own.unconfirmed
    )
    return replace(wished, program=own.program) if is_within else None


def _is_part(wished: Collection[object], own: Collection[object]) -> bool:
    """Say whether a choice leaves nobody in whom another does not; an empty one is for all."""
    return not own or (bool(wished) and set(wished) <= set(own))


def touches(area_code: str, others: Iterable[str]) -> bool:
    """Say whether an area has anything in common with some others."""
    return any(Scope(one).covers(area_code) or Scope(area_code).covers(one) for one in others)
