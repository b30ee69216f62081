"""What is kept, who looked at it, a copy, a correction, and the end of it, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import literal, select, text

from bot.engine import Engine
from bot.messages import Address, Channel
from bot.outbox import open_reply
from bot.texts import say
from db import audit
from db.contacts import Contact
from db.erasures import Erasure, erase_chat, erase_due
from db.exports import ExportLink
from db.findings import Finding
from db.inbox import InboundMessage
from db.outbox import OutboundMessage, queue_replies
from db.registry import Household
from db.registry import Person as Registered
from db.session import Store
from db.staff import Staff
from db.tickets import Ticket
from nlu.classifier import Model
from tests.bot.registry import SITI_KK
from tests.bot.test_citizen import SITI_NIK
from tests.bot.test_consent import kept
from tests.moment import NOW
from tests.talk import Clock, Person, labels, make_engine, words

URL = "https://halo.example.go.id"


def contact_of(person: Person) -> Contact:
    with person.store.read() as session:
        return session.scalars(
            select(Contact).where(
                Contact.channel == person.address.channel, Contact.address == person.address.user
            )
        ).one()


def bodies(store: Store, contact_id: int) -> list[bytes | None]:
    with store.read() as session:
        query = select(OutboundMessage.body).where(OutboundMessage.contact_id == contact_id)
        return list(session.scalars(query.order_by(OutboundMessage.id)))


def send_all(store: Store, contact_id: int) -> None:
    """Let everything that waits for a contact have been sent."""
    with store.begin() as session:
        for message in session.scalars(
            select(OutboundMessage).where(OutboundMessage.contact_id == contact_id)
        ):
            message.state = "sent" if message.state == "queued" else message.state


def erase_hourly(store: Store, clock: Clock) -> int:
    with store.begin() as session:
        return erase_due(session, clock())


def test_data_saya_names_lists_and_who_looked_by_role(known: Person, sample_store: Store) -> None:
    contact = contact_of(known)
    with sample_store.begin() as session:
        staff = session.scalars(select(Staff).where(Staff.role == "companion")).first()
        assert staff is not None
        person = f"person:{contact.person_id}"
        audit.record(session, NOW, f"staff:{staff.id}", "read person", person)
        audit.record(session, NOW, "contact:999999", "identify", person)
    replies = known.say("data saya")
    told = words(replies)
    assert "dari Kementerian Sosial, per " in told
    assert "pendamping membuka data warga, 22 November 2026" in told
    assert "orang lewat nomor lain" in told
    assert staff.name not in told
    assert SITI_NIK not in told
    assert labels(replies) == ["Minta salinan", "Ubah data saya", "Hapus data saya", "Menu"]


def test_data_saya_tells_when_lists_that_may_hold_the_person_were_downloaded(
    known: Person, sample_store: Store
) -> None:
    person_id = contact_of(known).person_id
    with sample_store.begin() as session:
        household = session.scalars(
            select(Household)
            .join(Registered, Registered.household_id == Household.id)
            .where(Registered.id == person_id)
        ).one()
        near, far = (
            session.scalars(
                select(Staff.id).where(literal(household.area_code).startswith(Staff.area_code))
            ).first(),
            session.scalars(
                select(Staff.id).where(~literal(household.area_code).startswith(Staff.area_code))
            ).first(),
        )
        assert near is not None
        assert far is not None
        session.add(
            Finding(
                key="x", kind="left", area_code=household.area_code, person_id=person_id,
                found_at=NOW - timedelta(days=3), last_seen_at=NOW, state="open",
            )
        )  # fmt: skip
        for staff_id, days in ((near, 9), (far, 1)):
            at = NOW - timedelta(days=days)
            audit.record(session, at, f"staff:{staff_id}", "export findings", "findings")
    assert "mengunduh daftar temuan" not in words(known.say("data saya"))
    with sample_store.begin() as session:
        at = NOW - timedelta(days=2)
        audit.record(session, at, f"staff:{near}", "export findings", "findings")
    told = words(known.say("data saya"))
    assert told.count("mengunduh daftar temuan") == 1
    assert "mungkin memuat Bapak/Ibu: 20 November 2026." in told


@pytest.mark.parametrize("asked", ["hapus data saya", "tolong hapus data saya"])
def test_erasure_asks_once_and_no_changes_nothing(known: Person, asked: str) -> None:
    replies = known.say(asked)
    assert labels(replies)[0] == "Ya, hapus"
    assert contact_of(known).consent == "given"
    known.press("menu")
    assert contact_of(known).consent == "given"


def test_erasure_stops_everything_at_once(known: Person, sample_store: Store) -> None:
    contact = contact_of(known)
    with sample_store.begin() as session:
        body = session.vault.seal('["kabar", []]', "outbound")
        queue_replies(session, contact.id, contact.channel, [body], known.clock())
    known.unread()
    told = words(known.press("privacy:erase_yes"))
    assert "paling lambat 25 November 2026" in told
    assert "daftar bantuan dari instansi" in told
    after = contact_of(known)
    assert (after.consent, after.person_id, after.notices) == ("refused", None, False)
    assert set(kept(known)) == {""}
    with sample_store.read() as session:
        rows = session.execute(
            select(OutboundMessage.state, OutboundMessage.reason, OutboundMessage.body).where(
                OutboundMessage.contact_id == contact.id
            )
        ).all()
        waiting = [open_reply(session.vault, body).text for state, _, body in rows
                   if state == "queued" and body is not None]  # fmt: skip
    assert [row for row in rows if row.state == "canceled" and row.body is None]
    assert all(reason == "erased" for state, reason, _ in rows if state == "canceled")
    assert len(waiting) == 2  # the answer itself


def test_chat_is_erased_soon_and_the_number_with_it(
    known: Person, sample_store: Store, clock: Clock
) -> None:
    contact = contact_of(known)
    known.press("privacy:erase_yes")
    send_all(sample_store, contact.id)
    assert erase_hourly(sample_store, clock) == 0
    clock.forward(timedelta(hours=2))
    assert erase_hourly(sample_store, clock) == 1
    assert erase_hourly(sample_store, clock) == 0
    assert set(bodies(sample_store, contact.id)) == {None}
    with sample_store.read() as session:
        erased = session.get_one(Contact, contact.id)
        assert (erased.address, erased.state) == (f"erased-{contact.id}", "invalid")
        assert erased.conversation is None
        request = session.scalars(select(Erasure)).one()
        assert request.done_at is not None
        assert request.done_at <= request.due_at
    assert "Halo Puskesos" in words(known.say("halo"))


def test_number_stays_while_a_report_waits_for_its_answer(
    known: Person, sample_store: Store, clock: Clock
) -> None:
    contact = contact_of(known)
    number = _report(known)
    assert number in words(known.press("privacy:erase_yes"))
    send_all(sample_store, contact.id)
    clock.forward(timedelta(hours=2))
    assert erase_hourly(sample_store, clock) == 1
    with sample_store.read() as session:
        assert session.get_one(Contact, contact.id).address == "siti"
    assert set(bodies(sample_store, contact.id)) == {None}


def _report(person: Person) -> str:
    person.complain("deducted")
    person.say("uang bantuan saya dipotong ketua kelompok")
    person.say("kemarin di rumah ketua")
    person.press("form:skip")
    person.press("form:yes")
    with person.store.read() as session:
        return session.scalars(select(Ticket.number).order_by(Ticket.id.desc())).first() or ""


def test_who_comes_back_keeps_what_was_said_since(
    known: Person, sample_store: Store, clock: Clock
) -> None:
    contact = contact_of(known)
    known.press("privacy:erase_yes")
    known.press("consent:yes")
    known.say("kapan pkh cair di lamangga")
    send_all(sample_store, contact.id)
    clock.forward(timedelta(hours=2))
    assert erase_hourly(sample_store, clock) == 1
    assert kept(known)[-1] == "kapan pkh cair di lamangga"
    assert contact_of(known).consent == "given"
    assert None in bodies(sample_store, contact.id)
    assert bodies(sample_store, contact.id)[-1] is not None


def test_lock_after_failed_tries_outlives_an_erasure(citizen: Person, sample_store: Store) -> None:
    until = NOW + timedelta(hours=24)
    with sample_store.begin() as session:
        contact = session.get_one(Contact, contact_of(citizen).id)
        contact.locked_until, contact.failed_tries = until, 2
    citizen.press("privacy:erase_yes")
    assert contact_of(citizen).locked_until == until
    assert contact_of(citizen).failed_tries == 2


@pytest.mark.parametrize("hours", [2, 23])
def test_lock_bears_on_who_writes_again_from_an_erased_number(
    citizen: Person, sample_store: Store, clock: Clock, hours: int
) -> None:
    for _ in range(3):
        citizen.say(f"{SITI_NIK} 9999")
    until = contact_of(citizen).locked_until
    contact_id = contact_of(citizen).id
    citizen.press("privacy:erase_yes")
    send_all(sample_store, contact_id)
    clock.forward(timedelta(hours=hours))
    assert erase_hourly(sample_store, clock) == 1
    with sample_store.read() as session:
        assert citizen.address.user not in str(
            session.execute(text("SELECT * FROM kept_tries")).all()
        )
    citizen.press("consent:yes")
    assert contact_of(citizen).id != contact_id
    assert contact_of(citizen).locked_until == until
    assert "berhenti dulu" in words(citizen.say(f"{SITI_NIK} 9999"))
    clock.forward(timedelta(hours=25 - hours))
    assert "data per" in words(citizen.say(f"{SITI_NIK} {SITI_KK[-4:]}"))


def test_single_tries_are_counted_on_after_an_erasure(
    citizen: Person, sample_store: Store, clock: Clock
) -> None:
    citizen.say(f"{SITI_NIK} 9999")
    citizen.say(f"{SITI_NIK} 9998")
    citizen.press("privacy:erase_yes")
    send_all(sample_store, contact_of(citizen).id)
    clock.forward(timedelta(hours=2))
    assert erase_hourly(sample_store, clock) == 1
    citizen.press("consent:yes")
    assert contact_of(citizen).failed_tries == 2
    assert "berhenti dulu" in words(citizen.say(f"{SITI_NIK} 9997"))


def test_request_stays_open_while_something_is_on_its_way(
    known: Person, sample_store: Store, clock: Clock
) -> None:
    contact = contact_of(known)
    known.press("privacy:erase_yes")
    clock.forward(timedelta(hours=2))
    assert erase_hourly(sample_store, clock) == 0
    with sample_store.begin() as session:  # what was queued after the requests were looked at
        request = session.scalars(select(Erasure)).one()
        assert not erase_chat(session, request, clock())
        assert request.done_at is None
    send_all(sample_store, contact.id)
    assert erase_hourly(sample_store, clock) == 1
    with sample_store.read() as session:
        assert session.get_one(Contact, contact.id).address == f"erased-{contact.id}"
        assert session.scalars(select(Erasure.done_at)).one() is not None


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("form", ["complaint", "visit"])
@pytest.mark.parametrize("asked", ["hapus data saya", "Hapus data", "privacy:erase"])
def test_erasure_is_asked_for_in_the_middle_of_a_form(
    known: Person, companion: Person, form: str, asked: str
) -> None:
    person = known if form == "complaint" else companion
    person.press(form)
    replies = person.press(asked) if ":" in asked else person.say(asked)
    assert replies[0].text == say("form.closed")
    assert labels(replies)[0] == "Ya, hapus"
    assert "paling lambat" in words(person.say("1"))


def test_yes_to_the_erasure_ends_a_form_and_data_saya_does_not(known: Person) -> None:
    known.press("privacy:erase")
    known.complain("card")
    assert "belum selesai" in words(known.say("data saya"))
    known.press("form:resume")
    assert "paling lambat" in words(known.press("privacy:erase_yes"))
    assert contact_of(known).consent == "refused"
    assert "Ceritakan" not in words(known.say("halo"))


def test_copy_is_a_link_that_names_nobody(sample_store: Store, model: Model, clock: Clock) -> None:
    person = Person(
        make_engine(sample_store, model, clock, URL), sample_store, clock,
        Address(Channel.SIMULATOR, "siti"),
    )  # fmt: skip
    told = words(person.say("ekspor data saya"))
    link = next(word for word in told.split() if word.startswith(URL))
    assert "siti" not in link
    assert link.rpartition("/")[2]
    again = words(person.press("privacy:export"))
    assert link not in again
    with sample_store.read() as session:
        rows = session.scalars(select(ExportLink)).all()
        assert len(rows) == 1  # the former link opens nothing any more
        assert rows[0].token_index not in link.encode()


def test_without_an_address_of_our_own_the_copy_is_at_the_office(known: Person) -> None:
    assert "Datang ke kantor" in words(known.press("privacy:export"))


def test_correction_becomes_a_ticket(known: Person, sample_store: Store) -> None:
    known.press("privacy:correct")
    known.press("what:address")
    known.say("Jalan Melati 4")
    known.say("Jalan Mawar 9")
    assert "Jalan Mawar 9" in words(known.press("form:skip"))
    assert "Nomornya PKS-2026-" in words(known.press("form:yes"))
    with sample_store.read() as session:
        ticket = session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()
        assert ticket is not None
        assert (ticket.kind, ticket.category) == ("correction", "address")
        story = session.vault.open(ticket.story_sealed, "story")
    assert "Jalan Melati 4" in story
    assert "Jalan Mawar 9" in story


def test_dispatcher_erases_once_an_hour(engine: Engine, sample_store: Store) -> None:
    """The clock of the dispatcher decides, not that of the machine."""
    from bot.dispatcher import Dispatcher  # noqa: PLC0415

    clock = Clock()
    person = Person(engine, sample_store, clock, Address(Channel.SIMULATOR, "siti"))
    contact = contact_of(person)
    person.press("privacy:erase_yes")
    send_all(sample_store, contact.id)
    dispatcher = Dispatcher(sample_store, {}, clock, lambda: 0.5)
    clock.forward(timedelta(minutes=70))
    dispatcher._erase()
    with sample_store.read() as session:
        assert session.scalars(select(Erasure.done_at)).one() is not None
        assert session.scalars(select(InboundMessage.id)).first() is not None
