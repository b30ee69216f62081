"""What follows an emergency in chat: its place, more of it, a second one, and taking it back."""

import pytest
from sqlalchemy import func, select

from bot.messages import Location
from db.areas import Area
from db.attachments import Attachment
from db.session import Store
from db.ticket_notes import ADDED, notes_of
from db.ticket_states import Decision, State
from db.tickets import Ticket
from tests.emergencies import FIRE, added, emergency, emergency_of
from tests.talk import Clock, Person, labels, make_single_minded, words

# That a ticket is made and added to on both databases is tried in test_emergency_tickets.py.
pytestmark = pytest.mark.databases("sqlite")


def test_caption_of_a_photo_is_no_time_and_the_place_serves_both(
    alarming: Person, sample_store: Store
) -> None:
    alarming.complain("conduct")
    alarming.say("petugasnya marah-marah terus bulan lalu")
    cried = alarming.say("tolong rumah kebakaran")
    assert emergency(sample_store).number in cried[-1].text
    told = words(alarming.say("di lamangga rt 3"))
    assert "Tempat ini sudah kami teruskan" in told
    assert "Kapan dan di mana" not in told
    assert "petugasnya marah" not in words(alarming.say("emergency"))


@pytest.mark.parametrize("said", ["batal", "stop"])
def test_leaving_the_place_says_that_the_emergency_stays(
    alarming: Person, sample_store: Store, said: str
) -> None:
    alarming.say(FIRE)
    told = alarming.say(said)
    assert "tetap ada di petugas" in words(told)
    assert labels(told) == ["Bukan darurat", "Menu"]
    assert emergency(sample_store).state == State.RECEIVED
    assert "sudah kami cabut" in words(alarming.say("bukan darurat"))
    assert emergency(sample_store).state == State.REJECTED


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
    assert emergency_of(sample_store) is None
    person.press(agreed_by)
    ticket = emergency(sample_store)
    with sample_store.read() as session:
        story = session.vault.open(ticket.story_sealed, "story")
        points = session.scalars(select(Attachment.ticket_id).filter_by(kind="location")).all()
    assert story == "tolong sy dipukul suami\nBukit Wolio indah"
    assert points == [ticket.id]


def test_further_cries_are_added_and_say_where_the_first_is(
    citizen: Person, sample_store: Store
) -> None:
    citizen.say("tolong rumah kebakaran di lamangga")
    ticket = emergency(sample_store)
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


def test_place_is_asked_for_once_more_at_most(citizen: Person, sample_store: Store) -> None:
    citizen.say("tolong suami saya mengamuk bawa parang")
    citizen.say("anak saya 3 orang masih kecil")
    assert "sudah kami panggil" in words(citizen.say("di belakang toko pak bana"))
    assert len(added(sample_store)) == 2
    # Nor where the first message named it.
    citizen.say("sudah aman pak")
    citizen.say("rumah tetangga kebakaran di lamangga")
    assert "sudah kami panggil" in words(citizen.say("rumahnya dari kayu"))


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
    before = emergency(sample_store).number
    if place:
        citizen.say(place)
    told = citizen.say(second)
    assert emergency(sample_store).number != before
    assert emergency(sample_store).number in told[-1].text
    assert "Di mana kejadiannya" in told[-1].text
    assert added(sample_store) == []


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
    before = emergency(sample_store).number
    citizen.say(more)
    assert emergency(sample_store).number == before
    assert added(sample_store) == [more]


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
    assert emergency(sample_store).decision == Decision.WITHDRAWN
    assert said not in added(sample_store)
    assert "112" not in words(citizen.say(said))


@pytest.mark.parametrize("place", ["", "lamangga rt 3"])
def test_aid_asked_for_after_an_emergency_is_no_part_of_it(
    citizen: Person, sample_store: Store, place: str
) -> None:
    citizen.say("anak hanyut di sungai")
    if place:
        citizen.say(place)
    told = words(citizen.say("rumahku kena banjir bulan lalu mau minta bedah rumah"))
    assert emergency(sample_store).number not in told
    assert added(sample_store) == [place] * bool(place)


def test_taken_back_in_words_inside_a_form(alarming: Person, sample_store: Store) -> None:
    alarming.complain("card")
    alarming.say("tolong rumah saya kebakaran")
    told = words(alarming.say("sudah aman pak"))
    assert "sudah kami cabut" in told
    assert "Kapan dan di mana" in told
    assert emergency(sample_store).state == State.REJECTED


def test_taken_back_before_anything_was_sent(maybe_alarming: Person, sample_store: Store) -> None:
    maybe_alarming.say("xqztw vbnjk")
    assert "tidak kami kirim" in words(maybe_alarming.say("salah kirim"))
    assert emergency_of(sample_store) is None


def test_what_follows_an_emergency_in_a_form_is_no_time_and_place(
    citizen: Person, sample_store: Store
) -> None:
    citizen.complain("card")
    citizen.say("tolong rumah saya kebakaran")
    told = citizen.say("namanya la ege")
    assert emergency(sample_store).number in words(told)
    assert "Kapan dan di mana" in told[-1].text
    assert "Tempat ini sudah kami teruskan" in words(citizen.say("lamangga dekat mesjid"))
    assert added(sample_store) == ["namanya la ege", "lamangga dekat mesjid"]
