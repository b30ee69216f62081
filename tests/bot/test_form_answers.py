"""What a message inside a form is: an answer, a question, a slip, a danger; on both databases."""

import pytest
from sqlalchemy import func, select

from bot.choices import approves
from bot.danger import names_danger
from bot.messages import Location, Media, MediaKind
from bot.spoken import is_courtesy, is_done, stops
from bot.stories import guess, tells_story
from db.attachments import Attachment
from db.contacts import Contact
from db.session import Store
from db.tickets import Ticket
from tests.talk import Person, words

# Words and turns of talk are the same on every database; what is stored is tested elsewhere.
pytestmark = pytest.mark.databases("sqlite")

STORY, WHEN = "Ceritakan apa yang terjadi", "Kapan dan di mana kejadiannya"


def at_story(person: Person) -> None:
    person.complain("disaster")


def at_read_back(person: Person) -> None:
    at_story(person)
    person.say("uang dipotong 50 ribu")
    person.say("kemarin di warung")
    assert "Sudah benar?" in words(person.say("lewati"))


def test_danger_inside_a_story_gives_the_numbers_and_is_kept(alarming: Person) -> None:
    at_story(alarming)
    told = words(alarming.say("rumah saya kebanjiran"))
    assert "112" in told
    assert WHEN in told
    told = words(alarming.say("kemarin rumah kami kebakaran"))
    assert "112" in told
    assert "Ada foto" in told
    told = words(alarming.press("form:skip"))
    assert "Cerita: rumah saya kebanjiran" in told
    assert "Kapan dan di mana: kemarin rumah kami kebakaran" in told


@pytest.mark.parametrize("said", ["kemarin di rumah", "saya di rumah saja"])
def test_answer_without_danger_is_no_emergency(alarming: Person, said: str) -> None:
    at_story(alarming)
    alarming.say("rumah saya kebanjiran")
    told = words(alarming.say(said))
    assert "112" not in told
    assert "Ada foto" in told


@pytest.mark.parametrize("said", ["di rumah", "kemarin di rumah", "tadi malam di rumah saya"])
def test_place_is_no_danger(said: str) -> None:
    assert not names_danger(said)


@pytest.mark.parametrize(
    "said",
    ["BERHENTI", "stop", "berhenti saja", "udah ah", "batal saja pak", "tidak jadi lapor"],
)
def test_stop_words(said: str) -> None:
    assert stops(said)


@pytest.mark.parametrize(
    "said", ["petugas berhenti di pos", "bantuan saya stop sejak mei", "sudah cair", "", "ya"]
)
def test_words_that_stop_nothing(said: str) -> None:
    assert not stops(said)
    assert not is_done(said)


@pytest.mark.parametrize("said", ["BERHENTI", "STOP", "selesai", "sudah cukup"])
def test_stop_inside_a_form_ends_the_form_and_no_notices(unread: Person, said: str) -> None:
    unread.press("registration")
    assert "sudah kami batalkan" in words(unread.say(said))
    with unread.store.read() as session:
        assert session.scalars(
            select(Contact.notices).where(Contact.address == unread.address.user)
        ).one()
    told = words(unread.say("BERHENTI"))
    assert "tidak akan mengirim kabar jadwal" in told


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("cek bantuan saya", "ditinggalkan"),
        ("jadwal BPNT", "Jadwal bantuan untuk Kota Baubau"),
        ("jadwal pkh di lipu", "Jadwal bantuan untuk Lipu"),
        ("jadwal PKH lamangga", "Jadwal bantuan untuk Lamangga"),
        ("kapan PKH saya cair", "Jadwal bantuan untuk Kota Baubau"),
        ("kapan bansos cair?", "Jadwal bantuan untuk Kota Baubau"),
        ("kantor kelurahan lipu kapan buka?", "Puskesos"),
        ("terima kasih", "mari kita lanjutkan"),
        ("halo", "mari kita lanjutkan"),
    ],
)
def test_side_question_is_no_answer(unread: Person, said: str, answer: str) -> None:
    at_story(unread)
    replies = unread.say(said)
    assert answer in words(replies)
    assert "setelah isian ini" not in words(replies)
    assert answer == "ditinggalkan" or STORY in replies[-1].text
    unread.press("form:resume")
    assert WHEN in words(unread.say("uang dipotong 50 ribu"))
    assert answer in words(unread.say(said))


def test_question_that_tells_the_story_is_the_story(citizen: Person) -> None:
    citizen.complain("not_paid")
    assert WHEN in words(citizen.say("PKH saya tidak cair-cair, kapan cairnya?"))


def test_story_told_for_the_category_is_kept(unread: Person) -> None:
    unread.press("complaint")
    story = "uang saya dipotong 100 ribu oleh pak RT di kantor pos kemarin"
    assert WHEN in words(unread.say(story))
    unread.say("kemarin")
    told = words(unread.press("form:skip"))
    assert "Soal: Uang dipotong" in told
    assert f"Cerita: {story}" in told


def test_story_without_a_clear_category_is_kept_while_that_is_asked(unread: Person) -> None:
    unread.press("complaint")
    told = words(unread.say("dua hari lalu saya datang ke sana sia-sia"))
    assert "Ceritanya sudah kami catat" in told
    assert WHEN in words(unread.say("13"))


@pytest.mark.parametrize(
    ("said", "category"),
    [("belum dapat PKH sejak januari", "not_paid"), ("petugasnya marah-marah", "conduct")],
)
def test_category_in_own_words(said: str, category: str) -> None:
    assert guess(said) == category


def test_wish_to_complain_is_no_story() -> None:
    assert not tells_story("saya mau melapor masalah bantuan bansos")
    assert not tells_story("kapan pkh cair di kelurahan lamangga?")


@pytest.mark.parametrize("said", ["satu", "1", "yang pertama"])
def test_category_by_its_place(unread: Person, said: str) -> None:
    unread.press("complaint")
    assert STORY in words(unread.say(said))


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ("saya salah, tempatnya di kantor pos", WHEN),
        ("ya tapi tempatnya salah", WHEN),
        ("eh salah ceritanya", STORY),
        ("ganti foto", "Ada foto"),
        ("jangan dikirim", "Bagian mana"),
        ("ya tapi salah", "Bagian mana"),
    ],
)
def test_change_wanted_at_the_read_back(unread: Person, said: str, question: str) -> None:
    at_read_back(unread)
    assert question in words(unread.say(said))
    with unread.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 0


def test_slip_is_mended_wherever_the_form_is(unread: Person) -> None:
    at_story(unread)
    unread.say("uang dipotong 50 ribu")
    assert STORY in words(unread.say("eh salah ceritanya"))


def test_do_not_send_is_a_no() -> None:
    assert approves("jangan dikirim") is False
    assert approves("ya kirim") is True


def test_greeting_with_a_story_is_the_story() -> None:
    assert is_courtesy("assalamualaikum pak")
    assert not is_courtesy("halo pak uang saya dipotong")


def test_day_to_come_is_no_day_of_what_happened(unread: Person) -> None:
    at_story(unread)
    unread.say("uang dipotong 50 ribu")
    assert "belum lewat" in words(unread.say("besok"))
    assert "Ada foto" in words(unread.say("kemarin, katanya besok lagi"))


def test_every_photo_of_an_album_is_kept_whatever_is_asked(
    unread: Person, sample_store: Store
) -> None:
    def send(count: int, kind: MediaKind = MediaKind.PHOTO) -> str:
        told = [unread.send_file(Media(kind, f"{kind}-{at}")) for at in range(count)]
        return words(told[-1])

    unread.press("complaint")
    assert "(2 foto)" in send(2)  # while the category is asked
    unread.press("category:disaster")
    unread.say("uang dipotong 50 ribu")
    assert WHEN in send(1)
    told = words(unread.say("kemarin di warung"))
    assert "Sudah benar?" in told
    assert "(4 foto)" in send(1)
    assert "(5 kiriman)" in (told := send(1, MediaKind.VOICE))
    assert "Sudah benar?" in told
    assert "Tempatnya sudah kami catat" in words(unread.send_location(Location(-5.4, 122.6)))
    assert "Paling banyak 10" in send(6)
    unread.press("form:yes")
    with sample_store.read() as session:
        kinds = session.scalars(select(Attachment.kind)).all()
    assert sorted(kinds) == ["location", *["photo"] * 9, "voice"]
