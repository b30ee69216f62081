"""What is kept, asked and answered around the decision about consent, on both databases."""

import json

import pytest
from sqlalchemy import select

from bot.router import CAPABILITIES
from bot.texts import known as has_text
from db.contacts import CONSENT_GIVEN, CONSENT_REFUSED, Contact
from db.inbox import InboundMessage
from tests.talk import Person, labels, words

# Words and turns of talk are the same on every database; what is stored is tested elsewhere.
pytestmark = pytest.mark.databases("sqlite")

NIK = "7472915407880001"


def kept(person: Person) -> list[str]:
    """Give the texts of the person's messages as the store holds them."""
    with person.store.read() as session:
        rows = session.scalars(
            select(InboundMessage.body)
            .join(Contact, Contact.id == InboundMessage.contact_id)
            .where(Contact.address == person.address.user)
            .order_by(InboundMessage.id)
        )
        return [json.loads(session.vault.open(row, "inbound"))["text"] for row in rows]


def consent(person: Person) -> str | None:
    with person.store.read() as session:
        query = select(Contact.consent).where(Contact.address == person.address.user)
        return session.scalars(query).one()


@pytest.mark.parametrize("first", ["halo", "berhenti"])
def test_only_a_clear_yes_is_consent(newcomer: Person, first: str) -> None:
    newcomer.say(first)
    for said in ("kirim lagi", "kirim", "lanjut", "mau", "boleh tanya", "jadi", "ya kirim"):
        newcomer.say(said)
        assert consent(newcomer) is None, said
    newcomer.say("iya boleh pak")
    assert consent(newcomer) == CONSENT_GIVEN


@pytest.mark.parametrize("said", ["ya", "iya", "ya hapus", "hapus", "1"])
def test_yes_to_the_erasure_erases(citizen: Person, said: str) -> None:
    citizen.say("hapus data saya")
    citizen.say(said)
    assert consent(citizen) == CONSENT_REFUSED


def test_whoever_has_not_decided_and_wants_all_erased_is_asked_one_thing(
    newcomer: Person,
) -> None:
    newcomer.say("halo")
    assert labels(newcomer.say("hapus data saya"))[0] == "Ya, hapus"
    newcomer.say("ya")
    assert consent(newcomer) == CONSENT_REFUSED


def test_whatever_needs_consent_asks_for_it_by_an_old_button(known: Person) -> None:
    known.press("privacy:erase_yes")
    needing = [item.name for item in CAPABILITIES if item.needs_consent]
    assert [name for name in needing if not has_text(f"choice.{name}")] == []
    for pressed in (*needing, "pickup:yes:1", "emergencies:yes", "language:jv"):
        assert "setuju" in words(known.press(pressed)).lower(), pressed
    assert "setuju" in words(known.say("pakai bahasa jawa")).lower()
    assert consent(known) == CONSENT_REFUSED


def test_nothing_said_is_kept_after_a_refusal(newcomer: Person) -> None:
    newcomer.say("halo")
    assert kept(newcomer) == ["halo"]
    newcomer.say("tidak")
    newcomer.say(f"{NIK} 0217")
    assert kept(newcomer) == ["", "", ""]
    with newcomer.store.read() as session:
        sealed = session.scalars(
            select(Contact.conversation).where(Contact.address == newcomer.address.user)
        ).one()
        assert sealed is not None
        assert NIK not in session.vault.open(sealed, "conversation")


def test_wish_is_remembered_after_a_refusal_without_its_words(newcomer: Person) -> None:
    newcomer.say("halo")
    newcomer.say("tidak")
    newcomer.say(f"{NIK} 0217")
    told = words(newcomer.say("ya"))
    assert "izinnya sudah kami catat" in told
    assert "Tolong tulis NIK" in told


def test_withdrawal_empties_what_was_kept(known: Person) -> None:
    known.say("apakah saya dapat bantuan")
    known.press("privacy:erase_yes")
    assert set(kept(known)) == {""}
    assert known.say("halo")
    assert set(kept(known)) == {""}


def test_own_data_after_a_refusal_are_told_as_they_are(newcomer: Person) -> None:
    newcomer.say("halo")
    newcomer.say("tidak")
    replies = newcomer.say("data saya")
    assert "tidak kami simpan" in words(replies)
    assert labels(replies) == ["Ya, setuju", "Menu"]


def test_general_question_is_answered_before_the_decision(newcomer: Person) -> None:
    replies = newcomer.say("jadwal PKH di lamangga")
    told = words(replies)
    assert "ini Halo Puskesos" in told
    assert "Jadwal bantuan untuk Lamangga" in told
    assert told.count("setuju?") == 1
    assert labels(replies)[-2:] == ["Ya, setuju", "Tidak"]
    assert "kami hormati" in words(newcomer.say("tidak"))


def test_the_same_is_asked_for_another_place_before_the_decision(newcomer: Person) -> None:
    newcomer.say("kapan pkh cair di bukit wolio indah")
    told = words(newcomer.say("kalau di lipu?"))
    assert "Jadwal bantuan untuk Lipu" in told
    assert told.count("Setuju?") == 1


def test_an_open_question_of_the_schedule_is_answered_before_the_decision(
    newcomer: Person,
) -> None:
    assert "kelurahan mana" in words(newcomer.say("jadwal"))
    told = words(newcomer.say("lipu"))
    assert "Lipu" in told
    assert "Jadwal" in told
    assert "menyimpan nomor ini" in told  # the whole of what consent is asked for


def test_what_waits_for_consent_is_not_lost_by_another_question(newcomer: Person) -> None:
    newcomer.say("cek bantuan saya")
    assert "Lipu" in words(newcomer.say("kapan pkh cair di lipu"))
    newcomer.say("xqztw vbnjk")
    assert "Tolong tulis NIK" in words(newcomer.say("ya"))


def test_personal_question_is_not_answered_after_a_refusal(newcomer: Person) -> None:
    newcomer.say("cek bantuan saya")
    replies = newcomer.say("tidak")
    assert "kami hormati" in words(replies)
    assert labels(replies) == ["Jadwal bantuan", "Penjelasan bantuan", "Alamat kantor"]


@pytest.mark.parametrize("said", ["menu", "penjelasan bantuan", "jadwal pip di lipu"])
def test_one_answer_has_one_list_and_its_first_number_is_no_consent(
    newcomer: Person, said: str
) -> None:
    newcomer.say("halo")
    replies = newcomer.say(said)
    assert sum(bool(reply.choices) for reply in replies) == 1
    assert labels(replies)[-2:] == ["Ya, setuju", "Tidak"]
    newcomer.say("1")
    with newcomer.store.read() as session:
        contact = session.scalars(
            select(Contact).where(Contact.address == newcomer.address.user)
        ).one()
        assert contact.consent is None
