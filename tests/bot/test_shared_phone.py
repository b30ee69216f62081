"""One phone, several families: whose data are shown is who gave the numbers, on both databases."""

import pytest
from sqlalchemy import select

from db.audit import AuditEntry
from db.contacts import Contact
from db.registry import find_by_nik_and_kk
from tests.talk import Person, labels, words

# Words and turns of talk are the same on every database; what is stored is tested elsewhere.
pytestmark = pytest.mark.databases("sqlite")

SITI = "7472915407880001"
NURLINA, NURLINA_KK = "7472976512790001", "0729"


@pytest.mark.parametrize(
    "said",
    [f"{NURLINA} {NURLINA_KK}", f"bantuan untuk NIK {NURLINA} KK {NURLINA_KK}",
     f"cek nik {NURLINA} kk {NURLINA_KK}"],
)  # fmt: skip
def test_numbers_given_anew_are_checked_anew_and_replace_the_link(known: Person, said: str) -> None:
    told = words(known.say(said))
    assert "Wa Ode Nurlina" in told
    assert "Siti" not in told
    assert "Wa Ode Nurlina" in words(known.press("registration"))
    with known.store.read() as session:
        linked = session.scalars(select(Contact.person_id).where(Contact.address == "siti")).one()
        person = find_by_nik_and_kk(session, NURLINA, NURLINA_KK)
        assert person is not None
        assert linked == person.id
        trail = session.scalars(select(AuditEntry.action)).all()
        assert "unlink" in trail
        assert "identify" in trail


def test_nik_alone_asks_for_its_kk_unless_it_is_the_known_one(known: Person) -> None:
    assert "4 angka terakhir" in words(known.say(f"NIK saya {NURLINA}"))
    assert "Wa Ode Nurlina" in words(known.say(NURLINA_KK))
    assert "4 angka terakhir" in words(known.say(f"NIK saya {SITI}"))


def test_own_nik_shows_the_known_family(known: Person) -> None:
    assert "Wa Siti" in words(known.say(f"NIK saya {SITI}"))


def test_wrong_numbers_show_nobody_and_keep_the_link(known: Person) -> None:
    told = words(known.say(f"{NURLINA} 9999"))
    assert "tidak kami temukan" in told
    assert "Siti" not in told
    assert "Wa Siti" in words(known.press("registration"))


@pytest.mark.parametrize("said", ["Cek NIK lain", "ganti keluarga", "Bukan keluarga saya."])
def test_another_family_can_be_asked_for(known: Person, said: str) -> None:
    assert "Cek NIK lain" in labels(known.press("registration"))
    assert "Tolong tulis NIK" in words(known.say(said))
    assert "Wa Ode Nurlina" in words(known.say(f"{NURLINA} {NURLINA_KK}"))


def test_who_borrows_a_telephone_is_asked_for_his_own_numbers(known: Person) -> None:
    told = words(known.say("ini hp tetangga, mau cek punya saya"))
    assert "NIK" in told
    assert "Siti" not in told
