"""What is answered to messages that are not clear, and to what people say to that."""

import pytest

from tests.talk import Person, labels, words

# Words and turns of talk are the same on every database; what is stored is tested elsewhere.
pytestmark = pytest.mark.databases("sqlite")

UNCLEAR = "xqztw vbnjk"


@pytest.mark.parametrize("said", ["bukan itu semua", "ga ada", "salah semua", "bukan dua-duanya"])
def test_what_is_refused_after_nothing_was_understood_leads_to_a_human(
    unread: Person, said: str
) -> None:
    assert "belum paham" in words(unread.say(UNCLEAR))
    told = unread.say(said)
    assert "petugas?" in words(told)
    assert labels(told) == ["Bicara dengan petugas", "Menu"]


def test_refused_meanings_ask_for_other_words_first(torn: Person) -> None:
    assert labels(torn.say(UNCLEAR))[-1] == "Menu"
    first = torn.say("bukan dua-duanya")
    assert "kata lain" in words(first)
    assert "Jadwal bantuan" in labels(first)
    assert labels(torn.say("ga ada")) == ["Bicara dengan petugas", "Menu"]


def test_a_second_unclear_message_after_buttons_offers_a_human(torn: Person) -> None:
    assert "Bicara dengan petugas" not in labels(torn.say(UNCLEAR))
    again = torn.say("pqrst lmnop")
    assert labels(again)[-2:] == ["Bicara dengan petugas", "Menu"]
    assert "petugas?" in words(again)


def test_what_is_picked_ends_the_row_of_misses(torn: Person) -> None:
    torn.say(UNCLEAR)
    torn.press("office")
    assert "Bicara dengan petugas" not in labels(torn.say("pqrst lmnop"))


def test_a_yes_to_the_offer_of_a_human_is_one(unread: Person) -> None:
    unread.say(UNCLEAR)
    unread.say("pqrst lmnop")
    assert "Petugas akan membalas di chat ini" in words(unread.say("ya"))


def test_a_yes_to_several_meanings_asks_which(torn: Person) -> None:
    offered = labels(torn.say(UNCLEAR))
    again = torn.say("ya")
    assert "Yang mana?" in words(again)
    assert labels(again) == offered
    assert labels(torn.say("iya pak")) == offered


def test_a_number_beyond_the_list_tells_which_there_are(torn: Person) -> None:
    offered = labels(torn.say(UNCLEAR))
    again = torn.say("9")
    assert f"1 sampai {len(offered)}" in words(again)
    assert labels(again) == offered
    assert "Jalan" in words(torn.say("2"))


@pytest.mark.parametrize("said", ["yang bawah", "yang terakhir"])
def test_the_last_is_the_last_meaning(torn: Person, said: str) -> None:
    offered = torn.say(UNCLEAR)[-1].choices
    assert offered[-1].value == "menu"
    by_word = words(torn.say(said))
    torn.say("batal")
    assert by_word == words(torn.press(offered[-2].value))


def test_another_matter_is_among_the_meanings(half_foreign: Person) -> None:
    assert "Urusan lain" in labels(half_foreign.say(UNCLEAR))


def test_the_other_office_is_named_above_the_other_meanings(half_foreign: Person) -> None:
    told = half_foreign.say("mau bikin ktp baru")
    assert "Dukcapil" in words(told)
    assert labels(told) == ["Usul penerima baru", "Ubah data saya", "Menu"]
    assert "kata lain" in words(half_foreign.say("bukan itu"))


def test_the_other_office_is_named_before_consent(half_foreign_newcomer: Person) -> None:
    told = half_foreign_newcomer.say("mau bikin ktp baru")
    assert "Dukcapil" in words(told)
    assert labels(told) == ["Ya, setuju", "Tidak"]


def test_the_story_is_not_told_again_to_what_is_picked(citizen: Person) -> None:
    citizen.say("beras di ewarong busuk")
    assert "Kapan dan di mana" in words(citizen.say("lapor masalah"))
    citizen.say("kemarin")
    read_back = words(citizen.press("form:skip"))
    assert "Soal: Barang e-warong" in read_back
    assert "Cerita: beras di ewarong busuk" in read_back


@pytest.mark.parametrize(
    "said",
    [
        "lapor beras busuk di ewarong lamangga",
        "lapor pendamping marah marah kasar ke warga",
        "mau lapor anonim pendamping kasar sekali sama ibu2",
        "dana dipotong 50rb",
        "kks sy ilang gmn",
    ],
)
def test_a_report_with_its_story_opens_the_form(citizen: Person, said: str) -> None:
    assert "Kapan dan di mana" in words(citizen.say(said))


@pytest.mark.parametrize("said", ["minta org beneran bkn robot", "bicara petugas"])
def test_a_human_is_called_by_plain_words(citizen: Person, said: str) -> None:
    assert "Petugas akan membalas di chat ini" in words(citizen.say(said))


def test_a_form_hears_what_is_no_answer(citizen: Person) -> None:
    citizen.complain("deducted")
    for question in ("apa itu desil", "desil sy knp 6"):
        told = words(citizen.say(question))
        assert "Apa itu desil" in told
        assert "Ceritakan" in told
    assert words(citizen.say("lanjut")).startswith("Ceritakan")
    citizen.say("dipotong 100rb waktu cair")
    assert "kami betulkan" in words(citizen.say("salah maksudnya 50rb"))
    assert "Petugas akan membalas" in words(citizen.say("bicara petugas"))
    citizen.say("kemarin di lipu")
    read_back = words(citizen.press("form:skip"))
    assert "dipotong 100rb waktu cair (50rb)" in read_back


def test_who_cannot_name_the_kelurahan_may_leave_it_open(unread: Person) -> None:
    for value in ("goods", "what:house", "owned:yes"):
        unread.press(value)
    for _ in range(2):
        assert "misalnya: Lamangga" in words(unread.say("dipotong 50rb sm ketua"))
    assert labels(unread.say(UNCLEAR))[0] == "Tidak tahu kelurahannya"
    assert "Ceritakan keadaannya" in words(unread.say("tidak tahu kelurahannya"))
