"""The messages of one broadcast: ended before they go out, or given another chance by a human."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from db.audiences import is_willing, topic_of
from db.broadcast_watch import ANNOUNCES, CANCELED
from db.broadcasts import Broadcast, Kind, Notice, Wave
from db.contacts import Contact
from db.outbox import OutboundMessage
from db.registry import Person
from db.session import Session

# No further try of the same words to the same address can mend these.
LASTING = (
    "bad_address", "blocked", "filtered", "not_on_channel", "opted_out", "rejected", "window",
)  # fmt: skip

_OUT: Any = OutboundMessage.__table__
_QUEUED = _OUT.c.state == literal("queued", literal_execute=True)
# Of what a dispatcher that died held nobody knows whether it was heard: it is sent again, as it
# would have been without the stop.
_STOPPED = and_(_OUT.c.state == "canceled", _OUT.c.reason == CANCELED)
_SENDING = _OUT.c.state == literal("sending", literal_execute=True)


def waves_of(broadcast_id: int) -> Select[int]:
    """Select the waves of a broadcast."""
    return select(Wave.id).where(Wave.broadcast_id == broadcast_id)


def addressed(broadcast_id: int) -> Select[int]:
    """Select the contacts that have a message of a broadcast."""
    return select(OutboundMessage.contact_id).where(
        OutboundMessage.wave_id.in_(waves_of(broadcast_id))
    )


def end_rows(session: Session, broadcast_id: int, reason: str, most: int = 5000) -> int:
    """Cancel what is still queued of a broadcast; gives how many, at most `most`."""
    return _end(session, _queued(broadcast_id), reason, most)


def end_notices(
    session: Session, broadcast_id: int, notices: Collection[int], reason: str, most: int
) -> int:
    """Cancel what is queued of some wordings of a broadcast; gives how many, at most `most`."""
    of_these = _queued(broadcast_id).where(_OUT.c.notice_id.in_([*notices]))
    next_first = of_these.order_by(_OUT.c.not_before, _OUT.c.id)
    return _end(session, next_first, reason, most)


def _queued(broadcast_id: int) -> Select[int]:
    return select(_OUT.c.id).where(_OUT.c.wave_id.in_(waves_of(broadcast_id)), _QUEUED)


def _end(session: Session, rows: Select[int], reason: str, most: int) -> int:
    some = (
        rows.limit(most)
        .with_for_update(skip_locked=True)
        .cte("some")  # PostgreSQL may run a plain subquery more than once, each with its own limit
    )
    end = (
        update(_OUT)
        .where(_OUT.c.id.in_(select(some.c.id)))
        .values(state="canceled", reason=reason)
        .returning(_OUT.c.id)
    )
    return len(session.core.scalars(end).all())


def requeue_failed(
    session: Session, broadcast_id: int, now: datetime, besides: Collection[int] = ()
) -> int:
    """Queue again what failed for a reason that may have passed; gives how many.

    Whoever opted out meanwhile is left alone, and so are the notices `besides` and whose family
    was told in another way or by another announcement of the round. `tries` goes on, as it is the
    fencing token.
    """
    failed = and_(_OUT.c.state == "failed", _OUT.c.reason.not_in(LASTING))
    return _requeue(session, broadcast_id, now, failed, besides)


def requeue_ended(
    session: Session,
    broadcast_id: int,
    now: datetime,
    reasons: Collection[str],
    besides: Collection[int] = (),
) -> int:
    """Queue again what was ended before it went out, for some reasons; gives how many.

    Those are left out whom `requeue_failed` leaves out.
    """
    ended = and_(_OUT.c.state == "canceled", _OUT.c.reason.in_([*reasons]))
    return _requeue(session, broadcast_id, now, ended, besides)


def requeue_rest(
    session: Session, broadcast_id: int, now: datetime, besides: Collection[int] = ()
) -> int:
    """Queue again what was stopped before anybody heard it for certain; gives how many.

    Those are left out whom `requeue_failed` leaves out; what its contact does not want any more
    goes the way of his family's others, if there are any.
    """
    return _requeue(session, broadcast_id, now, _STOPPED, besides, of_families=True)


def count_rest(
    session: Session, broadcast_id: int, besides: Collection[int], most: int
) -> int:  # fmt: skip
    """Count what `requeue_rest` would queue again, at most `most`."""
    left = or_(_STOPPED, _QUEUED)  # the clock ends it in a moment
    fit = _fit(session, broadcast_id, left, besides, of_families=True)
    found = select(_OUT.c.id).where(*fit).limit(most)
    return session.scalar(select(func.count()).select_from(found.subquery())) or 0


def _requeue(
    session: Session,
    broadcast_id: int,
    now: datetime,
    which: ColumnElement[bool],
    besides: Collection[int],
    of_families: bool = False,
) -> int:
    again = update(_OUT).where(*_fit(session, broadcast_id, which, besides, of_families))
    fresh = {"state": "queued", "not_before": now, "failures": 0, "outages": None}
    # A late receipt of the failed try has nothing to say about the next one.
    forgotten = {
        "first_tried_at": None,
        "reason": None,
        "provider_id": None,
        "settled_at": None,
        "passed_on_at": None,
    }
    return session.core.execute(again.values(**fresh, **forgotten)).rowcount


def _fit(
    session: Session,
    broadcast_id: int,
    which: ColumnElement[bool],
    besides: Collection[int],
    of_families: bool = False,
) -> tuple[ColumnElement[bool], ...]:
    """Give the conditions that a message may be tried again, by its contact or by his family."""
    broadcast = session.get_one(Broadcast, broadcast_id)
    is_wanted = is_willing(topic_of(broadcast.kind))
    willing = select(Contact.id).where(Contact.id == _OUT.c.contact_id, is_wanted).exists()
    return (
        _OUT.c.wave_id.in_(waves_of(broadcast_id)),
        which,
        _OUT.c.notice_id.not_in([*besides]),
        or_(willing, _has_willing_kin(is_wanted)) if of_families else willing,
        not_(_told_otherwise(broadcast_id)),
        not_(_told_anew(session, broadcast)),
    )


def _has_willing_kin(is_wanted: ColumnElement[bool]) -> ColumnElement[bool]:
    """Give the condition that another contact of a message's family wants what it does not."""
    first, whose, theirs = aliased(Contact), aliased(Person), aliased(Person)
    return (
        select(Contact.id)
        .join(theirs, theirs.id == Contact.person_id)
        .join(whose, whose.household_id == theirs.household_id)
        .join(first, first.person_id == whose.id)
        .where(first.id == _OUT.c.contact_id, Contact.id != first.id, is_wanted)
        .correlate(_OUT)
        .exists()
    )


def _told_otherwise(broadcast_id: int) -> ColumnElement[bool]:
    """Give the condition that a message was passed on, and that this came or may yet come."""
    later, first, other = aliased(OutboundMessage), aliased(Contact), aliased(Contact)
    whose, theirs = aliased(Person), aliased(Person)
    return (
        exists()
        .where(first.id == _OUT.c.contact_id, later.contact_id == other.id)
        .where(later.wave_id.in_(waves_of(broadcast_id)), later.created_at >= _OUT.c.passed_on_at)
        .where(later.id != _OUT.c.id, later.state != "canceled")
        .where(or_(later.state != "failed", later.reason.not_in(LASTING)))
        .where(or_(other.address == first.address, _are_kin(first, whose, other, theirs)))
        .correlate(_OUT)
    )


def _told_anew(session: Session, broadcast: Broadcast) -> ColumnElement[bool]:
    """Give the condition that another announcement of the round has told, or will tell, the family.

    Or the same telephone, of which no family is known. It says the same, as nothing was changed
    between the two.
    """
    if broadcast.kind not in ANNOUNCES or broadcast.round_id is None:
        return false()
    since = broadcast.id
    if broadcast.kind == Kind.DISTRIBUTION:
        changes = select(func.max(Broadcast.id)).where(
            Broadcast.round_id == broadcast.round_id, Broadcast.before.is_not(None),
            ~Broadcast.undone, Broadcast.id < broadcast.id,
        )  # fmt: skip
        since = session.scalar(changes) or 0
    anew, theirs_too = aliased(OutboundMessage), aliased(Notice)
    areas = select(Notice.area_code).where(Notice.broadcast_id == broadcast.id)
    shares_area = exists().where(
        theirs_too.broadcast_id == Broadcast.id, theirs_too.area_code.in_(areas.correlate(None))
    )
    others = (
        select(Wave.id)
        .join(Broadcast, Broadcast.id == Wave.broadcast_id)
        .where(Broadcast.round_id == broadcast.round_id, Broadcast.kind == Kind.DISTRIBUTION)
        .where(Broadcast.id != broadcast.id, Broadcast.id > since, shares_area)
    )
    other, theirs = aliased(Contact), aliased(Person)
    told: Any = (
        select(other.address)
        .join(anew, anew.contact_id == other.id)
        .where(anew.wave_id.in_(others), anew.state.not_in(("failed", "canceled")))
    )
    families = told.join(theirs, theirs.id == other.person_id).with_only_columns(
        theirs.household_id
    )
    # Apart from the row itself, so that they are looked for once and not for each row.
    same = (
        select(Contact.id)
        .outerjoin(Person, Person.id == Contact.person_id)
        .where(or_(Contact.address.in_(told), Person.household_id.in_(families)))
    )
    is_same: ColumnElement[bool] = _OUT.c.contact_id.in_(same)
    return is_same


def _are_kin(first: Any, whose: Any, other: Any, theirs: Any) -> ColumnElement[bool]:
    """Give the condition that two contacts are of one family."""
    return exists().where(
        whose.id == first.person_id,
        theirs.id == other.person_id,
        whose.household_id == theirs.household_id,
    )


def open_rows(session: Session, broadcast_id: int) -> bool:
    """Say whether anything of a broadcast is queued or being sent."""
    of_broadcast = _OUT.c.wave_id.in_(waves_of(broadcast_id))
    queued, sending = (exists().where(of_broadcast, state) for state in (_QUEUED, _SENDING))
    return bool(session.scalar(select(or_(queued, sending))))
