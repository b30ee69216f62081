"""A companion vouches for somebody whom he meets, by a one-time code, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.capabilities.companion.vouch import FORM
from bot.forms import Answer, Refused
from bot.messages import Address, Channel
from bot.texts import say
from db.assignments import Assignment
from db.contacts import Contact
from db.logins import deactivate
from db.registry import Person as RegisteredPerson
from db.session import Store
from db.staff import Staff
from db.vouchers import Voucher
from tests.bot.registry import SITI, family_of, linked_to, person_of, trail
from tests.talk import Clock, Person, labels, words


@pytest.fixture
def siti(sample_store: Store) -> tuple[int, int]:
    """Wa Siti and her family, whom the companion of Wolio looks after."""
    with sample_store.begin() as session:
        staff_id = session.scalars(
            select(Contact.staff_id).where(Contact.address == "pendamping-wolio")
        ).one()
        household = family_of(session, SITI)
        own = select(Assignment).filter_by(household_id=household.id)
        for assignment in session.scalars(own):
            session.delete(assignment)
        session.flush()
        session.add(Assignment(staff_id=staff_id, household_id=household.id))
        return person_of(session, SITI).id, household.id


def vouch(companion: Person, siti: tuple[int, int]) -> str:
    """Let the companion make a code for Wa Siti."""
    person, household = siti
    companion.say("jamin")
    companion.press(f"family:{household}")
    companion.press(f"member:{person}")
    told = words(companion.press("form:yes"))
    return told.split("Kode untuk Wa Siti: ")[1][:9]


def test_family_is_found_by_its_last_digits_and_the_member_by_name(
    companion: Person, siti: tuple[int, int]
) -> None:
    companion.say("jamin")
    asked = companion.say("0217")
    assert "Siapa yang Anda temui?" in words(asked)
    assert "Wa Siti" in labels(asked)
    assert "bertemu langsung dengan Wa Siti" in words(companion.say("wa siti"))
    assert "10 menit" in words(companion.say("ya"))


def test_code_ties_the_phone_to_the_person(
    companion: Person, citizen: Person, siti: tuple[int, int]
) -> None:
    code = vouch(companion, siti)
    told = words(citizen.say(f"kode {code.lower()}"))
    assert "sekarang terhubung" in told
    assert "Program Keluarga Harapan" in told
    assert linked_to(citizen.store, citizen.address.user) == siti[0]


def test_code_opens_also_for_whom_wrong_tries_have_shut_out(
    companion: Person, citizen: Person, siti: tuple[int, int]
) -> None:
    for _ in range(3):
        citizen.say("kode ABCD-2345")
    assert words(citizen.say("kode BCDE-2345")) == say("enrol.locked")
    assert linked_to(citizen.store, citizen.address.user) is None
    assert "sekarang terhubung" in words(citizen.say(f"kode {vouch(companion, siti)}"))
    assert linked_to(citizen.store, citizen.address.user) == siti[0]


def test_both_sides_stand_in_the_trail(
    companion: Person, citizen: Person, siti: tuple[int, int]
) -> None:
    citizen.say(f"kode {vouch(companion, siti)}")
    ((actor, subject),) = trail(citizen.store, "vouch")
    assert actor.startswith("staff:")
    assert subject == f"person:{siti[0]}"
    with citizen.store.read() as session:
        voucher = session.scalars(select(Voucher)).one()
        assert voucher.used_at == citizen.clock()
        used = (f"contact:{voucher.contact_id}", f"voucher:{voucher.id}")
    assert trail(citizen.store, "use voucher") == [used]


def test_no_chat_of_staff_is_tied_to_whom_it_vouches_for(
    companion: Person, officer: Person, citizen: Person, siti: tuple[int, int]
) -> None:
    code = vouch(companion, siti)
    for person in (companion, officer):
        assert words(person.say(f"kode {code}")) == say("vouch.not_by_staff")
        assert linked_to(citizen.store, person.address.user) is None
    assert "sekarang terhubung" in words(citizen.say(f"kode {code}"))


@pytest.mark.parametrize("end", ["service", "hand-over"])
def test_code_ends_once_who_vouched_looks_after_the_family_no_more(
    companion: Person, citizen: Person, siti: tuple[int, int], end: str
) -> None:
    code = vouch(companion, siti)
    with citizen.store.begin() as session:
        own = session.scalars(select(Assignment).filter_by(household_id=siti[1])).one()
        if end == "service":
            deactivate(session, session.get_one(Staff, own.staff_id), citizen.clock())
        else:
            session.delete(own)
    assert "tidak cocok" in words(citizen.say(f"kode {code}"))
    assert linked_to(citizen.store, citizen.address.user) is None


def test_code_works_once(
    companion: Person, citizen: Person, engine_person: Person, siti: tuple[int, int]
) -> None:
    code = vouch(companion, siti)
    citizen.say(f"kode {code}")
    assert "tidak cocok" in words(engine_person.say(f"kode {code}"))


def test_code_holds_for_ten_minutes(
    companion: Person, citizen: Person, clock: Clock, siti: tuple[int, int]
) -> None:
    code = vouch(companion, siti)
    clock.forward(timedelta(minutes=10))
    assert "tidak cocok" in words(citizen.say(f"kode {code}"))


def test_newer_code_ends_the_older_one(
    companion: Person, citizen: Person, siti: tuple[int, int]
) -> None:
    older, newer = vouch(companion, siti), vouch(companion, siti)
    assert "tidak cocok" in words(citizen.say(f"kode {older}"))
    assert "sekarang terhubung" in words(citizen.say(f"kode {newer}"))


def test_wrong_codes_count_as_tries_at_numbers(citizen: Person) -> None:
    citizen.say("kode ABCD-2345")
    citizen.say("kode ABCD-2346")
    assert "berhenti dulu" in words(citizen.say(f"{SITI} 9999"))
    assert "Terlalu banyak" in words(citizen.say("kode ABCD-2347"))


@pytest.mark.databases("sqlite")
def test_code_works_in_the_middle_of_the_question_for_numbers(
    companion: Person, citizen: Person, siti: tuple[int, int]
) -> None:
    citizen.press("registration")
    assert "sekarang terhubung" in words(citizen.say(f"kode {vouch(companion, siti)}"))
    assert "Jadwal bantuan untuk Lipu" in words(citizen.say("kapan pip cair di lipu"))


def test_code_of_somebody_who_has_not_agreed_yet_waits_for_his_yes(
    companion: Person, newcomer: Person, siti: tuple[int, int]
) -> None:
    code = vouch(companion, siti)
    assert "Apakah Bapak/Ibu setuju?" in words(newcomer.say(f"kode {code}"))
    assert linked_to(newcomer.store, newcomer.address.user) is None
    told = words(newcomer.say("ya"))
    assert "izinnya sudah kami catat" in told
    assert "sekarang terhubung" in told


@pytest.mark.databases("sqlite")
def test_code_of_somebody_who_refuses_stays_unused(
    companion: Person, newcomer: Person, siti: tuple[int, int]
) -> None:
    newcomer.say(f"kode {vouch(companion, siti)}")
    assert "kami hormati" in words(newcomer.say("tidak"))
    assert linked_to(newcomer.store, newcomer.address.user) is None
    with newcomer.store.read() as session:
        assert session.scalars(select(Voucher.used_at)).one() is None


def test_first_phone_is_told_of_a_vouched_one(
    companion: Person, known: Person, citizen: Person, siti: tuple[int, int]
) -> None:
    known.unread()
    citizen.say(f"kode {vouch(companion, siti)}")
    assert "baru saja dibuka dari HP lain" in words(known.unread())


def test_nobody_elses_family_can_be_vouched_for(companion: Person, sample_store: Store) -> None:
    with sample_store.read() as session:
        staff_id = session.scalars(
            select(Contact.staff_id).where(Contact.address == "pendamping-wolio")
        ).one()
        own = select(Assignment.household_id).where(Assignment.staff_id == staff_id)
        foreign = session.scalars(
            select(RegisteredPerson).where(RegisteredPerson.household_id.not_in(own)).limit(1)
        ).one()
    companion.say("jamin")
    companion.press(f"family:{foreign.household_id}")
    companion.press(f"member:{foreign.id}")
    companion.press("form:yes")
    with sample_store.read() as session:
        assert session.scalars(select(Voucher)).all() == []


def test_family_handed_over_meanwhile_gets_no_code(
    companion: Person, sample_store: Store, siti: tuple[int, int]
) -> None:
    companion.say("jamin")
    companion.press(f"family:{siti[1]}")
    companion.press(f"member:{siti[0]}")
    with sample_store.begin() as session:
        for assignment in session.scalars(select(Assignment).filter_by(household_id=siti[1])):
            session.delete(assignment)
    assert "bukan dampingan Anda lagi" in words(companion.press("form:yes"))


@pytest.mark.databases("sqlite")
def test_family_changed_at_the_end_asks_for_its_member_anew(
    companion: Person, sample_store: Store, siti: tuple[int, int]
) -> None:
    other = next(
        choice.value for choice in companion.say("jamin")[-1].choices
        if choice.value.startswith("family:") and choice.value != f"family:{siti[1]}"
    )  # fmt: skip
    companion.press(companion.press(other)[-1].choices[0].value)
    companion.press("form:edit:family")
    companion.press(f"family:{siti[1]}")
    assert "Siapa yang Anda temui?" in words(companion.press("form:yes"))
    companion.press(f"member:{siti[0]}")
    assert "Kode untuk Wa Siti" in words(companion.press("form:yes"))


def test_only_companions_vouch(known: Person, officer: Person) -> None:
    for person in (known, officer):
        assert "Keluarga mana" not in words(person.say("jamin"))
        assert "Keluarga mana" not in words(person.press("vouch"))


def test_code_is_nowhere_in_the_clear(
    companion: Person, sample_store: Store, siti: tuple[int, int]
) -> None:
    code = vouch(companion, siti).replace("-", "")
    with sample_store.read() as session:
        assert session.scalars(select(Voucher.code_index)).one() != code.encode()


@pytest.mark.databases("sqlite")
def test_phone_of_another_channel_is_told_on_its_own(
    known: Person, companion: Person, siti: tuple[int, int]
) -> None:
    other = Person(
        known.engine, known.store, known.clock, Address(Channel.WHATSAPP, "+628120000001")
    )
    other.press("consent:yes")
    known.unread()
    other.say(f"kode {vouch(companion, siti)}")
    assert "HP lain" in words(known.unread())


@pytest.mark.parametrize(
    ("said", "member"),
    [
        ("Wa Juhaeni Asi", "2"), ("juhaeni", "2"), ("Ibu Juhaeny Asi", "2"), ("wa juhaeniasi", "2"),
        ("La Ode Rahmat", "3"), ("rahmat", "3"), ("Wa Siti", None), ("Wa Juriani", None),
        ("Wa", None), ("Pak La Ode", None), ("La Ode Ahmad", None), ("", None),
    ],
)  # fmt: skip
def test_only_a_name_of_the_family_is_taken(said: str, member: str | None) -> None:
    facts = {"members": {"2": "Wa Juhaeni Asi", "3": "La Ode Rahmat"}}
    field = FORM.field_named("member")
    assert field is not None
    if member is not None:
        assert field.parse(Answer(said), facts) == {"member": member}
        return
    with pytest.raises(Refused, match=r"vouch\.member_unknown"):
        field.parse(Answer(said), facts)


@pytest.mark.databases("sqlite")
def test_who_is_nobody_of_the_family_is_asked_for_again_with_the_list(
    companion: Person, siti: tuple[int, int]
) -> None:
    companion.say("jamin")
    companion.press(f"family:{siti[1]}")
    replies = companion.say("Wa Juhaeni")
    assert say("vouch.member_unknown") in words(replies)
    assert "Wa Siti" in labels(replies)
