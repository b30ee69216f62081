"""Who looks after a family: hand-overs with what is open, and substitutes in a leave."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from db.assignments import Assignment, companion_of, families_of, looks_after
from db.findings import ASSIGNED, DONE, Finding
from db.handovers import NoCompanion, NotHis, hand_over, history_of
from db.registry import Household
from db.session import Session, Store
from db.staff import Staff
from db.substitutions import (
    Substitution,
    SubstitutionRefused,
    end_substitution,
    substitute,
)
from tests.moment import NOW, TODAY

DAY = timedelta(days=1)


def companions(session: Session) -> list[Staff]:
    """Give the companion of Wolio, a new colleague of the same area, and one of another area."""
    own, *_rest = session.scalars(select(Staff).filter_by(role="companion").order_by(Staff.id))
    other = session.scalars(
        select(Staff).where(Staff.role == "companion", Staff.area_code != own.area_code)
    ).first()
    new = Staff(name="Asma", role="companion", area_code=own.area_code, created_at=NOW)
    session.add(new)
    session.flush()
    assert other is not None
    return [own, new, other]


def task(session: Session, number: int, staff_id: int, household: Household, state: str) -> Finding:
    made = Finding(
        key=f"test-{number}", kind="left", area_code=household.area_code, state=state,
        household_id=household.id, staff_id=staff_id, found_at=NOW, last_seen_at=NOW,
    )  # fmt: skip
    session.add(made)
    return made


def test_a_family_goes_over_with_what_is_open_about_it(sample_store: Store) -> None:
    with sample_store.begin() as session:
        own, new, other = companions(session)
        family, *rest = [row[0] for row in families_of(session, own.id, TODAY)]
        open_task = task(session, 1, own.id, family, ASSIGNED)
        done_task = task(session, 2, own.id, family, DONE)
        other_task = task(session, 3, own.id, rest[0], ASSIGNED)
        session.flush()

        hand_over(session, [family.id], own.id, new.id, why="Pindah tugas", actor="cli", now=NOW)
        session.expire_all()

        assert not looks_after(session, own.id, family.id, TODAY)
        assert looks_after(session, new.id, family.id, TODAY)
        assert looks_after(session, own.id, rest[0].id, TODAY)
        holders = [open_task.staff_id, done_task.staff_id, other_task.staff_id]
        assert holders == [new.id, own.id, own.id]
        [kept] = history_of(session, family.id)
        assert (kept.from_id, kept.to_id, kept.why) == (own.id, new.id, "Pindah tugas")

        for from_id, to_id, refusal in (
            (own.id, new.id, NotHis),  # it is his no more
            (None, new.id, NotHis),
            (new.id, other.id, NoCompanion),  # of another area
            (new.id, 10**6, NoCompanion),
        ):
            with pytest.raises(refusal):
                hand_over(session, [family.id], from_id, to_id, why="", actor="cli", now=NOW)
        new.active = False
        with pytest.raises(NoCompanion):
            hand_over(session, [rest[0].id], own.id, new.id, why="", actor="cli", now=NOW)
        assert len(history_of(session, family.id)) == 1

        free = session.scalars(
            select(Household.id)
            .outerjoin(Assignment, Assignment.household_id == Household.id)
            .where(Assignment.id.is_(None), Household.area_code.startswith(own.area_code))
        ).first()
        assert free is not None
        hand_over(session, [free], None, own.id, why="Baru", actor="cli", now=NOW)
        assert looks_after(session, own.id, free, TODAY)


def test_a_substitute_looks_after_the_families_on_the_days_of_the_leave(
    sample_store: Store,
) -> None:
    with sample_store.begin() as session:
        own, new, other = companions(session)
        family = families_of(session, own.id, TODAY)[0][0].id
        first, last = TODAY + DAY, TODAY + 3 * DAY
        made = substitute(session, own.id, new.id, first, last, actor="cli", now=NOW)
        seen = [looks_after(session, new.id, family, TODAY + day * DAY) for day in range(6)]
        assert seen == [False, True, True, True, False, False]
        assert looks_after(session, own.id, family, first)
        everybody = len(families_of(session, own.id, first))
        assert len(families_of(session, new.id, first)) == everybody
        told = [companion_of(session, family, day) for day in (TODAY, first)]
        assert [staff.id for staff in told if staff is not None] == [own.id, new.id]

        for absent, substitute_id, begin, end in (
            (own.id, other.id, last, last + DAY),  # has one on that day
            (new.id, other.id, first, first),  # stands in himself
            (other.id, own.id, last, last + DAY),  # is away himself
            (other.id, other.id, first, last),
            (other.id, new.id, last + DAY, last),
            (other.id, 10**6, first, last),
        ):
            with pytest.raises(SubstitutionRefused):
                substitute(session, absent, substitute_id, begin, end, actor="cli", now=NOW)

        assert end_substitution(session, made.id, "cli", NOW)
        assert not end_substitution(session, made.id, "cli", NOW)
        assert not looks_after(session, new.id, family, first)
        assert session.get_one(Substitution, made.id).ended_at == NOW
