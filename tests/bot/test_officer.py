"""An officer announces a distribution, by chat and by the same verbs that the command calls."""

from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import func, select

from bot.capabilities.officer.announce import (
    AlreadyAnnounced,
    Announcement,
    announce,
    audience,
)
from db.contacts import Contact
from db.outbox import OutboundMessage
from db.schedules import Notice
from db.session import Store
from db.staff import Staff
from tests.moment import NOW
from tests.talk import Person, words

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
    officer.say("umumkan PKH di Bukit Wolio Indah tanggal 1 Desember 2026")
    officer.say("08.00-12.00")
    officer.say("Kantor Pos Baubau")
    assert "di luar wilayah" in words(officer.say("ya"))
    with sample_store.read() as session:
        assert session.scalars(select(Notice)).all() == []


def test_citizens_cannot_announce(citizen: Person, sample_store: Store) -> None:
    citizen.say("umumkan PKH di Bukit Wolio Indah tanggal 1 Desember 2026")
    citizen.press("announce")
    assert queued(sample_store) == 0
