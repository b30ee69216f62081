"""What follows a broadcast reaches each family and telephone that was told, once."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from db.broadcasts import Broadcast, Kind, Notice, Wave
from db.contacts import ACTIVE, BLOCKED, Contact
from db.fan_out import fan_out
from db.outbox import BULK, OutboundMessage
from db.session import Session, Store
from db.subscriptions import subscribe
from tests.audience import (
    HERE,
    THERE,
    contact,
    family,
    make_broadcast,
    make_round,
    make_town,
    member,
)
from tests.moment import NOW, TODAY

FOLLOWING = (Kind.REMINDER, Kind.FOLLOWUP, Kind.CHANGE)


@pytest.fixture
def town(store: Store) -> Store:
    with store.begin() as session:
        make_town(session)
    return store


def notices() -> list[Notice]:
    return [Notice(text=code, area_code=code) for code in (HERE, THERE)]


def announced(session: Session) -> Broadcast:
    """Announce a round, and let all of it be sent."""
    round_ = make_round(session, (HERE, TODAY, None), (THERE, TODAY, None))
    parent = make_broadcast(session, *notices(), round_id=round_.id)
    fan_out(session, parent, NOW)
    for row in rows(session, parent):
        row.state = "sent"
    session.flush()
    return parent


def rows(session: Session, broadcast: Broadcast) -> list[OutboundMessage]:
    found = select(OutboundMessage).join(Wave, Wave.id == OutboundMessage.wave_id)
    return [*session.scalars(found.where(Wave.broadcast_id == broadcast.id))]


def passed_on(session: Session, parent: Broadcast, first: Contact, to: Contact) -> OutboundMessage:
    """Let another contact have been told where nothing was heard of the first; gives its row."""
    (row,) = (one for one in rows(session, parent) if one.contact_id == first.id)
    row.passed_on_at = NOW
    session.add(
        OutboundMessage(
            contact_id=to.id, channel=to.channel, priority=BULK, state="delivered", not_before=NOW,
            wave_id=row.wave_id, notice_id=row.notice_id, created_at=NOW,
        )
    )  # fmt: skip
    session.flush()
    return row


def heard(session: Session, parent: Broadcast, kind: Kind) -> list[tuple[int, str]]:
    """Make what follows, and give who hears it of which place."""
    child = make_broadcast(
        session, *notices(), filters=None, kind=kind, parent_id=parent.id, round_id=parent.round_id
    )
    fan_out(session, child, NOW)
    texts = {one.id: one.text for one in session.scalars(select(Notice)) if one.text}
    return sorted((row.contact_id, texts[row.notice_id or 0]) for row in rows(session, child))


def late(days: int) -> dict[str, Any]:
    return {"last_inbound_at": NOW - timedelta(days=days)}


def test_another_contact_hears_it_where_the_one_told_may_not_be_told(town: Store) -> None:
    with town.begin() as session:
        homes = [family(session) for _ in range(4)]
        told = [contact(session, home, **late(1)) for home in homes[:3]]
        spouses = [contact(session, member(session, home), **late(2)) for home in homes[:3]]
        by_choice = contact(session, homes[3], channel="whatsapp", address="+62811", **late(1))
        on_no_list = contact(session, channel="whatsapp", address="+62812")
        subscribe(session, on_no_list.id, "PKH", THERE, NOW)
        parent = announced(session)
        sms = [contact(session, channel="sms", address=one) for one in ("+62811", "+62812")]
        told[0].state = on_no_list.state = BLOCKED
        by_choice.notices = told[1].notices = spouses[1].notices = False
        session.flush()
        for kind in FOLLOWING:
            assert heard(session, parent, kind) == [
                (told[2].id, HERE), (spouses[0].id, HERE), (sms[0].id, HERE), (sms[1].id, THERE),
            ]  # fmt: skip


def test_a_family_that_was_told_in_two_ways_hears_what_follows_once(town: Store) -> None:
    with town.begin() as session:
        first, second = family(session), family(session)
        whatsapp = contact(session, first, channel="whatsapp", address="+62811", **late(1))
        silent = contact(session, second, channel="whatsapp", address="+62812", **late(1))
        asked = contact(session, channel="whatsapp", address="+62813", **late(1))
        subscribe(session, asked.id, None, THERE, NOW)
        parent = announced(session)
        sms, spouse, of_asked = (
            contact(session, channel="sms", address="+62811"),
            contact(session, member(session, second), **late(2)),
            contact(session, channel="sms", address="+62813"),
        )
        ways = [(whatsapp, sms), (silent, spouse), (asked, of_asked)]
        sent = [passed_on(session, parent, one, other) for one, other in ways]
        came = sorted([(sms.id, HERE), (spouse.id, HERE), (of_asked.id, THERE)])
        for kind in FOLLOWING:
            assert heard(session, parent, kind) == came
        for row in sent:
            row.state = "delivered"  # late, so that both came
        session.flush()
        both = sorted([(whatsapp.id, HERE), (silent.id, HERE), (asked.id, THERE)])
        for kind in FOLLOWING:
            assert heard(session, parent, kind) == both
        spouse.state, silent.state = ACTIVE, BLOCKED
        session.flush()
        assert (spouse.id, HERE) in heard(session, parent, Kind.CHANGE)
