"""What a companion can do by chat, and what nobody else can."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.messages import Location, Media, MediaKind
from db.assignments import Assignment
from db.attachments import Attachment
from db.registry import Person as RegisteredPerson
from db.session import Store
from db.staff import Staff, give_code
from db.visits import Visit
from tests.moment import NOW
from tests.talk import Clock, Person, labels, words

# Words and turns of talk are the same on every database; what is stored is tested elsewhere.
pytestmark = pytest.mark.databases("sqlite")


def enrol(store: Store, role: str, area: str) -> str:
    """Add a member of staff and give the code."""
    with store.begin() as session:
        staff = Staff(name="Rahma", role=role, area_code=area, created_at=NOW)
        session.add(staff)
        session.flush()
        return give_code(session, staff, NOW)


def test_code_makes_the_chat_a_companions(newcomer: Person, sample_store: Store) -> None:
    code = enrol(sample_store, "companion", "74.72.02.1011")
    replies = newcomer.say(f"kode {code[:4]}-{code[4:].lower()}")
    assert "Selamat datang, Rahma" in words(replies)
    assert "belum ada keluarga" in words(newcomer.say("keluarga saya")).lower()


def test_code_works_once(newcomer: Person, engine_person: Person, sample_store: Store) -> None:
    code = enrol(sample_store, "companion", "74.72.02.1011")
    newcomer.say(f"kode {code}")
    assert "tidak cocok" in words(engine_person.say(f"kode {code}"))


def test_code_ends(newcomer: Person, clock: Clock, sample_store: Store) -> None:
    code = enrol(sample_store, "companion", "74.72.02.1011")
    clock.forward(timedelta(hours=73))
    assert "tidak berlaku" in words(newcomer.say(f"kode {code}")).replace("sudah ", "")


def test_three_wrong_codes_lock(engine_person: Person, sample_store: Store) -> None:
    code = enrol(sample_store, "companion", "74.72.02.1011")
    for _ in range(3):
        told = words(engine_person.say("kode ABCD-2345"))
    assert "Terlalu banyak" in told
    assert "Terlalu banyak" in words(engine_person.say(f"kode {code}"))


def test_companion_sees_his_families_only(companion: Person, sample_store: Store) -> None:
    told = words(companion.say("keluarga saya"))
    assert "Keluarga dampingan Anda: " in told
    with sample_store.read() as session:
        own = set(
            session.scalars(
                select(RegisteredPerson.name)
                .join(Assignment, Assignment.household_id == RegisteredPerson.household_id)
                .join(Staff, Staff.id == Assignment.staff_id)
                .where(Staff.role == "companion", RegisteredPerson.relation == "head")
            )
        )
    named = [line[2:].split(",")[0] for line in told.splitlines() if line.startswith("• ")]
    assert named
    assert set(named) <= own


def own_household(store: Store, assigned: bool) -> tuple[int, str]:
    """Give a family with its head that is, or is not, the first companion's."""
    with store.read() as session:
        first = session.scalars(select(Staff.id).where(Staff.role == "companion")).first()
        own = select(Assignment.household_id).where(Assignment.staff_id == first)
        inside = RegisteredPerson.household_id.in_(own)
        row = session.execute(
            select(RegisteredPerson.household_id, RegisteredPerson.name).where(
                RegisteredPerson.relation == "head", inside if assigned else ~inside
            )
        ).first()
        assert row is not None
        return row.household_id, row.name


def test_visit_is_stored_with_its_time(companion: Person, sample_store: Store) -> None:
    household, _name = own_household(sample_store, assigned=True)
    companion.say("kunjungan")
    begun = companion.clock()
    companion.press(f"family:{household}")
    companion.press("purpose:home")
    companion.say("Anak bungsu sakit, sudah dibawa ke posyandu")
    companion.send_file(Media(MediaKind.PHOTO, "visit-photo", "image/jpeg"))
    assert "Lokasi: ada" in words(companion.send_location(Location(-5.46, 122.6)))
    assert "sudah tersimpan" in words(companion.press("form:yes"))
    with sample_store.read() as session:
        visit = session.scalars(select(Visit).order_by(Visit.id.desc())).first()
        assert visit is not None
        assert visit.household_id == household
        assert visit.visited_at == begun
        assert visit.told_at == companion.clock()
        assert "posyandu" in session.vault.open(visit.finding_sealed, "finding")
        files = session.scalars(select(Attachment).where(Attachment.visit_id == visit.id)).all()
        assert {file.kind for file in files} == {"photo", "location"}


def test_nobody_elses_family_can_be_named(companion: Person, sample_store: Store) -> None:
    foreign, _name = own_household(sample_store, assigned=False)
    companion.say("kunjungan")
    companion.press(f"family:{foreign}")
    assert companion.press("purpose:home")
    with sample_store.read() as session:
        assert session.scalars(select(Visit).where(Visit.household_id == foreign)).all() == []


def test_family_handed_over_in_the_meantime_gets_no_visit(
    companion: Person, sample_store: Store
) -> None:
    household, _name = own_household(sample_store, assigned=True)
    companion.say("kunjungan")
    companion.press(f"family:{household}")
    companion.press("purpose:home")
    companion.say("Semua sehat")
    companion.press("form:skip")
    companion.press("form:skip")
    with sample_store.begin() as session:
        for assignment in session.scalars(
            select(Assignment).where(Assignment.household_id == household)
        ):
            session.delete(assignment)
    assert "bukan dampingan Anda lagi" in words(companion.press("form:yes"))
    with sample_store.read() as session:
        assert session.scalars(select(Visit).where(Visit.household_id == household)).all() == []


@pytest.mark.parametrize("value", ["households", "visit", "announce"])
def test_staff_buttons_mean_nothing_to_citizens(citizen: Person, value: str) -> None:
    told = words(citizen.press(value))
    assert "dampingan" not in told
    assert "kunjungan" not in told


def test_every_family_can_be_paged_to(companion: Person) -> None:
    replies = companion.say("keluarga saya")
    count = int(words(replies).split("Anda: ")[1].split(".")[0])
    seen = 0
    while True:
        assert len(words(replies)) <= 600
        seen += words(replies).count("• ")
        if "Berikutnya" not in labels(replies):
            break
        replies = companion.say("berikutnya")
    assert seen == count


def make_namesakes(store: Store) -> list[int]:
    """Give two of the first companion's families heads of one name."""
    with store.begin() as session:
        first = session.scalars(select(Staff.id).where(Staff.role == "companion")).first()
        heads = session.scalars(
            select(RegisteredPerson)
            .join(Assignment, Assignment.household_id == RegisteredPerson.household_id)
            .where(Assignment.staff_id == first, RegisteredPerson.relation == "head")
            .limit(2)
        ).all()
        for head in heads:
            head.name = "Zubair Qadri"
        return [head.household_id for head in heads]


def test_name_of_two_families_asks_which_one(companion: Person, sample_store: Store) -> None:
    namesakes = make_namesakes(sample_store)
    companion.say("kunjungan")
    replies = companion.say("zubair qadri")
    assert "Yang mana?" in words(replies)
    offered = [choice for choice in replies[-1].choices if choice.value.startswith("family:")]
    assert {choice.value for choice in offered} == {f"family:{key}" for key in namesakes}
    assert len({choice.label for choice in offered}) == 2
    assert all(len(choice.label) <= 24 for choice in offered)
    companion.say(offered[1].label)
    companion.press("purpose:home")
    companion.say("Semua sehat")
    companion.press("form:skip")
    assert "Keluarga: Zubair Qadri, " in words(companion.press("form:skip"))
