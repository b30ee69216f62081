"""Who wants to be told by SMS alone, or by WhatsApp alone, is told in that way."""

import pytest
from sqlalchemy import select

from bot.engine import Engine
from bot.messages import Address, Channel
from bot.opting_ways import way
from db import pace
from db.contacts import Contact
from db.session import Store
from tests.moment import NOW
from tests.talk import Clock, Person, words

TO_WHATSAPP = """
jangan kirim lewat sms, lewat wa saja
jgn kirim lewat sms
jangan sms, wa saja
lewat wa saja ya pak
kirim lewat whatsapp saja
tidak usah sms lagi, lewat wa saja
ojo lewat sms, wa wae
idak usah lewat sms, wa bae
stop sms, wa aja
kabari sa lewat wa saja mi
""".strip().splitlines()
TO_SMS = """
lewat sms saja
pake sms aja bu
jangan lewat wa, sms saja
kirim kabar lewat sms
jangan wa, sms wae
sms saja, jangan lewat wa lagi
""".strip().splitlines()
NEITHER = """
jangan sms lagi
jangan wa saya lagi
stop sms
lewat wa
bisa lewat wa?
tidak ada sms
jangan kirim bantuan lewat dia
petugas minta uang lewat wa
sms saja wa saja
""".strip().splitlines()


def wishes(store: Store) -> dict[str, tuple[bool, bool, bool]]:
    with store.read() as session:
        rows = session.scalars(select(Contact).where(Contact.address == "+628110001"))
        return {one.channel: (one.notices, one.news, one.emergencies) for one in rows}


@pytest.mark.databases("sqlite")
def test_a_way_is_read_in_any_manner_of_writing() -> None:
    chosen = {said: way(said) for said in (*TO_WHATSAPP, *TO_SMS, *NEITHER)}
    wanted = {said: one.wanted if one else None for said, one in chosen.items()}
    assert [said for said in TO_WHATSAPP if wanted[said] != "whatsapp"] == []
    assert [said for said in TO_SMS if wanted[said] != "sms"] == []
    assert [said for said in NEITHER if wanted[said] is not None] == []


def test_one_telephone_is_told_by_the_way_that_it_chose(
    engine: Engine, sample_store: Store, clock: Clock
) -> None:
    person = Person(engine, sample_store, clock, Address(Channel.WHATSAPP, "+628110001"))
    person.say("halo")
    person.press("consent:yes")
    assert "WhatsApp saja" in words(person.say("jangan kirim lewat sms, lewat wa saja"))
    assert wishes(sample_store) == {"whatsapp": (True, True, False), "sms": (False, False, False)}
    assert "belum ada" in words(person.say("lewat sms saja"))
    assert wishes(sample_store)["whatsapp"] == (True, True, False)
    with sample_store.connect() as connection:
        pace.start(connection, "sms", NOW)
    assert "SMS saja" in words(person.say("lewat sms saja"))
    assert wishes(sample_store) == {"whatsapp": (False, False, False), "sms": (True, True, False)}
    person.say("lewat wa saja")
    assert wishes(sample_store) == {"whatsapp": (True, True, False), "sms": (False, False, False)}


@pytest.mark.databases("sqlite")
def test_where_no_other_way_is_known_nothing_changes(citizen: Person) -> None:
    told = words(citizen.say("lewat wa saja"))
    assert "kirim dulu satu pesan" in told
