"""What is kept, who looked at it, a copy, a correction, and the end of it, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.engine import Engine
from bot.messages import Address, Channel
from bot.outbox import open_reply
from db import audit
from db.contacts import Contact
from db.erasures import Erasure, erase_due
from db.exports import ExportLink
from db.inbox import InboundMessage
from db.outbox import OutboundMessage, queue_replies
from db.session import Store
from db.staff import Staff
from db.tickets import Ticket
from nlu.classifier import Model
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
    person.press("complaint")
    person.press("category:deducted")
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
        assert (ticket.kind, ticket.category) == ("correction", "data")
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
