"""What a citizen can do by chat, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.messages import Channel, Location, Media, MediaKind, Reply
from db.attachments import Attachment
from db.contacts import Contact
from db.session import Store
from db.tickets import Ticket
from tests.talk import Clock, Person, labels, words

# Words and turns of talk are the same on every database; what is stored is tested elsewhere.
pytestmark = pytest.mark.databases("sqlite")

SITI_NIK, SITI_KK = "7472915407880001", "7472911503160217"
PHOTO = Media(MediaKind.PHOTO, "photo-1", "image/jpeg")


def test_first_contact_says_who_speaks_and_asks_for_consent(newcomer: Person) -> None:
    replies = newcomer.say("halo")
    assert "Halo Puskesos" in replies[0].text
    assert "setuju" in replies[-1].text
    assert labels(replies) == ["Ya, setuju", "Tidak"]


def test_question_before_consent_is_answered_after_it(newcomer: Person) -> None:
    newcomer.say("apakah saya terdaftar")
    replies = newcomer.say("ya")
    assert "izinnya sudah kami catat" in words(replies)
    assert "Tolong tulis NIK" in words(replies)


def test_refusal_leaves_general_information_open(newcomer: Person) -> None:
    newcomer.say("halo")
    assert "kami hormati" in words(newcomer.say("tidak"))
    assert "Jadwal bantuan untuk Lipu" in words(newcomer.say("kapan pip cair di lipu"))
    assert "perlu izin" in words(newcomer.say("apakah saya terdaftar"))


def test_emergency_is_answered_before_consent(newcomer: Person) -> None:
    assert "112" in words(newcomer.say("tolong rumah kami kebakaran sekarang"))


@pytest.mark.parametrize(
    "messages",
    [
        [f"{SITI_NIK} {SITI_KK[-4:]}"],
        ["7472 9154 0788 0001, kk 0217"],
        ["7472.9154.0788.0001", "0217"],
        ["NIK saya 7472-9154-0788-0001", SITI_KK],
        [f"{SITI_NIK}\n{SITI_KK}"],
    ],
)
def test_registration_is_told_after_nik_and_kk(citizen: Person, messages: list[str]) -> None:
    citizen.press("registration")
    told = ""
    for message in messages:
        told = words(citizen.say(message))
    for promised in ("Wa Siti", "Program Keluarga Harapan", "menerima", "data per", "Berikutnya"):
        assert promised in told


def test_registration_needs_no_second_proof(known: Person) -> None:
    assert "Program Keluarga Harapan" in words(known.say("apakah saya dapat bantuan"))


def test_every_message_is_short_enough_to_be_read(known: Person) -> None:
    assert max(len(reply.text) for reply in known.say("apakah saya dapat bantuan")) <= 600


def test_wrong_pairs_sound_the_same_whether_or_not_the_nik_exists(
    citizen: Person, engine_person: Person
) -> None:
    citizen.press("registration")
    wrong_kk = words(citizen.say(f"{SITI_NIK} 9999"))
    engine_person.press("registration")
    unknown_nik = words(engine_person.say("7472990101900007 0217"))
    assert wrong_kk == unknown_nik
    assert "tidak kami temukan" in wrong_kk


def test_three_wrong_pairs_lock_the_contact_until_a_named_moment(
    citizen: Person, clock: Clock
) -> None:
    for _ in range(3):
        citizen.press("registration")
        told = words(citizen.say(f"{SITI_NIK} 9999"))
    assert "berhenti dulu sampai 23 November 2026" in told
    assert "berhenti dulu" in words(citizen.press("registration"))
    clock.forward(timedelta(hours=25))
    assert "NIK" in words(citizen.press("registration"))


@pytest.mark.parametrize(
    ("question", "area"),
    [
        ("kapan pkh cair di bukit wolyo indah", "Bukit Wolio Indah"),
        ("jadwal bantuan lowu2", "Lowu-Lowu"),
        ("kpn cair di lipu min", "Lipu"),
    ],
)
def test_schedule_finds_misspelt_areas(citizen: Person, question: str, area: str) -> None:
    assert area in words(citizen.say(question))


def test_schedule_invents_nothing(citizen: Person) -> None:
    told = words(citizen.say("kapan alat bantu dibagikan di kadolokatapi"))
    assert "Belum ada jadwal Alat Bantu untuk Kadolo Katapi" in told


def test_schedule_asks_for_the_area_and_then_tells(citizen: Person) -> None:
    assert "kelurahan mana" in words(citizen.say("kapan pkh cair"))
    assert "Program Keluarga Harapan" in words(citizen.say("bukit wolio inda"))


def test_schedule_of_a_known_person_is_that_of_her_own_area(known: Person) -> None:
    assert "Bukit Wolio Indah" in words(known.say("kapan pkh cair"))


def complain(person: Person) -> str:
    """File a complaint and give its number."""
    person.complain("deducted")
    person.say("Uang PKH saya dipotong 50 ribu oleh ketua kelompok")
    person.say("minggu lalu di kantor pos")
    person.press("form:skip")
    told = words(person.press("form:yes"))
    return told.split("Nomornya ")[1].split(".")[0]


def test_complaint_ends_in_a_ticket(citizen: Person, sample_store: Store) -> None:
    assert complain(citizen) == "PKS-2026-000001"
    assert complain(citizen) == "PKS-2026-000002"
    with sample_store.read() as session:
        ticket = session.scalars(select(Ticket).order_by(Ticket.id)).first()
        assert ticket is not None
        assert ticket.category == "deducted"
        assert "dipotong" in session.vault.open(ticket.story_sealed, "story")


def test_complaint_with_a_photo_keeps_it(citizen: Person, sample_store: Store) -> None:
    citizen.press("complaint")
    citizen.say("3")
    citizen.say("Uang dipotong ketua kelompok")
    citizen.say("kemarin di rumah ketua")
    told = words(citizen.send_file(PHOTO))
    assert "Foto atau suara: ada" in told
    citizen.say("ya")
    with sample_store.read() as session:
        assert session.scalars(select(Attachment.ref)).all() == ["photo-1"]


def test_story_told_at_once_is_not_asked_again(citizen: Person) -> None:
    told = citizen.say("uang pkh saya dipotong 50 ribu sama ketua kelompok, tolong dibantu")
    assert "Kapan dan di mana" in words(told)
    citizen.say("kemarin di kantor pos")
    assert "Soal: Uang dipotong" in words(citizen.press("form:skip"))


@pytest.mark.parametrize(
    ("said", "category"),
    [
        ("pkh sy blm cair", "Belum cair"),
        ("duit saya dipotong", "Uang dipotong"),
        ("kartunya tertelan", "Kartu atau PIN"),
        ("KIS mati", "KIS/BPJS mati"),
        ("beras jelek", "Barang e-warong"),
    ],
)
def test_category_may_be_said_in_own_words(citizen: Person, said: str, category: str) -> None:
    citizen.press("complaint")
    citizen.say(said)
    citizen.say("sudah tiga bulan begini terus")
    citizen.say("di kelurahan Lipu")
    assert f"Soal: {category}" in words(citizen.press("form:skip"))


def test_photo_with_a_caption_or_a_point_tells_where(citizen: Person) -> None:
    citizen.complain("goods")
    citizen.say("beras dari warong berkutu semua")
    told = words(citizen.send_file(PHOTO, "kemarin di warong lipu"))
    assert "Foto atau suara: ada" in told
    assert "titik di peta" in words(complain_at_a_point(citizen))


def complain_at_a_point(person: Person) -> list[Reply]:
    person.say("batal")
    person.complain("goods")
    person.say("beras dari warong berkutu semua")
    person.send_location(Location(-5.46, 122.6))
    return person.press("form:skip")


@pytest.mark.parametrize(
    "way", ["PKS-2026-000001", "tiket 1", "laporan saya", "status laporan pks 2026 000001"]
)
def test_own_ticket_is_tracked(citizen: Person, way: str) -> None:
    complain(citizen)
    assert "PKS-2026-000001" in words(citizen.say(way))


def test_other_peoples_tickets_are_not_told(citizen: Person, engine_person: Person) -> None:
    complain(citizen)
    assert "tidak ada pada Bapak/Ibu" in words(engine_person.say("tiket 1"))


def test_side_question_is_answered_and_the_form_goes_on(citizen: Person) -> None:
    citizen.complain("card")
    replies = citizen.say("kapan pkh cair di bukit wolio indah?")
    assert "Jadwal bantuan untuk Bukit Wolio Indah" in words(replies)
    assert "Ceritakan apa yang terjadi" in replies[-1].text
    assert "Kapan dan di mana" in words(citizen.say("kartu KKS saya hilang di pasar"))


def test_emergency_inside_a_form_is_answered_at_once(citizen: Person) -> None:
    citizen.complain("card")
    replies = citizen.say("tolong ada kebakaran di rumah tetangga sekarang")
    assert "113" in words(replies)
    assert "Kapan dan di mana" in replies[-1].text


def test_eh_salah_corrects_the_last_answer(citizen: Person) -> None:
    citizen.complain("card")
    citizen.say("kartu KKS saya hilang di pasar")
    assert "Ceritakan" in words(citizen.say("eh salah"))
    citizen.say("kartu KKS saya patah jadi dua")
    told = words(citizen.say("eh salah, maksudnya kartu saya terblokir di ATM"))
    assert "Kapan dan di mana" in told
    citizen.say("kemarin di BRI")
    assert "terblokir" in words(citizen.press("form:skip"))


@pytest.mark.parametrize("word", ["batal", "Batal.", "gak jadi"])
def test_cancel_ends_a_form_and_sends_nothing(
    citizen: Person, sample_store: Store, word: str
) -> None:
    citizen.complain("card")
    assert "sudah kami batalkan" in words(citizen.say(word))
    with sample_store.read() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 0


def test_back_asks_the_field_before(citizen: Person) -> None:
    citizen.complain("card")
    assert "Soal apa" in words(citizen.say("kembali"))


def test_menu_is_shown_inside_a_form_which_stays_open(citizen: Person) -> None:
    citizen.complain("card")
    told = words(citizen.say("menu"))
    assert "Apa yang bisa kami bantu" in told
    assert "Ceritakan" in told


def test_form_left_alone_for_a_day_expires_politely(citizen: Person, clock: Clock) -> None:
    citizen.complain("card")
    clock.forward(timedelta(hours=25))
    told = words(citizen.say("menu"))
    assert "belum selesai, jadi sudah kami tutup" in told
    assert "Apa yang bisa kami bantu" in told


def test_three_failures_explain_and_offer_a_way_out(citizen: Person) -> None:
    citizen.press("registration")
    for _ in range(3):
        replies = citizen.say("12345")
    assert "petugas bisa membantu" in words(replies)
    assert "Bicara dengan petugas" in labels(replies)


def test_second_miss_in_a_row_offers_a_human(citizen: Person) -> None:
    citizen.say("qwzx vbnm plkj")
    citizen.press("menu")
    assert citizen.say("xcvb qwer zzkk")


@pytest.mark.parametrize(
    "text", ["😀😀", "\u202eabc\u200f", "'; DROP TABLE contacts;--", "<b>x</b>"]
)
def test_odd_texts_are_answered_as_text(citizen: Person, text: str) -> None:
    assert citizen.say(text)


def test_photo_sticker_voice_and_location_outside_a_form_get_a_next_step(citizen: Person) -> None:
    for kind in MediaKind:
        assert citizen.send_file(Media(kind, "x"))[-1].choices
    assert citizen.send_location(Location(-5.46, 122.6))[-1].choices


def test_edited_message_is_asked_for_again(citizen: Person) -> None:
    assert "pesan baru" in words(citizen.say("kapan cair", edited=True))


def test_data_saya_and_withdrawal(known: Person, sample_store: Store) -> None:
    assert "tautan ke data keluarga" in words(known.say("data saya"))
    known.press("privacy:erase_yes")
    with sample_store.read() as session:
        contact = session.scalars(
            select(Contact).where(Contact.address == "siti", Contact.channel == Channel.SIMULATOR)
        ).one()
        assert (contact.person_id, contact.consent) == (None, "refused")


def test_stop_word_ends_notices(known: Person, sample_store: Store) -> None:
    known.say("berhenti")
    with sample_store.read() as session:
        assert not session.scalars(select(Contact.notices).where(Contact.address == "siti")).one()
