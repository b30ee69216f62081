"""Whoever may be in danger reads the hotlines at once, however little was understood."""

import pytest

from bot.danger import asks_only_for_aid, hurries, names_grave_danger, tells_of_long_ago
from tests.talk import Person, labels, words

# Words and turns of talk are the same on every database; what is stored is tested elsewhere.
pytestmark = pytest.mark.databases("sqlite")

IN_DANGER = (
    "saya diperkosa", "suami pukul saya", "anak saya hilang sejak kemarin", "ada mayat di kali",
    "saya dilecehkan tetangga", "saya mau bunuh diri", "ada gempa pak", "adik saya tenggelam",
    "rumah sebelah kebakaran", "saya dipukuli bapak", "lebih baik mati saja",
    "anakku ilang wingi bengi", "omahe tonggo kobong", "aku digebuki bojoku",
    "ambo digocoh laki", "anak ambo ilang", "rumah tetangga tebakar",
    "anak hilang mi dari tadi pagi", "dapa pukul sa dari suami", "nenek belum pulang",
    "laki ambo nampar ambo", "tetangga nendang anak sy", "bapak menghajar adik saya",
    "bojoku ngeplak aku", "dia mau bacok saya",
    "majikan sita ktp dan kurung sa", "saya dikurung majikan di rumah",
    "pendamping sa suka minta tidur sama sa", "guru pegang anu anak saya",
    "sa diperas pendamping minta foto telanjang", "apinya besar pak", "ada bom",
    "stop jangan pukul lagi", "jangan pukul lagi", "stop pukul", "stop kekerasan",
    "jangan kirim dia lagi ke sini saya takut", "darah tidak mau berhenti",
    "ina ku jatuh dari pohon", "sa mau pergi saja selamanya",
    "suaminya mencekik istrinya", "suaminya bawa parang mengamuk", "mengancam istri pakai pisau",
    "na pukul lakinya sampe bengkak",
)  # fmt: skip
IN_NONE = (
    "kks hilang", "hp hilang", "kartu anak saya hilang", "anak saya hilang dari data",
    "nama ibu saya hilang", "suami hilang ktp", "pukul 8 buka", "dibagi di pukul 9", "hp mau mati",
    "buku tabungan hilang", "kapan pkh cair di lipu", "kambing saya hilang",
    "diajari cara pakai", "pukul berapa kantor buka",
    "tutup kurung", "baju kurung untuk anak", "minta foto ktp", "pegang kartu anak saya",
    "jatuh tempo angsuran", "bapak lumpuh sejak jatuh dari pohon kelapa",
    "tidak mau pergi ke kantor", "anak susah tidur sama neneknya",
    "jangan pukul rata bantuannya", "jangan pukul 8", "stop kirim pesan",
    "cek darah di puskesmas tidak bayar", "jangan kirim lagi saya takut penipuan",
    "uang saya dipotong ketua", "sudah lama mengajar anak", "tendang bola di lapangan",
    "rumahnya bekas kebakaran tahun lalu", "daerah rawan banjir tapi aman",
    "istrinya mau melahirkan bulan depan, sehat", "pernah dipukul dulu, sekarang cerai dan aman",
    "suaminya bawa parang ke kebun", "na pukul 8 baru buka", "harga beras mencekik",
)  # fmt: skip


HARMLESS = (
    "kemarin", "orang", "di bure", "uang belum kembali sama sekali", "butuh tongkat utk kakek",
    "lumpuh sejak lahir", "di lipu", "kemaren di pasar wameo", "kejadiannya kemarin di lamangga",
    "di wameo kemarin. anonim", "wameo kemarin, tolong dirahasiakan",
    "korban banjir belum dapat bantuan", "bantuan bencana kebakaran kemarin blm ada",
    "tolong dibantu pak belum dapat beras",
    "rumahku kena banjir bulan lalu mau minta bedah rumah",
)  # fmt: skip


@pytest.mark.parametrize("said", IN_DANGER)
def test_grave_danger_is_known_by_its_words(said: str) -> None:
    assert names_grave_danger(said)


@pytest.mark.parametrize("said", IN_NONE)
def test_lost_things_and_hours_are_no_danger(said: str) -> None:
    assert not names_grave_danger(said)


@pytest.mark.parametrize("said", IN_DANGER[:10])
def test_hotlines_come_first(citizen: Person, said: str) -> None:
    first = citizen.say(said)[0].text
    assert all(number in first for number in ("112", "110", "119", "129"))


@pytest.mark.parametrize("said", IN_DANGER[:5])
def test_hotlines_come_even_where_nothing_is_understood(unread: Person, said: str) -> None:
    replies = unread.say(said)
    assert "112" in replies[0].text
    assert labels(replies)[0] == "Keadaan darurat"
    assert "belum paham" not in words(replies)


def test_a_second_meaning_is_enough(maybe_alarming: Person) -> None:
    replies = maybe_alarming.say("xqztw vbnjk")
    assert "112" in replies[0].text
    assert "Keadaan darurat" in labels(replies)


def test_hotlines_come_before_consent(newcomer: Person) -> None:
    assert "129" in newcomer.say("saya diperkosa")[0].text
    assert "129" in newcomer.say("suami pukul saya")[0].text


def test_hotlines_are_told_once(alarming: Person) -> None:
    assert words(alarming.say("rumah saya kebakaran")).count("112") == 1


@pytest.mark.parametrize("said", ["kks saya hilang", "hp saya hilang", "kapan pkh cair di lipu"])
def test_no_hotline_without_danger(citizen: Person, said: str) -> None:
    assert "112" not in words(citizen.say(said))


def test_who_tells_of_trouble_and_wants_to_hear_its_end_reads_the_hotlines(citizen: Person) -> None:
    for said in (
        "rumahku kebanjiran tolong kabari kalau sudah surut",
        "kabari sa kalau apinya sudah padam, rumahku di sebelah",
        "saya tidak bisa keluar, kabari kalau banjir surut",
    ):
        assert "112" in citizen.say(said)[0].text


def test_danger_told_in_a_form_is_answered_and_the_form_goes_on(unread: Person) -> None:
    unread.press("complaint")
    replies = unread.say("saya dipukul ketua kelompok")
    assert "110" in replies[0].text
    assert len(replies) > 1


def test_what_is_over_is_told_from_what_goes_on() -> None:
    assert tells_of_long_ago("kemarin rumah kami kebakaran")
    assert tells_of_long_ago("dulu saya pernah dipukul")
    for said in (*IN_DANGER, "kemarin kebakaran, sekarang masih menyala"):
        assert not tells_of_long_ago(said)


def test_what_was_once_is_grave_as_long_as_it_is_not_surely_over() -> None:
    for said in (
        "pernah dipukul, sekarang tidak aman lagi", "pernah dipukul, kemarin dipukul lagi, sehat",
        "telepon dulu, istrinya dipukul suaminya, anaknya aman",
        "bekas kebakaran masih menyala sekarang",
    ):  # fmt: skip
        assert names_grave_danger(said), said


def test_hurry_is_nothing_but_hurry() -> None:
    assert all(
        map(hurries, ("cepat pak", "tolong cepat", "mana petugasnya", "belum ada yang datang"))
    )
    assert not any(map(hurries, ("kapan cair", "pak uang saya dipotong cepat sekali", "tolong")))


def test_harmless_words_get_no_hotline(citizen: Person) -> None:
    for said in HARMLESS:
        assert "112" not in words(citizen.say(said)), said


def test_aid_that_does_not_come_is_no_danger_unless_somebody_is_in_need() -> None:
    assert asks_only_for_aid("korban banjir belum dapat bantuan")
    for said in (
        "kami kebanjiran belum ada bantuan", "belum dapat beras sudah 3 hari belum makan",
        "korban banjir masih terjebak belum ada bantuan", "saya dipukul waktu minta bantuan",
    ):  # fmt: skip
        assert not asks_only_for_aid(said), said


@pytest.mark.parametrize(
    "said",
    ["kemaren di pasar wameo", "di wameo kemarin. anonim", "wameo kemarin, tolong dirahasiakan"],
)
def test_time_and_place_in_a_form_are_its_answer(citizen: Person, said: str) -> None:
    citizen.complain("conduct")
    citizen.say("petugasnya marah-marah kepada saya")
    told = words(citizen.say(said))
    assert "112" not in told
    assert "Ada foto" in told
