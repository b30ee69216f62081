"""A broadcast's life for the tests of the clock: announced, tended, claimed and settled."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.notices.changing import cancel_round, change_round
from bot.notices.drafting import Draft, prepare
from bot.notices.planning import Plan, Stop, make_round
from bot.notices.tending import tend
from bot.retries import given_back
from db.broadcasts import Broadcast, Kind, State, Wave, count_by_state
from db.claims import claim
from db.contacts import Contact
from db.outbox import OutboundMessage
from db.rounds import Round
from db.session import Session, Store
from db.settlement import Outcome, settle
from tests.audience import HERE, THERE, make_neighbours

ZONE = ZoneInfo("Asia/Makassar")
DAY = date(2026, 12, 1)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Give a local moment of the town."""
    return datetime.combine(day, time(hour, minute), ZONE)


EARLY = at(DAY - timedelta(days=5), 9)  # when all of it is planned


def stop(area: str = HERE, day: date = DAY, begin: int = 9, end: int = 12, **also: Any) -> Stop:
    return Stop(area, day, time(begin), time(end), "Kantor Pos", **also)


def plan(*stops: Stop, **also: Any) -> Plan:
    return Plan("PKH", stops or (stop(),), **also)


def announce(session: Session, *stops: Stop, now: datetime = EARLY, **values: Any) -> Broadcast:
    """Make a round and its announcement, which is approved."""
    of_round = make_round(session, plan(*stops), "staff:1", now)
    return approved(
        session, Draft(Kind.DISTRIBUTION, None, {}, round_id=of_round.id), now, **values
    )


def changed(
    store: Store, broadcast_id: int, new: Plan | None, now: datetime, why: str = "hujan"
) -> list[Broadcast]:
    """Change the round of a broadcast, or cancel it where there is no new plan."""
    known = round_of(store, broadcast_id)
    with store.begin() as session:
        if new is None:
            return cancel_round(session, known.id, why, "staff:1", now, known.version)
        return change_round(session, known.id, new, why, "staff:1", now, known.version)


def tell_all_but_budi(store: Store) -> int:
    """Announce here and there, and send it to ani and cici; budi's is still queued."""
    with store.begin() as session:
        make_neighbours(session)
        broadcast_id = announce(session, stop(HERE), stop(THERE)).id
    look(store, EARLY)
    with store.begin() as session:
        row = select(OutboundMessage).join(Contact).where(Contact.address == "budi")
        session.scalars(row).one().not_before = EARLY + timedelta(minutes=1)
    assert send(store, EARLY) == ["ani", "cici"]
    return broadcast_id


def approved(session: Session, draft: Draft, now: datetime, **values: Any) -> Broadcast:
    broadcast = prepare(session, draft, "staff:1", now)
    given: dict[str, Any] = {
        "state": State.SCHEDULED, "approved_by": "staff:2", "approved_at": now, **values
    }  # fmt: skip
    for name, value in given.items():
        setattr(broadcast, name, value)
    session.flush()
    return broadcast


def look(store: Store, now: datetime) -> int:
    """Let a dispatcher tend once."""
    return tend(store, lambda: now, "https://halo.example")


def send(
    store: Store, now: datetime, state: str = "sent", to: Collection[str] | None = None
) -> list[str]:
    """Claim what is due and let what goes to these, or all of it, end alike; gives to whom."""
    with store.connect() as connection:
        due = claim(connection, "telegram", 100, now).messages
        claimed = [one for one in due if to is None or one.address in to]
        settle(
            connection,
            [
                *(Outcome(one.id, one.tries, state, provider_id=f"p{one.id}") for one in claimed),
                *(given_back(one, now) for one in due if one not in claimed),
            ],
            now,
        )
    return sorted(one.address for one in claimed)


def broadcast_of(store: Store, broadcast_id: int) -> Broadcast:
    with store.read() as session:
        return session.get_one(Broadcast, broadcast_id)


def counts(store: Store, broadcast_id: int) -> dict[str, int]:
    with store.read() as session:
        return count_by_state(session, broadcast_id)


def children(store: Store, parent_id: int) -> Sequence[Broadcast]:
    with store.read() as session:
        query = select(Broadcast).where(Broadcast.parent_id == parent_id)
        return session.scalars(query.order_by(Broadcast.id)).all()


def rows_of(store: Store, broadcast_id: int) -> dict[str, tuple[str, str | None]]:
    """Give state and reason of each row of a broadcast by the address of its contact."""
    query = (
        select(Contact.address, OutboundMessage.state, OutboundMessage.reason)
        .join(OutboundMessage, OutboundMessage.contact_id == Contact.id)
        .join(Wave, Wave.id == OutboundMessage.wave_id)
        .where(Wave.broadcast_id == broadcast_id)
    )
    with store.read() as session:
        return {address: (state, reason) for address, state, reason in session.execute(query)}


def round_of(store: Store, broadcast_id: int) -> Round:
    with store.read() as session:
        return session.get_one(Round, session.get_one(Broadcast, broadcast_id).round_id)
