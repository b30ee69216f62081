"""Fan-out: each recipient gets one row, in the right wave, with the wording that fits it best."""

from datetime import time, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from db.audiences import Filters, Topic
from db.broadcasts import Broadcast, Kind, Notice, Wave
from db.contacts import Contact
from db.fan_out import fan_out
from db.hoaxes import HOAX, Hoax
from db.outbox import BULK, CHANGED, OutboundMessage
from db.pickups import Pickup
from db.reach import measure
from db.registry import Person
from db.schedules import Distribution
from db.session import Session, Store
from db.slots import Slot, assign_slots
from db.subscriptions import subscribe
from tests.audience import (
    ALL,
    HERE,
    THERE,
    contact,
    family,
    head_of,
    make_broadcast,
    make_round,
    make_town,
    queued,
    zone_of,
)
from tests.moment import NOW, TODAY
from tests.tickets import CITY, MURHUM, WOLIO


def rows_of(session: Session, broadcast: Broadcast) -> Any:
    query = select(OutboundMessage, Wave.zone).join(Wave, Wave.id == OutboundMessage.wave_id)
    found = query.where(Wave.broadcast_id == broadcast.id).order_by(OutboundMessage.contact_id)
    return session.execute(found).all()


def set_states(session: Session, broadcast: Broadcast, **states: str) -> None:
    """Let rows of a broadcast end; each state is given with the address of its contact."""
    query = select(OutboundMessage, Contact.address).join(Contact)
    for row, address in session.execute(query.where(OutboundMessage.wave_id.is_not(None))):
        row.state = states.get(address, row.state)
    session.flush()
    assert {address for _, address in session.execute(query)} >= set(states), broadcast.id


def end_for_a_change(session: Session, address: str) -> None:
    """Let a row be one that was ended as its round was changed."""
    query = select(OutboundMessage).join(Contact).where(Contact.address == address)
    session.scalars(query).one().reason = CHANGED
    session.flush()


def test_each_recipient_gets_one_row_in_the_wave_of_its_zone(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        zone_of(session, THERE, "Asia/Jayapura")
        here, there = family(session), family(session, THERE)
        family(session)
        one, two = contact(session, here, channel="whatsapp"), contact(session, there)
        contact(session, there)
        asked = contact(session)
        subscribe(session, asked.id, "PKH", CITY, NOW)
        later = NOW + timedelta(hours=1)
        broadcast = make_broadcast(session, Notice(text="semua"), send_at=later)
        assert fan_out(session, broadcast, NOW) == 3
        assert (broadcast.families, broadcast.contacts) == (3, 3)
        found = [(row.contact_id, row.channel, zone) for row, zone in rows_of(session, broadcast)]
        assert found == [
            (one.id, "whatsapp", "Asia/Makassar"),
            (two.id, "telegram", "Asia/Jayapura"),
            (asked.id, "telegram", "Asia/Makassar"),
        ]
        row = rows_of(session, broadcast)[0][0]
        assert (row.state, row.priority, row.not_before, row.created_at, row.body) == (
            "queued", BULK, later, NOW, None,
        )  # fmt: skip
        assert (row.tries, row.failures, row.settled_at) == (0, 0, None)


def test_the_wording_of_the_nearest_area_and_of_the_own_language_is_used(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        here, there = family(session), family(session, THERE)
        at_district = family(session, WOLIO)
        plain = contact(session, here).id
        javanese = contact(session, there, language="jv").id
        unwritten = contact(session, at_district, language="bug").id
        asked = contact(session, language="jv")
        subscribe(session, asked.id, None, MURHUM, NOW)

        def texts(*notices: Notice, filters: Filters = ALL) -> dict[int, str]:
            broadcast = make_broadcast(session, *notices, filters=filters)
            fan_out(session, broadcast, NOW)
            return queued(session, broadcast)

        both = (Notice(text="semua"), Notice(text="kabeh", language="jv"))
        assert texts(*both) == {
            plain: "semua", javanese: "kabeh", unwritten: "semua", asked.id: "kabeh",
        }  # fmt: skip
        near = (
            *(Notice(text=notice.text, language=notice.language) for notice in both),
            Notice(text="wolio", area_code=WOLIO), Notice(text="sini", area_code=HERE),
        )  # fmt: skip
        assert texts(*near) == {
            plain: "sini", javanese: "kabeh", unwritten: "wolio", asked.id: "kabeh",
        }  # fmt: skip
        only_there = texts(Notice(text="sana", area_code=THERE))
        assert only_there == {javanese: "sana", asked.id: "sana"}
        none_fits = Filters(areas=(HERE,), program="PKH")
        assert texts(Notice(text="sana", area_code=THERE), filters=none_fits) == {}


def test_whoever_has_a_slot_hears_of_its_hour(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        first, second = family(session, rt="001"), family(session, rt="002")
        ids = [contact(session, home, language=lang).id
               for home, lang in ((first, None), (second, "jv"))]  # fmt: skip
        round_ = make_round(session, (HERE, TODAY, 1))
        assign_slots(session, round_.id, ALL, TODAY)
        late = contact(session, family(session, rt="003")).id
        stop = session.scalars(select(Distribution.id)).one()
        hours = [
            Notice(text=f"{hour} {lang}", distribution_id=stop, slot=time(hour), language=lang)
            for hour in (8, 9)
            for lang in ("id", "jv")
        ]  # fmt: skip
        broadcast = make_broadcast(session, *hours, round_id=round_.id)
        fan_out(session, broadcast, NOW)
        assert queued(session, broadcast) == {ids[0]: "8 id", ids[1]: "9 jv"}
        again = [Notice(text="semua"), Notice(text="9", distribution_id=stop, slot=time(9))]
        broadcast = make_broadcast(session, *again, round_id=round_.id)
        fan_out(session, broadcast, NOW)
        assert queued(session, broadcast) == {ids[0]: "semua", ids[1]: "9", late: "semua"}


def test_a_reminder_is_of_the_own_hour_and_general_for_whoever_has_none(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        homes = {name: family(session) for name in ("hour", "moved", "merged", "elsewhere")}
        ids = {name: contact(session, home).id for name, home in homes.items()}
        round_ = make_round(session, (HERE, TODAY, 2), (THERE, TODAY, 2))
        assign_slots(session, round_.id, ALL, TODAY)
        stop, other = session.scalars(select(Distribution.id).order_by(Distribution.id))
        away = session.get_one(Slot, (stop, homes["elsewhere"].id))
        away.distribution_id = other
        ids["late"] = contact(session, family(session)).id
        ids["asked"] = contact(session).id
        subscribe(session, ids["asked"], "PKH", HERE, NOW)
        parent = make_broadcast(session, Notice(text="semua"), round_id=round_.id)
        assert fan_out(session, parent, NOW) == len(ids)
        session.execute(update(OutboundMessage).values(state="sent"))
        moved, merged = (head_of(session, homes[name]) for name in ("moved", "merged"))
        moved.left_on, moved.left_because = TODAY, "moved"
        merged.merged_into = head_of(session, homes["hour"]).id
        for kind in (Kind.REMINDER, Kind.FOLLOWUP):
            said = [Notice(text="umum", distribution_id=stop, area_code=HERE)] + [
                Notice(text=str(hour), distribution_id=stop, area_code=HERE, slot=time(hour))
                for hour in (8, 9, 10)
            ]
            child = make_broadcast(
                session, *said, filters=None, kind=kind, parent_id=parent.id, round_id=round_.id
            )
            fan_out(session, child, NOW)
            assert queued(session, child) == {
                ids["hour"]: "8", ids["late"]: "umum", ids["asked"]: "umum",
            }  # fmt: skip


def test_children_go_to_those_whom_the_parent_told(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        states = {"a": "sent", "b": "delivered", "c": "read", "d": "failed", "e": "canceled"}
        states["i"] = "canceled"  # by hand, before it was sent: he never heard of it
        for address in (*states, "f", "g"):
            contact(session, family(session), address=address)
        asked = contact(session, address="h")
        subscribe(session, asked.id, "PKH", THERE, NOW)
        round_ = make_round(session, (HERE, TODAY, None), (THERE, TODAY, None))
        notices = [Notice(text=code, area_code=code) for code in (HERE, THERE)]
        parent = make_broadcast(session, *notices, round_id=round_.id)
        assert fan_out(session, parent, NOW) == 9
        set_states(session, parent, **states, f="sent", g="sent", h="sent")
        end_for_a_change(session, "e")
        got_it(session, round_.id, by="f", family_of="g")
        session.scalars(select(Contact).where(Contact.address == "b")).one().notices = False
        family_later = contact(session, family(session))
        heard = children(session, parent)
        assert heard[Kind.REMINDER] == heard[Kind.FOLLOWUP] == {"a": HERE, "c": HERE, "h": THERE}
        assert heard[Kind.CHANGE] == {
            **dict.fromkeys(("a", "c", "d", "e", "f", "g"), HERE), "h": THERE,
        }  # fmt: skip
        assert family_later.address not in heard[Kind.CHANGE]


def children(session: Session, parent: Broadcast) -> dict[Kind, dict[str, str]]:
    """Make a child of each kind, and give what each address hears of it."""
    addresses = {one.id: one.address for one in session.scalars(select(Contact))}
    heard = {}
    for kind in (Kind.REMINDER, Kind.FOLLOWUP, Kind.CHANGE):
        notices = [Notice(text=code, area_code=code) for code in (HERE, THERE)]
        child = make_broadcast(
            session,
            *notices,
            filters=None,
            kind=kind,
            parent_id=parent.id,
            round_id=parent.round_id,
        )
        fan_out(session, child, NOW)
        heard[kind] = {addresses[key]: text for key, text in queued(session, child).items()}
        assert child.contacts == len(heard[kind])
        assert child.families == child.contacts - 1  # all but the subscriber
    return heard


def got_it(session: Session, round_id: int, by: str, family_of: str) -> None:
    """Let a contact say that he got his aid, and of another's family somebody else."""
    stops = select(Distribution.id).where(Distribution.round_id == round_id)
    stop = session.scalars(stops.order_by(Distribution.id)).first()
    said = {"distribution_id": stop, "got_it": True, "answered_at": NOW}
    people = {one.address: one for one in session.scalars(select(Contact))}
    home = session.get_one(Person, people[family_of].person_id).household_id
    session.add(Pickup(contact_id=people[by].id, **said))
    session.add(Pickup(contact_id=contact(session).id, household_id=home, **said))
    session.flush()


def test_who_asked_for_two_places_hears_of_each_and_the_same_only_once(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        zone_of(session, THERE, "Asia/Jayapura")
        asked = contact(session)
        by_sms, by_whatsapp = (
            contact(session, channel=way, address="+62811") for way in ("sms", "whatsapp")
        )
        for one, area in ((asked, HERE), (asked, THERE), (by_sms, HERE), (by_whatsapp, THERE)):
            subscribe(session, one.id, "PKH", area, NOW)
        round_ = make_round(session, (HERE, TODAY, None), (THERE, TODAY, None))
        both = {
            (asked.id, HERE),
            (asked.id, THERE),
            (by_whatsapp.id, HERE),
            (by_whatsapp.id, THERE),
        }

        def announce(*notices: Notice, **values: Any) -> set[tuple[int, str]]:
            made = make_broadcast(session, *notices, round_id=round_.id, **values)
            count = fan_out(session, made, NOW)
            heard = [(row.contact_id, session.get_one(Notice, row.notice_id).text)
                     for row, _ in rows_of(session, made)]  # fmt: skip
            assert count == len(heard) == made.contacts
            assert len(heard) == len(set(heard))
            return set(heard)

        assert announce(Notice(text="semua")) == {(asked.id, "semua"), (by_whatsapp.id, "semua")}
        assert announce(*by_area()) == both
        parent = session.scalars(select(Broadcast).order_by(Broadcast.id.desc())).first()
        assert parent is not None
        session.execute(update(OutboundMessage).values(state="sent"))
        for kind in (Kind.REMINDER, Kind.CHANGE):
            told = announce(*by_area(), filters=None, kind=kind, parent_id=parent.id)
            assert told == both


def by_area() -> list[Notice]:
    return [Notice(text=code, area_code=code) for code in (HERE, THERE)]


def test_who_was_warned_of_a_hoax_is_not_warned_again(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        hoax = Hoax(
            province_code=CITY, area_code=CITY, exact_index=b"", kind="text", subject_sealed=b"",
            rule="words", state=HOAX, reports=1, first_at=NOW, last_at=NOW,
        )  # fmt: skip
        session.add(hoax)
        session.flush()
        first, second = (contact(session, family(session, area)).id for area in (HERE, THERE))

        def warn(area: str) -> dict[int, str]:
            filters = Filters(areas=(area,), everyone=True)
            broadcast = make_broadcast(
                session, Notice(text=area), filters=filters, kind=Kind.WARNING, hoax_id=hoax.id
            )
            reach = measure(session, filters, Topic.NEWS, NOW, has_template=False, hoax_id=hoax.id)
            assert fan_out(session, broadcast, NOW) == reach.contacts
            return queued(session, broadcast)

        assert warn(HERE) == {first: HERE}
        assert warn(CITY) == {second: CITY}


def test_without_audience_or_parent_nothing_is_queued(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        broadcast = make_broadcast(session, Notice(text="x"), filters=None)
        with pytest.raises(ValueError, match="audience"):
            fan_out(session, broadcast, NOW)
