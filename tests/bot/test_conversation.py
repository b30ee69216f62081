"""How the conversation holds together: open forms, open questions, and words for buttons."""

import pytest

from bot.choices import approves, gives_nothing, pick
from bot.messages import Choice
from tests.talk import Person, labels, words

# Words and turns of talk are the same on every database; what is stored is tested elsewhere.
pytestmark = pytest.mark.databases("sqlite")

TWINS = [Choice("family:1", "Andi Makmur"), Choice("family:2", "Andi Makmur")]


@pytest.mark.parametrize("said", ["andi makmur", "Andi Makmr"])
def test_label_that_several_choices_share_picks_none(said: str) -> None:
    assert pick(said, TWINS) is None


def at_photo(person: Person) -> None:
    person.complain("card")
    person.say("kartu KKS saya hilang di pasar")
    person.say("kemarin di pasar")


@pytest.mark.parametrize(
    "said",
    ["tidak", "ga ada", "tidak ada", "tdk ada", "belum ada", "gak punya foto", "skip",
     "nanti saja", "gak usah"],
)  # fmt: skip
def test_having_nothing_skips_an_optional_field(citizen: Person, said: str) -> None:
    assert gives_nothing(said)
    at_photo(citizen)
    assert "Sudah benar?" in words(citizen.say(said))


@pytest.mark.parametrize("said", ["sudah benar", "sudah", "iyo", "kirimkan", "benar"])
def test_yes_at_the_read_back(citizen: Person, said: str) -> None:
    at_photo(citizen)
    citizen.press("form:skip")
    assert "laporan sudah kami terima" in words(citizen.say(said))


@pytest.mark.parametrize("said", ["tidak", "tidak benar", "bukan", "salah", "belum"])
def test_no_at_the_read_back_asks_what_to_change(citizen: Person, said: str) -> None:
    at_photo(citizen)
    citizen.press("form:skip")
    assert "mana yang mau diubah" in words(citizen.say(said))


def test_half_a_yes_is_no_yes() -> None:
    assert approves("ya tapi salah") is None
    assert approves("sudah batal") is None


def test_no_button_is_offered_twice_when_stuck(citizen: Person) -> None:
    at_photo(citizen)
    citizen.press("form:skip")
    for _ in range(3):
        replies = citizen.say("zzz qqq")
    assert len(labels(replies)) == len(set(labels(replies)))


def test_menu_over_a_form_can_be_picked_and_left(citizen: Person) -> None:
    citizen.complain("card")
    replies = citizen.say("menu")
    assert "masih terbuka" in words(replies)
    assert labels(replies)[0] == "Lanjutkan isian"
    assert "Cek bantuan saya" in labels(replies)
    assert "ditinggalkan" in words(citizen.say("cek bantuan saya"))
    assert "Ceritakan" in words(citizen.press("form:resume"))


def test_own_choice_of_the_field_still_counts_after_the_menu(citizen: Person) -> None:
    citizen.press("complaint")
    citizen.say("menu")
    assert "Ceritakan" in words(citizen.say("Kartu atau PIN"))


def test_menu_before_consent_offers_what_is_open(newcomer: Person) -> None:
    newcomer.say("halo")
    replies = newcomer.say("menu")
    assert [choice.value for choice in replies[-1].choices] == [
        "schedule", "program", "office", "emergency", "consent:yes", "consent:no",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("bicara dengan petugas", "Petugas bisa ditemui"),
        ("tiket 1", "nomor itu tidak ada"),
        ("kabari saya jadwal", "kami catat"),
        ("lapor masalah", "ditinggalkan"),
    ],
)
def test_labels_written_out_interrupt_a_form(citizen: Person, said: str, told: str) -> None:
    citizen.press("registration")
    assert told in words(citizen.say(said))


@pytest.mark.parametrize("said", ["saya lupa nomor kk", "tidak punya", "nik itu apa?"])
def test_helpless_answer_is_helped_at_once(citizen: Person, said: str) -> None:
    citizen.press("registration")
    replies = citizen.say(said)
    assert "petugas bisa membantu" in words(replies)
    assert "Bicara dengan petugas" in labels(replies)


@pytest.mark.parametrize("side", ["apa itu pkh", "kapan pip cair di lipu", "alamat kantor"])
def test_refusal_counts_after_a_side_question(newcomer: Person, side: str) -> None:
    newcomer.say("halo")
    newcomer.say(side)
    assert "kami hormati" in words(newcomer.say("tidak"))


def test_consent_can_be_given_after_a_side_question(newcomer: Person) -> None:
    newcomer.say("halo")
    assert labels(newcomer.say("kapan pip cair di lipu"))[-2:] == ["Ya, setuju", "Tidak"]
    assert "izinnya sudah kami catat" in words(newcomer.say("ya"))


@pytest.mark.parametrize("said", ["hmm", "gmn ya", "bantuan dong", "info", "pagi tanya", "kartu"])
def test_asking_which_offers_at_least_two_meanings(citizen: Person, said: str) -> None:
    replies = citizen.say(said)
    if "yang mana?" in replies[-1].text and "Menu" in labels(replies):
        assert len(set(labels(replies))) == len(labels(replies)) >= 3


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Kabari saya jadwal", "kami catat"),
        ("sanggah penerima", "tidak layak"),
        ("Cek bantuan saya", "NIK"),
    ],
)
def test_label_written_out_is_the_button(citizen: Person, said: str, told: str) -> None:
    assert told in words(citizen.say(said))
