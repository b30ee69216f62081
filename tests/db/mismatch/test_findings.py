"""Findings are kept as tasks: found again, gone, back again; given out and settled."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from db.areas import Scope
from db.assignments import Assignment
from db.audit import AuditEntry
from db.enrolments import Enrolment
from db.findings import (
    ASSIGNED,
    DONE,
    OPEN,
    AlreadySettled,
    Filters,
    Finding,
    NoSuchFinding,
    OutsideArea,
    WrongAssignee,
    assign,
    count_findings,
    open_findings,
    settle,
)
from db.mismatch.refresh import Refreshed, refresh
from db.registry import Household
from db.session import Store
from db.staff import Staff
from tests.db.mismatch.registry import CITY, OTHER_VILLAGE, Registry
from tests.moment import NOW

LATER, LATEST = NOW + timedelta(days=1), NOW + timedelta(days=2)
ALL = Scope(None)


@pytest.fixture
def staffed(store: Store) -> Store:
    """Give a store with one family too well off, one too old a pupil, and staff."""
    with store.begin() as session:
        registry = Registry(session)
        family, _ = registry.settled(decile=7)
        _, pupil = registry.settled()
        registry.line(pupil, "PIP", "PIP")
        for number, (role, section, area) in enumerate(
            [
                ("companion", None, "33.74.01"),
                ("back_office", "pengolah_data", CITY),
                ("back_office", "kesehatan", CITY),
                ("back_office", "pengolah_data", OTHER_VILLAGE),
                ("companion", None, "33.74.01"),
            ],
            start=1,
        ):
            session.add(
                Staff(
                    id=number, name=f"Petugas {number}", role=role, section=section,
                    area_code=area, created_at=NOW,
                )
            )  # fmt: skip
        session.flush()
        session.add(Assignment(staff_id=1, household_id=family))
    return store


def _one(store: Store, kind: str) -> Finding:
    with store.read() as session:
        return session.scalars(select(Finding).where(Finding.kind == kind)).one()


def test_what_is_found_again_is_the_same_finding(staffed: Store) -> None:
    assert refresh(staffed, NOW) == Refreshed(found=2, new=2, gone=0)
    before = _one(staffed, "age")
    assert refresh(staffed, LATER) == Refreshed(found=2, new=0, gone=0)
    after = _one(staffed, "age")
    assert (after.id, after.found_at, after.last_seen_at) == (before.id, NOW, LATER)


def test_what_is_no_longer_true_is_gone_and_begins_anew_when_it_is_back(staffed: Store) -> None:
    refresh(staffed, NOW)
    finding = _one(staffed, "age")
    with staffed.begin() as session:
        settle(session, ALL, finding.id, "data_fixed", "dihapus sekolah", "staff:2", NOW)
        session.execute(update(Enrolment).filter_by(program_code="PIP").values(status="stopped"))
    assert refresh(staffed, LATER) == Refreshed(found=1, new=0, gone=1)
    assert _one(staffed, "age").gone_at == LATER
    with staffed.begin() as session:
        session.execute(update(Enrolment).filter_by(program_code="PIP").values(status="active"))
    assert refresh(staffed, LATEST) == Refreshed(found=2, new=1, gone=0)
    back = _one(staffed, "age")
    assert (back.id, back.state, back.outcome, back.note_sealed, back.gone_at) == (
        finding.id, OPEN, None, None, None,
    )  # fmt: skip


def test_what_is_settled_stays_settled_while_it_is_true(staffed: Store) -> None:
    refresh(staffed, NOW)
    with staffed.begin() as session:
        settle(session, ALL, _one(staffed, "age").id, "no_trouble", "", "staff:2", NOW)
    refresh(staffed, LATER)
    assert _one(staffed, "age").state == DONE
    with staffed.read() as session:
        assert {found.kind for found in open_findings(session, ALL)} == {"well_off"}
        assert count_findings(session, ALL)["age"] == {OPEN: 0, ASSIGNED: 0, DONE: 1}


def test_what_needs_a_visit_goes_to_the_companion_of_the_family(staffed: Store) -> None:
    refresh(staffed, NOW)
    at_the_door, at_the_desk = _one(staffed, "well_off"), _one(staffed, "age")
    assert (at_the_door.state, at_the_door.staff_id) == (ASSIGNED, 1)
    assert (at_the_desk.state, at_the_desk.staff_id) == (OPEN, None)


def test_a_note_is_sealed_and_the_trail_names_nobody(staffed: Store) -> None:
    refresh(staffed, NOW)
    finding = _one(staffed, "age")
    with staffed.begin() as session:
        assign(session, ALL, finding.id, 2, "staff:9", NOW)
        settle(session, ALL, finding.id, "right", "sudah ke rumahnya", "staff:2", NOW)
    settled = _one(staffed, "age")
    assert b"rumahnya" not in (settled.note_sealed or b"")
    assert staffed.vault.open(settled.note_sealed or b"", "note") == "sudah ke rumahnya"
    assert (settled.outcome, settled.settled_by, settled.settled_at) == ("right", "staff:2", NOW)
    with staffed.read() as session:
        trail = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.actor, entry.action, entry.subject) for entry in trail] == [
        ("staff:9", "assign finding", f"finding:{finding.id}"),
        ("staff:2", "settle finding", f"finding:{finding.id}"),
    ]


def test_who_may_not_see_a_finding_changes_nothing(staffed: Store) -> None:
    refresh(staffed, NOW)
    finding = _one(staffed, "age")
    for scope in (Scope(OTHER_VILLAGE), Scope("33.7")):
        with staffed.begin() as session:
            with pytest.raises(OutsideArea):
                assign(session, scope, finding.id, 2, "staff:4", NOW)
            with pytest.raises(OutsideArea):
                settle(session, scope, finding.id, "right", "", "staff:4", NOW)
            assert open_findings(session, scope, Filters(kind="age")) == []
            assert sum(count_findings(session, scope)["age"].values()) == 0
    assert _one(staffed, "age").state == OPEN
    with staffed.begin() as session, pytest.raises(NoSuchFinding):
        settle(session, ALL, 999_999, "right", "", "staff:4", NOW)


@pytest.mark.parametrize(
    ("staff_id", "refusal"),
    [(3, WrongAssignee), (4, OutsideArea), (5, WrongAssignee), (99, WrongAssignee)],
)
def test_findings_go_to_the_section_or_the_companion_of_the_family(
    staffed: Store, staff_id: int, refusal: type[Exception]
) -> None:
    refresh(staffed, NOW)
    finding = _one(staffed, "well_off")
    with staffed.begin() as session:
        with pytest.raises(refusal):
            assign(session, ALL, finding.id, staff_id, "cli", NOW)
        assign(session, ALL, finding.id, None, "cli", NOW)
        assign(session, ALL, finding.id, 1, "cli", NOW)
    assert _one(staffed, "well_off").staff_id == 1


def test_an_outcome_is_told_once_and_is_one_of_the_known(staffed: Store) -> None:
    refresh(staffed, NOW)
    finding = _one(staffed, "age")
    with staffed.begin() as session:
        with pytest.raises(ValueError, match="no outcome"):
            settle(session, ALL, finding.id, "entah", "", "cli", NOW)
        settle(session, ALL, finding.id, "moved", "", "cli", NOW)
        with pytest.raises(AlreadySettled):
            settle(session, ALL, finding.id, "right", "", "cli", NOW)
        with pytest.raises(AlreadySettled):
            assign(session, ALL, finding.id, 2, "cli", NOW)


def test_pages_and_filters(staffed: Store) -> None:
    refresh(staffed, NOW)
    with staffed.read() as session:
        first = open_findings(session, ALL, size=1)
        second = open_findings(session, ALL, page=2, size=1)
        assert {first[0].kind, second[0].kind} == {"age", "well_off"}
        assert open_findings(session, ALL, page=3, size=1) == []
        assert [f.kind for f in open_findings(session, ALL, Filters(agency="Dinas PIP"))] == ["age"]
        assert [f.kind for f in open_findings(session, ALL, Filters(staff_id=1))] == ["well_off"]
        assert open_findings(session, ALL, Filters(area_code=OTHER_VILLAGE)) == []


def test_findings_go_with_the_family_that_a_batch_takes_back(staffed: Store) -> None:
    refresh(staffed, NOW)
    family = _one(staffed, "well_off").household_id
    with staffed.begin() as session:
        session.execute(delete(Assignment))
        people = select(Enrolment.person_id)
        session.execute(delete(Enrolment))
        session.flush()
        assert session.scalars(people).all() == []
        session.connection().exec_driver_sql("DELETE FROM people")
        session.execute(delete(Household).where(Household.id == family))
    with staffed.read() as session:
        assert session.scalars(select(Finding)).all() == []
