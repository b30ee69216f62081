"""An emergency told in chat: numbers at once, a ticket on top, officers called until one comes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.desk.moving import Move, move_ticket
from bot.desk.watching import watch_due
from bot.engine import Engine
from bot.messages import Address, Channel, Location, Reply
from db.areas import Area
from db.attachments import Attachment
from db.contacts import CONSENT_GIVEN, Contact
from db.duty import Alert, Duty, end_duty
from db.session import Store
from db.staff import Staff
from db.ticket_notes import ADDED, notes_of
from db.ticket_states import By, Decision, State
from db.tickets import Ticket
from tests.talk import Clock, Person, labels, make_single_minded, words

FIRE = "rumah tetangga kebakaran di lamangga"
OfStaff = Callable[[str], Person]


@pytest.fixture
def of_staff(engine: Engine, sample_store: Store, clock: Clock) -> OfStaff:
    """Give the chat of a member of staff, with what it was told from now on."""

    def make(address: str) -> Person:
        person = Person(engine, sample_store, clock, Address(Channel.SIMULATOR, address))
        person.unread()
        return person

    return make


def ticket_of(store: Store, kind: str = "emergency") -> Ticket | None:
    with store.read() as session:
        return session.scalars(
            select(Ticket).where(Ticket.kind == kind).order_by(Ticket.id.desc()).limit(1)
        ).first()


def only(store: Store) -> Ticket:
    ticket = ticket_of(store)
    assert ticket is not None
    return ticket


def alert_of(store: Store) -> Alert:
    with store.read() as session:
        return session.get_one(Alert, only(store).id)


def watch(store: Store, clock: Clock, later: timedelta = timedelta()) -> int:
    clock.forward(later)
    return watch_due(store, clock, "https://halo.example")


def test_told_at_once_with_the_place_asked_and_taken_by_one_alone(
    alarming: Person, sample_store: Store, clock: Clock, of_staff: OfStaff
) -> None:
    desk, chief, officer = of_staff("loket"), of_staff("ketua"), of_staff("petugas")
    told = alarming.say(FIRE)
    ticket = only(sample_store)
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
    assert (alert.next_at, alert.taken_by) == (None, only(sample_store).staff_id)
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
    ticket = only(sample_store)
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
    assert ticket_of(sample_store) is None
    assert desk.unread() == []
    assert ticket_of(sample_store) is None
    person.press("emergency:report")
    assert ticket_of(sample_store) is None
    assert only_number(words(person.press("emergency:call"))) == only(sample_store).number
    with sample_store.read() as session:
        assert session.vault.open(only(sample_store).story_sealed, "story") == FIRE
        contact = session.get_one(Contact, only(sample_store).contact_id)
        assert contact.consent == CONSENT_GIVEN
    assert "DARURAT" in words(desk.unread())


@pytest.mark.databases("sqlite")
def test_what_may_be_one_calls_nobody_until_its_teller_says_so(
    maybe_alarming: Person, sample_store: Store, of_staff: OfStaff
) -> None:
    desk = of_staff("loket")
    told = maybe_alarming.say("xqztw vbnjk")
    assert "112" in told[0].text
    assert ticket_of(sample_store) is None
    assert "Lapor darurat" in labels(maybe_alarming.say("tolong"))
    assert ticket_of(sample_store) is None
    assert desk.unread() == []
    maybe_alarming.press("emergency:report")
    assert "DARURAT" in words(desk.unread())


@pytest.mark.databases("sqlite")
def test_in_a_form_it_is_filed_and_the_form_goes_on(
    alarming: Person, sample_store: Store, of_staff: OfStaff
) -> None:
    desk = of_staff("loket")
    alarming.press("complaint")
    alarming.press("category:card")
    told = alarming.say("tolong rumah saya kebakaran")
    assert "112" in told[0].text
    assert only(sample_store).number in words(told)
    assert "Kapan dan di mana" in told[-1].text
    assert "DARURAT" in words(desk.unread())
    assert "teruskan juga" in words(alarming.send_location(Location(-5.47, 122.6)))
    with sample_store.read() as session:
        points = session.scalars(select(Attachment.ticket_id).filter_by(kind="location")).all()
    assert points == [only(sample_store).id]


@pytest.mark.databases("sqlite")
def test_taken_back_where_it_was_none(
    alarming: Person, sample_store: Store, clock: Clock, of_staff: OfStaff
) -> None:
    desk = of_staff("loket")
    alarming.press("emergency")
    desk.unread()
    assert "sudah kami cabut" in words(alarming.say("bukan darurat"))
    ticket = only(sample_store)
    assert (ticket.state, ticket.decision) == (State.REJECTED, Decision.WITHDRAWN)
    assert "sudah ditutup" in words(desk.unread())
    assert "sudah ditutup" in words(desk.press(f"take:{ticket.number}"))
    assert watch(sample_store, clock, timedelta(minutes=6)) == 0
    # Later it is another one.
    clock.forward(timedelta(hours=2))
    alarming.say(FIRE)
    assert only(sample_store).number != ticket.number
    assert only_number(words(desk.unread())) == only(sample_store).number


@pytest.mark.databases("sqlite")
def test_emergency_elsewhere_is_not_taken(
    alarming: Person, engine: Engine, sample_store: Store, clock: Clock, of_staff: OfStaff
) -> None:
    alarming.say(FIRE)
    with sample_store.begin() as session:
        staff = session.scalars(select(Staff).filter_by(role="front_office")).one()
        staff.area_code = "74.72.02"
    desk = of_staff("loket")
    assert "Tidak ada laporan darurat" in words(desk.press(f"take:{only(sample_store).number}"))
    assert "Tidak ada laporan darurat" in words(desk.say("ambil"))
    assert only(sample_store).state == State.RECEIVED
    assert "Saya ambil" not in words(alarming.say(f"ambil {only(sample_store).number}"))
    assert only(sample_store).staff_id is None


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
    ticket = only(sample_store)
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
    assert ticket_of(sample_store) is None
    told = unread.press("emergency:report")
    assert only(sample_store).number in told[-1].text
    with sample_store.read() as session:
        story = session.vault.open(only(sample_store).story_sealed, "story")
    assert story == "laki ambo nampar ambo"


@pytest.mark.databases("sqlite")
def test_danger_long_over_stays_in_the_story(alarming: Person, sample_store: Store) -> None:
    alarming.press("complaint")
    alarming.press("category:conduct")
    told = alarming.say("bulan lalu saya dipukul ketua kelompok di kantor")
    assert "112" in words(told)
    assert "Kapan dan di mana" in told[-1].text
    assert "Lapor darurat" in offered(told)
    assert ticket_of(sample_store) is None


@pytest.mark.databases("sqlite")
def test_caption_of_a_photo_is_no_time_and_the_place_serves_both(
    alarming: Person, sample_store: Store
) -> None:
    alarming.press("complaint")
    alarming.press("category:conduct")
    alarming.say("petugasnya marah-marah terus bulan lalu")
    cried = alarming.say("tolong rumah kebakaran")
    assert only(sample_store).number in cried[-1].text
    told = words(alarming.say("di lamangga rt 3"))
    assert "Tempat ini sudah kami teruskan" in told
    assert "Kapan dan di mana" not in told
    assert "petugasnya marah" not in words(alarming.say("emergency"))


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("said", ["batal", "stop"])
def test_leaving_the_place_says_that_the_emergency_stays(
    alarming: Person, sample_store: Store, said: str
) -> None:
    alarming.say(FIRE)
    told = alarming.say(said)
    assert "tetap ada di petugas" in words(told)
    assert labels(told) == ["Bukan darurat", "Menu"]
    assert only(sample_store).state == State.RECEIVED
    assert "sudah kami cabut" in words(alarming.say("bukan darurat"))
    assert only(sample_store).state == State.REJECTED


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("agreed_by", ["emergency:call", "consent:yes"])
def test_place_of_a_stranger_is_kept_until_help_is_asked_for(
    sample_store: Store, clock: Clock, agreed_by: str
) -> None:
    engine = make_single_minded(sample_store, clock, ("report_emergency", 0.99))
    person = Person(engine, sample_store, clock)
    person.say("tolong sy dipukul suami")
    told = person.say("Bukit Wolio indah")
    assert len(told) == 1
    assert labels(told) == ["Minta dihubungi", "Menu"]
    assert "izin" not in words(told)
    assert labels(person.send_location(Location(-5.47, 122.6))) == ["Minta dihubungi", "Menu"]
    assert ticket_of(sample_store) is None
    person.press(agreed_by)
    ticket = only(sample_store)
    with sample_store.read() as session:
        story = session.vault.open(ticket.story_sealed, "story")
        points = session.scalars(select(Attachment.ticket_id).filter_by(kind="location")).all()
    assert story == "tolong sy dipukul suami\nBukit Wolio indah"
    assert points == [ticket.id]


@pytest.mark.databases("sqlite")
def test_further_cries_are_added_and_say_where_the_first_is(
    citizen: Person, sample_store: Store
) -> None:
    citizen.say("tolong rumah kebakaran di lamangga")
    ticket = only(sample_store)
    with sample_store.read() as session:
        assert session.get_one(Area, ticket.area_code).name == "Lamangga"
    cries = ("cepat pak", "masih terbakar tolong", "ada api lagi")
    for at, cry in enumerate(cries):
        told = citizen.say(cry)
        assert f"Laporan {ticket.number} sudah di petugas" in words(told)
        assert words(told).count("113") == 1
        assert "• " not in words(told)
        if not at:
            citizen.press("form:skip")
    with sample_store.read() as session:
        notes = notes_of(session, ticket.id)
        assert session.scalar(select(func.count(Ticket.id)).filter_by(kind="emergency")) == 1
    assert [note.kind for note in notes] == [ADDED] * len(cries)
    assert "sudah kami panggil" in words(citizen.say("rt 3 lamangga dekat masjid raya"))


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("skips", [False, True])
def test_place_is_waited_for_until_one_is_told(
    citizen: Person, sample_store: Store, skips: bool
) -> None:
    citizen.say("tolong suami saya mengamuk bawa parang")
    told = citizen.say("anak saya 3 orang masih kecil")
    assert "di kelurahan mana" in words(told)
    assert labels(told) == ["Bukan darurat", "Lewati"]
    if skips:
        citizen.press("form:skip")
    assert "sudah kami panggil" in words(citizen.say("lamangga dekat mesjid"))
    assert added(sample_store) == ["anak saya 3 orang masih kecil", "lamangga dekat mesjid"]


@pytest.mark.databases("sqlite")
def test_place_is_asked_for_once_more_at_most(citizen: Person, sample_store: Store) -> None:
    citizen.say("tolong suami saya mengamuk bawa parang")
    citizen.say("anak saya 3 orang masih kecil")
    assert "sudah kami panggil" in words(citizen.say("di belakang toko pak bana"))
    assert len(added(sample_store)) == 2
    # Nor where the first message named it.
    citizen.say("sudah aman pak")
    citizen.say("rumah tetangga kebakaran di lamangga")
    assert "sudah kami panggil" in words(citizen.say("rumahnya dari kayu"))


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("saya dipukuli suami di lamangga", "di rumah sebelah ada anak dirantai"),
        ("saya dipukuli suami di lamangga", "anak hanyut di sungai"),
        ("kebakaran di lamangga tolong", "rumah di tomba kebanjiran juga ada nenek terjebak"),
        ("kebakaran di lamangga tolong", "rumah di tomba kebakaran"),
    ],
)
@pytest.mark.parametrize("place", ["", "lamangga rt 3"])
def test_another_emergency_has_its_own_ticket_and_place(
    citizen: Person, sample_store: Store, first: str, second: str, place: str
) -> None:
    citizen.say(first)
    before = only(sample_store).number
    if place:
        citizen.say(place)
    told = citizen.say(second)
    assert only(sample_store).number != before
    assert only(sample_store).number in told[-1].text
    assert "Di mana kejadiannya" in told[-1].text
    assert added(sample_store) == []


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "more",
    [
        "kebakaran makin besar, api sudah di atap", "anak saya pingsan kena asap",
        "rumah sebelah juga terbakar", "kebakaran di lamangga rt 3",
    ],
)  # fmt: skip
def test_what_belongs_to_the_first_makes_no_second(
    citizen: Person, sample_store: Store, more: str
) -> None:
    citizen.say("kebakaran di lamangga tolong")
    before = only(sample_store).number
    citizen.say(more)
    assert only(sample_store).number == before
    assert added(sample_store) == [more]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "said", ["bukan darurat", "sudah aman pak", "salah kirim", "maaf, aman ji"]
)
@pytest.mark.parametrize("place", ["", "di lamangga rt 3"])
def test_taken_back_in_words(citizen: Person, sample_store: Store, said: str, place: str) -> None:
    citizen.say("saya dipukuli suami")
    if place:
        citizen.say(place)
    told = words(citizen.say(said))
    assert "sudah kami cabut" in told
    assert "112" not in told
    assert only(sample_store).decision == Decision.WITHDRAWN
    assert said not in added(sample_store)
    assert "112" not in words(citizen.say(said))


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("place", ["", "lamangga rt 3"])
def test_aid_asked_for_after_an_emergency_is_no_part_of_it(
    citizen: Person, sample_store: Store, place: str
) -> None:
    citizen.say("anak hanyut di sungai")
    if place:
        citizen.say(place)
    told = words(citizen.say("rumahku kena banjir bulan lalu mau minta bedah rumah"))
    assert only(sample_store).number not in told
    assert added(sample_store) == [place] * bool(place)


@pytest.mark.databases("sqlite")
def test_taken_back_in_words_inside_a_form(alarming: Person, sample_store: Store) -> None:
    alarming.press("complaint")
    alarming.press("category:card")
    alarming.say("tolong rumah saya kebakaran")
    told = words(alarming.say("sudah aman pak"))
    assert "sudah kami cabut" in told
    assert "Kapan dan di mana" in told
    assert only(sample_store).state == State.REJECTED


@pytest.mark.databases("sqlite")
def test_taken_back_before_anything_was_sent(maybe_alarming: Person, sample_store: Store) -> None:
    maybe_alarming.say("xqztw vbnjk")
    assert "tidak kami kirim" in words(maybe_alarming.say("salah kirim"))
    assert ticket_of(sample_store) is None


@pytest.mark.databases("sqlite")
def test_what_follows_an_emergency_in_a_form_is_no_time_and_place(
    citizen: Person, sample_store: Store
) -> None:
    citizen.press("complaint")
    citizen.press("category:card")
    citizen.say("tolong rumah saya kebakaran")
    told = citizen.say("namanya la ege")
    assert only(sample_store).number in words(told)
    assert "Kapan dan di mana" in told[-1].text
    assert "Tempat ini sudah kami teruskan" in words(citizen.say("lamangga dekat mesjid"))
    assert added(sample_store) == ["namanya la ege", "lamangga dekat mesjid"]


def added(store: Store) -> list[str]:
    with store.read() as session:
        return [note.text for note in notes_of(session, only(store).id) if note.kind == ADDED]


def offered(told: list[Reply]) -> list[str]:
    return [choice.label for reply in told for choice in reply.choices]


def only_number(text: str) -> str:
    found = {word.strip(".,:") for word in text.split() if word.startswith("PKS-")}
    assert len(found) == 1
    return found.pop()
