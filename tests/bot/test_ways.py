"""Who wants to be told by SMS alone, or by WhatsApp alone, is told in that way."""

import pytest
from sqlalchemy import select

from bot.engine import Engine
from bot.messages import Address, Channel
from bot.opting import Kind, wish
from bot.opting_ways import way
from db import pace
from db.contacts import TOPICS, Contact, mark_reachable
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
wa ji kodong jangan sms
lewat wa ji
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

EVERY_WAY = """
stop sms dan wa
stop wa dan sms
stop sms wa
jangan kirim sms dan wa lagi
jangan kirim lewat sms dan wa
jangan kirim lewat wa dan lewat sms
jangan lewat wa atau sms lagi pak
jangan sms dan wa saya lagi
tidak usah sms atau wa
jangan sms jangan wa
ojo sms utawa wa maneh
stop sms/wa
""".strip().splitlines()
TROUBLE = """
petugas stop sms dan wa saya
bantuan lewat sms dan wa berhenti
jangan kirim uang lewat sms dan wa
jangan percaya sms dan wa
sms dan wa saja
wa terus jangan sms lagi ribut
""".strip().splitlines()


def agreed(engine: Engine, store: Store, clock: Clock, channel: Channel) -> Person:
    """Give the chat of one telephone on a channel, by which its owner has agreed."""
    person = Person(engine, store, clock, Address(channel, "+628110001"))
    person.say("halo")
    person.press("consent:yes")
    return person


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


@pytest.mark.databases("sqlite")
def test_who_refuses_both_ways_chooses_none_and_ends_everything() -> None:
    assert [said for said in EVERY_WAY if way(said) is not None] == []
    stops = [wish(said, None) for said in EVERY_WAY]
    assert [found and (found.kind, set(found.off)) for found in stops] == [
        (Kind.STOP, set(TOPICS))
    ] * len(EVERY_WAY)
    assert [said for said in TROUBLE if way(said) or wish(said, None)] == []


def test_one_telephone_is_told_by_the_way_that_it_chose(
    engine: Engine, sample_store: Store, clock: Clock
) -> None:
    person = agreed(engine, sample_store, clock, Channel.WHATSAPP)
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


@pytest.mark.databases("sqlite")
def test_what_was_stopped_stays_so_whatever_way_is_chosen(
    engine: Engine, sample_store: Store, clock: Clock
) -> None:
    person = agreed(engine, sample_store, clock, Channel.WHATSAPP)
    person.say("BERHENTI")
    told = words(person.say("jangan kirim lewat sms"))
    assert "sedang berhenti" in told
    assert "LANGGANAN LAGI" in told
    none = (False, False, False)
    assert wishes(sample_store) == {"whatsapp": none, "sms": none}


@pytest.mark.databases("sqlite")
def test_who_refuses_sms_by_sms_is_told_elsewhere_or_not_at_all(
    engine: Engine, sample_store: Store, clock: Clock
) -> None:
    by_sms = agreed(engine, sample_store, clock, Channel.SMS)
    assert "belum kami kenal di WhatsApp" in words(by_sms.say("lewat wa saja"))
    assert wishes(sample_store) == {"sms": (True, True, False)}
    assert "tidak akan mengirim" in words(by_sms.say("jangan kirim sms"))
    assert wishes(sample_store) == {"sms": (False, False, False)}

    by_sms.say("langganan lagi")
    by_sms.say("batal")
    agreed(engine, sample_store, clock, Channel.WHATSAPP)
    with sample_store.begin() as session:
        mark_reachable(session, "whatsapp", "+628110001", False)
    told = words(by_sms.say("lewat wa saja"))
    assert "tetap kami kirim lewat SMS" in told
    assert wishes(sample_store)["sms"] == (True, True, False)
    with sample_store.begin() as session:
        mark_reachable(session, "whatsapp", "+628110001", True)
    assert "WhatsApp saja" in words(by_sms.say("jangan kirim sms"))
    assert wishes(sample_store) == {"sms": (False, False, False), "whatsapp": (True, True, False)}
