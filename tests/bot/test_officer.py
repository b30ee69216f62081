"""An officer announces a distribution, by chat and by the same verbs that the command calls."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import func, select

from bot.capabilities.officer.announce import (
    AlreadyAnnounced,
    Announcement,
    announce,
    audience,
)
from db.announcements import find_distribution
from db.broadcasts import Notice
from db.contacts import Contact
from db.outbox import OutboundMessage
from db.session import Store
from db.staff import Staff
from tests.moment import NOW
from tests.talk import Person, labels, words

# Words and turns of talk are the same on every database; what is stored is tested elsewhere.
pytestmark = pytest.mark.databases("sqlite")

ANNOUNCEMENT = Announcement(
    program_code="PKH",
    program_name="Program Keluarga Harapan",
    area_code="74.72.02.1011",
    area_name="Bukit Wolio Indah",
    zone="Asia/Makassar",
    held_on=date(2026, 12, 1),
    starts_at=time(8),
    ends_at=time(12),
    place="Kantor Pos Baubau",
)


def queued(store: Store) -> int:
    with store.read() as session:
        count = session.scalar(
            select(func.count())
            .select_from(OutboundMessage)
            .where(OutboundMessage.notice_id.is_not(None))
        )
        return count or 0


def test_each_reachable_contact_gets_one_notice(sample_store: Store) -> None:
    with sample_store.begin() as session:
        counted = audience(session, ANNOUNCEMENT)
        announce(session, ANNOUNCEMENT, "test", NOW)
    assert counted.families > 100
    assert counted.contacts > 50
    assert queued(sample_store) == counted.contacts


def test_saying_it_twice_does_not_send_twice(sample_store: Store) -> None:
    with sample_store.begin() as session:
        announce(session, ANNOUNCEMENT, "test", NOW)
    before = queued(sample_store)
    with sample_store.begin() as session, pytest.raises(AlreadyAnnounced):
        announce(session, ANNOUNCEMENT, "test", NOW)
    assert queued(sample_store) == before


@pytest.mark.parametrize(
    "again",
    [
        replace(ANNOUNCEMENT, place="kantor pos  baubau "),
        replace(ANNOUNCEMENT, place="KANTOR POS BAUBAU"),
        replace(ANNOUNCEMENT, ends_at=time(13)),
    ],
)
def test_another_spelling_or_end_is_the_same_announcement(
    sample_store: Store, again: Announcement
) -> None:
    with sample_store.begin() as session:
        announce(session, ANNOUNCEMENT, "test", NOW)
    with sample_store.begin() as session, pytest.raises(AlreadyAnnounced):
        announce(session, again, "test", NOW)


def test_a_planned_distribution_is_found_however_its_place_is_spelt(sample_store: Store) -> None:
    with sample_store.begin() as session:
        announce(session, ANNOUNCEMENT, "test", NOW)
        key = ("PKH", ANNOUNCEMENT.area_code, ANNOUNCEMENT.held_on, ANNOUNCEMENT.starts_at)
        assert find_distribution(session, *key, "kantor  pos baubau") is not None
        assert find_distribution(session, *key, "Kantor Lurah") is None


def test_blocked_and_unwilling_contacts_are_left_out(sample_store: Store) -> None:
    with sample_store.begin() as session:
        before = audience(session, ANNOUNCEMENT).contacts
        siti = session.scalars(select(Contact).where(Contact.address == "siti")).one()
        siti.notices = False
        session.flush()
        assert audience(session, ANNOUNCEMENT).contacts == before - 1


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 11, 22, 2, tzinfo=UTC), datetime(2026, 11, 22, 2, tzinfo=UTC)),
        (datetime(2026, 11, 22, 13, tzinfo=UTC), datetime(2026, 11, 23, 0, tzinfo=UTC)),
        (datetime(2026, 11, 22, 20, tzinfo=UTC), datetime(2026, 11, 23, 0, tzinfo=UTC)),
    ],
)
def test_nobody_is_woken(sample_store: Store, now: datetime, expected: datetime) -> None:
    with sample_store.begin() as session:
        announce(session, ANNOUNCEMENT, "test", now)
        found = session.scalars(
            select(OutboundMessage.not_before)
            .where(OutboundMessage.notice_id.is_not(None))
            .distinct()
        ).all()
    assert found == [expected]


def test_announcement_by_chat_is_previewed_and_confirmed(
    officer: Person, sample_store: Store
) -> None:
    officer.say("umumkan PKH di Bukit Wolio Indah tanggal 1 Desember 2026")
    officer.say("08.00-12.00")
    preview = words(officer.say("Kantor Pos Baubau"))
    assert "Selasa, 1 Desember 2026, pukul 08.00-12.00 WITA" in preview
    assert "keluarga" in preview
    assert queued(sample_store) == 0
    assert "antrean" in words(officer.say("ya"))
    assert queued(sample_store) > 50


def test_officer_announces_within_his_area_only(officer: Person, sample_store: Store) -> None:
    with sample_store.begin() as session:
        contact = session.scalars(select(Contact).where(Contact.address == "petugas")).one()
        assert contact.staff_id is not None
        session.get_one(Staff, contact.staff_id).area_code = "74.72.03"
    refused = officer.say("umumkan PKH di Bukit Wolio Indah tanggal 1 Desember 2026")
    assert "di luar wilayah" in words(refused)
    assert "Pukul berapa" not in words(refused)
    officer.say("umumkan")
    officer.press("programme:PKH")
    assert "di luar wilayah" in words(officer.say("Bukit Wolio Indah"))
    with sample_store.read() as session:
        assert session.scalars(select(Notice)).all() == []


def test_citizens_cannot_announce(citizen: Person, sample_store: Store) -> None:
    citizen.say("umumkan PKH di Bukit Wolio Indah tanggal 1 Desember 2026")
    citizen.press("announce")
    assert queued(sample_store) == 0


def test_a_past_day_is_told_and_asked_again(officer: Person) -> None:
    said = words(officer.say("umumkan PKH di Bukit Wolio Indah tanggal 1 Januari 2026"))
    assert "sudah lewat" in said
    assert "Tanggal berapa" in said


@pytest.mark.parametrize(
    "text",
    [
        "umumkan PKH di Bukit Wolio Indah tanggal 1 Desember 2026 jam 9-11 di Kantor Pos Baubau",
        "umumkan PKH di Bukit Wolio Indah 1 Desember 2026 pukul 9 sampai 11 di Kantor Pos Baubau",
    ],
)
def test_hours_and_place_of_the_sentence_are_taken(officer: Person, text: str) -> None:
    preview = words(officer.say(text))
    assert "pukul 09.00-11.00 WITA, di Kantor Pos Baubau" in preview


def test_what_is_not_surely_a_place_is_asked(officer: Person) -> None:
    said = officer.say("umumkan PKH di Bukit Wolio Indah jam 9-11 di Kantor Pos tanggal 1 Des 2026")
    assert "Di mana tempatnya" in words(said)


def test_umumkan_always_reaches_the_form(officer: Person) -> None:
    assert "Pukul berapa" in words(officer.say("umumkan bpnt di kecamatan betoambari lusa"))


def test_the_usual_programmes_are_offered_first(officer: Person) -> None:
    offered = labels(officer.say("umumkan"))
    assert "PKH" in offered[0] or "Harapan" in offered[0]
