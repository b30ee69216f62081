"""Group sessions (P2K2/FDS): module, place, and which families came."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from db import audit
from db.assignments import heads, looked_after
from db.base import Base, BigId
from db.contacts import ACTIVE as REACHABLE
from db.contacts import CONSENT_GIVEN, Contact
from db.enrolments import ACTIVE, Enrolment
from db.registry import Household, Person
from db.session import Session
from db.visit_rules import visit_rules

IN_A_ROW = 2  # days with sessions that a family missed one after another before it is told
_LOOKED_AT = 4 * IN_A_ROW  # sessions; a family may be awaited at several of one day


class GroupSession(Base):
    """One session; a correction is a new row, and the one in force is replaced by none."""

    __tablename__ = "group_sessions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    module: Mapped[str] = mapped_column(String(80))
    place: Mapped[str] = mapped_column(String(120))
    held_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    headcount: Mapped[int]  # people, who may be more or fewer than the families ticked
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("group_sessions.id"))


class Attendance(Base):
    """Whether a family that was awaited came."""

    __tablename__ = "attendance"

    session_id: Mapped[int] = mapped_column(ForeignKey("group_sessions.id"), primary_key=True)
    household_id: Mapped[int] = mapped_column(
        ForeignKey("households.id"), primary_key=True, index=True
    )
    present: Mapped[bool]


_ATTENDANCE: Any = Attendance.__table__
_SESSION: Any = GroupSession.__table__


def record_session(
    session: Session,
    meeting: GroupSession,
    came: Mapping[int, bool],
    actor: str,
    replaces: GroupSession | None = None,
) -> GroupSession:
    """Store a session with the families that were awaited, or a correction of an earlier one."""
    session.add(meeting)
    session.flush()
    session.add_all(
        Attendance(session_id=meeting.id, household_id=household_id, present=present)
        for household_id, present in sorted(came.items())
    )
    if replaces is not None:
        replaces.replaced_by_id = meeting.id
    session.flush()
    name = f"group_session:{meeting.id}"
    audit.record(session, meeting.recorded_at, actor, "record group session", name)
    return meeting


@dataclass(frozen=True, slots=True)
class Missing:
    """A family that missed the sessions of its last days."""

    household_id: int
    head: str
    since: datetime  # when the first of them was held


def absent_in_a_row(
    session: Session, household_ids: Collection[int], until: datetime, zone: str
) -> Sequence[Missing]:
    """Give those families that missed every session of their last IN_A_ROW days, by a moment.

    Days are those of the zone.
    """
    ordered = (
        select(
            _ATTENDANCE.c.household_id,
            _ATTENDANCE.c.present,
            _SESSION.c.held_at,
            func.row_number()
            .over(
                partition_by=_ATTENDANCE.c.household_id,
                order_by=(_SESSION.c.held_at.desc(), _SESSION.c.id.desc()),
            )
            .label("place"),
        )
        .join_from(_ATTENDANCE, _SESSION, _SESSION.c.id == _ATTENDANCE.c.session_id)
        .where(
            _SESSION.c.replaced_by_id.is_(None),
            _SESSION.c.held_at <= until,
            _ATTENDANCE.c.household_id.in_(household_ids),
        )
        .subquery()
    )
    columns = ordered.c.household_id, ordered.c.held_at, ordered.c.present
    rows = session.execute(
        select(*columns)
        .where(ordered.c.place <= _LOOKED_AT)
        .order_by(ordered.c.household_id, ordered.c.place)
    ).all()
    missed = _missed(rows, ZoneInfo(zone))
    heads_of = (
        select(Person.household_id, Person.name)
        .where(Person.household_id.in_(missed))
        .where(Person.relation == "head", Person.merged_into.is_(None))
        .order_by(Person.name, Person.household_id)
    )
    return [Missing(home, name, missed[home]) for home, name in session.execute(heads_of)]


def _missed(rows: Iterable[Any], zone: ZoneInfo) -> dict[int, datetime]:
    """Give who came on none of the last days, of rows that begin with the last, and since when."""
    days: dict[int, dict[date, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        days[row.household_id][row.held_at.astimezone(zone).date()].append(row)
    missed = {}
    for household_id, of_day in days.items():
        last = [row for some in list(of_day.values())[:IN_A_ROW] for row in some]
        if len(of_day) >= IN_A_ROW and not any(row.present for row in last):
            missed[household_id] = last[-1].held_at
    return missed


def last_session(session: Session, staff_id: int) -> GroupSession | None:
    """Give the session that somebody recorded last, as it is in force."""
    query = (
        select(GroupSession)
        .where(GroupSession.staff_id == staff_id, GroupSession.replaced_by_id.is_(None))
        .order_by(GroupSession.recorded_at.desc(), GroupSession.id.desc())
        .limit(1)
    )
    return session.scalars(query).first()


def attendance_of(session: Session, session_id: int) -> dict[int, bool]:
    """Say of each family that was awaited at a session whether it came."""
    query = select(Attendance.household_id, Attendance.present)
    return dict(session.execute(query.where(Attendance.session_id == session_id)).all())


@dataclass(frozen=True, slots=True)
class Expected:
    """A family that is awaited at a session, and its RW: groups meet by RW."""

    household_id: int
    head: str
    rw: str


def expected(session: Session, staff_id: int, area_code: str, today: date) -> Sequence[Expected]:
    """Give the families that a companion awaits at sessions in a kelurahan.

    Those are his of the programme whose condition the sessions are; where none is, all of his.
    """
    his = looked_after(staff_id, today)
    head = heads(his)
    query = (
        select(Household.id, Person.name, Household.rw)
        .join(head, head.c.household_id == Household.id)
        .join(Person, Person.id == head.c.person_id)
        .where(Household.area_code == area_code)
        .order_by(Person.name, Household.id)
    )
    enrolled = (
        select(Person.household_id)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(
            Enrolment.program_code == visit_rules().session_program,
            Enrolment.status == ACTIVE,
            Enrolment.ended_batch_id.is_(None),
            Person.household_id.in_(his),
        )
    )
    listed = session.execute(query.where(Household.id.in_(enrolled))).all()
    return [Expected(*row) for row in listed or session.execute(query).all()]


def same_session(
    session: Session,
    staff_id: int,
    area_code: str,
    rws: Collection[str],
    begin: datetime,
    end: datetime,
) -> GroupSession | None:
    """Give the latest session of the same companion and group between two moments.

    A session at which only other RW were awaited is of another group; of one whose families are on
    a sheet that is not known.
    """
    query = (
        select(GroupSession)
        .where(
            GroupSession.staff_id == staff_id,
            GroupSession.area_code == area_code,
            GroupSession.held_at >= begin,
            GroupSession.held_at < end,
            GroupSession.replaced_by_id.is_(None),
        )
        .order_by(GroupSession.id.desc())
    )
    held = session.scalars(query).all()
    awaited = _rws_of(session, [one.id for one in held])
    alike = (one for one in held if not awaited[one.id] or awaited[one.id].intersection(rws))
    return next(alike, None)


def _rws_of(session: Session, session_ids: Collection[int]) -> Mapping[int, set[str]]:
    """Give the RW of the families that were ticked off at each session."""
    query = (
        select(Attendance.session_id, Household.rw)
        .join(Household, Household.id == Attendance.household_id)
        .where(Attendance.session_id.in_(session_ids))
        .distinct()
    )
    found: dict[int, set[str]] = defaultdict(set)
    for session_id, rw in session.execute(query):
        found[session_id].add(rw)
    return found


def contacts_told(session: Session, household_ids: Collection[int]) -> Sequence[tuple[int, int]]:
    """Give the contacts of families that agreed to be told, each behind its family's id."""
    query = (
        select(Person.household_id, Contact.id)
        .join(Contact, Contact.person_id == Person.id)
        .where(
            Person.household_id.in_(household_ids),
            Contact.consent == CONSENT_GIVEN,
            Contact.notices.is_(True),
            Contact.staff_id.is_(None),
            Contact.state == REACHABLE,
        )
        .order_by(Contact.id)
    )
    return session.execute(query).all()
