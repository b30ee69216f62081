"""What is answered to messages that are not clear, and to what people say to that."""

import pytest

from tests.talk import Person, labels, words

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
