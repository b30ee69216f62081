"""An emergency told in chat: numbers at once, a ticket on top, officers called until one comes."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.desk.moving import Move, move_ticket
from bot.desk.watching import watch_due
from bot.engine import Engine
from bot.messages import Location, Reply
from db.attachments import Attachment
from db.contacts import CONSENT_GIVEN, Contact
from db.duty import Alert, Duty, end_duty
from db.session import Store
from db.staff import Staff
from db.ticket_notes import ADDED, notes_of
from db.ticket_states import By, Decision, State
from db.tickets import Ticket
from tests.emergencies import FIRE, emergency, emergency_of
from tests.talk import Clock, OfStaff, Person, labels, make_single_minded, words


def alert_of(store: Store) -> Alert:
    with store.read() as session:
        return session.get_one(Alert, emergency(store).id)


def watch(store: Store, clock: Clock, later: timedelta = timedelta()) -> int:
    clock.forward(later)
    return watch_due(store, clock, "https://halo.example")


def test_told_at_once_with_the_place_asked_and_taken_by_one_alone(
    alarming: Person, sample_store: Store, clock: Clock, of_staff: OfStaff
) -> None:
    desk, chief, officer = of_staff("loket"), of_staff("ketua"), of_staff("petugas")
    told = alarming.say(FIRE)
    ticket = emergency(sample_store)
    assert "112" in told[0].text
    assert ticket.number in told[-1].text
    assert labels(told) == ["Bukan darurat", "Lewati"]
    assert (ticket.priority, ticket.state) == (0, State.RECEIVED)
    for person in (desk, chief):
        alarm = person.unread()
        assert f"DARURAT {ticket.number}" in words(alarm)
        assert labels(alarm) == ["Saya ambil"]
        assert FIRE not in words(alarm)
    assert officer.unread() == []

    assert "sudah kami panggil" in words(alarming.send_location(Location(-5.4725, 122.6025)))
    assert watch(sample_store, clock, timedelta(minutes=1)) == 0
    assert watch(sample_store, clock, timedelta(minutes=5)) == 1
    assert officer.unread() == []
    assert watch(sample_store, clock, timedelta(minutes=5)) == 1
    assert "DARURAT" in words(officer.unread())
    assert [len(person.unread()) for person in (desk, chief)] == [2, 2]

    taken = words(chief.press(f"take:{ticket.number}"))
    assert FIRE in taken
    assert "mlat=-5.47250" in taken
    assert "dipegang petugas" in words(alarming.unread())
    for person in (desk, officer):
        assert f"Darurat {ticket.number} sudah diambil Hj. Rosmawati Umar" in words(person.unread())
    assert "sudah diambil Hj. Rosmawati Umar" in words(desk.say(f"ambil {ticket.number}"))
    assert watch(sample_store, clock, timedelta(minutes=5)) == 0
    alert = alert_of(sample_store)
    assert (alert.next_at, alert.taken_by) == (None, emergency(sample_store).staff_id)
    # What is told later reaches the same ticket and whoever holds it.
    assert "tambahkan" in words(alarming.say("kebakaran makin besar, api sudah di atap"))
    assert "keterangan baru" in words(chief.unread())
    with sample_store.read() as session:
        assert session.scalar(select(func.count(Ticket.id)).filter_by(kind="emergency")) == 1
        kinds = [note.kind for note in notes_of(session, ticket.id)]
    assert kinds == [ADDED]


def test_who_is_on_duty_is_called_first_and_the_console_ends_it_too(
    alarming: Person, sample_store: Store, clock: Clock, of_staff: OfStaff
) -> None:
    desk, on_call, admin = of_staff("loket"), of_staff("back-office"), of_staff("admin")
    assert "piket sampai" in words(on_call.say("piket sampai jam 20")).lower()
    with sample_store.read() as session:
        duty = session.scalars(select(Duty)).one()
        assert duty.ends_at.hour == 12  # 20.00 in Baubau
    alarming.say(FIRE)
    assert "DARURAT" in words(on_call.unread())
    assert desk.unread() == []
    watch(sample_store, clock, timedelta(minutes=6))
    assert "DARURAT" in words(on_call.unread())
    assert "DARURAT" in words(desk.unread())
    ticket = emergency(sample_store)
    with sample_store.begin() as session:
        staff_id = session.scalars(select(Staff.id).filter_by(role="admin")).one()
        move_ticket(
            session, ticket.id, Move(State.VERIFIED), Move(State.ASSIGNED, staff_id=staff_id),
            by=By.DESK, actor=f"staff:{staff_id}", now=clock(),
        )  # fmt: skip
    assert "sudah diambil Ardi Saputra" in words(on_call.unread())
    assert admin.unread() == []
    assert watch(sample_store, clock, timedelta(minutes=6)) == 0
    assert "selesai" in words(on_call.say("piket selesai"))
    assert "sedang tidak piket" in words(on_call.say("piket selesai"))
    assert "Jam itu tidak ada" in words(on_call.say("piket sampai jam 77"))
    with sample_store.begin() as session:
        assert not end_duty(session, staff_id, clock())


@pytest.mark.databases("sqlite")
def test_without_consent_only_the_numbers_until_help_is_asked_for(
    sample_store: Store, clock: Clock, of_staff: OfStaff
) -> None:
    desk = of_staff("loket")
    person = Person(
        make_single_minded(sample_store, clock, ("report_emergency", 0.99)), sample_store, clock
    )
    told = person.say(FIRE)
    assert "112" in words(told)
    assert "Minta dihubungi" in labels(told)
    assert max(len(reply.text) for reply in told) <= 600
    assert emergency_of(sample_store) is None
    assert desk.unread() == []
    assert emergency_of(sample_store) is None
    person.press("emergency:report")
    assert emergency_of(sample_store) is None
    assert only_number(words(person.press("emergency:call"))) == emergency(sample_store).number
    with sample_store.read() as session:
        assert session.vault.open(emergency(sample_store).story_sealed, "story") == FIRE
        contact = session.get_one(Contact, emergency(sample_store).contact_id)
        assert contact.consent == CONSENT_GIVEN
    assert "DARURAT" in words(desk.unread())


@pytest.mark.databases("sqlite")
def test_what_may_be_one_calls_nobody_until_its_teller_says_so(
    maybe_alarming: Person, sample_store: Store, of_staff: OfStaff
) -> None:
    desk = of_staff("loket")
    told = maybe_alarming.say("xqztw vbnjk")
    assert "112" in told[0].text
    assert emergency_of(sample_store) is None
    assert "Lapor darurat" in labels(maybe_alarming.say("tolong"))
    assert emergency_of(sample_store) is None
    assert desk.unread() == []
    maybe_alarming.press("emergency:report")
    assert "DARURAT" in words(desk.unread())


@pytest.mark.databases("sqlite")
def test_in_a_form_it_is_filed_and_the_form_goes_on(
    alarming: Person, sample_store: Store, of_staff: OfStaff
) -> None:
    desk = of_staff("loket")
    alarming.complain("card")
    told = alarming.say("tolong rumah saya kebakaran")
    assert "112" in told[0].text
    assert emergency(sample_store).number in words(told)
    assert "Kapan dan di mana" in told[-1].text
    assert "DARURAT" in words(desk.unread())
    assert "teruskan juga" in words(alarming.send_location(Location(-5.47, 122.6)))
    with sample_store.read() as session:
        points = session.scalars(select(Attachment.ticket_id).filter_by(kind="location")).all()
    assert points == [emergency(sample_store).id]


@pytest.mark.databases("sqlite")
def test_taken_back_where_it_was_none(
    alarming: Person, sample_store: Store, clock: Clock, of_staff: OfStaff
) -> None:
    desk = of_staff("loket")
    alarming.press("emergency")
    desk.unread()
    assert "sudah kami cabut" in words(alarming.say("bukan darurat"))
    ticket = emergency(sample_store)
    assert (ticket.state, ticket.decision) == (State.REJECTED, Decision.WITHDRAWN)
    assert "sudah ditutup" in words(desk.unread())
    assert "sudah ditutup" in words(desk.press(f"take:{ticket.number}"))
    assert watch(sample_store, clock, timedelta(minutes=6)) == 0
    # Later it is another one.
    clock.forward(timedelta(hours=2))
    alarming.say(FIRE)
    assert emergency(sample_store).number != ticket.number
    assert only_number(words(desk.unread())) == emergency(sample_store).number


@pytest.mark.databases("sqlite")
def test_emergency_elsewhere_is_not_taken(
    alarming: Person, engine: Engine, sample_store: Store, clock: Clock, of_staff: OfStaff
) -> None:
    alarming.say(FIRE)
    with sample_store.begin() as session:
        staff = session.scalars(select(Staff).filter_by(role="front_office")).one()
        staff.area_code = "74.72.02"
    desk = of_staff("loket")
    number = emergency(sample_store).number
    assert "Tidak ada laporan darurat" in words(desk.press(f"take:{number}"))
    assert "Tidak ada laporan darurat" in words(desk.say("ambil"))
    assert emergency(sample_store).state == State.RECEIVED
    assert "Saya ambil" not in words(alarming.say(f"ambil {number}"))
    assert emergency(sample_store).staff_id is None


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("ways", "question"),
    [
        (("registration",), "NIK"),
        (("genuine",), "pesan"),
        (("propose", "who:self"), "nama"),
        (("goods",), ""),
        (("correct",), ""),
    ],
)
@pytest.mark.parametrize("cry", ["anak saya pingsan", "rumah kebakaran tolong"])
def test_cry_in_a_form_is_filed_and_is_no_answer(
    citizen: Person, sample_store: Store, ways: tuple[str, ...], question: str, cry: str
) -> None:
    for way in ways:
        asked = citizen.press(way)[-1].text
    assert question in asked
    told = citizen.say(cry)
    assert "112" in words(told)
    ticket = emergency(sample_store)
    assert ticket.number in told[-1].text
    assert "Di mana kejadiannya" in told[-1].text
    assert labels(told) == ["Bukan darurat", "Lanjutkan isian"]
    told = citizen.say("Lamangga RT 3")
    assert "Tempat ini sudah kami teruskan" in words(told)
    assert told[-1].text == asked
    with sample_store.read() as session:
        assert [note.kind for note in notes_of(session, ticket.id)] == [ADDED]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("way", ["propose", "object", "goods", "registration", "complaint"])
def test_blow_named_in_a_form_gives_numbers_and_a_button(
    unread: Person, sample_store: Store, way: str
) -> None:
    unread.press(way)
    told = unread.say("laki ambo nampar ambo")
    assert "112" in words(told)
    assert "Lapor darurat" in offered(told)
    assert emergency_of(sample_store) is None
    told = unread.press("emergency:report")
    assert emergency(sample_store).number in told[-1].text
    with sample_store.read() as session:
        story = session.vault.open(emergency(sample_store).story_sealed, "story")
    assert story == "laki ambo nampar ambo"


@pytest.mark.databases("sqlite")
def test_danger_long_over_stays_in_the_story(alarming: Person, sample_store: Store) -> None:
    alarming.complain("conduct")
    told = alarming.say("bulan lalu saya dipukul ketua kelompok di kantor")
    assert "112" in words(told)
    assert "Kapan dan di mana" in told[-1].text
    assert "Lapor darurat" in offered(told)
    assert emergency_of(sample_store) is None


def offered(told: list[Reply]) -> list[str]:
    return [choice.label for reply in told for choice in reply.choices]


def only_number(text: str) -> str:
    found = {word.strip(".,:") for word in text.split() if word.startswith("PKS-")}
    assert len(found) == 1
    return found.pop()
