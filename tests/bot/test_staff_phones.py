"""Whose chat a member of staff's is: a new phone takes the old one's place, and is told all."""

import pytest
from sqlalchemy import select

from bot.desk.answering import answer
from bot.engine import Engine
from bot.messages import Address, Channel
from db.contacts import Contact
from db.session import Store
from db.staff import Staff, give_code
from tests.bot.test_companion_sight import drafts
from tests.bot.test_companion_visits import first_companion, own_family
from tests.bot.test_companion_work import newest_ticket
from tests.talk import Clock, Person, words


def test_a_new_phone_takes_the_place_of_the_old_one(
    companion: Person, engine: Engine, sample_store: Store, clock: Clock
) -> None:
    home, name, _place = own_family(sample_store)
    for step in [*drafts(home, 0, 0)["help"], "!form:yes"]:
        companion.press(step[1:]) if step.startswith("!") else companion.say(step)
    ticket = newest_ticket(sample_store)
    companion.say(f"kunjungan {name}")  # a form about the family is open
    with sample_store.begin() as session:
        staff = session.get_one(Staff, first_companion(sample_store))
        code = give_code(session, staff, clock())
    phone = Person(engine, sample_store, clock, Address(Channel.SIMULATOR, "hp-baru"))
    assert "Selamat datang" in words(phone.say(f"kode {code}"))
    told = words(companion.unread())
    assert told.count("tidak lagi tersambung sebagai petugas") == 1
    assert name not in told

    for said in ("keluarga saya", f"cari {name}", "laporan saya", "tadi semua sehat"):
        old = words(companion.say(said))
        assert name not in old
        assert ticket.number not in old
    assert "tidak lagi tersambung" not in old
    assert name not in words(companion.press(f"households:home:{home.id}"))
    assert ticket.number not in words(companion.press(f"ticket:withdraw:{ticket.number}"))
    assert ticket.number in words(phone.say("laporan saya"))
    with sample_store.begin() as session:
        assert answer(session, ticket.id, "Berasnya diganti besok", actor="cli", now=clock())
    assert "Berasnya diganti besok" in words(phone.unread())
    assert companion.unread() == []


@pytest.mark.databases("sqlite")
def test_an_officers_old_phone_is_let_go_of_too(
    officer: Person, engine: Engine, sample_store: Store, clock: Clock
) -> None:
    with sample_store.begin() as session:
        contact = session.scalars(select(Contact).filter_by(address=officer.address.user)).one()
        code = give_code(session, session.get_one(Staff, contact.staff_id), clock())
    Person(engine, sample_store, clock, Address(Channel.SIMULATOR, "hp-baru")).say(f"kode {code}")
    assert "tidak lagi tersambung" in words(officer.unread())
    with sample_store.read() as session:
        kept = session.scalars(select(Contact).filter_by(address=officer.address.user)).one()
        assert (kept.staff_id, kept.conversation) == (None, None)
