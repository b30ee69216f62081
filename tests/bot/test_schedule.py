"""When and where aid is handed out, as citizens ask for it, on both databases."""

from datetime import timedelta

import pytest

from bot.messages import Location
from tests.talk import Clock, Person, labels, words

# Words and turns of talk are the same on every database; what is stored is tested elsewhere.
pytestmark = pytest.mark.databases("sqlite")


@pytest.mark.parametrize("question", ["jadwal bantuan kecamatan wolio", "jadwal pkh kec. wolio"])
def test_schedule_of_a_kecamatan_names_the_kelurahan_below_it(
    citizen: Person, question: str
) -> None:
    told = words(citizen.say(question))
    assert "Jadwal bantuan untuk Kecamatan Wolio" in told
    assert "Program Keluarga Harapan, untuk Bataraguru" in told


def test_schedule_of_the_city_lists_what_is_below_it(citizen: Person) -> None:
    told = words(citizen.say("kapan jadwal bantuan di kota baubau"))
    assert "Jadwal bantuan untuk Kota Baubau" in told
    assert "Program Keluarga Harapan" in told


def test_schedule_of_a_kelurahan_holds_what_is_above_it(citizen: Person) -> None:
    told = words(citizen.say("kapan bpnt cair di bukit wolio indah"))
    assert "untuk Kecamatan Wolio" in told


def test_long_schedule_is_packed_and_says_how_many_are_left(citizen: Person) -> None:
    replies = citizen.say("jadwal bantuan kecamatan wolio")
    assert len(replies) > 1
    assert max(len(reply.text) for reply in replies) <= 600
    told = words(replies)
    assert told.count("📅") == 8
    assert "jadwal lagi" in told
    assert "tulis nama bantuannya" in told
    assert "Menu" in labels(replies)


def test_schedule_that_is_shown_whole_promises_no_more(citizen: Person) -> None:
    told = words(citizen.say("kapan pkh cair di bukit wolio indah"))
    assert "jadwal lagi" not in told
    assert "Bawa KTP" in told


def test_programme_named_before_the_area_was_asked_for_still_counts(citizen: Person) -> None:
    citizen.say("kapan pkh cair")
    told = words(citizen.say("bukit wolio indah"))
    assert "Program Keluarga Harapan" in told
    assert "BPNT" not in told
    assert told.count("📅") == 1


def test_programme_named_with_the_area_replaces_the_earlier_one(citizen: Person) -> None:
    citizen.say("kapan pkh cair")
    assert "Alat Bantu" in words(citizen.say("kalau alat bantu di lipu kapan?"))


def test_side_question_with_a_kelurahan_fills_the_form(citizen: Person) -> None:
    citizen.say("kapan pkh cair")
    told = words(citizen.say("kalau di bukit wolio indah kapan cair?"))
    assert "Jadwal bantuan untuk Bukit Wolio Indah" in told
    assert told.count("📅") == 1
    assert "kelurahan mana" not in told


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("jadwal lansia lipu", "Belum ada jadwal"),
        ("jadwal bpjs di lamangga", "Belum ada jadwal"),
        ("jadwal atensi di lipu", "YAPI"),
        ("jadwal atensi yatim piatu di lipu", "YAPI"),
    ],
)
def test_programme_in_everyday_words_is_the_only_one_told_of(
    citizen: Person, question: str, answer: str
) -> None:
    told = words(citizen.say(question))
    assert answer in told
    assert told.count("📅") <= 1


@pytest.mark.parametrize(
    "text", ["tolong rumah kami kebakaran sekarang", "kami lapar tidak makan dua hari"]
)
def test_emergency_names_a_next_step(citizen: Person, text: str) -> None:
    replies = citizen.say(text)
    assert "Puskesos" in words(replies)
    assert all(len(reply.text) <= 600 for reply in replies)
    assert labels(replies)[0] in ("Lapor darurat", "Bukan darurat")


def test_programme_said_for_the_area_is_kept_with_it(unread: Person) -> None:
    unread.say("jadwal")
    assert "kelurahan mana" in words(unread.say("PKH"))
    told = words(unread.say("lamangga"))
    assert "Program Keluarga Harapan" in told
    assert told.count("📅") == 1


def test_bare_names_ask_the_last_schedule_again(unread: Person, clock: Clock) -> None:
    unread.say("jadwal PKH lamangga")
    assert "Lowu-Lowu" in words(unread.say("lowu2"))
    assert "Program Keluarga Harapan, untuk Lipu" in words(unread.say("PKH lipu"))
    assert "Jadwal bantuan untuk Wale" in words(unread.say("wale"))
    assert "Sembako" in words(unread.say("BPNT"))
    clock.forward(timedelta(hours=2))
    assert "Jadwal" not in words(unread.say("lipu"))


@pytest.mark.parametrize("place", ["Jakarta", "Makassar"])
def test_place_that_is_not_served_is_said_to_be_none(unread: Person, place: str) -> None:
    told = words(unread.say(f"jadwal PKH di {place.lower()}"))
    assert f"{place} tidak ada" in told
    assert "Kota Baubau" in told
    assert "kelurahan mana" in told


def test_place_of_payment_is_no_place_that_is_not_served(known: Person) -> None:
    assert "tidak ada di daftar" not in words(known.say("jadwal bantuan di kantor pos"))


def test_two_places_are_both_answered(unread: Person) -> None:
    replies = unread.say("jadwal PKH Tomba dan Wale")
    assert "Jadwal bantuan untuk Tomba" in words(replies)
    assert "Jadwal bantuan untuk Wale" in words(replies)
    assert sum(bool(reply.choices) for reply in replies) == 1


def test_point_for_the_kelurahan_is_asked_for_by_name(unread: Person) -> None:
    unread.say("jadwal")
    assert "tulis nama kelurahannya" in words(unread.send_location(Location(-5.46, 122.6)))


def test_own_aid_is_that_of_the_family(known: Person) -> None:
    assert "Dhuafa" in words(known.say("jadwal bantuan"))
    told = words(known.say("kapan bantuan saya cair"))
    assert "Program Keluarga Harapan" in told
    assert "Dhuafa" not in told
