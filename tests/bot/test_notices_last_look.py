"""A dispatcher's last look: what does not hold any more is ended as it is claimed, and not sent."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.messages import TemporaryError
from bot.notices import approving
from bot.notices.changing import change_round
from bot.notices.drafting import Draft
from bot.notices.refusals import NoticeRefused
from bot.outbox import open_reply
from bot.retries import put_off
from db.audiences import Filters
from db.broadcast_watch import OUT_OF_DATE
from db.broadcasts import Kind, notices_of
from db.claims import LEASE, Claimed, claim, release_expired
from db.outbox import CHANGED, OutboundMessage
from db.receipts import record_receipt
from db.session import Store
from db.settlement import Outcome, settle
from db.staff import Staff
from tests.audience import HERE, THERE, contact, family, make_neighbours, make_town
from tests.broadcasts import (
    DAY,
    EARLY,
    announce,
    approved,
    at,
    look,
    plan,
    round_of,
    rows_of,
    send,
    stop,
)
from tests.tickets import CITY

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
    with pytest.raises(NoticeRefused, match="days_passed"), store.begin() as session:
        approving.resend_failed(session, broadcast_id, "staff:1", over)
    assert send(store, over) == ["cici"]
    assert rows_of(store, broadcast_id) == {
        "ani": ("failed", "network"), "budi": ("canceled", OUT_OF_DATE), "cici": ("sent", None),
    }  # fmt: skip


def test_an_announcement_that_names_a_day_that_passed_is_sent_to_nobody(store: Store) -> None:
    """Who has not heard of it is told of the days that are left by another one."""
    with store.begin() as session:
        make_neighbours(session)
        session.add(Staff(id=1, name="Petugas", role="officer", area_code=CITY, created_at=EARLY))
        session.flush()
        contact(session, staff_id=1, address="petugas", consent=None)
        broadcast = announce(session, stop(HERE), stop(HERE, LATER))
        broadcast_id, round_id = broadcast.id, broadcast.round_id
    look(store, EARLY)
    ani = lease(store, "telegram", EARLY)["ani"]
    end(store, Outcome(ani.id, ani.tries, "failed", reason="network"), EARLY)
    look(store, EARLY)
    between = at(DAY + timedelta(days=1), 9)
    with store.connect() as connection:
        assert release_expired(connection, between) == 1
    assert send(store, between) == []
    assert rows_of(store, broadcast_id)["budi"] == ("canceled", OUT_OF_DATE)
    look(store, between)
    with store.read() as session:  # whoever made it is told, as another day is ahead
        [sealed] = session.scalars(
            select(OutboundMessage.body).where(OutboundMessage.wave_id.is_(None))
        )
    told = open_reply(store.vault, sealed or b"").text
    assert "1 nomor belum tahu hari yang masih akan datang" in told
    assert f"penyaluran/{round_id}" in told
    with pytest.raises(NoticeRefused, match="days_passed"), store.begin() as session:
        approving.resend_failed(session, broadcast_id, "staff:1", between)
    with store.begin() as session:
        untold = Filters((HERE,), "PKH", untold_of=round_id)
        draft = Draft(Kind.DISTRIBUTION, untold, {}, round_id=round_id)
        again = approved(session, draft, between).id
        [notice] = notices_of(session, again)
    assert ("3 Desember" in notice.text, "1 Desember" in notice.text) == (True, False)
    look(store, between)
    assert send(store, between) == [
        "ani",
        "petugas",
    ]  # budi may have heard it from the dispatcher that died


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
