"""Which phones are tied to a person: letting go, telling the first, shutting others out."""

import pytest
from sqlalchemy import select

from bot.messages import Address, Channel
from bot.texts import say
from db.broadcasts import Broadcast, Kind, Wave
from db.contacts import Contact
from db.outbox import BULK, OutboundMessage
from tests.bot.registry import NURLINA, NURLINA_KK, SITI, SITI_KK, linked_to, trail
from tests.queued import NOW, new_wave
from tests.talk import Person, labels, words


@pytest.fixture
def second(known: Person) -> Person:
    """Another phone on which somebody gives Wa Siti's numbers."""
    known.unread()
    person = Person(known.engine, known.store, known.clock, Address(Channel.SIMULATOR, "hp-kedua"))
    person.press("consent:yes")
    return person


@pytest.mark.parametrize("word", ["lepas", "Bukan saya.", "hapus tautan", "GANTI ORANG"])
def test_phone_is_let_go_by_a_word_after_a_yes(known: Person, word: str) -> None:
    replies = known.say(word)
    assert "terhubung ke data Wa Siti. Mau dilepas?" in words(replies)
    assert labels(replies) == ["Ya, lepas", "Tidak jadi"]
    assert linked_to(known.store, "siti") is not None
    assert "Sudah dilepas" in words(known.say("ya"))
    assert linked_to(known.store, "siti") is None
    assert len(trail(known.store, "unlink")) == 1
    assert "Tolong tulis NIK" in words(known.press("registration"))


def test_letting_go_can_be_thought_better_of(known: Person) -> None:
    known.say("lepas")
    assert "tidak jadi" in words(known.say("tidak"))
    assert linked_to(known.store, "siti") is not None


@pytest.mark.parametrize("word", ["lepas", "lepas semua"])
def test_who_is_tied_to_nobody_is_told_so(citizen: Person, word: str) -> None:
    assert "tidak terhubung ke data siapa pun" in words(citizen.say(word))


def test_second_phone_tells_the_first(known: Person, second: Person) -> None:
    assert "Wa Siti" in words(second.say(f"{SITI} {SITI_KK[-4:]}"))
    told = known.unread()
    assert "Data bantuan Wa Siti baru saja dibuka dari HP lain" in words(told)
    assert "LEPAS SEMUA" in words(told)
    second.say(f"{SITI} {SITI_KK[-4:]}")
    assert known.unread() == []


def test_another_family_tells_nobody_else(known: Person, second: Person) -> None:
    second.say(f"{NURLINA} {NURLINA_KK[-4:]}")
    assert known.unread() == []


def test_wrong_numbers_tell_nobody(known: Person, second: Person) -> None:
    second.say(f"{SITI} 9999")
    assert known.unread() == []


def test_first_phone_shuts_the_others_out(known: Person, second: Person) -> None:
    second.say(f"{SITI} {SITI_KK[-4:]}")
    assert "1 HP lain tidak lagi terhubung" in words(known.say("Lepas semua"))
    assert linked_to(known.store, "siti") is not None
    assert linked_to(known.store, "hp-kedua") is None
    assert "tidak lagi terhubung" in words(second.unread())
    assert "Tolong tulis NIK" in words(second.press("registration"))
    assert "Tidak ada HP lain" in words(known.say("lepas semua"))


def test_who_is_cut_from_a_family_gets_its_queued_notices_no_more(
    known: Person, second: Person
) -> None:
    second.say(f"{SITI} {SITI_KK[-4:]}")
    with known.store.begin() as session:
        waves = [new_wave(session, kind=kind).id for kind in (Kind.REMINDER, Kind.NEWS)]
        for one in session.scalars(select(Contact).where(Contact.person_id.is_not(None))):
            session.add_all(
                OutboundMessage(
                    contact_id=one.id, channel=one.channel, priority=BULK, state="queued",
                    not_before=NOW, wave_id=wave_id, created_at=NOW,
                )
                for wave_id in waves
            )  # fmt: skip
    queued = {"siti": [Kind.NEWS, Kind.REMINDER], "hp-kedua": [Kind.NEWS, Kind.REMINDER]}
    assert notices_queued(known) == queued
    known.say("lepas semua")
    assert notices_queued(known) == queued | {"hp-kedua": [Kind.NEWS]}
    known.press("unlink:yes")
    assert notices_queued(known) == {"siti": [Kind.NEWS], "hp-kedua": [Kind.NEWS]}


def notices_queued(person: Person) -> dict[str, list[str]]:
    """Give the kinds of what is queued for the two phones."""
    query = (
        select(Contact.address, Broadcast.kind)
        .join(OutboundMessage, OutboundMessage.contact_id == Contact.id)
        .join(Wave, Wave.id == OutboundMessage.wave_id)
        .join(Broadcast, Broadcast.id == Wave.broadcast_id)
        .where(OutboundMessage.state == "queued", Contact.address.in_(("siti", "hp-kedua")))
        .order_by(Broadcast.kind)
    )
    found: dict[str, list[str]] = {}
    with person.store.read() as session:
        for address, kind in session.execute(query):
            found.setdefault(address, []).append(kind)
    return found


def test_later_phone_does_not_shut_the_first_out(known: Person, second: Person) -> None:
    second.say(f"{SITI} {SITI_KK[-4:]}")
    assert "lebih dulu terhubung" in words(second.say("lepas semua"))
    assert linked_to(known.store, "siti") is not None


def test_phones_are_told_in_the_middle_of_a_form_without_losing_it(
    known: Person, second: Person
) -> None:
    known.complain("card")
    second.say(f"{SITI} {SITI_KK[-4:]}")
    known.unread()
    replies = known.say("lepas semua")
    assert "1 HP lain" in words(replies)
    assert "Ceritakan" in replies[-1].text


@pytest.mark.parametrize("asked", ["LEPAS", "unlink", "unlink:yes"])
def test_letting_go_ends_an_open_form(known: Person, asked: str) -> None:
    known.press("complaint")
    replies = known.say(asked) if asked.isupper() else known.press(asked)
    assert replies[0].text == say("form.closed")
    if asked != "unlink:yes":
        known.press("unlink:yes")
    assert linked_to(known.store, known.address.user) is None
    assert "Ceritakan" not in words(known.say("kartu"))
