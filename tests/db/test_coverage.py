"""Whom aid reaches: families, not people, those of lists in force, and by the year of payment."""

from datetime import date, timedelta

from db.areas import Scope
from db.coverage import Paid, coverage_of, paid_by_year, reach_of
from db.enrolments import Enrolment, Payout
from db.registry import AgencyList
from db.session import Store
from tests.audience import HERE, THERE, enrol, family, head_of, make_town
from tests.moment import TODAY
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
