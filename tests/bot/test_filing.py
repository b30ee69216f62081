"""The five forms by which citizens file, end to end on both databases."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.desk.asking import person, place
from bot.desk.secrecy import wish
from bot.forms import Answer, Refused
from bot.messages import Location, Media, MediaKind
from bot.stories import GOODS, names_goods, tells_need
from db.attachments import Attachment
from db.session import Store
from db.ticket_notes import ADDED, notes_of
from db.tickets import ANONYMOUS, CONFIDENTIAL, HIDDEN, PLAIN, Ticket
from tests.bot.test_forms import FACTS
from tests.talk import Clock, Person, labels, words

PHOTO = Media(MediaKind.PHOTO, "photo-1", "image/jpeg")
LIPU, WOLIO_INDAH = "74.72.01.1014", "74.72.02.1011"
NIK = "7472915407880001"


def tickets(store: Store) -> list[dict[str, Any]]:
    """Give what the tickets hold, in their order."""
    with store.read() as session:
        rows = session.scalars(select(Ticket).order_by(Ticket.id)).all()
        return [
            {
                "kind": row.kind,
                "category": row.category,
                "secrecy": row.secrecy,
                "area": row.area_code,
                "story": session.vault.open(row.story_sealed, "story"),
                "details": json.loads(session.vault.open(row.details_sealed, "ticket details"))
                if row.details_sealed
                else None,
            }
            for row in rows
        ]


def test_guessed_category_is_named_and_turned_down_by_a_button(unread: Person) -> None:
    unread.press("complaint")
    unread.say("saldo kartu saya nol padahal tetangga sudah masuk semua")
    unread.say("kemarin di e-warong lipu")
    read_back = unread.press("form:skip")
    assert "Soal: Saldo kosong" in words(read_back)
    assert "Ganti soalnya" in labels(read_back)
    assert "soal apa" in words(unread.say("ganti soalnya"))
    told = unread.press("category:card")
    assert "Soal: Kartu atau PIN" in words(told)
    assert "Ganti soalnya" not in labels(told)
    filed = unread.say("ya")
    assert "PKS-2026-000001" in words(filed)
    (ticket,) = tickets(unread.store)
    assert (ticket["category"], ticket["secrecy"], ticket["area"]) == ("card", PLAIN, LIPU)
    assert ticket["details"] == {"area": LIPU}


def test_name_and_content_are_hidden_by_words_at_any_step_or_by_a_button(unread: Person) -> None:
    unread.press("complaint")
    asked = words(unread.say("bisa anonim pak?"))
    assert "nama Bapak/Ibu kami sembunyikan" in asked
    assert "Soal apa" in asked
    story = "jangan sebut nama saya, uang dipotong 50 ribu oleh ketua"
    told = words(unread.say(story))
    assert "kami sembunyikan" in told
    assert "Kapan dan di mana" in told
    unread.say("kemarin di pasar")
    read_back = unread.press("form:skip")
    assert "Nama Bapak/Ibu: disembunyikan" in words(read_back)
    again = words(unread.say("ya kirim, tapi tolong rahasiakan isinya"))
    assert "Nama dan isi: dirahasiakan" in again
    assert tickets(unread.store) == []
    choices = unread.say(str(labels(read_back).index("Anonim atau rahasia") + 1))
    assert labels(choices) == [
        "Sembunyikan nama",
        "Rahasiakan isi",
        "Rahasiakan keduanya",
        "Biasa saja",
    ]
    assert "Nama Bapak/Ibu: disembunyikan" in words(unread.say("sembunyikan nama"))
    unread.say("ya")
    (ticket,) = tickets(unread.store)
    assert ticket["secrecy"] == ANONYMOUS
    assert ticket["story"] == "uang dipotong 50 ribu oleh ketua"


def test_report_may_begin_with_the_wish_to_hide(citizen: Person) -> None:
    told = citizen.say("saya mau lapor tapi anonim")
    assert "nama Bapak/Ibu kami sembunyikan" in words(told)
    assert "Soal apa" in words(told)
    rich = "tetangga saya kaya punya mobil tapi dapat PKH, jangan sebut nama saya"
    citizen.tell("batal", rich, "La Ode Bahrun", "lipu", "tidak usah anonim")
    read_back = words(citizen.press("form:skip"))
    assert "punya mobil" in read_back
    assert "Nama Bapak/Ibu: disembunyikan" in read_back


def test_neighbour_is_proposed(citizen: Person) -> None:
    citizen.say("usul")
    assert "Siapa nama orang yang diusulkan" in words(citizen.say("2"))
    assert "kelurahan mana" in words(citizen.say(f"Wa Ode Nurlia, NIK {NIK}"))
    offered = citizen.say("di kecamatan betoambari rt 2")
    assert "Kelurahannya apa" in words(offered)
    assert "Lipu" in labels(offered)
    assert "lokasinya sudah" in words(citizen.send_location(Location(-5.46, 122.6))).lower()
    assert "Ceritakan keadaannya" in words(citizen.say("lipu, RT 02/RW 1, dekat masjid"))
    citizen.say("janda tiga anak, buruh cuci, atap bocor")
    read_back = words(citizen.send_file(PHOTO))
    assert "Yang diusulkan: Wa Ode Nurlia, NIK 7472••••••••0001" in read_back
    assert "Lipu, RT 02/1" in read_back
    assert NIK not in read_back
    told = words(citizen.say("ya"))
    assert "musyawarah" in told
    assert "belum bisa menjanjikan" in told
    (ticket,) = tickets(citizen.store)
    assert (ticket["kind"], ticket["category"], ticket["area"]) == ("usul", "other", LIPU)
    assert ticket["details"]["nik"] == NIK
    assert ticket["details"]["point"] == [-5.46, 122.6]
    assert "buruh cuci" in ticket["story"]
    with citizen.store.read() as session:
        kinds = session.scalars(select(Attachment.kind).order_by(Attachment.kind)).all()
    assert kinds == ["location", "photo"]


def test_who_is_known_proposes_himself_in_three_answers(known: Person) -> None:
    known.press("propose")
    assert "Ceritakan keadaannya" in words(known.press("who:self"))
    known.say("suami sakit, saya jualan kue, rumah menumpang")
    assert "Yang diusulkan: Bapak/Ibu sendiri" in words(known.say("tidak ada"))
    known.say("ya")
    (ticket,) = tickets(known.store)
    assert (ticket["category"], ticket["area"]) == ("self", WOLIO_INDAH)


def test_objection_stays_in_the_own_kelurahan_and_hides_who_objects(known: Person) -> None:
    assert "hanya ketua Puskesos yang tahu" in words(known.say("sanggah"))
    known.say("La Ode Bahrun")
    elsewhere = known.say("lipu rt 1")
    assert "sekelurahan" in words(elsewhere)
    assert labels(elsewhere)[0] == "Lapor masalah"
    assert "Kenapa tidak layak" in words(known.say("bukit wolio indah, rt 3"))
    known.say("rumahnya bertingkat dan punya dua mobil")
    read_back = words(known.press("form:skip"))
    assert "Nama Bapak/Ibu: disembunyikan" in read_back
    told = words(known.say("ya"))
    assert "hanya diketahui ketua" in told
    assert "14 hari" in told
    (ticket,) = tickets(known.store)
    assert (ticket["kind"], ticket["category"]) == ("sanggah", "well_off")
    assert (ticket["secrecy"], ticket["area"]) == (ANONYMOUS, WOLIO_INDAH)
    known.press("object")
    known.say("La Ode Bahrun")
    known.say("lipu")
    assert "Ceritakan apa yang terjadi" in words(known.say("lapor masalah"))


@pytest.mark.databases("sqlite")
def test_goods_ask_only_what_they_need(citizen: Person) -> None:
    assert "Untuk siapa" in words(citizen.say("minta kursi roda untuk ibu saya"))
    citizen.say("Wa Ani, 70 tahun")
    citizen.say("lipu rt 2")
    citizen.say("lumpuh sejak stroke dua tahun lalu")
    citizen.press("form:skip")
    assert "Nomornya" in words(citizen.say("ya"))
    assert "Apa yang dibutuhkan" in words(citizen.say("alat bantu"))
    assert "Untuk siapa" in words(citizen.say("pakaian"))
    assert "Ukurannya" in words(citizen.say("anak saya, 8 tahun"))
    assert "kelurahan mana" in words(citizen.say("nomor 8, sepatu 30"))
    assert "Ada foto" in words(citizen.say("lipu"))
    citizen.press("form:skip")
    citizen.say("ya")
    citizen.press("goods")
    citizen.press("what:house")
    missing = citizen.say("bukan milik sendiri")
    assert "milik sendiri, dengan suratnya" in words(missing)
    assert labels(missing) == ["Tetap kirim", "Bicara dengan petugas", "Batal"]
    citizen.say("tetap kirim")
    citizen.say("lipu rt 2")
    citizen.say("atap bocor, dinding papan lapuk")
    assert "Rumah dan tanah: Bukan milik sendiri" in words(citizen.press("form:skip"))
    citizen.say("ya")
    filed = tickets(citizen.store)
    assert [ticket["category"] for ticket in filed] == ["wheelchair", "clothing", "house"]
    assert filed[1]["details"]["size"] == "nomor 8, sepatu 30"
    assert filed[2]["details"]["owned"] == "no"


@pytest.mark.databases("sqlite")
def test_correction_tells_what_from_and_to(citizen: Person) -> None:
    citizen.press("correct")
    citizen.press("what:name")
    citizen.say("Wa Sity")
    citizen.say("Wa Siti")
    assert "Foto bukti: ada" in words(citizen.send_file(PHOTO))
    citizen.say("ya")
    (ticket,) = tickets(citizen.store)
    assert ticket["details"] == {"what": "name", "was": "Wa Sity", "right": "Wa Siti"}


def complain(person: Person, category: str, story: str) -> str:
    """Fill the form of a complaint and give its read-back."""
    person.complain(category)
    person.tell(story, "kemarin di pasar")
    return words(person.send_file(PHOTO))


def test_same_matter_within_days_may_be_added_to_the_first_ticket(
    unread: Person, clock: Clock
) -> None:
    story = "uang PKH saya dipotong 50 ribu oleh ketua kelompok"
    assert "Sudah benar" in complain(unread, "deducted", story)
    unread.say("ya")
    assert "Sudah benar" in complain(unread, "kis", "kartu KIS saya mati waktu berobat")
    unread.say("ya")
    clock.forward(timedelta(days=3))
    asked = complain(unread, "deducted", "dipotong lagi oleh ketua")
    assert "sama dengan laporan PKS-2026-000001, 22 November 2026" in asked
    assert "sudah kami tambahkan ke laporan PKS-2026-000001" in words(unread.say("ya"))
    assert "sama dengan laporan PKS-2026-000001" in complain(unread, "conduct", story)
    assert "Nomornya PKS-2026-000003" in words(unread.say("bukan"))
    with unread.store.read() as session:
        first = session.scalars(select(Ticket).order_by(Ticket.id)).first()
        assert first is not None
        (note,) = notes_of(session, first.id)
        assert (note.kind, "dipotong lagi" in note.text) == (ADDED, True)
        files = select(Attachment.id).where(Attachment.ticket_id == first.id)
        assert len(session.scalars(files).all()) == 2
    clock.forward(timedelta(days=15))
    assert "Sudah benar" in complain(unread, "deducted", story)


def test_proposals_of_two_neighbours_are_two(citizen: Person) -> None:
    def propose(name: str) -> str:
        citizen.press("propose")
        citizen.press("who:other")
        citizen.say(name)
        citizen.say("lipu rt 1")
        citizen.say("janda, anak tiga, rumah bocor")
        return words(citizen.press("form:skip"))

    assert "Sudah benar" in propose("Wa Ode Nurlia")
    citizen.say("ya")
    assert "Sudah benar" in propose("La Ode Amir")
    citizen.say("ya")
    assert "sama dengan laporan PKS-2026-000001" in propose("ibu wa ode nurlia").replace("ibu ", "")


@pytest.mark.parametrize(
    ("said", "secrecy"),
    [
        ("saya mau anonim", ANONYMOUS),
        ("jangan sebut nama saya ya pak", ANONYMOUS),
        ("nama saya tolong dirahasiakan", ANONYMOUS),
        ("rahasiakan nama saya", ANONYMOUS),
        ("takut ketahuan", ANONYMOUS),
        ("rahasiakan", CONFIDENTIAL),
        ("tolong laporan ini dirahasiakan", CONFIDENTIAL),
        ("mau lapor rahasia pendamping minta uang", CONFIDENTIAL),
        ("rahasia dan tolong jangan sebut nama saya", HIDDEN),
        ("mau anonim dan rahasia", HIDDEN),
        ("tidak usah anonim", PLAIN),
        ("nama saya boleh disebut", PLAIN),
    ],
)
def test_wish_for_secrecy(said: str, secrecy: str) -> None:
    found = wish(said)
    assert found is not None
    assert found[0] == secrecy


@pytest.mark.parametrize(
    "said",
    ["petugas minta kode rahasia saya", "PIN itu rahasia", "nama saya salah di data", "", "ya"],
)
def test_words_that_hide_nothing(said: str) -> None:
    assert wish(said) is None


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["Lipu", "lipu rt 2", "rt 3", NIK, "anonim", ""]))
def test_anything_may_be_written_for_who_and_where(noise: str, known_part: str) -> None:
    answer = Answer(f"{noise} {known_part}")
    for parse, wanted in ((place, {"area"}), (person("name"), {"name", "nik"})):
        try:
            found = parse(answer, FACTS)
        except Refused:
            continue
        assert wanted <= found.keys()
    wished = wish(answer.text)
    assert wished is None or wished[0] in (ANONYMOUS, CONFIDENTIAL, HIDDEN, PLAIN)


@pytest.mark.databases("sqlite")
def test_what_is_told_late_is_added_to_the_story(unread: Person) -> None:
    unread.complain("goods")
    unread.tell("beras di e-warong berkutu", "kemarin di lipu")
    told = words(unread.say("raskin busuk ada ulat di ewarong bu ani"))
    assert "tambahkan ke ceritanya" in told
    assert "Ada foto" in told
    assert "berkutu. raskin busuk" in words(unread.send_file(PHOTO, "ulatnya banyak sekali hidup"))
    again = words(unread.say("punya mobil dua rumah tingkat"))
    assert "tambahkan ke ceritanya" in again
    assert "Sudah benar" in again
    hidden = words(unread.say("timbangannya dikunci bu ani, rahasia ya"))
    assert "kami rahasiakan" in hidden
    unread.say("ya")
    (ticket,) = tickets(unread.store)
    assert ticket["story"] == (
        "beras di e-warong berkutu. raskin busuk ada ulat di ewarong bu ani. "
        "ulatnya banyak sekali hidup. punya mobil dua rumah tingkat. "
        "timbangannya dikunci bu ani"
    )


@pytest.mark.databases("sqlite")
def test_words_about_the_form_are_no_story(unread: Person) -> None:
    unread.complain("goods")
    unread.tell("beras di e-warong berkutu", "kemarin di lipu")
    for said in (
        "nanti saya kirim fotonya besok pagi", "hp saya tidak bisa foto pak",
        "mau tanya jadwal pencairan bulan depan", "tempatnya salah harusnya di wameo",
        "berapa lama laporan ini diperiksa?",
    ):  # fmt: skip
        assert "tambahkan ke ceritanya" not in words(unread.say(said))
    assert "Cerita: beras di e-warong berkutu\n" in words(unread.say("tidak ada"))
    for said in ("ya sudah benar semua pak langsung saja", "mau saya lihat dulu jadwal pkh"):
        assert "tambahkan ke ceritanya" not in words(unread.say(said))


@pytest.mark.parametrize(
    ("said", "goods"),
    [
        ("kursi rodanya", "wheelchair"),
        ("tongkat", "stick"),
        ("bedah rumah", "house"),
        ("uang", None),
    ],
)
def test_goods_by_their_names(said: str, goods: str | None) -> None:
    assert names_goods(said) == goods
    assert goods is None or goods in GOODS


def test_need_is_told_by_more_than_one_sign() -> None:
    assert tells_need("tetangga saya janda, anaknya tiga, kerja buruh cuci")
    assert not tells_need("mau usulkan tetangga saya yang miskin")
