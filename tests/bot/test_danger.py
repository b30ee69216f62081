"""Whoever may be in danger reads the hotlines at once, however little was understood."""

import pytest

from bot.danger import hurries, names_grave_danger, tells_of_long_ago
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
)  # fmt: skip
IN_NONE = (
    "kks hilang", "hp hilang", "kartu anak saya hilang", "anak saya hilang dari data",
    "nama ibu saya hilang", "suami hilang ktp", "pukul 8 buka", "dibagi di pukul 9", "hp mau mati",
    "buku tabungan hilang", "kapan pkh cair di lipu", "kambing saya hilang",
    "diajari cara pakai", "pukul berapa kantor buka",
    "uang saya dipotong ketua", "sudah lama mengajar anak", "tendang bola di lapangan",
)  # fmt: skip


HARMLESS = (
    "kemarin", "orang", "di bure", "uang belum kembali sama sekali", "butuh tongkat utk kakek",
    "lumpuh sejak lahir", "di lipu",
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


def test_hurry_is_nothing_but_hurry() -> None:
    assert all(
        map(hurries, ("cepat pak", "tolong cepat", "mana petugasnya", "belum ada yang datang"))
    )
    assert not any(map(hurries, ("kapan cair", "pak uang saya dipotong cepat sekali", "tolong")))


def test_harmless_words_get_no_hotline(citizen: Person) -> None:
    for said in HARMLESS:
        assert "112" not in words(citizen.say(said)), said
