"""Group sessions: who came is ticked off, named or on a sheet; two absences in a row are told."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.messages import Media, MediaKind
from db.attachments import Attachment
from db.contacts import CONSENT_GIVEN, Contact
from db.group_sessions import (
    Attendance,
    Expected,
    GroupSession,
    absent_in_a_row,
    attendance_of,
    expected,
    record_session,
)
from db.registry import Person as Member
from db.session import Store
from tests.bot.test_companion_visits import first_companion
from tests.moment import NOW, TODAY
from tests.talk import Person, labels, words

AREA = "74.72.02.1011"
SHEET = Media(MediaKind.PHOTO, "a-sheet", "image/jpeg")


def awaited(store: Store) -> list[Expected]:
    """Give the families of the largest group of the first companion in the kelurahan."""
    with store.read() as session:
        there = expected(session, first_companion(store), AREA, TODAY)
    largest = Counter(one.rw for one in there).most_common(1)[0][0]
    return [one for one in there if one.rw == largest]


def test_who_missed_the_last_two_sessions_is_found(sample_store: Store) -> None:
    own = first_companion(sample_store)
    one, two, three = [one.household_id for one in awaited(sample_store)[:3]]
    with sample_store.begin() as session:
        made: list[GroupSession] = []
        for weeks, came in ((4, {one: True, two: False}), (2, {one: False, two: True}),
                            (0, {one: False, two: False, three: False})):  # fmt: skip
            meeting = GroupSession(
                staff_id=own, area_code=AREA, module="Modul 1", place="Balai", headcount=1,
                held_at=NOW - timedelta(weeks=weeks), recorded_at=NOW,
            )  # fmt: skip
            made.append(record_session(session, meeting, came, "cli"))
        every = [one, two, three]
        [missing] = absent_in_a_row(session, every, NOW)
        assert (missing.household_id, missing.since) == (one, NOW - timedelta(weeks=2))
        assert not absent_in_a_row(session, every, NOW - timedelta(weeks=1))
        mended = GroupSession(
            staff_id=own, area_code=AREA, module="Modul 1", place="Balai", headcount=2,
            held_at=made[2].held_at, recorded_at=NOW,
        )  # fmt: skip
        record_session(session, mended, {one: True, two: False}, "cli", made[2])
        assert not absent_in_a_row(session, every, NOW)
        assert made[2].replaced_by_id == mended.id


def begin(companion: Person, rw: str, module: str) -> None:
    companion.say("pertemuan kelompok")
    assert "RW berapa" in words(companion.press(f"area:{AREA}"))
    companion.press(f"rw:{rw}")
    companion.say(module)
    companion.say("Balai RW 3")


@pytest.mark.databases("sqlite")
def test_a_session_is_ticked_off_and_who_is_away_twice_is_told(
    companion: Person, sample_store: Store
) -> None:
    families = awaited(sample_store)
    away, name = families[0].household_id, families[0].head
    first_there, second_there = (one.household_id for one in families[1:3])
    with sample_store.begin() as session:
        member = session.scalar(select(Member.id).filter_by(household_id=away, relation="head"))
        session.add(
            Contact(
                channel="simulator", address="absen", state="active", person_id=member,
                consent=CONSENT_GIVEN, consent_at=NOW, failed_tries=0, created_at=NOW,
            )
        )  # fmt: skip
    citizen = Person(companion.engine, sample_store, companion.clock)
    citizen.address = type(companion.address)(companion.address.channel, "absen")
    for module in ("Modul 1", "Modul 2"):
        companion.clock.forward(timedelta(days=1))
        begin(companion, families[0].rw, module)
        first = companion.press(f"tick:{first_there}")
        assert any(label.startswith("✓ ") for label in labels(first))
        assert "(1 sudah ditandai)" in words(first)
        companion.press(f"tick:{first_there}")  # taken back
        companion.press(f"tick:{second_there}")
        companion.press("page:1")
        companion.press("ticks:done")
        assert "Hadir: 1" in words(companion.press("form:skip"))
        told = words(companion.press("form:yes"))
    assert name in told
    assert "kami kabari: 0." not in told
    assert "dua pertemuan kelompok" in words(citizen.unread())
    assert name in words(companion.say("sering absen"))

    companion.press("group_session:fix")
    companion.press("form:edit:came")
    companion.press("ticks:all")
    companion.press("form:yes")
    assert "Tidak ada keluarga" in words(companion.say("sering absen"))
    assert citizen.unread() == []
    with sample_store.read() as session:
        sessions = session.scalars(select(GroupSession).order_by(GroupSession.id)).all()
        assert [one.replaced_by_id is None for one in sessions] == [True, False, True]
        assert all(attendance_of(session, sessions[-1].id).values())


@pytest.mark.databases("sqlite")
def test_a_sheet_and_a_count_suffice_and_the_same_session_is_asked_about(
    companion: Person, sample_store: Store
) -> None:
    begin(companion, "all", "Modul 3")
    companion.send_file(SHEET)
    assert "dengan angka" in words(companion.say("banyak sekali"))
    assert "Hadir: 18" in words(companion.say("18 orang"))
    companion.press("form:yes")
    begin(companion, "all", "Modul 3")
    companion.send_file(SHEET)
    assert "Ini pertemuan yang sama?" in words(companion.say("19"))
    companion.press("form:add:yes")
    with sample_store.read() as session:
        [kept] = session.scalars(select(GroupSession).filter_by(replaced_by_id=None)).all()
        assert kept.headcount == 19
        assert not session.scalars(select(Attendance)).all()
        files = session.scalars(select(Attachment).filter_by(session_id=kept.id)).all()
        assert len(files) == 2
