"""The sample data in the store: loaded once, found again, and harming nobody."""

from collections import Counter
from datetime import date
from time import perf_counter

import pytest
from sqlalchemy import case, func, select

from db.areas import Area, all_areas
from db.assignments import Assignment, families_of
from db.audiences import Filters, Topic
from db.contacts import CONSENT_GIVEN, Contact
from db.enrolments import Enrolment, Payout, aid_of_household
from db.reach import measure
from db.registry import (
    AgencyList,
    Household,
    Person,
    Program,
    find_by_nik_and_kk,
    household_of,
)
from db.sample.chats import demo_identities
from db.sample.load import load
from db.sample.named import named_people
from db.schedules import Distribution, upcoming
from db.session import Session, Store
from db.staff import ROLES, Staff
from tests.db.test_sample import rows_of
from tests.moment import NOW, TODAY

BUKIT_WOLIO_INDAH = "74.72.02.1011"
TABLES = (
    Area, Program, AgencyList, Household, Person, Enrolment, Payout, Distribution, Staff,
    Assignment, Contact,
)  # fmt: skip


def test_loaded_totals_are_those_of_the_verification(sample_store: Store) -> None:
    verified = {row["kelurahan"]: row for row in rows_of("baubau_kelurahan.csv")}
    codes = {row["verval_name"]: row["code"] for row in rows_of("baubau_areas.csv")}
    query = (
        select(
            Household.area_code,
            func.count(func.distinct(Household.id)),
            func.sum(case((Person.sex == "L", 1), else_=0)),
            func.sum(case((Person.sex == "P", 1), else_=0)),
            func.sum(case((Person.relation == "head", 1), else_=0)),
        )
        .join(Person, Person.household_id == Household.id)
        .group_by(Household.area_code)
    )
    with sample_store.read() as session:
        found = {row[0]: tuple(map(int, row[1:])) for row in session.execute(query)}
    assert found == {
        codes[name]: (int(row["kk"]), int(row["laki_laki"]), int(row["perempuan"]), int(row["kk"]))
        for name, row in verified.items()
    }


def test_named_people_are_found_by_nik_and_kk(sample_store: Store) -> None:
    with sample_store.read() as session:
        for named in named_people():
            person = find_by_nik_and_kk(session, named.nik, named.kk[-4:])
            assert person is not None
            assert (person.name, person.birth_date) == (named.name, named.birth_date)
            household = household_of(session, person.id)
            assert session.vault.open(household.kk_sealed or b"", "kk") == named.kk
            area = session.get_one(Area, household.area_code)
            assert (area.name, area.timezone) == (named.kelurahan, "Asia/Makassar")
            aids = aid_of_household(session, household.id)
            assert {aid.program_code for aid in aids} == set(named.programs)
            assert find_by_nik_and_kk(session, named.nik, "0000") is None


def test_loading_twice_changes_nothing(sample_store: Store) -> None:
    before = _counts(sample_store)
    with sample_store.begin() as session:
        assert not load(session, date(2027, 3, 1), NOW)
    assert _counts(sample_store) == before
    assert before["households"] == 3290
    assert before["people"] == 16801


def test_a_store_with_real_families_is_left_alone(store: Store) -> None:
    with store.begin() as session:
        _add_a_family(session)
    before = _counts(store)
    with store.begin() as session:
        assert not load(session, TODAY, NOW)
    assert _counts(store) == before


def _add_a_family(session: Session) -> None:
    session.add(Area(code="74", name="Sulawesi Tenggara", level="province"))
    session.add(AgencyList(id=1, agency="BPS", name="DTSEN", as_of=TODAY))
    session.flush()
    session.add(Household(area_code="74", address="", rt="", rw="", list_id=1, as_of=TODAY))


def _counts(store: Store) -> dict[str, int]:
    with store.read() as session:
        return {
            table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
            for table in TABLES
        }


def test_what_an_office_wrote_before_is_kept(store: Store) -> None:
    with store.begin() as session:
        session.add(Program(code="PKH", name="PKH dari petugas", agency="Dinsos"))
        session.add(Contact(channel="simulator", address="siti", created_at=NOW))
    with store.begin() as session:
        assert load(session, TODAY, NOW)
    with store.read() as session:
        assert session.get_one(Program, "PKH").name == "PKH dari petugas"
        siti = session.scalars(select(Contact).filter_by(address="siti")).one()
        assert siti.person_id is None


def test_rows_can_be_added_after_the_sample(sample_store: Store) -> None:
    # On PostgreSQL ids come from sequences, which explicit ids would leave behind.
    with (
        sample_store.engine.connect() as connection,
        Session(connection, sample_store.vault) as session,
    ):
        session.add(Staff(name="Baru", role="officer", area_code="74.72", created_at=NOW))
        session.add(Contact(channel="simulator", address="baru", created_at=NOW))
        session.add(AgencyList(agency="BPS", name="Baru", as_of=TODAY))
        session.flush()  # and rolled back, since the other tests share this store


def test_a_failed_load_leaves_nothing(store: Store) -> None:
    def fail(done: int, total: int, label: str) -> None:
        if done == total - 1:
            raise KeyboardInterrupt(label)

    with pytest.raises(KeyboardInterrupt), store.begin() as session:
        load(session, TODAY, NOW, fail)
    assert set(_counts(store).values()) == {0}


@pytest.mark.databases("sqlite")
def test_progress_is_told_from_nothing_to_all(store: Store) -> None:
    told: list[tuple[int, int, str]] = []
    started = perf_counter()
    with store.begin() as session:
        load(session, TODAY, NOW, lambda done, total, label: told.append((done, total, label)))
    assert perf_counter() - started < 30  # 2 s alone; the machine of the tests may be busy
    assert [done for done, _, _ in told] == list(range(told[0][1] + 1))
    assert all(total == told[0][1] and label for _, total, label in told)


# who can be met


def test_each_demo_identity_has_a_known_contact(sample_store: Store) -> None:
    identities = demo_identities()
    assert Counter(who.role for who in identities) == Counter(
        {"citizen": 2, "companion": 4} | {role: 1 for role in ROLES if role != "companion"}
    )
    with sample_store.read() as session:
        for who in identities:
            contact = session.scalars(
                select(Contact).filter_by(channel="simulator", address=who.address)
            ).one()
            assert contact.consent == CONSENT_GIVEN
            if who.role == "citizen":
                assert contact.person_id is not None
                assert contact.staff_id is None
            else:
                assert session.get_one(Staff, contact.staff_id).role == who.role
                assert contact.person_id is None


def test_most_named_people_are_strangers_to_the_service(sample_store: Store) -> None:
    with sample_store.read() as session:
        linked = set(session.scalars(select(Contact.person_id)))
        families = [
            household_of(session, person.id)
            for named in named_people()
            if (person := find_by_nik_and_kk(session, named.nik, named.kk[-4:]))
        ]
        known = [
            family.id
            for family in families
            if linked & set(session.scalars(select(Person.id).filter_by(household_id=family.id)))
        ]
    assert (len(families), len(known)) == (6, 2)


def test_companions_look_after_families_of_their_own_area(sample_store: Store) -> None:
    with sample_store.read() as session:
        companions = session.scalars(select(Staff).filter_by(role="companion")).all()
        seen: list[int] = []
        for companion in companions:
            families = [family for family, _, _ in families_of(session, companion.id, TODAY)]
            assert 60 <= len(families) <= 150
            assert all(family.area_code.startswith(companion.area_code) for family in families)
            seen += [family.id for family in families]
        assert len(companions) == 4
        assert len(set(seen)) == len(seen)


def test_an_announcement_reaches_a_believable_number(sample_store: Store) -> None:
    with sample_store.read() as session:
        whom = Filters((BUKIT_WOLIO_INDAH,), "PKH")
        reach = measure(session, whom, Topic.AID, NOW, has_template=False)
    assert 150 <= reach.families <= 300
    assert reach.by_channel == {"simulator": 121}  # the crowd of 120, and Wa Siti


def test_the_register_tells_of_some_who_are_pregnant(sample_store: Store) -> None:
    pregnant = select(Person).join(Enrolment).where(Enrolment.pregnant_until > TODAY)
    with sample_store.read() as session:
        women = session.scalars(pregnant).all()
    assert 50 <= len(women) <= 250
    assert all(one.sex == "P" and one.birth_date is not None for one in women)


def test_there_are_distributions_to_ask_for_and_places_without(sample_store: Store) -> None:
    with sample_store.read() as session:
        assert upcoming(session, TODAY, BUKIT_WOLIO_INDAH, "PKH")
        assert len({handout.program_code for handout in upcoming(session, TODAY, limit=99)}) >= 5
        assert not upcoming(session, TODAY, "74.72.03.1001", "PKH")
        assert {area.code for area in all_areas(session)} >= {"74", "74.72", "74.72.03"}
