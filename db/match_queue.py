"""The queue of likely doubles: what both are, and what a human says."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import aliased

from db import audit, merging
from db.areas import Area, Scope
from db.crypto import mask, mask_kk
from db.enrolments import Enrolment
from db.identities import DIFFERENT, MERGE, OPEN, SAME, IdentityDecision, Match
from db.registry import AgencyList, Household, Person
from db.session import Session

PAGE = 50


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two, as whoever judges needs to know him."""

    person_id: int
    name: str
    nik: str | None  # masked
    kk: str | None  # masked
    birth_date: date | None
    sex: str | None
    area_name: str
    lists: tuple[str, ...]  # in force, with their programmes
    nik_index: bytes | None = field(default=None, repr=False)  # two NIK may have one mask
    kk_index: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people who may be one."""

    match_id: int
    score: int
    why: str
    person: Side
    other: Side


@dataclass(frozen=True, slots=True)
class Settled:
    """A match that a human has judged."""

    match_id: int
    state: str
    decided_by: str
    decided_at: datetime
    person: Side
    other: Side


def open_matches(session: Session, scope: Scope, limit: int = PAGE, after: int = 0) -> list[Pair]:
    """Give open matches of which one at least lives in an area, in the order they were found."""
    query = _open(scope).where(Match.id > after).order_by(Match.id).limit(limit)
    return [
        Pair(
            match.id, match.score, match.why,
            _side(session, match.person_id), _side(session, match.other_id),
        )
        for match in session.scalars(query)
    ]  # fmt: skip


def settled_matches(session: Session, scope: Scope, limit: int) -> list[Settled]:
    """Give matches of an area that a human has judged, the latest first."""
    query = _matches(scope).where(Match.state != OPEN, Match.decided_at.is_not(None))
    return [
        Settled(
            match.id, match.state, match.decided_by or "", match.decided_at or match.found_at,
            _side(session, match.person_id), _side(session, match.other_id),
        )
        for match in session.scalars(
            query.order_by(Match.decided_at.desc(), Match.id.desc()).limit(limit)
        )
    ]  # fmt: skip


def has_match(session: Session, scope: Scope, match_id: int) -> bool:
    """Say whether a match, open or settled, is of an area."""
    return session.scalars(_matches(scope).where(Match.id == match_id)).first() is not None


def decide(
    session: Session,
    match_id: int,
    is_same: bool,
    scope: Scope,
    actor: str,
    now: datetime,
) -> IdentityDecision | None:
    """Settle an open match of an area: two people stay two, or the better known stands for both."""
    query = _open(scope).where(Match.id == match_id).with_for_update(of=Match)
    match = session.scalars(query).one_or_none()
    if match is None:
        raise merging.MergeRefused("match.not_open")
    match.state = SAME if is_same else DIFFERENT
    match.decided_by, match.decided_at = actor, now
    audit.record(session, now, actor, f"match {match.state}", f"match:{match.id}")
    session.flush()
    if not is_same:
        return None
    # Either may stand for somebody else, or be stood for, by an earlier decision.
    both = {_standing(session, match.person_id), _standing(session, match.other_id)}
    if len(both) == 1:
        return None
    kept, other = sorted(both, key=lambda person_id: _rank(session, person_id))
    return merging.merge(session, kept, other, actor, now)


def undo_decision(session: Session, match_id: int, scope: Scope, actor: str, now: datetime) -> None:
    """Open a settled match again; a merge by it is taken back."""
    query = _matches(scope).where(Match.id == match_id).with_for_update(of=Match)
    match = session.scalars(query).one_or_none()
    if match is None or match.state == OPEN:
        raise merging.MergeRefused("match.not_settled")
    if match.state == SAME:
        _part(session, match, actor, now)
    match.state, match.decided_by, match.decided_at = OPEN, None, None
    audit.record(session, now, actor, "match reopened", f"match:{match.id}")


def _part(session: Session, match: Match, actor: str, now: datetime) -> None:
    both = (match.person_id, match.other_id)
    merged = select(IdentityDecision.id).where(
        IdentityDecision.kind == MERGE,
        IdentityDecision.kept_id.in_(both) | IdentityDecision.other_id.in_(both),
        IdentityDecision.decided_at == match.decided_at,
        IdentityDecision.undone_at.is_(None),
    )
    decision_id = session.scalar(merged)
    if decision_id is not None:
        merging.undo(session, decision_id, actor, now)


def _matches(scope: Scope) -> Select[Match]:
    query = select(Match)
    if scope.area_code is None:
        return query
    person, other = aliased(Person), aliased(Person)
    home, other_home = aliased(Household), aliased(Household)
    return (
        query.join(person, person.id == Match.person_id)
        .join(home, home.id == person.household_id)
        .join(other, other.id == Match.other_id)
        .join(other_home, other_home.id == other.household_id)
        .where(or_(scope.holds(home.area_code), scope.holds(other_home.area_code)))
    )


def _open(scope: Scope) -> Select[Match]:
    return _matches(scope).where(Match.state == OPEN)


def _standing(session: Session, person_id: int) -> int:
    return session.get_one(Person, person_id).merged_into or person_id


def _rank(session: Session, person_id: int) -> tuple[bool, int]:
    """Put first who has a NIK, and then who has been known longer."""
    return session.get_one(Person, person_id).nik_index is None, person_id


def _side(session: Session, person_id: int) -> Side:
    person, household, area_name = session.execute(
        select(Person, Household, Area.name)
        .join(Household, Household.id == Person.household_id)
        .join(Area, Area.code == Household.area_code)
        .where(Person.id == person_id)
    ).one()
    lines = session.execute(
        select(AgencyList.agency, AgencyList.name, Enrolment.program_code)
        .join(Enrolment, Enrolment.list_id == AgencyList.id)
        .where(Enrolment.person_id == person_id, Enrolment.ended_batch_id.is_(None))
        .order_by(AgencyList.agency, AgencyList.name)
    )
    vault = session.vault
    return Side(
        person_id=person.id,
        name=person.name,
        nik=mask(vault.open(person.nik_sealed, "nik")) if person.nik_sealed else None,
        kk=mask_kk(vault.open(household.kk_sealed, "kk")) if household.kk_sealed else None,
        birth_date=person.birth_date,
        sex=person.sex,
        area_name=area_name,
        lists=tuple(" · ".join(filter(None, line)) for line in lines),
        nik_index=person.nik_index,
        kk_index=household.kk_index,
    )
