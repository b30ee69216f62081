"""Who and where: the companion, offices with hours, and the nearest place that pays out."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.messages import Location
from db.audit import AuditEntry
from db.offices import desk_of, nearest_offices
from db.session import Store
from tests.talk import Person, labels, words

LAMANGGA = Location(-5.4725, 122.6025)


@pytest.mark.databases("sqlite")
def test_the_office_tells_hours_map_and_whether_it_is_open(citizen: Person) -> None:
    told = words(citizen.say("alamat kantor dinas sosial"))
    for said in (
        "Dinas Sosial Kota Baubau", "Senin–Kamis 08.00–15.00", "Sabtu–Minggu tutup",
        "Sekarang tutup, buka lagi Senin, 23 November 2026 pukul 08.00 WITA.",
        "https://www.openstreetmap.org/?mlat=-5.46650&mlon=122.60500", "Telepon: 0402-000000",
        "Sumber: data contoh, 22 November 2026.",
    ):  # fmt: skip
        assert said in told, said


@pytest.mark.databases("sqlite")
def test_the_nearest_is_told_for_a_sent_location(citizen: Person) -> None:
    told = words(citizen.send_location(LAMANGGA))
    assert told.index("E-warong Sinar Lamangga") < told.index("Puskesos Lamangga")
    assert "kira-kira 0,1 km" in told


@pytest.mark.databases("sqlite")
def test_an_ewarong_is_told_by_kelurahan_or_asked_for(citizen: Person) -> None:
    assert "E-warong Lipu Sejahtera" in words(citizen.say("e-warong di kelurahan lipu di mana"))
    citizen.say("ewarong terdekat di mana ya")
    assert "Sinar Lamangga" in words(citizen.send_location(LAMANGGA))


@pytest.mark.databases("sqlite")
def test_a_companion_is_told_to_the_family_alone(
    known: Person, citizen: Person, sample_store: Store
) -> None:
    assert "Rahmawati Salim" in words(known.say("siapa pendamping pkh saya"))
    with sample_store.read() as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.action == "read companion"))
        assert len(rows.all()) == 1
    told = citizen.say("nomor telepon pendamping pkh berapa")
    assert "Rahmawati" not in words(told)
    assert "Cek bantuan saya" in labels(told)


def test_places_are_found_by_area_and_by_distance(sample_store: Store) -> None:
    with sample_store.read() as session:
        own, above = desk_of(session, "74.72.06.1008"), desk_of(session, "74.72")
        assert own is not None
        assert own.name == "Puskesos Lamangga"
        assert above is not None
        assert above.name == "Dinas Sosial Kota Baubau"
        assert desk_of(session, "33.74.01") is None
        near = nearest_offices(session, -5.4725, 122.6025, ("ewarong",), 3)
        assert [place.km for place in near] == sorted(place.km or 0 for place in near)
        assert len(near) == 3
        assert nearest_offices(session, 48.2, 16.4, ("ewarong",), 3) == []


@pytest.mark.databases("sqlite")
def test_numbers_of_the_country_come_from_the_catalogue(citizen: Person) -> None:
    assert "171" in words(citizen.say("nomor pengaduan kemensos berapa"))


@pytest.mark.databases("sqlite")
def test_by_day_the_office_is_open(citizen: Person) -> None:
    citizen.clock.forward(timedelta(days=1))
    assert "Sekarang buka." in words(citizen.say("alamat kantor dinas sosial"))
