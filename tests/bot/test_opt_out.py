"""Who wants no more messages gets none, of one topic or of all; and gets them again."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.messages import Address, Channel, Reachability, Reply
from db.broadcasts import Kind
from db.contacts import BLOCKED, Contact
from db.outbox import BULK, OutboundMessage
from db.session import Store
from tests.bot.registry import trail
from tests.bot.test_opting import NO_STOPS, STOPS
from tests.bot.test_pickups import ask
from tests.queued import NOW, new_wave
from tests.talk import Person, labels, words


def wanted(person: Person) -> tuple[bool, bool, bool]:
    """Give whether aid, news and emergencies are wanted."""
    with person.store.read() as session:
        row = session.execute(
            select(Contact.notices, Contact.news, Contact.emergencies).where(
                Contact.channel == person.address.channel, Contact.address == person.address.user
            )
        ).one()
        return tuple(row)  # type: ignore[return-value]


def change(person: Person, **values: Any) -> None:
    with person.store.begin() as session:
        contact = session.scalars(
            select(Contact).where(Contact.address == person.address.user)
        ).one()
        for name, value in values.items():
            setattr(contact, name, value)


def test_messages_end_and_go_on_by_topic(known: Person, sample_store: Store) -> None:
    told = known.say("sdh jgn kirim2 pesan lagi")
    assert wanted(known) == (False, False, False)
    assert "LANGGANAN LAGI" in words(told)
    assert "tidak akan mengirim kabar jadwal atau kabar lain" in words(told)
    assert labels(told) == ["Jadwal saja", "Menu"]
    assert all(len(reply.text) <= 600 for reply in told)

    assert "kami kabari" in words(known.say("langganan lagi"))
    assert wanted(known) == (True, True, False)

    told = known.say("jangan kirim kabar, jadwal saja")
    assert wanted(known) == (True, False, False)
    assert "masih kami kirim: jadwal bantuan" in words(told)
    assert "Berhenti semua" in labels(told)
    known.press("unsubscribe:all")
    known.press("subscribe:notices")
    assert wanted(known) == (True, False, False)

    known.say("kirim lagi ya")
    assert wanted(known) == (True, True, False)

    known.say("kabari sa kalau ada bencana")
    assert wanted(known) == (True, True, True)
    told = known.say("berhenti")
    assert wanted(known) == (False, False, False)
    assert "Darurat saja" in labels(told)
    known.press("subscribe:emergencies")
    assert wanted(known) == (False, False, True)
    known.say("berhenti darurat")
    assert wanted(known) == (False, False, False)
    assert len(trail(sample_store, "agree to emergency notices")) == 2
    assert len(trail(sample_store, "end emergency notices")) == 2


@pytest.mark.databases("sqlite")
def test_emergencies_are_asked_about_once_and_only_a_yes_counts(known: Person) -> None:
    told = known.say("langganan lagi")
    assert labels(told) == ["Ya, kabari", "Tidak usah"]
    assert "banjir" in words(told)
    assert wanted(known) == (True, True, False)
    assert "tidak kami kirim" in words(known.say("tidak"))
    assert "banjir" not in words(known.say("langganan lagi"))
    assert wanted(known) == (True, True, False)
    known.say("mau kabar darurat")
    assert wanted(known) == (True, True, True)
    # Who agreed once, and comes back after he ended all, is not left without them in silence.
    for again in ("langganan lagi", "START"):
        known.say("berhenti")
        assert labels(known.say(again)) == ["Ya, kabari", "Tidak usah"]
        known.say("ya")
        assert wanted(known) == (True, True, True)


@pytest.mark.databases("sqlite")
def test_a_wish_to_hear_of_dangers_calls_no_hotline(alarming: Person) -> None:
    for said in ("kabari sa kalau ada banjir", "kabari kalau sudah tidak banjir"):
        told = words(alarming.say(said))
        assert "Di kelurahan mana" in told
        assert "112" not in told
    told = words(alarming.say("Lamangga"))
    assert "keadaan darurat di Lamangga" in told
    assert "112" in told
    assert wanted(alarming)[2]


@pytest.mark.databases("sqlite")
def test_who_asks_why_he_was_not_told_hears_how_it_stands(known: Person) -> None:
    told = known.say("kenapa saya tidak dikabari lagi")
    assert "nomor ini aktif" in words(told)
    assert wanted(known) == (True, True, False)
    known.say("berhenti")
    assert "sedang berhenti" in words(known.say("kok sa te dikabari lagi"))
    assert "sedang berhenti" in words(known.say("hapus langganan"))


@pytest.mark.databases("sqlite")
def test_stop_in_an_open_form_ends_the_form_and_names_the_way(known: Person) -> None:
    known.press("complaint")
    told = words(known.say("stop dulu mi"))
    assert "sudah kami batalkan" in told
    assert "BERHENTI" in told
    assert wanted(known) == (True, True, False)

    known.press("complaint")
    told = words(known.say("jangan kirim pesan lagi"))
    assert "tidak akan mengirim" in told
    assert "Soal apa" in told or "soal apa" in told
    assert wanted(known) == (False, False, False)


@pytest.mark.databases("sqlite")
def test_stranger_may_stop_without_any_consent(newcomer: Person) -> None:
    assert "tidak akan mengirim" in words(newcomer.say("STOP"))
    assert wanted(newcomer) == (False, False, False)


def test_keyword_that_the_provider_acts_upon_counts_for_what_we_send(known: Person) -> None:
    whose = Address(Channel.SIMULATOR, "siti")
    change(known, emergencies=True)
    known.engine.receive(Reachability(whose, "1", reachable=False, by_word=True))
    assert wanted(known) == (False, False, False)
    with known.store.read() as session:
        states = select(Contact.state).where(Contact.address == "siti")
        assert session.scalars(states).one() == BLOCKED
    known.engine.receive(Reachability(whose, "2", reachable=True, by_word=True))
    assert wanted(known) == (True, True, False)
    # Who blocks a bot and comes back has said nothing about notices.
    change(known, notices=False)
    known.engine.receive(Reachability(whose, "3", reachable=True))
    assert wanted(known) == (False, True, False)


def test_language_of_notices_is_set_and_told(known: Person) -> None:
    def language() -> str | None:
        with known.store.read() as session:
            query = select(Contact.language).where(Contact.address == "siti")
            return session.scalars(query).one()

    assert language() is None
    assert "bahasa Jawa" in words(known.say("pakai bahasa jawa"))
    assert language() == "jv"
    told = known.say("pakai bahasa inggris")
    assert "Mau yang mana" in words(told)
    assert language() == "jv"
    known.say("bahasa wolio")
    assert language() == "wlo"
    known.press("language:pse")
    assert language() == "pse"
    known.say("bahasa indonesia saja")
    assert language() == "id"


@pytest.mark.databases("sqlite")
def test_nothing_else_takes_a_wish_first_and_nothing_else_is_taken_for_one(known: Person) -> None:
    heard = []
    for said in (*STOPS, *NO_STOPS):
        change(known, notices=True, news=True)
        known.say(said)
        if not wanted(known)[0]:
            heard.append(said)
        known.press("form:cancel")
    assert set(STOPS) - set(heard) == set()
    assert set(heard) - set(STOPS) == set()


@pytest.mark.databases("sqlite")
def test_what_only_the_language_model_takes_for_a_wish_is_asked_back(known: Person) -> None:
    for said in ("bantuan stop tolong kirim lagi", "stop jangan ganggu saya"):
        assert "unsubscribe:all" in values(known.say(said))
    told = known.say("stop jangan pukul lagi")
    assert "110" in words(told)
    assert wanted(known) == (True, True, False)
    known.press("unsubscribe:all")
    assert wanted(known) == (False, False, False)
    known.say("batal berhenti")
    assert wanted(known) == (True, True, False)


def values(replies: list[Reply]) -> list[str]:
    return [choice.value for reply in replies for choice in reply.choices]


def test_what_is_queued_and_not_wanted_any_more_does_not_go_out(
    known: Person, sample_store: Store
) -> None:
    with sample_store.begin() as session:
        contact = session.scalars(
            select(Contact).where(Contact.address == known.address.user)
        ).one()
        rows = {}
        for kind in (Kind.DISTRIBUTION, Kind.NEWS, Kind.EMERGENCY):
            wave = new_wave(session, kind=kind)
            row = OutboundMessage(
                contact_id=contact.id, channel=contact.channel, priority=BULK, state="queued",
                not_before=NOW, wave_id=wave.id, created_at=NOW,
            )  # fmt: skip
            session.add(row)
            session.flush()
            rows[kind] = row.id
        contact.emergencies = True
    known.say("jangan kirim kabar, jadwal saja")
    assert states(sample_store, rows) == {
        Kind.DISTRIBUTION: "queued", Kind.NEWS: "canceled", Kind.EMERGENCY: "queued",
    }  # fmt: skip
    known.engine.receive(Reachability(known.address, "1", reachable=False, by_word=True))
    assert set(states(sample_store, rows).values()) == {"canceled"}


def states(store: Store, rows: dict[Kind, int]) -> dict[Kind, str]:
    with store.read() as session:
        return {kind: session.get_one(OutboundMessage, row).state for kind, row in rows.items()}


def test_bare_words_right_after_a_notice_want_no_more(known: Person, sample_store: Store) -> None:
    held = ask(sample_store, known.clock)
    assert "kami tidak akan mengirim" in words(known.say("janganmi kirimi sa"))
    assert wanted(known) == (False, False, False)
    known.say("langganan lagi")
    known.press("emergencies:no")
    assert "tidak mau dikirimi" in words(known.say("janganmi kirimi sa"))
    known.clock.forward(timedelta(minutes=5))
    assert ask(sample_store, known.clock) != held
    known.say("janganmi")
    assert wanted(known) == (False, False, False)
    known.say("langganan lagi")
    known.clock.forward(timedelta(minutes=5))
    ask(sample_store, known.clock)
    known.clock.forward(timedelta(days=4))
    known.say("janganmi")
    assert wanted(known) == (True, True, False)


@pytest.mark.databases("sqlite")
def test_who_does_not_know_a_language_is_told_in_which_messages_come(known: Person) -> None:
    assert "dalam Bahasa Indonesia" in words(known.say("saya tidak bisa bahasa jawa"))
    known.say("pakai bahasa wolio")
    told = known.say("sa tidak tahu bahasa Jawa")
    assert "dalam Bahasa Wolio" in words(told)
    assert "Bahasa Indonesia" in labels(told)
    assert "dalam Bahasa Wolio" in words(known.say("bahasa apa ini"))
    assert "dalam bahasa Indonesia" in words(known.say("sa tidak tahu bahasa wolio"))
    assert "dalam Bahasa Indonesia" in words(known.say("sa tidak tahu bahasa wolio"))


@pytest.mark.databases("sqlite")
def test_what_may_be_no_more_is_asked_back_outside_a_form_alone(known: Person) -> None:
    assert "tidak mau dikirimi kabar lagi" in words(known.say("janganmi kirim"))
    known.press("complaint")
    assert "dikirimi kabar lagi" not in words(known.say("janganmi kirim"))
    assert wanted(known) == (True, True, False)


@pytest.mark.databases("sqlite")
def test_one_topic_alone_may_be_wished_for(known: Person) -> None:
    told = known.say("cukup kabar darurat saja")
    assert wanted(known) == (False, False, True)
    assert "112" in words(told)
    for said in ("darurat saja", "kecuali darurat", "cuma darurat", "hanya kirim kalau darurat"):
        change(known, notices=True, news=True, emergencies=False)
        told = known.say(said)
        assert "112" in words(told)
        assert labels(told) == ["Lapor darurat", "Kabar darurat saja", "Menu"]
        assert wanted(known) == (True, True, False)
    known.press("unsubscribe:but_emergencies")
    assert wanted(known) == (False, False, True)
    change(known, notices=True, news=True, emergencies=True)
    told = known.say("jadwal ji")
    assert wanted(known) == (True, False, True)
    assert "Jadwal bantuan" in labels(told)


@pytest.mark.databases("sqlite")
def test_who_is_told_of_dangers_alone_says_where_he_lives(citizen: Person) -> None:
    assert "Di kelurahan mana" in words(citizen.say("kabar darurat saja"))
    assert "darurat di Melai" in words(citizen.say("Melai"))
    assert wanted(citizen) == (False, False, True)


@pytest.mark.databases("sqlite")
def test_of_dangers_only_who_agreed_is_told(newcomer: Person) -> None:
    newcomer.say("kabar darurat saja")
    assert wanted(newcomer) == (False, False, False)
    assert "Di kelurahan mana" in words(newcomer.press("consent:yes"))
    assert wanted(newcomer) == (False, False, True)
    newcomer.say("Melai")
    newcomer.say("berhenti")
    assert "Tidak ada langganan" in words(newcomer.say("langganan saya"))


@pytest.mark.databases("sqlite")
def test_what_refuses_something_or_may_end_it_is_asked_back(
    known: Person, sample_store: Store
) -> None:
    ask(sample_store, known.clock)
    for said in ("tidak mau", "cancel", "end", "quit", "leave me alone"):
        assert values(known.say(said))[0] == "unsubscribe:all", said
    known.clock.forward(timedelta(minutes=5))
    ask(sample_store, known.clock)
    for said in ("tidak usahmi", "belum"):
        told = known.say(said)
    assert "belum Bapak/Ibu terima" in words(told)
    for said in ("stop thanks", "terima kasih banyak, berhenti"):
        known.press("complaint")
        assert "sudah kami batalkan" in words(known.say(said))
    assert wanted(known) == (True, True, False)


@pytest.mark.databases("sqlite")
def test_who_is_woken_is_told_that_messages_come_by_day(known: Person) -> None:
    told = known.say("jangan kirim pesan malam hari")
    assert "08.00 sampai 20.00" in words(told)
    assert labels(told) == ["Berhenti semua", "Menu"]
    change(known, emergencies=True)
    assert "BERHENTI DARURAT" in words(known.say("jangan kirim pesan malam-malam"))
    assert wanted(known) == (True, True, True)
