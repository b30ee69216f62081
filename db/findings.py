"""Findings where lists disagree: kept as tasks, each with who looks into it and what came of it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ForeignKey,
    Index,
    LargeBinary,
    String,
    func,
    select,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column

from db import audit
from db.areas import Area, Scope
from db.assignments import Assignment
from db.base import Base, BigId
from db.crypto import mask
from db.mismatch.shape import KINDS, Query
from db.registry import AgencyList, Household, Person
from db.session import Session
from db.staff import Staff

OPEN, ASSIGNED, DONE = "open", "assigned", "done"
STATES = (OPEN, ASSIGNED, DONE)
OUTCOMES = ("right", "data_fixed", "died", "moved", "not_found", "no_trouble")
SECTION = "pengolah_data"  # whose task everything is that no companion was given
PAGE = 50


class Finding(Base):
    """One trouble of one list, family or person; known again by its key when it is found again."""

    __tablename__ = "findings"
    __table_args__ = (
        Index("ix_findings_kind_area", "kind", "area_code"),
        Index("ix_findings_area_code", "area_code"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(100), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    rule: Mapped[str | None] = mapped_column(String(20))  # which of the rules of that kind
    list_id: Mapped[int | None] = mapped_column(ForeignKey("lists.id", ondelete="CASCADE"))
    other_list_id: Mapped[int | None] = mapped_column(ForeignKey("lists.id", ondelete="CASCADE"))
    program_code: Mapped[str | None] = mapped_column(ForeignKey("programs.code"))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    # They go with a batch that is taken back, and what was found of them goes too.
    household_id: Mapped[int | None] = mapped_column(
        ForeignKey("households.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    number: Mapped[int | None]  # age, decile, months, children, times: as the kind has it
    found_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]  # since when it is no longer true
    state: Mapped[str] = mapped_column(String(10))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    outcome: Mapped[str | None] = mapped_column(String(20))
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    settled_by: Mapped[str | None] = mapped_column(String(60))
    settled_at: Mapped[datetime | None]


class FindingRefused(Exception):
    """Something that cannot be done with a finding."""


class NoSuchFinding(FindingRefused):
    """There is no finding of that number."""


class OutsideArea(FindingRefused):
    """The finding lies outside the area of who asks, or of who is to look into it."""


class AlreadySettled(FindingRefused):
    """Somebody has told what came of it."""


class WrongAssignee(FindingRefused):
    """Findings go to the section that processes data, or to a companion of the family."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which findings are asked for; what is None is not asked."""

    id: int | None = None
    kind: str | None = None
    state: str | None = None
    list_id: int | None = None
    program_code: str | None = None
    area_code: str | None = None
    staff_id: int | None = None
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A finding as it is shown: nothing in it says whose it is but the ids."""

    id: int
    kind: str
    rule: str | None
    agency: str | None
    list_name: str | None
    other_agency: str | None
    other_list_name: str | None
    program_code: str | None
    area_code: str
    area_name: str
    household_id: int | None
    person_id: int | None
    number: int | None
    state: str
    staff_name: str | None
    outcome: str | None
    found_at: datetime


def _seen(query: Query, scope: Scope, filters: Filters) -> Query:
    """Narrow a query on findings to what may be seen and is asked for."""
    query = query.where(
        Finding.gone_at.is_(None),
        scope.holds(Finding.area_code),
        Scope(filters.area_code).holds(Finding.area_code),
    )
    for name in ("id", "kind", "state", "list_id", "program_code", "staff_id"):
        value = getattr(filters, name)
        if value is not None:
            query = query.where(getattr(Finding, name) == value)
    if filters.agency is not None:
        lists = select(AgencyList.id).where(AgencyList.agency == filters.agency)
        query = query.where(Finding.list_id.in_(lists))
    return query


_EVERYTHING = Filters()


def open_findings(
    session: Session, scope: Scope, filters: Filters = _EVERYTHING, page: int = 1, size: int = PAGE
) -> Sequence[Found]:
    """Give a page of the findings that are true today and not settled, oldest first."""
    query = _seen(_shown(), scope, filters)
    if filters.state is None:
        query = query.where(Finding.state != DONE)
    query = query.order_by(Finding.found_at, Finding.id).limit(size).offset((page - 1) * size)
    return [Found(*row) for row in session.execute(query)]


def every_finding(session: Session, scope: Scope, filters: Filters) -> Iterator[Found]:
    """Give all findings that are true today, kind by kind, a few at a time."""
    query = _seen(_shown(), scope, filters).order_by(Finding.kind, Finding.id)
    for row in session.execute(query.execution_options(yield_per=1_000)):
        yield Found(*row)


def finding_shown(session: Session, finding_id: int) -> Found | None:
    """Give one finding as it is shown, settled or not."""
    row = session.execute(_shown().where(Finding.id == finding_id)).first()
    return None if row is None else Found(*row)


def _shown() -> Query:
    other = aliased(AgencyList)
    return (
        select(
            Finding.id, Finding.kind, Finding.rule, AgencyList.agency, AgencyList.name,
            other.agency, other.name, Finding.program_code, Finding.area_code, Area.name,
            Finding.household_id, Finding.person_id, Finding.number, Finding.state, Staff.name,
            Finding.outcome, Finding.found_at,
        )
        .join(Area, Area.code == Finding.area_code)
        .outerjoin(AgencyList, AgencyList.id == Finding.list_id)
        .outerjoin(other, other.id == Finding.other_list_id)
        .outerjoin(Staff, Staff.id == Finding.staff_id)
    )  # fmt: skip


def masked_niks(session: Session, person_ids: Collection[int | None]) -> dict[int, str]:
    """Give the NIK of people, their middle hidden."""
    query = select(Person.id, Person.nik_sealed).where(
        Person.id.in_(person_ids), Person.nik_sealed.is_not(None)
    )
    return {
        person_id: mask(session.vault.open(sealed, "nik"))
        for person_id, sealed in session.execute(query)
        if sealed is not None
    }


def count_findings(
    session: Session, scope: Scope, filters: Filters = _EVERYTHING
) -> dict[str, dict[str, int]]:
    """Give how many findings of each kind are true today, by their state."""
    query = _seen(select(Finding.kind, Finding.state, func.count()), scope, filters)
    counts = {kind: dict.fromkeys(STATES, 0) for kind in KINDS}
    for kind, state, count in session.execute(query.group_by(Finding.kind, Finding.state)):
        counts[kind][state] = count
    return counts


def assign(
    session: Session, scope: Scope, finding_id: int, staff_id: int | None, actor: str, now: datetime
) -> None:
    """Give a finding to somebody, or back to the section; raises FindingRefused."""
    finding = _own(session, scope, finding_id)
    if finding.state == DONE:
        raise AlreadySettled
    if staff_id is not None:
        _require_fit(session, finding, staff_id)
    finding.staff_id = staff_id
    finding.state = OPEN if staff_id is None else ASSIGNED
    audit.record(session, now, actor, "assign finding", f"finding:{finding.id}")


def settle(
    session: Session,
    scope: Scope,
    finding_id: int,
    outcome: str,
    note: str,
    actor: str,
    now: datetime,
    again: bool = False,
) -> None:
    """Keep what came of a finding, the note sealed; raises FindingRefused.

    With `again` whoever settled it puts right what he told.
    """
    if outcome not in OUTCOMES:
        raise ValueError(f"{outcome} is no outcome")
    finding = _own(session, scope, finding_id)
    if finding.state == DONE and not (again and finding.settled_by == actor):
        raise AlreadySettled
    finding.state, finding.outcome = DONE, outcome
    finding.note_sealed = session.vault.seal(note, "note") if note else None
    finding.settled_by, finding.settled_at = actor, now
    audit.record(session, now, actor, "settle finding", f"finding:{finding.id}")


def _own(session: Session, scope: Scope, finding_id: int) -> Finding:
    """Give a finding to change it; refuse one that may not be seen."""
    finding = session.get(Finding, finding_id, with_for_update=True)
    if finding is None:
        raise NoSuchFinding
    seen = _seen(select(Finding.id).where(Finding.id == finding_id), scope, _EVERYTHING)
    if session.scalar(seen) is None:
        raise OutsideArea if finding.gone_at is None else NoSuchFinding
    return finding


def _require_fit(session: Session, finding: Finding, staff_id: int) -> None:
    staff = session.get(Staff, staff_id)
    if staff is None or not staff.active:
        raise WrongAssignee
    if staff.role != "companion" and staff.section != SECTION:
        raise WrongAssignee
    if not Scope(staff.area_code).covers(finding.area_code):
        raise OutsideArea
    if staff.role == "companion":
        family = select(Household.id).join(Assignment, Assignment.household_id == Household.id)
        family = family.where(Assignment.staff_id == staff_id, Household.id == finding.household_id)
        if session.scalar(family) is None:
            raise WrongAssignee
