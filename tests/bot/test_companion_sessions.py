"""Group sessions: who came is ticked off, named or on a sheet; two absences in a row are told."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.headcount import read_headcount
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
    last_session,
    record_session,
)
from db.outbox import OutboundMessage
from db.registry import Household
from db.registry import Person as Member
from db.session import Store
from tests.bot.test_companion_visits import first_companion
from tests.bot.test_companion_work import give_away
from tests.moment import NOW, TODAY
from tests.talk import Person, labels, words

AREA = "74.72.02.1011"
ZONE = "Asia/Makassar"
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
        [missing] = absent_in_a_row(session, every, NOW, ZONE)
        assert (missing.household_id, missing.since) == (one, NOW - timedelta(weeks=2))
        assert not absent_in_a_row(session, every, NOW - timedelta(weeks=1), ZONE)
        mended = GroupSession(
            staff_id=own, area_code=AREA, module="Modul 1", place="Balai", headcount=2,
            held_at=made[2].held_at, recorded_at=NOW,
        )  # fmt: skip
        record_session(session, mended, {one: True, two: False}, "cli", made[2])
        assert not absent_in_a_row(session, every, NOW, ZONE)
        assert made[2].replaced_by_id == mended.id
        # Two sessions of one day are one day on which a family was away, or came once.
        for hours, came in ((1, {three: False}), (2, {three: False, two: True})):
            meeting = GroupSession(
                staff_id=own, area_code=AREA, module="Modul 1", place="Balai", headcount=1,
                held_at=NOW + timedelta(hours=hours), recorded_at=NOW,
            )  # fmt: skip
            record_session(session, meeting, came, "cli")
        assert not absent_in_a_row(session, every, NOW + timedelta(hours=3), ZONE)


def begin(companion: Person, rw: str, module: str) -> None:
    companion.say("pertemuan kelompok")
    assert "RW berapa" in words(companion.press(f"area:{AREA}"))
    companion.press(f"rw:{rw}")
    companion.say(module)
    companion.say("Balai RW 3")


def waiting(store: Store) -> list[str]:
    """Give how what was to be told of absences stands, in its order."""
    with store.read() as session:
        rows = session.scalars(
            select(OutboundMessage).join(Contact).where(Contact.address == "absen")
        )
        return [row.state for row in rows.all()]


def sent(store: Store) -> None:
    """Let what waits be sent."""
    with store.begin() as session:
        for row in session.scalars(select(OutboundMessage).filter_by(state="queued")):
            row.state = "sent"


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
    assert "yang akan kami kabari" in told
    assert "18.00" in told
    assert waiting(sample_store) == ["queued"]
    assert name in words(companion.say("sering absen"))

    companion.press("group_session:fix")
    companion.press("form:edit:came")
    companion.press("ticks:all")
    companion.press("form:yes")
    assert "Tidak ada keluarga" in words(companion.say("sering absen"))
    # Who was ticked off wrongly hears nothing of it, if it is put right before the evening.
    assert waiting(sample_store) == ["canceled"]
    citizen.unread()

    companion.press("group_session:fix")
    companion.press("form:edit:came")
    companion.press(f"tick:{away}")
    companion.press("ticks:done")
    companion.press("form:yes")
    sent(sample_store)
    assert "dua pertemuan kelompok" in words(citizen.unread())
    companion.press("group_session:fix")
    companion.press("form:edit:came")
    companion.press("ticks:all")
    companion.press("form:yes")
    assert "tidak berlaku lagi" in words(citizen.unread())
    with sample_store.read() as session:
        sessions = session.scalars(select(GroupSession).order_by(GroupSession.id)).all()
        assert [one.replaced_by_id is None for one in sessions] == [
            True, False, False, False, True,
        ]  # fmt: skip
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
    asked = companion.say("ibu 10, bapak 9")
    assert "Ini pertemuan yang sama?" in words(asked)
    assert labels(asked)[:2] == ["Ya, ganti", "Bukan, simpan baru"]
    companion.press("form:add:yes")
    with sample_store.read() as session:
        [kept] = session.scalars(select(GroupSession).filter_by(replaced_by_id=None)).all()
        assert kept.headcount == 19
        assert not session.scalars(select(Attendance)).all()
        files = session.scalars(select(Attachment).filter_by(session_id=kept.id)).all()
        assert len(files) == 2


def test_a_headcount_is_read_as_people_write_it() -> None:
    told = {
        "18": 18, "18 orang": 18, "kira2 30 orang": 30, "30-an": 30, "ibu 10 bapak 5": 15,
        "10 orang ibu dan 5 bapak": 15, "L 5 P 12": 17, "20 orang, 15 ibu 5 bapak": 20,
        "20 dari 30": 20, "dua puluh lima": 25, "lima belas orang": 15,
        "20-25": None, "18 orang (2 lansia)": None, "banyak sekali": None, "1.200": None,
    }  # fmt: skip
    assert {text: read_headcount(text) for text in told} == told


@pytest.mark.databases("sqlite")
def test_names_are_of_the_group_and_another_group_is_another_session(
    companion: Person, sample_store: Store
) -> None:
    one, two, three, four = awaited(sample_store)[:4]
    with sample_store.begin() as session:
        for known, name in ((one, "Beddu Zamrud"), (two, "Zamrud Cendana"), (three, "Wa Opo")):
            head = session.scalars(
                select(Member).filter_by(household_id=known.household_id, relation="head")
            ).one()
            head.name = name
        elsewhere = session.scalars(
            select(Household.rw).where(Household.area_code == AREA, Household.rw != one.rw)
        ).first()
        assert elsewhere is not None
        session.get_one(Household, four.household_id).rw = elsewhere
        other = session.scalars(
            select(Member).filter_by(household_id=four.household_id, relation="head")
        ).one()
        other.name = "Wa Opo"  # in another group than her namesake
    begin(companion, one.rw, "Modul 4")
    # Who is alone in the group needs no question, and who may be two is asked and never away.
    asked = companion.say("Wa Opo, Zamrud")
    assert '"Zamrud": yang mana?' in words(asked)
    assert {choice.value for choice in asked[-1].choices} == {
        f"tick:{one.household_id}", f"tick:{two.household_id}", "ticks:unsure",
    }  # fmt: skip
    assert "yang mana?" in words(companion.press("ticks:done"))
    assert "(1 sudah ditandai)" in words(companion.press("ticks:unsure"))
    assert "si anu" in words(companion.say("si anu"))
    companion.press("ticks:done")
    read = words(companion.press("form:skip"))
    assert "Hadir: 1" in read
    assert "tidak dihitung hadir atau absen: Beddu Zamrud, Zamrud Cendana" in read
    companion.press("form:yes")

    # The other group of the day is another session, without a question.
    begin(companion, elsewhere, "Modul 4")
    companion.press("ticks:all")
    assert "Ini pertemuan yang sama?" not in words(companion.press("form:skip"))
    # Its families are ticked off anew where another group was meant.
    companion.press("form:edit:rw")
    assert "Siapa yang hadir" in words(companion.press(f"rw:{one.rw}"))
    companion.say("1,2")
    companion.press("ticks:done")
    assert "Ini pertemuan yang sama?" in words(companion.unread() or companion.press("form:resume"))
    companion.press("form:edit:rw")
    companion.press(f"rw:{elsewhere}")
    companion.press("ticks:all")
    companion.press("form:yes")
    with sample_store.read() as session:
        held = session.scalars(select(GroupSession).order_by(GroupSession.id)).all()
        assert [meeting.replaced_by_id for meeting in held] == [None, None]
        first, second = (attendance_of(session, meeting.id) for meeting in held)
        assert first[three.household_id]
        assert not {one.household_id, two.household_id} & first.keys()
        assert second[four.household_id]
        assert held[1].headcount == len(second)
    # Who was left out is so in a correction, too.
    with sample_store.begin() as session:
        session.get_one(GroupSession, held[0].id).recorded_at = NOW + timedelta(days=9)
    assert "tidak dihitung hadir atau absen" in words(companion.press("group_session:fix"))


@pytest.mark.databases("sqlite")
def test_a_session_is_told_of_in_any_words(companion: Person, sample_store: Store) -> None:
    [rw] = {one.rw for one in awaited(sample_store)}
    for text in ("mau input p2k2", "absen p2k2", "fds, kemarin", "pertemuan kelompok kemarin"):
        assert "kelompok di kelurahan mana" in words(companion.say(text)), text
        companion.say("batal")
    # What is told already is not asked: where, which group, about what, and when.
    told = f"p2k2 di Bukit Wolio Indah rw {int(rw)} materi gizi, kemarin jam 9"
    assert "Di mana tempatnya" in words(companion.say(told))
    companion.say("Balai RW 3")
    companion.press("ticks:all")
    read = words(companion.press("form:skip"))
    assert "Materi: gizi" in read
    assert "09.00" in read
    companion.press("form:yes")
    with sample_store.read() as session:
        [kept] = session.scalars(select(GroupSession)).all()
        assert NOW - kept.held_at > timedelta(hours=12)
    assert "dua kali berturut-turut" in words(companion.say("siapa yang sering absen p2k2"))
    assert "Tempat: Balai RW 3" in words(companion.say("betulkan pertemuan kemarin"))


@pytest.mark.databases("sqlite")
def test_a_correction_keeps_who_came_of_families_that_went_to_another(
    companion: Person, sample_store: Store
) -> None:
    companion.say("p2k2 di Bukit Wolio Indah rw 3 materi gizi, kemarin jam 9")
    companion.say("Balai RW 3")
    companion.press("ticks:all")
    companion.press("form:skip")
    companion.press("form:yes")

    def recorded() -> dict[int, bool]:
        with sample_store.read() as session:
            last = last_session(session, first_companion(sample_store))
            assert last is not None
            return dict(attendance_of(session, last.id))

    first = recorded()
    assert any(first.values())
    gone = next(home for home, was in first.items() if was)
    give_away(sample_store, gone)
    read = words(companion.say("betulkan pertemuan"))
    assert f"Hadir: {sum(first.values())}" in read
    assert "1 keluarga yang kini didampingi rekan lain" in read
    companion.press("form:yes")
    assert recorded() == first
