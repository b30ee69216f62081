"""What was told of a visit is mended: its time, its family, its work, its photo, or all of it."""

from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from bot.desk.moving import Move, move_ticket
from bot.engine import Engine
from bot.messages import Inbound, Location, Media, MediaKind
from bot.texts import say
from db.area_points import LEAST, middle_of
from db.assignments import families_of
from db.attachments import Attachment
from db.audit import AuditEntry
from db.graduations import track_of
from db.session import Store
from db.staff import Staff
from db.ticket_notes import notes_of
from db.ticket_states import By, State
from db.tickets import Ticket
from db.visits import Visit
from tests.bot.test_companion_visits import ZONE, first_companion, own_family, visits_of
from tests.bot.test_companion_work import newest_ticket
from tests.moment import NOW, TODAY
from tests.talk import Person, labels, words

_IDS = count()


def photo(name: str) -> tuple[Media, ...]:
    return (Media(MediaKind.PHOTO, name, "image/jpeg"),)


def send(engine: Engine, person: Person, minutes: int, text: str = "", **also: object) -> str:
    """Let a message arrive now that was written so many minutes after the beginning."""
    at = NOW + timedelta(minutes=minutes)
    message = Inbound(person.address, f"mend-{next(_IDS)}", at, text, **also)  # type: ignore[arg-type]
    assert engine.receive(message)
    return words(person.unread())


def files_of(store: Store) -> dict[str, int]:
    """Say of each file to which family's visit it belongs."""
    query = select(Attachment.ref, Visit.household_id).join(Visit, Visit.id == Attachment.visit_id)
    with store.read() as session:
        return {ref or "": home for ref, home in session.execute(query)}


def local(moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo(ZONE)):%d %H.%M}"


@pytest.mark.databases("sqlite")
def test_a_visit_by_steps_is_of_when_it_was_begun_or_of_when_it_is_told(
    companion: Person, sample_store: Store
) -> None:
    home, name, _place = own_family(sample_store)
    begun = companion.clock() + timedelta(seconds=1)
    companion.press(f"visit:{home.id}")
    companion.press("purpose:home")
    companion.press("state:fine")
    companion.say("Anak-anak sehat semua")
    companion.press("form:skip")
    assert f"Waktu: {TODAY.day} November" in words(companion.press("form:skip"))
    companion.clock.forward(timedelta(hours=20))
    companion.press("form:yes")
    [(visit, _finding)] = visits_of(sample_store, home.id)
    assert visit.visited_at == begun

    companion.say("betulkan kunjungan tadi")
    assert "Waktu" in labels(companion.press("form:change"))
    assert "Kapan" in words(companion.press("form:edit:at"))
    assert say("visit.time_unknown") in words(companion.say("waktu hujan lebat sekali"))
    companion.say("kemarin jam 3 sore")
    assert "dibetulkan" in words(companion.press("form:yes"))
    [(visit, _finding)] = visits_of(sample_store, home.id)
    day = (companion.clock() - timedelta(days=1)).astimezone(ZoneInfo(ZONE))
    assert local(visit.visited_at) == f"{day:%d} 15.00"

    other, name, _place = own_family(sample_store, 1)
    companion.say("kunjungan kemarin jam 10")
    companion.press(f"family:{other.id}")
    companion.press("purpose:data")
    companion.press("found:same")
    companion.tell("Data sesuai kartu keluarga", "lewati", "lewati", "ya")
    [(visit, _finding)] = visits_of(sample_store, other.id)
    assert local(visit.visited_at) == f"{day:%d} 10.00"
    assert name in words(companion.say("betulkan kunjungan tadi"))
    companion.say("batal")
    assert "11.30 WITA" in words(companion.say("ralat kunjungan tadi, kemarin jam 11.30"))


def test_a_visit_that_was_not_is_taken_back_with_its_work(
    companion: Person, sample_store: Store
) -> None:
    home, name, _place = own_family(sample_store)
    other, second, _place = own_family(sample_store, 1)
    report = f"kunjungan {name}, kepala keluarga meninggal"
    companion.say(report)
    ticket = newest_ticket(sample_store)
    companion.say(f"kunjungan {second}, siap graduasi")
    assert name in words(companion.say(f"betulkan kunjungan {name}"))  # not the last one
    companion.say("batal")
    asked = companion.say(f"hapus kunjungan {name}")
    assert name in words(asked)
    assert ticket.number in words(companion.say("ya"))
    assert visits_of(sample_store, home.id) == []
    assert "belum ada" in words(companion.press(asked[-1].choices[0].value)).lower()  # once more
    with sample_store.begin() as session:
        assert session.get_one(Ticket, ticket.id).state == State.REJECTED
        actions = session.scalars(select(AuditEntry.action)).all()
        assert "withdraw visit" in actions
        seen = {row[0].id: row[2] for row in families_of(session, visit_staff(session), TODAY)}
        assert (seen[home.id], seen[other.id] is None) == (None, False)
    told = words(companion.say("laporan hari ini"))
    assert "Kunjungan: 1" in told
    assert "Jadi pekerjaan: 1" in told
    companion.say(report)  # he may tell of it again
    assert len(visits_of(sample_store, home.id)) == 1

    asked = companion.say(f"hapus kunjungan {second}")
    companion.press(asked[-1].choices[0].value)
    with sample_store.begin() as session:
        assert track_of(session, other.id) is None


def visit_staff(session: object) -> int:
    return session.scalars(select(Staff.id).filter_by(role="companion")).first()  # type: ignore[attr-defined,no-any-return]


@pytest.mark.databases("sqlite")
def test_a_day_that_is_not_certain_is_asked_and_never_today(
    companion: Person, sample_store: Store
) -> None:
    home, name, _place = own_family(sample_store)
    for said in ("bulan lalu", "1/10/2026"):
        asked = companion.say(f"kunjungan {name}, {said}, anak sehat semua")
        assert say("visit.day_unsure") in words(asked), said
        assert "Kapan kunjungannya" in words(asked)
        assert "form:skip" not in {choice.value for choice in asked[-1].choices}
        assert say("visit.time_unknown") in words(companion.say(said))
        companion.say("batal")
    assert "belum kami catat" in words(
        companion.say(f"kunjungan {name}, sehat\nkunj {name}, tgl 1/1")
    )
    [(told, _finding)] = visits_of(sample_store, home.id)
    assert told.visited_at == companion.clock()
    companion.say(f"kunjungan {name}, bulan lalu")
    companion.press("purpose:payout")
    companion.press("came:no")
    companion.tell("Beras belum sampai", "lewati", "lewati")
    assert "Waktu: 21 November 2026 18.00" in words(companion.say("kemarin habis magrib"))
    companion.press("form:yes")
    [_told, (visit, _finding)] = visits_of(sample_store, home.id)
    assert local(visit.visited_at) == "21 18.00"
    assert say("visit.time_unknown") in words(companion.say("ralat kunjungan tadi, 1/10/2026"))


@pytest.mark.databases("sqlite")
def test_what_came_of_a_visit_goes_with_its_correction(
    companion: Person, sample_store: Store
) -> None:
    home, name, _place = own_family(sample_store)
    other, second, _place = own_family(sample_store, 1)
    companion.say(f"kunjungan {name}, kepala keluarga meninggal")
    first = newest_ticket(sample_store)

    def mend(*steps: str) -> str:
        companion.say("betulkan kunjungan tadi")
        for step in steps:
            companion.press(step)
        return words(companion.press("form:yes"))

    told = mend("form:edit:family", f"family:{other.id}")
    moved = newest_ticket(sample_store)
    assert first.number in told
    assert moved.number in told
    assert moved.id != first.id
    assert moved.area_code == other.area_code
    with sample_store.read() as session:
        assert session.get_one(Ticket, first.id).state == State.REJECTED

    # An officer works on it: it stays his, with a note, whatever else is found.
    with sample_store.begin() as session:
        officer = session.scalars(select(Staff.id).filter_by(role="officer")).first()
        for step in (Move(State.VERIFIED), Move(State.ASSIGNED, staff_id=officer)):
            move_ticket(session, moved.id, step, by=By.DESK, actor="cli", now=companion.clock())
    companion.unread()
    assert moved.number in mend("form:edit:found", "found:moved")
    assert newest_ticket(sample_store).id == moved.id
    assert moved.number in mend("form:edit:found", "found:same")
    with sample_store.read() as session:
        assert session.get_one(Ticket, moved.id).state == State.ASSIGNED
        notes = [note.text for note in notes_of(session, moved.id)]
    assert len(notes) == 2
    assert "Pindah" in notes[0]
    assert "Sesuai" in notes[1]

    companion.say(f"kunjungan {second}, warung maju, siap graduasi")
    mend("form:edit:family", f"family:{home.id}")
    with sample_store.begin() as session:
        assert track_of(session, other.id) is None
        assert track_of(session, home.id) is not None
    companion.press(f"graduation:{home.id}:training")
    assert "tetap ada" in mend("form:edit:state", "state:need")
    with sample_store.begin() as session:
        assert track_of(session, home.id) is not None


@pytest.mark.databases("sqlite")
def test_photos_go_by_when_they_were_sent_and_can_be_moved(
    companion: Person, engine: Engine, sample_store: Store
) -> None:
    (first, a, _), (second, b, _), (third, c, _) = (own_family(sample_store, n) for n in range(3))
    companion.clock.forward(timedelta(minutes=200))
    send(engine, companion, 61, media=photo("b"))
    send(engine, companion, 0, f"kunjungan {a}, sehat semua, foto nyusul")
    send(engine, companion, 60, f"kunjungan {b}, sehat semua, foto nyusul")
    send(engine, companion, 2, media=photo("a"))
    assert files_of(sample_store) == {"a": first.id, "b": second.id}

    # Sent after a report that comes only now: it goes over from the visit before it.
    send(engine, companion, 90, media=photo("c"))
    assert files_of(sample_store)["c"] == second.id
    send(engine, companion, 88, f"kunjungan {c}, sehat semua")
    assert files_of(sample_store)["c"] == third.id

    # Sent before a report, nearer to it than to the last one: that is asked.
    send(engine, companion, 120, media=photo("d"))
    companion.clock.forward(timedelta(minutes=1))
    send(engine, companion, 121, f"kunjungan {a}, atap bocor, butuh bantuan")
    assert "Pindahkan ke sini" in words(companion.press("form:add:no"))
    [newest, _older] = sorted(visits_of(sample_store, first.id), key=lambda one: -one[0].id)
    assert files_of(sample_store)["d"] == third.id
    assert a in words(companion.press(f"visit_fix:near:{newest[0].id}"))
    assert files_of(sample_store)["d"] == first.id
    moved = companion.press(f"visit_fix:photo:{newest[0].id}")
    target = next(choice for choice in moved[-1].choices if b.split()[0] in choice.label)
    companion.press(target.value)
    assert files_of(sample_store)["d"] == second.id

    told = companion.say(f"foto rumah {c}", media=photo("named"))
    assert "Laporannya kami tunggu" in words(told)
    companion.clock.forward(timedelta(hours=5))
    companion.say(f"kunjungan {c}, anak demam, sudah ke puskesmas")
    companion.press("form:add:no")
    assert files_of(sample_store)["named"] == third.id
    read_back = words(companion.say("betulkan kunjungan tadi"))
    assert "Foto: ada" in read_back


@pytest.mark.databases("sqlite")
def test_a_mark_stays_and_says_of_how_few_its_middle_is(
    companion: Person, sample_store: Store
) -> None:
    own = first_companion(sample_store)
    with sample_store.read() as session:
        rows = families_of(session, own, TODAY)
        code = rows[0][0].area_code
        homes = [row[0].id for row in rows if row[0].area_code == code][: LEAST + 1]

    def visit(home: int, *points: Location) -> str:
        companion.press(f"visit:{home}")
        companion.press("purpose:home")
        companion.press("state:fine")
        companion.say("Sehat semua anaknya")
        companion.press("form:skip")
        companion.press("form:skip")
        companion.press("form:yes")
        return "\n".join(words(companion.send_location(point)) for point in points)

    for number, home in enumerate(homes[:-1]):
        visit(home, Location(-5.46 - number, 122.6))
    with sample_store.read() as session:
        assert middle_of(session, code) is None  # far from each other, they tell nothing
    for home in homes[:-1]:
        companion.clock.forward(timedelta(hours=2))
        visit(home, Location(-5.46, 122.6))
    told = visit(homes[-1], Location(-5.30, 122.6), Location(-5.46, 122.6))
    assert f"dari {LEAST} keluarga" in told
    [(marked, _finding)] = visits_of(sample_store, homes[-1])
    assert (marked.distance_m or 0) > 17_000
    with sample_store.begin() as session:
        session.execute(update(Attachment).values(latitude=-6.2, longitude=106.8))
        assert middle_of(session, code) is None  # nowhere near the offices of the city


@pytest.mark.databases("sqlite")
def test_visits_are_listed_and_the_month_before_is_counted(
    companion: Person, sample_store: Store
) -> None:
    _home, name, _place = own_family(sample_store)
    _home, second, _place = own_family(sample_store, 1)
    companion.say(f"kunjungan {name}, sehat semua")
    listed = words(companion.say("kunjungan saya hari ini siapa saja"))
    assert name in listed
    assert second not in listed
    companion.clock.forward(timedelta(days=20))
    companion.say(f"kunjungan {second}, sehat semua")
    told = companion.say("laporan bulan lalu")
    assert "1 November 2026" in words(told)
    assert "Kunjungan: 1" in words(told)
    listed = words(companion.press("my_visits:last_month:list"))
    assert name in listed
    assert second not in listed
    assert "Kunjungan: 0" in words(companion.say("laporan kemarin"))
    for _press in range(12):
        companion.clock.forward(timedelta(days=1))
        companion.say(f"kunjungan {name}, sehat semua")
    pages = companion.say("daftar kunjungan")
    assert all(len(page.text) <= 600 for page in pages)
    assert "Berikutnya" in labels(pages)
