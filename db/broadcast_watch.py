"""What the clock asks of broadcasts: which are due, which are over, and whom they told of what.

What is given here is read without a lock; whoever acts on it holds the broadcast and looks again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    exists,
    func,
    literal,
    not_,
    null,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from db.areas import Area
from db.broadcasts import Broadcast, Kind, Notice, State, Wave
from db.outbox import CHANGED, OutboundMessage
from db.publishing import has_messages, may_be_heard
from db.rounds import PLANNED, Round
from db.schedules import Distribution
from db.session import Session

# Why a message was not sent.
OUT_OF_DATE, CANCELED = "out_of_date", "canceled"
ANNOUNCES = (Kind.DISTRIBUTION, Kind.CHANGE)  # what reminders and questions follow
GOING = (State.RUNNING, State.PAUSED)
MAY_EXPIRE = (State.WAITING, State.SCHEDULED, *GOING)

FOLLOWS = (Kind.REMINDER, Kind.FOLLOWUP)
OF_A_DAY = (*ANNOUNCES, Kind.REMINDER)  # what is of no use once the distribution is over
_LOOK_BACK, _LOOK_AHEAD = timedelta(days=6), timedelta(days=2)

_OUT: Any = OutboundMessage.__table__
_QUEUED = _OUT.c.state == literal("queued", literal_execute=True)
_LATER, _SAID = aliased(Broadcast), aliased(Notice)


@dataclass(frozen=True, slots=True)
class Occasion:
    """A distribution that a broadcast is about, with the zone in which its times are meant."""

    broadcast_id: int
    send_at: datetime
    approved_at: datetime | None
    distribution_id: int
    held_on: date
    starts_at: time
    ends_at: time
    zone: str
    area_code: str

    def moment(self, day: date, at: time) -> datetime:
        """Give the moment of a local time."""
        return datetime.combine(day, at, ZoneInfo(self.zone))

    @property
    def told_at(self) -> datetime:
        """The moment at which the broadcast could begin."""
        return max(self.send_at, self.approved_at or self.send_at)

    @property
    def begins(self) -> datetime:
        """The moment at which it begins."""
        return self.moment(self.held_on, self.starts_at)

    @property
    def ends(self) -> datetime:
        """The moment from which it is over."""
        return self.moment(self.held_on, self.ends_at)


def due_to_start(session: Session, now: datetime, most: int) -> Sequence[int]:
    """Give the broadcasts that are to begin, the urgent ones first."""
    query = select(Broadcast.id).where(
        Broadcast.state == State.SCHEDULED, Broadcast.send_at <= now, ~_over(now)
    )
    return session.scalars(query.order_by(Broadcast.urgent.desc(), Broadcast.id).limit(most)).all()


def out_of_date(session: Session, now: datetime, most: int) -> Sequence[int]:
    """Give the broadcasts that have not ended, though nothing of them may be sent any more."""
    query = select(Broadcast.id).where(Broadcast.state.in_(MAY_EXPIRE), _over(now))
    return session.scalars(query.order_by(Broadcast.id).limit(most)).all()


def going(session: Session) -> Sequence[int]:
    """Give the broadcasts that run, or rest."""
    query = select(Broadcast.id).where(Broadcast.state.in_(GOING))
    return session.scalars(query.order_by(Broadcast.id)).all()


def left_behind(session: Session, most: int) -> Sequence[int]:
    """Give the canceled broadcasts of which messages are still queued."""
    # As a scalar subquery, lest PostgreSQL read all that is queued to join it.
    queued = (
        select(_OUT.c.id)
        .join(Wave, Wave.id == _OUT.c.wave_id)
        .where(Wave.broadcast_id == Broadcast.id, _QUEUED)
        .limit(1)
        .scalar_subquery()
    )
    query = select(Broadcast.id).where(Broadcast.state == State.CANCELED, queued.is_not(null()))
    return session.scalars(query.order_by(Broadcast.id).limit(most)).all()


def hold_if_free(session: Session, broadcast_id: int, states: Collection[str]) -> Broadcast | None:
    """Hold a broadcast in one of some states; None where it is in none or another holds it."""
    query = (
        select(Broadcast)
        .where(Broadcast.id == broadcast_id, Broadcast.state.in_([*states]))
        .with_for_update(skip_locked=True, key_share=True)
    )
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def is_outdated(session: Session, broadcast: Broadcast) -> bool:
    """Say whether its round was canceled or changed after a broadcast was written."""
    if broadcast.round_id is None:
        return False
    of_round = session.get_one(Round, broadcast.round_id, populate_existing=True)
    if of_round.changed_at is not None and of_round.changed_at > broadcast.created_at:
        return True
    return of_round.state != PLANNED and broadcast.kind != Kind.CHANGE


def areas_followed(
    session: Session, children: Collection[tuple[int, bytes]]
) -> dict[tuple[int, bytes], set[str]]:
    """Give the areas for which some of what follows was made already, whatever became of that.

    Each is named by its parent and its digest.
    """
    parents, digests = {parent for parent, _ in children}, {digest for _, digest in children}
    query = (
        select(Broadcast.parent_id, Broadcast.digest, Notice.area_code)
        .join(Notice, Notice.broadcast_id == Broadcast.id)
        .where(Broadcast.parent_id.in_(parents), Broadcast.digest.in_(digests))
        .distinct()
    )
    found: dict[tuple[int, bytes], set[str]] = {}
    for parent_id, digest, area_code in session.execute(query):
        if parent_id is not None and area_code is not None:
            found.setdefault((parent_id, digest), set()).add(area_code)
    return found


def occasions(
    session: Session, now: datetime, broadcast_id: int | None = None
) -> Sequence[Occasion]:
    """Give the distributions of these days with what told people of them and still holds.

    That is a broadcast that has begun, unless a change for the same area has followed it. What was
    stopped, or rests, is followed for those who heard it; and where that is a change, what it
    changed for those who did not.
    """
    today = now.date()
    query = _about().where(
        Broadcast.kind.in_(ANNOUNCES),
        or_(Broadcast.state.in_((*GOING, State.DONE)), _is_stopped()),
        Distribution.held_on.between(today - _LOOK_BACK, today + _LOOK_AHEAD),
        ~Distribution.canceled,
        Round.state == PLANNED,
        exists().where(
            _SAID.broadcast_id == Broadcast.id, _SAID.area_code == Distribution.area_code
        ),
        ~_changed(Distribution.area_code, not_(_may_not_be_heard())),
    )
    if broadcast_id is not None:
        query = query.where(Broadcast.id == broadcast_id)
    return [Occasion(*row) for row in session.execute(query)]


def passed_notices(
    session: Session, now: datetime, broadcast_id: int | None = None
) -> dict[int, list[int]]:
    """Give the notices of distributions that are over, by the broadcasts that are still going.

    Or those of one broadcast, however far it has come. Those that were canceled are over at the
    time at which they would have been.
    """
    which = Broadcast.state.in_(GOING) if broadcast_id is None else Broadcast.id == broadcast_id
    query = (
        _about()
        .add_columns(Notice.id)
        .join(Notice, Notice.broadcast_id == Broadcast.id)
        .where(
            Notice.distribution_id == Distribution.id,
            Distribution.held_on <= now.date() + timedelta(days=1),
            Broadcast.kind.in_(OF_A_DAY),
            which,
        )
    )
    found: dict[int, list[int]] = {}
    for *about, notice_id in session.execute(query):
        occasion = Occasion(*about)
        if occasion.ends <= now:
            found.setdefault(occasion.broadcast_id, []).append(notice_id)
    return found


def changed_notices(session: Session, round_id: int | None = None) -> dict[int, list[int]]:
    """Give the notices that a change took the place of, by the broadcasts that are still going."""
    query: Any = (
        select(Broadcast.id, Notice.id)
        .join(Notice, Notice.broadcast_id == Broadcast.id)
        .where(
            Broadcast.kind.in_(OF_A_DAY),
            Broadcast.state.in_(GOING),
            _changed(Notice.area_code),
        )
        .order_by(Broadcast.id, Notice.id)
    )
    if round_id is not None:
        query = query.where(Broadcast.round_id == round_id)
    found: dict[int, list[int]] = {}
    for broadcast_id, notice_id in session.execute(query):
        found.setdefault(broadcast_id, []).append(notice_id)
    return found


def superseded_notices(session: Session, broadcast: Broadcast) -> Sequence[int]:
    """Give the notices of a broadcast that say what does not hold any more.

    That is what a change took the place of, and all of a round that was canceled.
    """
    if broadcast.round_id is None or broadcast.kind not in OF_A_DAY:
        return []
    of_round = session.get_one(Round, broadcast.round_id, populate_existing=True)
    written = select(Notice.id).join(Broadcast, Broadcast.id == Notice.broadcast_id)
    query = written.where(Broadcast.id == broadcast.id)
    if of_round.state == PLANNED or broadcast.kind == Kind.CHANGE:
        query = query.where(_changed(Notice.area_code))
    return session.scalars(query.order_by(Notice.id)).all()


def is_heard(session: Session, broadcast_id: int) -> bool:
    """Say whether anybody may have heard a broadcast."""
    query = select(Broadcast.id).where(Broadcast.id == broadcast_id, has_messages(may_be_heard()))
    return session.scalar(query) is not None


def _is_stopped() -> ColumnElement[bool]:
    """Give the condition that a broadcast was stopped after somebody had heard it."""
    was_approved = Broadcast.approved_at.is_not(None)
    return and_(Broadcast.state == State.CANCELED, was_approved, has_messages(may_be_heard()))


def _may_not_be_heard() -> ColumnElement[bool]:
    """Give the condition that a later change, though approved, goes to nobody at this time."""
    rests = _LATER.state.in_((State.PAUSED, State.CANCELED))
    return and_(_LATER.approved_at.is_not(None), rests)


def _changed(area_code: Any, *such: ColumnElement[bool]) -> ColumnElement[bool]:
    """Give the condition that a later change of the round was written for an area, and stands."""
    return exists().where(
        _LATER.round_id == Broadcast.round_id,
        _LATER.created_at > Broadcast.created_at,
        _LATER.kind == Kind.CHANGE,
        ~_LATER.undone,
        _SAID.broadcast_id == _LATER.id,
        _SAID.area_code == area_code,
        *such,
    )


def _over(now: datetime) -> ColumnElement[bool]:
    return func.coalesce(Broadcast.expires_at <= now, False)


def _about() -> Any:
    """Select the distributions of broadcasts that are about a round, as an Occasion has them."""
    return (
        select(
            Broadcast.id, Broadcast.send_at, Broadcast.approved_at, Distribution.id,
            Distribution.held_on, Distribution.starts_at, Distribution.ends_at, Area.timezone,
            Distribution.area_code,
        )
        .join(Round, Round.id == Broadcast.round_id)
        .join(Distribution, Distribution.round_id == Round.id)
        .join(Area, Area.code == Distribution.area_code)
        .order_by(Broadcast.id, Distribution.id)
    )  # fmt: skip


_LAST_LOOK = (
    select(
        Notice.id,
        or_(
            _changed(Notice.area_code), and_(Round.state != PLANNED, Broadcast.kind != Kind.CHANGE)
        ).label("is_changed"),
        Distribution.held_on, Distribution.ends_at, Area.timezone,
    )
    .join(Broadcast, Broadcast.id == Notice.broadcast_id)
    .join(Round, Round.id == Broadcast.round_id)
    .outerjoin(Distribution, Distribution.id == Notice.distribution_id)
    .outerjoin(Area, Area.code == Distribution.area_code)
    .where(Notice.id.in_(bindparam("notices", expanding=True)), Broadcast.kind.in_(OF_A_DAY))
)  # fmt: skip


def untrue_notices(
    connection: Connection, notices: Collection[int], now: datetime
) -> dict[int, str]:
    """Give those of some notices that do not hold any more, each with why it is not sent."""
    found: dict[int, str] = {}
    rows = connection.execute(_LAST_LOOK, {"notices": [*notices]})
    for notice_id, is_changed, held_on, ends_at, zone in rows:
        if is_changed:
            found[notice_id] = CHANGED
        elif zone is not None and datetime.combine(held_on, ends_at, ZoneInfo(zone)) <= now:
            found[notice_id] = OUT_OF_DATE
    return found
