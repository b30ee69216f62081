"""A dispatcher's last look: what does not hold any more is ended as it is claimed, and not sent."""

from datetime import datetime, timedelta

from bot.messages import TemporaryError
from bot.notices import approving
from bot.notices.changing import change_round
from bot.retries import put_off
from db.broadcast_watch import OUT_OF_DATE
from db.claims import LEASE, Claimed, claim, release_expired
from db.outbox import CHANGED
from db.receipts import record_receipt
from db.session import Store
from db.settlement import Outcome, settle
from tests.audience import HERE, THERE, contact, family, make_neighbours, make_town
from tests.broadcasts import (
    DAY,
    EARLY,
    announce,
    at,
    look,
    plan,
    round_of,
    rows_of,
    send,
    stop,
)

SECOND, LATER = timedelta(seconds=1), DAY + timedelta(days=2)


def lease(store: Store, channel: str, now: datetime) -> dict[str, Claimed]:
    with store.connect() as connection:
        return {one.address: one for one in claim(connection, channel, 100, now).messages}


def end(store: Store, outcome: Outcome, now: datetime) -> None:
    with store.connect() as connection:
        settle(connection, [outcome], now)


def test_a_day_that_passed_while_nobody_sent_is_not_announced(store: Store) -> None:
    with store.begin() as session:
        make_neighbours(session)
        broadcast_id = announce(session, stop(HERE), stop(THERE, LATER)).id
    look(store, EARLY)
    ani = lease(store, "telegram", EARLY)["ani"]
    end(store, Outcome(ani.id, ani.tries, "failed", reason="network"), EARLY)
    over = at(DAY, 12)
    with store.connect() as connection:
        assert release_expired(connection, over) == 2
    with store.begin() as session:
        assert approving.resend_failed(session, broadcast_id, "staff:1", over) == 1
    assert send(store, over) == ["cici"]
    assert rows_of(store, broadcast_id) == {
        "ani": ("canceled", OUT_OF_DATE), "budi": ("canceled", OUT_OF_DATE), "cici": ("sent", None),
    }  # fmt: skip


def test_old_words_that_come_back_to_the_queue_are_not_sent(store: Store) -> None:
    """By a dead dispatcher's lease, a retry, or a provider's late word, before anybody tends."""
    ways = {"died": "telegram", "tried": "telegram", "withheld": "whatsapp"}
    with store.begin() as session:
        make_town(session)
        for address, channel in ways.items():
            made = contact(session, family(session), address=address, channel=channel)
            made.last_inbound_at = EARLY
        broadcast_id = announce(session).id
    look(store, EARLY)
    flying = lease(store, "telegram", EARLY) | lease(store, "whatsapp", EARLY)
    told = flying["withheld"]
    end(store, Outcome(told.id, told.tries, "sent", provider_id="p"), EARLY)
    known, new, now = round_of(store, broadcast_id), plan(stop(day=LATER)), EARLY + SECOND
    with store.begin() as session:
        [draft] = change_round(session, known.id, new, "hujan", "staff:1", now, known.version)
    end(store, put_off(flying["tried"], TemporaryError("network"), now, 0), now)
    with store.begin() as session:
        record_receipt(session, "whatsapp", "p", "failed", "withheld", False, now)
    back = EARLY + LEASE + SECOND
    with store.connect() as connection:
        assert release_expired(connection, back) == 1
    assert lease(store, "telegram", back) == {}
    assert lease(store, "whatsapp", back + timedelta(hours=6)) == {}
    assert rows_of(store, broadcast_id) == dict.fromkeys(ways, ("canceled", CHANGED))
    with store.begin() as session:
        approving.submit(session, draft.id, "staff:1", back, draft.version)
        approving.approve(session, draft.id, "staff:2", back, draft.version + 1)
    look(store, back)
    assert rows_of(store, draft.id) == dict.fromkeys(ways, ("queued", None))
