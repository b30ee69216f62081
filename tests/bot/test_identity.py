"""NIK and KK as people write them, on both databases."""

import pytest

from bot.texts.format import given_name
from tests.talk import Person, words

SITI_NIK, SITI_KK = "7472915407880001", "7472911503160217"
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.mark.databases("sqlite")
def test_full_pair_in_the_second_field_replaces_the_nik(citizen: Person) -> None:
    citizen.press("registration")
    citizen.say("7472990101900007")
    assert "Program Keluarga Harapan" in words(citizen.say(f"{SITI_NIK} 0217"))


@pytest.mark.parametrize("text", [f"nik sy {SITI_NIK} kk 0217 tolong cek", f"{SITI_NIK} 0217"])
def test_pair_outside_a_form_is_checked_at_once(citizen: Person, text: str) -> None:
    assert "Program Keluarga Harapan" in words(citizen.say(text))


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "text",
    [
        f"kk {SITI_KK} nik {SITI_NIK}",
        f"KK: {SITI_KK}\nNIK: {SITI_NIK}",
        f"kk 0217 nik {SITI_NIK}",
        f"{SITI_KK} {SITI_NIK}",
        f"{SITI_NIK} {SITI_KK}",
        f"nik dan kk saya {SITI_KK}, {SITI_NIK}",
        f"nik {SITI_NIK} kk 0217".translate(FULL_WIDTH),
        f"nik {SITI_NIK} lahir tahun 1988 kk 0217",
    ],
)
def test_pair_in_the_form_is_understood_in_any_order(citizen: Person, text: str) -> None:
    citizen.press("registration")
    assert "Program Keluarga Harapan" in words(citizen.say(text))


def test_pair_without_labels_is_one_try_whichever_is_the_nik(citizen: Person) -> None:
    for _ in range(2):
        citizen.press("registration")
        told = words(citizen.say("7472990101900007 7472990101900008"))
        assert "tidak kami temukan" in told
    citizen.press("registration")
    assert "Program Keluarga Harapan" in words(citizen.say(f"{SITI_KK} {SITI_NIK}"))


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Wa Ode Nurlina", "Wa Ode Nurlina"),
        ("La Ode Muhammad Rusli", "La Ode Muhammad Rusli"),
        ("Wa Siti", "Wa Siti"),
        ("La Ndai Buton", "La Ndai"),
        ("Andi Rahmat Hidayat", "Andi Rahmat"),
        ("Siti Aminah Hasan", "Siti Aminah"),
        ("Muhamad Ali Imran", "Muhamad Ali"),
        ("Moh. Saleh Daud", "Moh. Saleh"),
        ("Abdul Rahman Saleh", "Abdul Rahman"),
        ("Nur Hayati Umar", "Nur Hayati"),
        ("Rosmini Hasan", "Rosmini"),
        ("Wa", "Wa"),
        ("", ""),
    ],
)
def test_given_name_is_one_that_somebody_answers_to(name: str, short: str) -> None:
    assert given_name(name) == short


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("first", [SITI_KK, f"kk {SITI_KK}"])
@pytest.mark.parametrize("second", [SITI_NIK, f"nik {SITI_NIK}"])
def test_kk_before_nik_one_by_one(unread: Person, first: str, second: str) -> None:
    unread.press("registration")
    unread.say(first)
    assert "Program Keluarga Harapan" in words(unread.say(second))


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("text", [f"{SITI_NIK} 0217 0217", f"nik {SITI_NIK} kk 0217 kk 0217"])
def test_digits_said_twice_are_said_once(unread: Person, text: str) -> None:
    unread.press("registration")
    assert "Program Keluarga Harapan" in words(unread.say(text))


def test_second_wrong_try_warns_of_the_lock(unread: Person) -> None:
    unread.press("registration")
    assert "Tinggal satu kali" not in words(unread.say(f"{SITI_NIK} 9999"))
    unread.press("registration")
    assert "Tinggal satu kali" in words(unread.say(f"{SITI_NIK} 9998"))
    unread.press("registration")
    assert "berhenti dulu sampai" in words(unread.say(f"{SITI_NIK} 9997"))
