"""Who wants to hear of a programme in a place does, whether he is on a list or not."""

import pytest
from sqlalchemy import select

from db.areas import Area
from db.audiences import Filters, Topic
from db.contacts import Contact
from db.recipients import recipients
from db.session import Store
from db.subscriptions import subscriptions_of
from tests.bot.test_opt_out import change, wanted
from tests.talk import Person, labels, words


def kept(store: Store, person: Person) -> list[tuple[str | None, str]]:
    with store.read() as session:
        contact = select(Contact.id).where(Contact.address == person.address.user)
        found = subscriptions_of(session, session.scalars(contact).one())
        return [(one.program_code, one.area) for one in found]


def test_programme_and_place_are_kept_listed_and_ended(
    citizen: Person, sample_store: Store
) -> None:
    change(citizen, notices=False)
    told = citizen.say("kabari sa kalau ada PKH di Lamangga")
    assert "Program Keluarga Harapan di Lamangga" in words(told)
    assert "belum berarti Bapak/Ibu terdaftar" in words(told)
    assert labels(told)[-2:] == ["Ya, kabari", "Tidak usah"]
    assert wanted(citizen) == (True, True, False)
    citizen.say("kabari sa kalau ada PKH di Lamangga")
    assert kept(sample_store, citizen) == [("PKH", "Lamangga")]

    assert "Di kelurahan mana" in words(citizen.say("kasih tau kalau beras cair"))
    assert "bantuan di Melai" in words(citizen.say("melai"))
    assert kept(sample_store, citizen) == [("PKH", "Lamangga"), (None, "Melai")]

    told = citizen.say("langgananku apa saja")
    assert "1. Program Keluarga Harapan di Lamangga\n2. bantuan di Melai" in words(told)
    assert "sudah kami hapus" in words(citizen.say("1"))
    assert kept(sample_store, citizen) == [(None, "Melai")]
    citizen.say("hapus langganan")
    assert kept(sample_store, citizen) == []
    assert "Tidak ada langganan" in words(citizen.say("langganan saya"))
    assert wanted(citizen) == (True, True, False)


def test_one_of_a_linked_family_needs_to_name_no_place(known: Person, sample_store: Store) -> None:
    told = words(known.say("kasih tau kalau beras cair"))
    assert "untuk keluarga Bapak/Ibu" in told
    assert kept(sample_store, known) == []
    known.say("kabari kalau ada BLT")
    [(program, _own)] = kept(sample_store, known)
    assert program == "BLTD"
    told = words(known.say("jangan kabari BLT lagi"))
    assert "langganan itu sudah kami hapus" in told
    assert kept(sample_store, known) == []
    assert wanted(known)[0]


@pytest.mark.databases("sqlite")
def test_place_that_is_not_served_is_said_to_be_none(citizen: Person, sample_store: Store) -> None:
    told = words(citizen.say("kabari sa kalau ada PKH di Makassar"))
    assert "Makassar tidak ada" in told
    assert "Program Keluarga Harapan di Lipu" in words(citizen.say("Lipu"))
    assert kept(sample_store, citizen) == [("PKH", "Lipu")]


@pytest.mark.databases("sqlite")
def test_two_places_are_both_kept_and_an_open_question_gives_way_to_a_new_wish(
    citizen: Person, sample_store: Store
) -> None:
    told = words(citizen.say("kabari kalau ada BLT di Lamangga dan Melai"))
    assert "Lamangga dan Melai" in told
    both = [("BLTD", "Lamangga"), ("BLTD", "Melai")]
    assert sorted(kept(sample_store, citizen), key=str) == both
    citizen.say("hapus langganan")
    citizen.say("kasih tau kalau PKH cair")
    citizen.say("kasih tau kalau beras cair di Melai")
    assert kept(sample_store, citizen) == [(None, "Melai")]
    citizen.say("hapus langganan")
    citizen.say("kabari kalau ada PKH di semua kelurahan")
    assert kept(sample_store, citizen) == [("PKH", "Kota Baubau")]


@pytest.mark.databases("sqlite")
def test_subscriptions_are_bounded_and_need_consent(newcomer: Person, sample_store: Store) -> None:
    assert "setuju" in words(newcomer.say("kabari sa kalau ada PKH di Lamangga")).lower()
    assert kept(sample_store, newcomer) == []
    newcomer.press("consent:yes")
    assert kept(sample_store, newcomer) == [("PKH", "Lamangga")]
    places = ("Lipu", "Melai", "Wale", "Tomba", "Lanto", "Batulo", "Wajo", "Kaobula", "Wameo")
    for place in places:
        newcomer.say(f"kabari sa kalau ada PKH di {place}")
    assert len(kept(sample_store, newcomer)) == 10
    assert "paling banyak" in words(newcomer.say("kabari sa kalau ada BPNT di Lipu"))
    assert len(kept(sample_store, newcomer)) == 10


def test_who_is_on_no_list_hears_of_dangers_where_he_said_that_he_lives(
    citizen: Person, engine_person: Person, sample_store: Store
) -> None:
    citizen.say("kabari sa kalau ada banjir di Lamangga")
    engine_person.say("kabari sa kalau ada PKH di Lamangga")  # and of nothing else
    engine_person.press("emergencies:no")
    with sample_store.read() as session:
        codes = dict(session.execute(select(Area.name, Area.code)).all())
        told = [
            [row.contact_id for row in session.execute(recipients(filters, Topic.EMERGENCY))]
            for filters in (
                Filters((codes["Lamangga"],)),
                Filters((codes["Lamangga"],), everyone=True),
                Filters((codes["Lipu"],)),
            )
        ]
        mine = select(Contact.id).where(Contact.address == citizen.address.user)
        contact_id = session.scalars(mine).one()
    assert told == [[contact_id], [contact_id], []]


@pytest.mark.databases("sqlite")
def test_a_wish_for_dangers_is_for_dangers_alone(citizen: Person, sample_store: Store) -> None:
    told = words(citizen.say("kabari kalau ada angin kencang di Melai"))
    assert "keadaan darurat di Melai" in told
    citizen.say("kabari sa kalau ada gempa di Lamangga")
    assert wanted(citizen) == (True, True, True)
    assert "1. keadaan darurat di Melai\n2. keadaan darurat di Lamangga" in words(
        citizen.say("langgananku apa saja")
    )
    with sample_store.read() as session:
        city = session.scalars(select(Area.code).where(Area.level == "city")).one()
        mine = select(Contact.id).where(Contact.address == citizen.address.user)
        contact_id = session.scalars(mine).one()
        everywhere = Filters((city,), program="PKH")
        heard = {row.contact_id for row in session.execute(recipients(everywhere, Topic.AID))}
        assert contact_id not in heard
    citizen.press("subscriptions:end:!:74.72.01.1001")  # one that there is not
    assert wanted(citizen)[2]
    citizen.say("langgananku apa saja")
    citizen.say("1")
    assert wanted(citizen)[2]
    citizen.say("langgananku apa saja")
    citizen.press("subscriptions:end")
    assert kept(sample_store, citizen) == []


@pytest.mark.databases("sqlite")
def test_several_places_and_aid_beside_dangers_are_all_kept(
    citizen: Person, sample_store: Store
) -> None:
    told = words(citizen.say("kabari kalau ada banjir di Lamangga dan Melai"))
    assert "keadaan darurat di Lamangga dan Melai" in told
    assert dangers(sample_store, citizen) == ["Lamangga", "Melai"]
    citizen.say("hapus langganan")
    told = words(citizen.say("kabari kalau ada PKH dan banjir di Lamangga"))
    assert "Program Keluarga Harapan di Lamangga" in told
    assert "keadaan darurat di Lamangga" in told
    assert kept(sample_store, citizen) == [("PKH", "Lamangga"), (None, "Lamangga")]
    citizen.say("hapus langganan")
    assert "kelurahan mana" in words(citizen.say("kabari kalau ada PKH dan banjir"))
    citizen.say("Melai")
    assert kept(sample_store, citizen) == [("PKH", "Melai"), (None, "Melai")]
    assert dangers(sample_store, citizen) == ["Melai"]


@pytest.mark.databases("sqlite")
def test_one_of_a_family_hears_of_dangers_at_home_and_where_he_says(
    known: Person, sample_store: Store
) -> None:
    told = words(known.say("kabari kalau ada banjir di Lamangga"))
    assert "di Bukit Wolio Indah dan Lamangga" in told
    assert dangers(sample_store, known) == ["Lamangga"]
    known.say("kabari kalau ada banjir di Bukit Wolio Indah")
    assert dangers(sample_store, known) == ["Lamangga"]
    known.say("hapus langganan")
    assert wanted(known)[2]


def test_what_is_named_ends_and_nothing_else(citizen: Person, sample_store: Store) -> None:
    citizen.say("kabari sa kalau ada PKH di Lamangga")
    citizen.press("emergencies:no")
    citizen.say("kabari sa kalau ada banjir di Lamangga dan Melai")
    assert "memang tidak kami kirim" in words(citizen.say("berhenti kabar darurat Lipu"))
    citizen.say("jangan kirim lagi kabar darurat di Melai")
    assert kept(sample_store, citizen) == [("PKH", "Lamangga"), (None, "Lamangga")]
    assert wanted(citizen) == (True, True, True)
    citizen.say("berhenti kabar darurat Lamangga")
    assert wanted(citizen) == (True, True, False)
    assert kept(sample_store, citizen) == [("PKH", "Lamangga")]
    citizen.say("kabari sa kalau ada banjir di Melai")
    assert "sudah kami hapus" in words(citizen.say("stop kabar PKH Lamangga"))
    assert "hanya kabar darurat" in words(citizen.say("jangan kirim kabar Melai lagi"))
    assert dangers(sample_store, citizen) == ["Melai"]
    assert "Tidak ada langganan untuk itu" in words(citizen.say("stop kabar PKH Lamangga"))
    assert wanted(citizen) == (True, True, True)
    citizen.say("berhenti kabar")
    assert wanted(citizen) == (False, False, False)


@pytest.mark.databases("sqlite")
def test_who_is_in_the_list_is_asked_if_all_schedules_shall_end(
    known: Person, sample_store: Store
) -> None:
    change(known, emergencies=True)
    known.say("kabari kalau ada banjir di Melai")
    together = words(known.say("jangan kirim kabar darurat di Bukit Wolio Indah"))
    assert "hanya bisa berhenti bersama" in together
    known.say("hapus langganan")
    known.say("kabari kalau ada PKH di Lamangga")
    known.say("kabari kalau ada PKH di Bukit Wolio Indah")
    assert "ada di daftar" not in words(known.say("stop kabar PKH Lamangga"))
    told = known.say("jangan kirim kabar PKH lagi")
    assert "Langganan itu sudah kami hapus. Tetapi keluarga" in words(told)
    assert kept(sample_store, known) == []
    for said in ("jangan kirim kabar PKH lagi", "stop kabar BPNT saja"):
        told = known.say(said)
        assert "tidak bisa dihentikan sendiri" in words(told)
        assert labels(told) == ["Berhenti jadwal", "Berhenti semua", "Menu"]
        assert wanted(known) == (True, True, True)
    known.press("unsubscribe:notices")
    assert wanted(known) == (False, True, True)


@pytest.mark.databases("sqlite")
def test_a_wish_is_kept_though_an_emergency_is_open(citizen: Person, sample_store: Store) -> None:
    citizen.say("tolong rumah saya terbakar")
    told = words(citizen.say("kabari kalau ada longsor di Melai"))
    assert "darurat di Melai" in told
    citizen.say("kabari kalau ada banjir di Lamangga")
    assert dangers(sample_store, citizen) == ["Melai", "Lamangga"]
    assert "Petugas sudah kami panggil" in words(citizen.say("di Lipu"))


@pytest.mark.databases("sqlite")
def test_what_went_on_before_goes_on_and_words_about_messages_are_no_places(
    citizen: Person, sample_store: Store
) -> None:
    citizen.say("BERHENTI")
    assert "kami kabari lagi" in words(citizen.say("LANGGANAN LAGI"))
    citizen.press("emergencies:no")
    assert "kami kabari lagi" in words(citizen.say("jangan stop kirim kabar"))
    assert wanted(citizen) == (True, True, False)
    assert "kelurahan mana" in words(citizen.say("kasih tau kalau PKH cair"))
    assert "Tidak ada langganan" in words(citizen.say("langganan saya apa"))
    assert "menemukan kelurahan" in words(citizen.say("kirim lagi"))
    citizen.say("Melai")
    assert kept(sample_store, citizen) == [("PKH", "Melai")]


def dangers(store: Store, person: Person) -> list[str]:
    with store.read() as session:
        contact = select(Contact.id).where(Contact.address == person.address.user)
        found = subscriptions_of(session, session.scalars(contact).one())
        return [one.area for one in found if one.emergencies]
