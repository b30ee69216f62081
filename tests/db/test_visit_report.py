"""The report of visits: what it counts, of whom and when, and the colours by their rules."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.visit_checks import CHECKS
from db.areas import Scope
from db.assignments import families_of
from db.attachments import KEPT, POINT, REFUSED, Attachment
from db.caseloads import reported_on
from db.findings import ASSIGNED, DONE, Finding
from db.graduations import UNDER_WAY, open_track
from db.group_sessions import GroupSession, record_session
from db.handovers import hand_over
from db.kube_year import Share
from db.registry import Person
from db.session import Session, Store
from db.staff import Staff
from db.visit_asked import Asked
from db.visit_figures import LIGHTS, Colour, Days, Figures, VisitReport, Work, colour, colours
from db.visit_report import PAYOUT, PURPOSES, visit_report
from db.visit_rules import Limit, visit_rules
from db.visits import Visit
from tests.moment import NOW, TODAY
from tests.tickets import CITY, MURHUM, file

ZONE = "Asia/Makassar"
MONTH = Days.of_month(TODAY)
LONG = "Ibu sehat, anak sudah masuk sekolah lagi"


def visit(
    session: Session, staff_id: int, home: int, at: datetime = NOW, finding: str = LONG,
    *, told: datetime | None = None, purpose: str = "home", replaces: Visit | None = None,
    checks: dict[str, str] | None = None, files: tuple[tuple[str, str], ...] = (),
) -> Visit:  # fmt: skip
    made = Visit(
        staff_id=staff_id, household_id=home, purpose=purpose, visited_at=at, told_at=told or at,
        recorded_at=told or at, finding_sealed=session.vault.seal(finding, "finding"),
        checks=checks or {},
    )  # fmt: skip
    session.add(made)
    session.flush()
    if replaces is not None:
        replaces.replaced_by_id = made.id
    session.add_all(
        Attachment(visit_id=made.id, kind=kind, at=at, state=state, not_before=at)
        for kind, state in files
    )
    session.flush()
    return made


def task_of(session: Session, staff_id: int, area_code: str, key: str) -> Finding:
    made = Finding(
        key=key, kind="left", rule="died", state=ASSIGNED, staff_id=staff_id, area_code=area_code,
        found_at=NOW, last_seen_at=NOW,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def test_a_month_is_counted_once_and_to_whom_it_belongs(sample_store: Store) -> None:
    with sample_store.begin() as session:
        own, other = session.scalars(
            select(Staff.id).where(Staff.role == "companion").order_by(Staff.id).limit(2)
        )
        rows = families_of(session, own, TODAY)
        first, second, third, fourth, *_ = rows
        one, two, three, four = (row[0].id for row in (first, second, third, fourth))
        both = (("photo", KEPT), (POINT, KEPT), ("photo", KEPT))
        early = visit(session, own, one, finding="sakit")
        visit(
            session, own, one, told=NOW + timedelta(days=3), replaces=early, files=both,
        )  # fmt: skip  # a correction of days later is no late report
        visit(session, own, one, finding="é" * 19 + "x", files=(("photo", REFUSED),))
        visit(session, own, two, told=NOW + timedelta(hours=25), purpose="payout",
              checks={"came": "yes", "whole": "no"})  # fmt: skip
        by_other = visit(session, other, three, finding="sakit")  # seen by a substitute
        by_other.distance_m = visit_rules().far_m + 1
        begin, end = MONTH.bounds(ZONE)
        visit(session, own, four, begin - timedelta(seconds=1))
        meeting = GroupSession(
            staff_id=own, area_code=first[0].area_code, module="Gizi", place="Balai", held_at=NOW,
            recorded_at=NOW, headcount=9,
        )  # fmt: skip
        record_session(session, meeting, {one: True, two: True, three: False}, f"staff:{own}")
        open_track(session, one, f"staff:{own}", NOW)
        for secrecy in ("plain", "hidden"):
            ticket = file(session, area=first[0].area_code, category="card")
            ticket.helper_id, ticket.secrecy = own, secrecy
        session.add(
            Finding(
                key="t1", kind="left", rule="died", state=DONE, outcome="moved", staff_id=own,
                area_code=first[0].area_code, household_id=one, found_at=NOW, last_seen_at=NOW,
                settled_at=NOW, settled_by=f"staff:{own}",
            )
        )  # fmt: skip
        session.flush()

        his = visit_report(session, Scope(None), MONTH, NOW, ZONE, own)
        whole = his.whole
        assert (whole.families, whole.seen) == (len(rows), 3)
        assert whole.visits == 3
        assert whole.purposes == {"home": 2, "payout": 1}
        assert (whole.photo, whole.place, whole.finding) == (1, 1, 3)
        assert (whole.late, whole.corrected) == (1, 1)
        assert (whole.sessions, whole.headcount, whole.awaited, whole.came) == (1, 9, 3, 2)
        assert his.payout == {("came", "yes"): 1, ("whole", "no"): 1}
        assert his.work == {
            Work("ticket", "complaint", "open"): 1, Work("task", "", "moved"): 1,
            Work("graduation", "", UNDER_WAY): 1,
        }  # fmt: skip
        # Four were ever seen, one of them three weeks ago; the rest never.
        assert whole.ages == {0: 4, len(visit_rules().report.ages) + 1: len(rows) - 4}
        assert sum(one.families for one in his.areas.values()) == whole.families

        everybody = visit_report(session, Scope(CITY), MONTH, NOW, ZONE).whole
        assert (everybody.visits, everybody.far, whole.far) == (4, 1, 0)
        assert everybody.families > whole.families
        assert everybody.share("finding") == Share(3, 4)
        elsewhere = visit_report(session, Scope(MURHUM), MONTH, NOW, ZONE)
        assert (elsewhere.whole.visits, elsewhere.whole.sessions, elsewhere.work) == (0, 0, {})
        assert all(code.startswith(MURHUM) for code in elsewhere.areas)

        lost, left = (task_of(session, own, first[0].area_code, key) for key in ("t2", "t3"))
        lost.gone_at, left.found_at = NOW, begin - timedelta(days=9)
        session.flush()
        area = first[0].area_code
        task = visit_report(session, Scope(None), MONTH, NOW, ZONE, own).tasks[area]
        assert (task.before, task.found, task.gone, task.now) == (1, 2, 1, 1)
        assert task.outcomes == {"moved": 1}
        everywhere = visit_report(session, Scope(CITY), MONTH, NOW, ZONE).tasks
        for each in everywhere.values():
            settled = each.outcomes.total()
            assert each.before + each.found - settled - each.gone == each.now
        assert area not in visit_report(session, Scope(MURHUM), MONTH, NOW, ZONE).tasks

        day = visit_report(session, Scope(None), Days(TODAY, TODAY), NOW, ZONE, own).whole
        assert (day.visits, day.seen) == (3, 3)
        later = Days.of_month(date(2027, 3, 1))
        aged = visit_report(session, Scope(None), later, later.bounds(ZONE)[1], ZONE, own).whole
        assert (aged.visits, aged.seen) == (0, 0)
        assert aged.ages == {3: 4, 4: len(rows) - 4}
        assert (end - begin).days == 30


def test_what_is_handed_over_later_changes_no_month_that_is_over(sample_store: Store) -> None:
    october, at = Days.of_month(date(2026, 10, 1)), NOW - timedelta(days=40)
    with sample_store.begin() as session:
        own, *_rest = session.scalars(select(Staff).filter_by(role="companion").order_by(Staff.id))
        new = Staff(name="Asma", role="companion", area_code=own.area_code, created_at=NOW)
        session.add(new)
        session.flush()
        homes = [row[0] for row in families_of(session, own.id, TODAY)]
        head = session.scalars(select(Person).filter_by(household_id=homes[0].id)).first()
        assert head is not None
        visit(session, own.id, homes[0].id, at)
        ticket = file(session, now=at)
        ticket.helper_id, ticket.person_id = own.id, head.id
        for place, home in enumerate(homes[:2]):
            task = task_of(session, own.id, home.area_code, f"o{place}")
            task.household_id, task.found_at = home.id, at
        session.flush()

        def told(days: Days, staff_id: int) -> VisitReport:
            session.expire_all()
            return visit_report(session, Scope(None), days, NOW, ZONE, staff_id)

        def names(days: Days) -> list[str]:
            asked = Asked.of(Scope(own.area_code), None, days, ZONE)
            return [one.name for one in reported_on(session, asked)]

        before = {one.id: told(october, one.id) for one in (own, new)}
        assert before[own.id].whole.seen == 1
        assert sum(one.now for one in before[own.id].tasks.values()) == 2
        all_of_his = [home.id for home in homes]
        hand_over(session, all_of_his, own.id, new.id, why="Pindah", actor="cli", now=NOW)
        own.active = False
        session.flush()
        assert {one.id: told(october, one.id) for one in (own, new)} == before
        november = [told(MONTH, one.id).whole.families for one in (own, new)]
        assert november == [0, len(homes)]
        assert sum(one.now for one in told(MONTH, new.id).tasks.values()) == 2
        # Who has left is reported on for as long as he worked, and no longer.
        assert own.name in names(october)
        assert own.name not in names(Days.of_month(date(2026, 12, 1)))
        assert "Asma" in names(october)
        village = Asked.of(Scope(homes[0].area_code), None, MONTH, ZONE)
        assert new.id in [one.id for one in reported_on(session, village)]

        later = NOW + timedelta(hours=1)
        own.active = True
        hand_over(session, all_of_his[:1], new.id, own.id, why="Balik", actor="cli", now=later)
        assert {one.id: told(october, one.id) for one in (own, new)} == before


@pytest.mark.databases("sqlite")
def test_a_colour_follows_its_rule_and_few_have_none() -> None:
    least, most = Limit(80, 50), Limit(10, 25, at_most=True)
    shares = [(80, 100), (79, 100), (50, 100), (49, 100), (0, 100), (4, 4), (0, 0)]
    at_least = [colour(Share(*share), least, 5) for share in shares]
    red, yellow, green = Colour.RED, Colour.YELLOW, Colour.GREEN
    assert at_least == [green, yellow, yellow, red, red, None, None]
    shares = [(0, 100), (10, 100), (11, 100), (25, 100), (26, 100), (0, 4)]
    at_most = [colour(Share(*share), most, 5) for share in shares]
    assert at_most == [green, green, yellow, yellow, red, None]


@pytest.mark.databases("sqlite")
def test_a_month_is_judged_by_the_days_that_have_gone_by_and_a_day_is_not() -> None:
    whole = Figures(families=100, seen=40, photo=40)
    whole.purposes.update({"home": 40})

    def judged(days: Days, as_of: date, has_begun: bool = True) -> dict[str, Colour | None]:
        report = VisitReport(days, as_of, whole, {}, {}, {}, has_begun=has_begun)
        return {name: one for name, _share, one in colours(report, visit_rules().report)}

    first, last = MONTH.first, MONTH.last
    coverage = [
        judged(MONTH, day)["coverage"]
        for day in (first, date(2026, 11, 16), date(2026, 11, 20), last)
    ]  # fmt: skip
    assert coverage == [None, Colour.GREEN, Colour.YELLOW, Colour.RED]
    assert judged(MONTH, first)["photo"] == Colour.GREEN  # a share of the visits there were
    assert judged(MONTH, last, has_begun=False)["coverage"] is None
    assert judged(Days(TODAY, TODAY), TODAY) == dict.fromkeys(LIGHTS)


@pytest.mark.databases("sqlite")
def test_the_report_knows_all_that_a_visit_can_be_for() -> None:
    assert set(PURPOSES) == CHECKS.keys()
    assert set(PAYOUT) == CHECKS["payout"].keys()
