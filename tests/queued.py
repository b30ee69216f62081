"""Contacts and queued messages for the tests of the outbox."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.engine import Row

from bot.messages import Reply
from bot.outbox import seal_reply
from db.areas import Area
from db.broadcasts import Broadcast, Kind, State, Wave
from db.claims import Claimed, claim
from db.contacts import CONSENT_GIVEN, Contact
from db.outbox import BULK, REPLY, OutboundMessage, queue_replies
from db.session import Session, Store
from db.settlement import Outcome, settle

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
LATE = NOW - timedelta(minutes=1)
CHANNEL = "telegram"


class FakeClock:
    """A clock that goes only when it is told to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def new_contact(store: Store, user: str = "1", channel: str = CHANNEL) -> int:
    with store.begin() as session:
        contact = Contact(channel=channel, address=user, consent=CONSENT_GIVEN, created_at=NOW)
        session.add(contact)
        session.flush()
        return contact.id


def new_contacts(store: Store, count: int, channel: str = CHANNEL) -> list[int]:
    with store.connect() as connection:
        connection.execute(
            insert(Contact),
            [
                {"channel": channel, "address": str(n), "consent": CONSENT_GIVEN, "created_at": NOW}
                for n in range(count)
            ],
        )
        return list(connection.execute(select(Contact.id).order_by(Contact.id)).scalars())


def new_wave(session: Session, zone: str = "Asia/Makassar", **broadcast: Any) -> Wave:
    """Make a broadcast of one wave, which runs by day and night unless it is said otherwise."""
    session.merge(Area(code="74", name="Sultra", level="province"))
    session.flush()
    made = Broadcast(
        **{
            "kind": Kind.NEWS, "area_code": "74", "digest": b"", "state": State.RUNNING,
            "urgent": True, "send_at": NOW, "created_by": "test", "created_at": NOW,
        }
        | broadcast
    )  # fmt: skip
    session.add(made)
    session.flush()
    wave = Wave(broadcast_id=made.id, zone=zone)
    session.add(wave)
    session.flush()
    return wave


def put(
    store: Store,
    contact_id: int,
    text: str = "halo",
    priority: int = REPLY,
    not_before: datetime = NOW,
    channel: str = CHANNEL,
) -> int:
    with store.begin() as session:
        message = OutboundMessage(
            contact_id=contact_id, channel=channel, priority=priority, state="queued",
            not_before=not_before, body=seal_reply(store.vault, Reply(text)), created_at=NOW,
            wave_id=new_wave(session).id if priority == BULK else None,
        )  # fmt: skip
        session.add(message)
        session.flush()
        return message.id


def put_each(
    store: Store, contacts: Sequence[int], text: str = "halo", due: datetime = NOW
) -> None:
    with store.begin() as session:
        for contact_id in contacts:
            body = seal_reply(store.vault, Reply(text))
            queue_replies(session, contact_id, CHANNEL, [body], due)


def take(
    store: Store, limit: int = 100, now: datetime = NOW, rate: float | None = None
) -> list[Claimed]:
    with store.connect() as connection:
        return claim(connection, CHANNEL, limit, now, rate).messages


def taken(store: Store, limit: int = 100, now: datetime = NOW) -> list[int]:
    return [message.id for message in take(store, limit, now)]


def finish(store: Store, *outcomes: Outcome, now: datetime = NOW) -> None:
    with store.connect() as connection:
        settle(connection, outcomes, now)


def as_sent(messages: Sequence[Claimed]) -> list[Outcome]:
    return [Outcome(m.id, m.tries, "sent", provider_id=f"p{m.id}") for m in messages]


def message_row(store: Store, message_id: int) -> Row[Any]:
    with store.read() as session:
        columns = select(*OutboundMessage.__table__.c)
        return session.execute(columns.where(OutboundMessage.id == message_id)).one()


def contact_state(store: Store, contact_id: int) -> str:
    with store.read() as session:
        return session.scalars(select(Contact.state).where(Contact.id == contact_id)).one()
