"""What a message means only together with the one before it."""

import pytest

from db.doubts import PURPOSE, open_doubts
from tests.talk import Person, labels, words

# Words and turns of talk are the same on every database; what is stored is tested elsewhere.
pytestmark = pytest.mark.databases("sqlite")


def test_the_same_is_asked_for_another_place(citizen: Person) -> None:
    citizen.say("kapan pkh cair di bukit wolio indah")
    again = citizen.say("kalau di lipu?")
    assert "Lipu" in words(again)
    assert "PKH" in words(again) or "Program Keluarga Harapan" in words(again)


def test_the_same_is_asked_for_another_programme(citizen: Person) -> None:
    citizen.say("kapan pkh cair di lipu")
    again = words(citizen.say("klo bpnt gimana"))
    assert "Lipu" in again
    assert "PKH" not in again


def test_two_requests_are_answered_one_after_the_other(citizen: Person) -> None:
    first = citizen.say("syarat pkh apa aja, sekalian kapan cair di lipu")
    assert "Maksud" not in words(first)
    assert labels(first)[0] == "Ya, jawab juga"
    second = citizen.say("ya")
    assert "Lipu" in words(second)
    assert "Ya, jawab juga" not in labels(second)


@pytest.mark.parametrize(
    ("said", "first", "echo", "second"),
    [
        ("kapan PKH cair di lipu dan minta nomor Pendamping", "Lipu", "minta nomor Pendamping",
         "keluarganya sendiri"),
        ("mau tanya alamat kantor sama syarat Rutilahu", "Jalan", "syarat Rutilahu",
         "tidak layak"),
        ("apa itu PKH, kapan CAIR di lipu", "Keluarga Harapan", "kapan CAIR di lipu",
         "Lipu"),
    ],
)  # fmt: skip
def test_two_requests_joined_by_small_words(
    citizen: Person, said: str, first: str, echo: str, second: str
) -> None:
    told = words(citizen.say(said))
    assert first in told
    assert f'"{echo}"' in told
    assert second.lower() in words(citizen.say("ya")).lower()


def test_the_first_of_two_requests_is_not_lost(known: Person) -> None:
    told = words(known.say("pkh saya masih ada tidak dan kapan cair di lipu"))
    assert "Tercatat" in told or "tercatat" in told or "menerima" in told
    assert '"kapan cair di lipu"' in told


@pytest.mark.parametrize(
    "said",
    ["nama dan alamat saya salah", "beras dan telur busuk semua", "ibu dan anak saya belum dapat",
     "cek nik dan kk saya", "kapan pkh dan bpnt cair"],
)  # fmt: skip
def test_one_request_with_an_and_is_not_cut(citizen: Person, said: str) -> None:
    assert "Tadi Bapak/Ibu juga menulis" not in words(citizen.say(said))
    assert "Tadi Bapak/Ibu juga menulis" not in words(citizen.say("batal"))


def test_what_is_picked_after_an_unclear_message_is_kept_with_it(citizen: Person) -> None:
    citizen.say("xqztw vbnjk")
    citizen.press("schedule")
    with citizen.store.read() as session:
        [doubt] = open_doubts(session, 10)
        assert doubt.picked == "ask_schedule"
        assert session.vault.open(doubt.text_sealed, PURPOSE).startswith("xqztw")


def test_what_is_written_next_is_no_label(citizen: Person) -> None:
    citizen.say("xqztw vbnjk")
    citizen.say("kapan pkh cair di lipu")
    citizen.press("schedule")
    with citizen.store.read() as session:
        assert [doubt.picked for doubt in open_doubts(session, 10)] == [None]


@pytest.mark.parametrize(
    ("said", "place"),
    [("yang atas", 0), ("yang pertama", 0), ("nomor dua", 1), ("yg ke 3", 2), ("paling bawah", -1)],
)
def test_a_choice_is_named_by_its_place(citizen: Person, said: str, place: int) -> None:
    offered = citizen.say("menu")[-1].choices
    by_word = words(citizen.say(said))
    citizen.say("batal")
    assert by_word == words(citizen.press(offered[place].value))
