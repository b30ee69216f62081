"""Whose chat a member of staff's is: a new phone takes the old one's place, and is told all."""

import pytest
from sqlalchemy import select

from bot.desk.answering import answer
from bot.desk.let_go import LEFT, RESET, tell_let_go
from bot.desk.talking import TalkOver, say_in_talk, take_talk
from bot.engine import Engine
from bot.messages import Address, Channel
from db.contacts import Contact
from db.logins import deactivate, reset_login
from db.session import Store
from db.staff import Staff, give_code
from db.talks import ENDED, WAITING, Talk
from db.ticket_notes import NOTE, notes_of
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


def code_for(store: Store, staff_id: int, clock: Clock) -> str:
    with store.begin() as session:
        return give_code(session, session.get_one(Staff, staff_id), clock())


@pytest.mark.databases("sqlite")
def test_anothers_code_is_refused_and_stays_good_and_ones_own_new_code_is_typed_here(
    officer: Person, engine: Engine, sample_store: Store, clock: Clock
) -> None:
    code = code_for(sample_store, first_companion(sample_store), clock)
    told = words(officer.say(f"kode {code}"))
    assert "masih terhubung atas nama" in told
    assert "tetap berlaku" in told
    phone = Person(engine, sample_store, clock, Address(Channel.SIMULATOR, "hp-baru"))
    with sample_store.begin() as session:
        chat = session.scalars(select(Contact).filter_by(address=officer.address.user)).one()
        own = session.get_one(Staff, chat.staff_id)
        assert own.role != "companion"
        new, former = reset_login(session, own, clock())
        tell_let_go(session, former, RESET, clock())
    assert "Selamat datang" in words(phone.say(f"kode {code}"))
    assert "Tulis di sini: kode" in words(officer.unread())
    assert "Selamat datang" in words(officer.say(f"kode {new}"))


def newest_talk(store: Store) -> Talk:
    with store.read() as session:
        return session.scalars(select(Talk).order_by(Talk.id.desc())).first()  # type: ignore[return-value]


def test_a_talk_does_not_stay_with_the_phone_that_was_let_go_of(
    companion: Person, engine: Engine, sample_store: Store, clock: Clock
) -> None:
    own = first_companion(sample_store)
    companion.say("bicara dengan petugas")
    first = newest_talk(sample_store)
    with sample_store.begin() as session:
        desk = session.scalars(select(Staff).filter_by(role="front_office")).first()
        assert desk is not None
        take_talk(session, first.id, desk, clock())
    loket = Person(engine, sample_store, clock, Address(Channel.SIMULATOR, "loket"))
    loket.unread()
    companion.unread()
    phone = Person(engine, sample_store, clock, Address(Channel.SIMULATOR, "hp-baru"))
    told = words(phone.say(f"kode {code_for(sample_store, own, clock)}"))
    assert "di HP lama kami tutup" in told
    assert "Selamat datang" in told
    assert "tidak lagi tersambung" in words(companion.unread())
    assert "Jangan kirim data keluarga" in words(loket.unread())
    with sample_store.begin() as session, pytest.raises(TalkOver):
        say_in_talk(session, first.id, desk, "Soal keluarga Bu Ani", clock())
    assert words(companion.say("siapa ini?")) != ""  # the service answers a citizen
    with sample_store.read() as session:
        assert [note.kind for note in notes_of(session, first.ticket_id)] == [NOTE]

    # What only waits goes along, as its ticket does, and ends with the service.
    phone.say("bicara dengan petugas")
    second = newest_talk(sample_store)
    third = Person(engine, sample_store, clock, Address(Channel.SIMULATOR, "hp-ketiga"))
    third.say(f"kode {code_for(sample_store, own, clock)}")
    with sample_store.begin() as session:
        chat = session.scalars(select(Contact).filter_by(address="hp-ketiga")).one()
        talk = session.get_one(Talk, second.id)
        assert (talk.contact_id, talk.state) == (chat.id, WAITING)
        former = deactivate(session, session.get_one(Staff, own), clock())
        tell_let_go(session, former, LEFT, clock())
    assert newest_talk(sample_store).state == ENDED
    with sample_store.read() as session:
        assert [note.kind for note in notes_of(session, second.ticket_id)] == [NOTE]
