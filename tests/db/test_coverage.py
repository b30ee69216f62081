"""Whom aid reaches: families, not people, those of lists in force, and by the year of payment."""

from datetime import date, timedelta

from sqlalchemy import delete, select

from db.areas import Scope
from db.assignments import Assignment, assign_free_households, families_of
from db.caseloads import places_of
from db.coverage import Paid, coverage_of, paid_by_year, reach_of
from db.enrolments import Enrolment, Payout
from db.group_sessions import expected
from db.loads import loads
from db.registry import DIED, MOVED, AgencyList, Person
from db.session import Store
from db.visit_figures import Days
from db.visit_report import visit_report
from tests.audience import HERE, THERE, enrol, family, head_of, make_town
from tests.kube import make_companion
from tests.moment import NOW, TODAY
from tests.tickets import CITY, MURHUM


def test_coverage_counts_families_not_people_and_only_those_in_force(store: Store) -> None:
    earlier = TODAY - timedelta(days=90)
    with store.begin() as session:
        make_town(session)
        session.add(AgencyList(id=2, agency="Dinsos", name="BPNT", as_of=earlier))
        homes = [family(session, HERE, programs=("PKH", "BPNT"), ages=(40, 12)) for _ in range(3)]
        family(session, HERE, programs=("BPNT",))
        family(session, HERE, programs=("PKH",), status="waiting")
        line = Enrolment(
            person_id=head_of(session, homes[0]).id, list_id=2, program_code="BPNT",
            status="active", since=TODAY,
        )  # fmt: skip
        session.add(line)
        enrol(session, head_of(session, family(session, THERE, programs=())), "PKH")
        session.flush()
        for paid_on in (date(2024, 5, 1), date(2025, 5, 1), date(2025, 8, 1)):
            session.add(Payout(enrolment_id=line.id, period="1", paid_on=paid_on, place="Pos"))
        session.flush()
        found = {one.area_code: one for one in coverage_of(session, Scope(CITY), "PKH")}
        assert (found[HERE].families, found[HERE].reached, found[HERE].share) == (5, 3, 60.0)
        any_aid = {one.area_code: one for one in coverage_of(session, Scope(CITY), None)}
        assert (any_aid[HERE].reached, any_aid[THERE].reached) == (4, 1)
        assert [one.area_code for one in coverage_of(session, Scope(MURHUM), "PKH")] == [THERE]
        reach = {one.program_code: one for one in reach_of(session, Scope(CITY))}
        assert {code: one.families for code, one in reach.items()} == {"BPNT": 4, "PKH": 4}
        assert (reach["BPNT"].oldest, reach["BPNT"].newest) == (earlier, TODAY)
        assert [one.families for one in reach_of(session, Scope(MURHUM))] == [1]
        assert paid_by_year(session, Scope(CITY), 2025) == [Paid("BPNT", 2025, 1)]
        assert paid_by_year(session, Scope(MURHUM), 2025) == []


def test_a_family_of_whom_nobody_is_left_is_counted_and_listed_nowhere(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        homes = [family(session, HERE, ages=(40, 12)) for _ in range(4)]
        lines = session.scalars(select(Enrolment).order_by(Enrolment.id)).all()
        for line in lines:
            session.add(Payout(enrolment_id=line.id, period="1", paid_on=TODAY, place="Pos"))
        staff_id = make_companion(session, *homes)
        gone, one_left, unknown_day, _whole = (
            session.scalars(select(Person).where(Person.household_id == home.id)).all()
            for home in homes
        )
        for person in (*gone, one_left[0]):
            person.left_on, person.left_because = TODAY, DIED
        for person in unknown_day:
            person.left_because = MOVED
        session.flush()
        counted = {one.area_code: one for one in coverage_of(session, Scope(CITY), None)}
        assert (counted[HERE].families, counted[HERE].reached) == (2, 2)
        assert [one.families for one in reach_of(session, Scope(CITY))] == [2]
        assert [one.families for one in paid_by_year(session, Scope(CITY), TODAY.year)] == [2]
        listed = {home.id for home, _name, _seen in families_of(session, staff_id, TODAY)}
        assert listed == {homes[1].id, homes[3].id}
        awaited = {one.household_id for one in expected(session, staff_id, HERE, TODAY)}
        assert awaited == listed
        for day, families in ((TODAY - timedelta(days=1), 3), (TODAY, 2)):  # one left today
            report = visit_report(session, Scope(CITY), Days(day, day), NOW, "Asia/Makassar")
            assert report.whole.families == families, day
        [load] = loads(session, Scope(CITY), TODAY)
        assert load.families == 2
        own = places_of(session, Scope(CITY), staff_id)
        assert sum(place.families for place in own) == 2
        session.execute(delete(Assignment))
        assert assign_free_households(session, staff_id, CITY) == 2
