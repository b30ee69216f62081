"""What does not arrive goes to the next contact of the family, once, and nothing is lost of it."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update

from db.areas import Scope
from db.broadcast_progress import progress, untold_families
from db.broadcast_rows import end_rows, open_rows, requeue_failed
from db.broadcasts import Broadcast, Kind, Notice, State, Wave
from db.contacts import TOPICS, Contact
from db.erasures import Erasure, stop_processing
from db.fallback import fall_back, serve
from db.notice_rules import notice_rules
from db.outbox import BULK, ChannelPace, OutboundMessage
from db.registry import AgencyList, Household, Person
from db.session import Session, Store
from db.unwanted import end_unwanted
from tests.queued import NOW, new_wave

HOURS = timedelta(hours=6, minutes=1)


def a_family(session: Session, *contacts: tuple[str, str], **wishes: Any) -> list[int]:
    """Make a family of one with contacts, of whom the first wrote last."""
    source = AgencyList(agency="Dinsos", name=f"daftar {contacts[0]}", as_of=date(2026, 1, 1))
    session.add(source)
    session.flush()
    home = Household(
        area_code="74", address="Jl. Betoambari", rt="001", rw="002", list_id=source.id,
        as_of=source.as_of,
    )  # fmt: skip
    session.add(home)
    session.flush()
    person = Person(household_id=home.id, name="Siti Contoh", relation="head", as_of=source.as_of)
    session.add(person)
    session.flush()
    made = [
        Contact(
            channel=channel, address=address, created_at=NOW, consent="given", person_id=person.id,
            last_inbound_at=NOW - timedelta(days=place + 2), **wishes,
        )
        for place, (channel, address) in enumerate(contacts)
    ]  # fmt: skip
    session.add_all(made)
    session.flush()
    return [contact.id for contact in made]


def a_wave(session: Session, **broadcast: Any) -> tuple[int, int]:
    """Make a broadcast of one wording; gives its wave and its notice."""
    wave = new_wave(session, **broadcast)
    notice = Notice(broadcast_id=wave.broadcast_id, text="PKH besok")
    session.add(notice)
    session.flush()
    return wave.id, notice.id


def tell(session: Session, wave: tuple[int, int], contact_id: int, state: str, **more: Any) -> int:
    contact = session.get_one(Contact, contact_id)
    message = OutboundMessage(
        contact_id=contact_id, channel=contact.channel, priority=BULK, state=state,
        not_before=NOW, created_at=NOW, wave_id=wave[0], notice_id=wave[1],
        settled_at=None if state == "queued" else NOW, **more,
    )  # fmt: skip
    session.add(message)
    session.flush()
    broadcast_of(session, wave).contacts += 1
    session.flush()
    return message.id


def rows_of(session: Session, wave: tuple[int, int]) -> list[tuple[int, str, str]]:
    """Give contact, channel and state of each message, in the order of their making."""
    of_wave = select(OutboundMessage).where(OutboundMessage.wave_id == wave[0])
    messages = session.scalars(of_wave.order_by(OutboundMessage.id))
    return [(one.contact_id, one.channel, one.state) for one in messages]


def broadcast_of(session: Session, wave: tuple[int, int]) -> Broadcast:
    broadcast_id = session.get_one(Wave, wave[0]).broadcast_id
    return session.get_one(Broadcast, broadcast_id)


def test_what_failed_goes_to_the_next_contact_of_the_family_once(store: Store) -> None:
    with store.begin() as session:
        wave = a_wave(session)
        first, second, third = a_family(session, ("telegram", "1"), ("whatsapp", "2"), ("sms", "3"))
        (told,) = a_family(session, ("telegram", "4"))
        lonely, refused = a_family(session, ("telegram", "5"), ("sms", "6"))
        session.get_one(Contact, refused).notices = False
        session.get_one(Contact, refused).news = False
        tell(session, wave, first, "failed", reason="blocked")
        tell(session, wave, told, "sent")
        tell(session, wave, lonely, "failed", reason="blocked")
    with store.begin() as session:
        assert fall_back(session, NOW) == 1
        assert rows_of(session, wave)[3:] == [(second, "whatsapp", "queued")]
        assert fall_back(session, NOW) == 0
        broadcast_id = broadcast_of(session, wave).id
        families = untold_families(session, broadcast_id, Scope("74"), 9)
        assert [(one.head, one.reason) for one in families] == [("Siti Contoh", "blocked")]
        assert not untold_families(session, broadcast_id, Scope("75"), 9)
    with store.begin() as session:
        broadcast = broadcast_of(session, wave)
        broadcast.state, broadcast.ended_at = State.DONE, NOW
        session.execute(
            update(OutboundMessage)
            .where(OutboundMessage.contact_id == second)
            .values(state="sent", settled_at=NOW)
        )
    with store.begin() as session:
        assert fall_back(session, NOW + HOURS / 2) == 0
        assert fall_back(session, NOW + HOURS) == 1  # silent for too long; Telegram never is
        assert rows_of(session, wave)[-1] == (third, "sms", "queued")
        broadcast = broadcast_of(session, wave)
        assert (broadcast.state, broadcast.ended_at, broadcast.contacts) == ("running", None, 5)
        assert sum(progress(session, broadcast.id, NOW).states.values()) == broadcast.contacts


def test_a_number_that_is_not_on_whatsapp_is_written_to_by_sms(store: Store) -> None:
    with store.begin() as session:
        wave = a_wave(session)
        gone, other = a_family(session, ("whatsapp", "+62811"), ("telegram", "7"), language="jv")
        (opted_out,) = a_family(session, ("sms", "+62812"), news=False)
        (same,) = a_family(session, ("whatsapp", "+62812"))
        for contact in (gone, same):
            tell(session, wave, contact, "failed", reason="not_on_channel")
            session.get_one(Contact, contact).state = "blocked"
        session.add(ChannelPace(channel="sms", next_at=NOW))
    with store.begin() as session:
        assert fall_back(session, NOW) == 1
        (_, _, (contact_id, channel, state)) = rows_of(session, wave)
        made = session.get_one(Contact, contact_id)
        assert (channel, state, made.address, made.state) == ("sms", "queued", "+62811", "active")
        assert (made.consent, made.language) == ("given", "jv")
        assert made.person_id == session.get_one(Contact, gone).person_id
        assert contact_id not in (other, opted_out)


def test_a_wish_for_dangers_follows_the_telephone_to_its_sms(store: Store) -> None:
    with store.begin() as session:
        wave = a_wave(session, kind=Kind.EMERGENCY)
        known, *others = (
            a_family(session, ("sms", f"+6281{number}"), **wishes)[0]
            for number, wishes in enumerate(({}, {"notices": False, "news": False}, {}))
        )
        asked = [
            a_family(session, ("whatsapp", f"+6281{number}"), emergencies=number < 2)[0]
            for number in range(3)
        ]
        for contact in asked:
            tell(session, wave, contact, "failed", reason="not_on_channel")
        session.add(ChannelPace(channel="sms", next_at=NOW))
    with store.begin() as session:
        assert fall_back(session, NOW) == 1
        assert rows_of(session, wave)[3:] == [(known, "sms", "queued")]
        assert not any(session.get_one(Contact, one).emergencies for one in others)


def test_what_found_no_way_goes_out_once_sms_is_served(store: Store) -> None:
    with store.begin() as session:
        wave = a_wave(session)
        (lonely,) = a_family(session, ("whatsapp", "+62811"))
        gone, other = a_family(session, ("whatsapp", "+62812"), ("telegram", "7"))
        for contact_id in (lonely, gone):
            tell(session, wave, contact_id, "failed", reason="not_on_channel")
    with store.begin() as session:
        assert fall_back(session, NOW) == 1
        assert rows_of(session, wave)[2:] == [(other, "telegram", "queued")]
        assert fall_back(session, NOW) == 0
    for channel in ("telegram", "sms"):
        with store.connect() as connection:
            serve(connection, channel, NOW)
    with store.begin() as session:
        assert fall_back(session, NOW) == 1  # whose family knows already is not told again
        (*_, (made, channel, _state)) = rows_of(session, wave)
        assert (session.get_one(Contact, made).address, channel) == ("+62811", "sms")
    with store.connect() as connection:
        serve(connection, "sms", NOW)  # another dispatcher, which is no news
    with store.begin() as session:
        assert fall_back(session, NOW) == 0


def test_a_telephone_that_says_stop_or_is_erased_is_left_alone_by_sms_too(store: Store) -> None:
    with store.begin() as session:
        wave = a_wave(session)
        for number in ("+62811", "+62812"):
            (whatsapp,) = a_family(session, ("whatsapp", number))
            tell(session, wave, whatsapp, "failed", reason="not_on_channel")
    with store.connect() as connection:
        serve(connection, "sms", NOW)
    with store.begin() as session:
        assert fall_back(session, NOW) == 2
        assert end_unwanted(session, "whatsapp", "+62811", TOPICS) == 1
        stop_processing(session, whatsapp, "cli", NOW)
        assert [state for *_, state in rows_of(session, wave)] == ["failed"] * 2 + ["canceled"] * 2
    with store.begin() as session:
        by_sms = select(Contact).where(Contact.channel == "sms").order_by(Contact.id)
        stopped, erased = session.scalars(by_sms)
        assert (stopped.notices, stopped.news, stopped.consent) == (False, False, "given")
        assert (erased.consent, erased.person_id, erased.notices) == ("refused", None, False)
        assert [one.contact_id for one in session.scalars(select(Erasure))] == [erased.id, whatsapp]


def test_who_stops_while_it_is_queued_leaves_it_to_the_rest_of_his_family(store: Store) -> None:
    with store.begin() as session:
        wave = a_wave(session)
        first, second = a_family(session, ("telegram", "1"), ("whatsapp", "2"))
        (alone,) = a_family(session, ("telegram", "3"))
        for contact_id in (first, alone):
            tell(session, wave, contact_id, "queued")
    with store.begin() as session:
        assert end_unwanted(session, "telegram", "1", TOPICS) == 1
        assert end_unwanted(session, "telegram", "3", TOPICS) == 1
    with store.begin() as session:
        assert fall_back(session, NOW) == 1
        assert fall_back(session, NOW) == 0
        assert rows_of(session, wave)[2:] == [(second, "whatsapp", "queued")]
        broadcast = broadcast_of(session, wave)
        assert sum(progress(session, broadcast.id, NOW).states.values()) == broadcast.contacts


def test_without_sms_the_family_is_told_otherwise_or_not_at_all(store: Store) -> None:
    with store.begin() as session:
        wave = a_wave(session)
        gone, other = a_family(session, ("whatsapp", "+62811"), ("telegram", "7"))
        tell(session, wave, gone, "failed", reason="not_on_channel")
        over = a_wave(session, expires_at=NOW)
        paused = a_wave(session, state=State.PAUSED)
        for late in (over, paused):
            tell(session, late, gone, "failed", reason="not_on_channel")
        notice_rules(session).sms_fallback = False
        session.add(ChannelPace(channel="sms", next_at=NOW))
    with store.begin() as session:
        assert fall_back(session, NOW) == 1
        assert rows_of(session, wave)[1:] == [(other, "telegram", "queued")]
        assert len(rows_of(session, over)) == len(rows_of(session, paused)) == 1


def test_rows_are_ended_by_chunks_and_only_what_may_pass_is_tried_again(store: Store) -> None:
    with store.begin() as session:
        wave = a_wave(session)
        contacts = a_family(session, *(("telegram", str(number)) for number in range(6)))
        broadcast_id = broadcast_of(session, wave).id
        for contact_id in contacts[:3]:
            tell(session, wave, contact_id, "queued")
        for contact_id, reason in zip(contacts[3:], ("blocked", "network", "error"), strict=True):
            tell(session, wave, contact_id, "failed", reason=reason, tries=4, failures=8)
        session.get_one(Contact, contacts[5]).news = False
    with store.begin() as session:
        assert end_rows(session, broadcast_id, "out_of_date", most=2) == 2
        assert open_rows(session, broadcast_id)
        assert end_rows(session, broadcast_id, "out_of_date", most=2) == 1
        assert not open_rows(session, broadcast_id)
        assert requeue_failed(session, broadcast_id, NOW + HOURS) == 1
        assert open_rows(session, broadcast_id)
        again = session.scalars(
            select(OutboundMessage).where(OutboundMessage.state == "queued")
        ).one()
        assert (again.contact_id, again.tries, again.failures) == (contacts[4], 4, 0)
        shown = progress(session, broadcast_id, NOW)
    assert shown.states == {"canceled": 3, "failed": 2, "queued": 1}
    assert shown.by_channel == {"telegram": shown.states}
    assert shown.by_area == [("Sultra", shown.states)]
    assert shown.reasons == {"out_of_date": 3, "blocked": 1, "error": 1}
