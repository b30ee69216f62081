"""Who is in a group, in which role, and how the registry knows him."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from db import audit
from db.areas import Area, Scope
from db.assignments import Assignment, looked_after
from db.kube_groups import ENDED, MEMBER, OFFICERS, ROLES, KubeGroup, KubeMember
from db.registry import Household, Person
from db.session import Session
from db.staff import Staff
from db.substitutions import Substitution, away, holds_on


@dataclass(frozen=True, slots=True)
class Member:
    """A member as the registry knows him now."""

    person_id: int
    household_id: int
    name: str
    role: str
    area_code: str
    is_head: bool
    is_registered: bool  # a person in force who neither died nor moved away
    is_elsewhere: bool  # in another group that has not ended


_KNOWN = (
    Person.id, Person.household_id, Person.name, Person.relation, Person.left_on,
    Person.merged_into, Household.area_code,
)  # fmt: skip


def name_member(
    session: Session, group: KubeGroup, person_id: int, role: str, today: date,
    actor: str, now: datetime,
) -> bool:  # fmt: skip
    """Put somebody into a held group, or give a member another role; False where he has it."""
    member = _member(session, group.id, person_id)
    if member is not None and member.role == role:
        return False
    if member is not None:
        member.role = role
    else:
        session.add(
            KubeMember(
                group_id=group.id, person_id=person_id, role=role, joined_on=today, named_by=actor
            )
        )
    group.version += 1
    session.flush()
    audit.record(session, now, actor, "name kube member", f"person:{person_id}")
    return True


def take_out(
    session: Session, group: KubeGroup, person_id: int, today: date, actor: str, now: datetime
) -> bool:
    """End somebody's time in a held group; False where he is not in it."""
    member = _member(session, group.id, person_id)
    if member is None:
        return False
    member.left_on = today
    group.version += 1
    session.flush()
    audit.record(session, now, actor, "take out of kube", f"person:{person_id}")
    return True


def members_of(session: Session, group_id: int) -> Sequence[Member]:
    """Give who is in a group, its officers first, as the registry knows them."""
    return _members(session, KubeMember.group_id == group_id).get(group_id, [])


def members_within(session: Session, scope: Scope) -> dict[int, list[Member]]:
    """Give who is in each group of an area that has not ended; none for a group of nobody."""
    lives = select(KubeGroup.id).where(scope.holds(KubeGroup.area_code), KubeGroup.state != ENDED)
    return _members(session, KubeMember.group_id.in_(lives))


def families_kept(session: Session, scope: Scope) -> dict[int, int]:
    """Count, for each group of an area, the families in it that its own companion looks after."""
    query = (
        select(KubeGroup.id, func.count(Person.household_id.distinct()))
        .join(KubeMember, KubeMember.group_id == KubeGroup.id)
        .join(Person, Person.id == KubeMember.person_id)
        .join(
            Assignment,
            and_(
                Assignment.household_id == Person.household_id,
                Assignment.staff_id == KubeGroup.companion_id,
            ),
        )
        .where(
            scope.holds(KubeGroup.area_code),
            KubeGroup.state != ENDED,
            KubeMember.left_on.is_(None),
        )
        .group_by(KubeGroup.id)
    )
    return {group_id: count for group_id, count in session.execute(query)}  # noqa: C416 - its type


def homes_of(session: Session, group_id: int) -> Sequence[int]:
    """Give the families of a group's members."""
    query = select(Person.household_id).join(KubeMember, KubeMember.person_id == Person.id)
    return session.scalars(
        query.where(KubeMember.group_id == group_id, KubeMember.left_on.is_(None))
    ).all()


def candidate(session: Session, group_id: int, person_id: int) -> Member | None:
    """Give somebody as a member that he is not yet, or that he is."""
    found = session.execute(
        select(*_KNOWN, literal(MEMBER), _is_in_another(Person.id, group_id))
        .join(Household, Household.id == Person.household_id)
        .where(Person.id == person_id)
    ).first()
    return None if found is None else _as_member(*found)


def head_of_family(
    session: Session, staff_id: int, today: date, *,
    household_id: int | None = None, nik: str | None = None,
) -> int | None:  # fmt: skip
    """Give the head of a family that a companion looks after, or whoever in one has a NIK."""
    query = select(Person.id).where(
        Person.household_id.in_(looked_after(staff_id, today)), Person.merged_into.is_(None)
    )
    if nik is not None:
        query = query.where(Person.nik_index == session.vault.index(nik, "nik"))
    else:
        query = query.where(Person.household_id == household_id, Person.relation == "head")
    return session.scalars(query.order_by(Person.id).limit(1)).first()


def in_families_of(session: Session, staff_id: int, today: date) -> Sequence[str]:
    """Give the kelurahan of the families that a companion looks after."""
    query = select(Household.area_code).where(Household.id.in_(looked_after(staff_id, today)))
    return session.scalars(query.distinct().order_by(Household.area_code)).all()


def keeper_in(session: Session, area_code: str, staff_id: int, today: date) -> int:
    """Give whose families of a kelurahan a companion looks after: his own, or the absent one's."""
    own = Assignment.staff_id == staff_id
    query = (
        select(Assignment.staff_id)
        .join(Household, Household.id == Assignment.household_id)
        .where(
            Assignment.household_id.in_(looked_after(staff_id, today)),
            or_(own, Assignment.staff_id.in_(away(staff_id, today))),
            Household.area_code == area_code,
        )
        .group_by(Assignment.staff_id)
        .order_by(own.desc(), func.count().desc(), Assignment.staff_id)
    )
    return session.scalars(query.limit(1)).first() or staff_id


def sizes_of(session: Session, group_ids: Sequence[int]) -> dict[int, int]:
    """Count the members of some groups."""
    query = (
        select(KubeMember.group_id, func.count())
        .where(KubeMember.group_id.in_(group_ids), KubeMember.left_on.is_(None))
        .group_by(KubeMember.group_id)
    )
    return {group_id: count for group_id, count in session.execute(query)}  # noqa: C416 - its type


def officers_of(session: Session, group_id: int) -> Sequence[int]:
    """Give the people who are chair, secretary or treasurer of a group."""
    query = select(KubeMember.person_id).where(
        KubeMember.group_id == group_id,
        KubeMember.left_on.is_(None),
        KubeMember.role.in_(OFFICERS),
    )
    return session.scalars(query.order_by(KubeMember.person_id)).all()


def companions_of(session: Session, group: KubeGroup, now: datetime) -> Sequence[Staff]:
    """Give who looks after a group: its companion, and whoever stands in for him today."""
    zone = session.get_one(Area, group.area_code).timezone
    today = now.astimezone(ZoneInfo(zone)).date()
    stand_ins = select(Substitution.substitute_id).where(
        Substitution.absent_id == group.companion_id, holds_on(today)
    )
    query = select(Staff).where(
        or_(Staff.id == group.companion_id, Staff.id.in_(stand_ins)), Staff.active.is_(True)
    )
    return session.scalars(query.order_by(Staff.id)).all()


def memberships_of(session: Session, person_id: int) -> list[dict[str, Any]]:
    """Give in which groups somebody is or was, as JSON can hold it."""
    query = (
        select(KubeGroup.name, KubeMember)
        .join(KubeMember, KubeMember.group_id == KubeGroup.id)
        .where(KubeMember.person_id == person_id)
        .order_by(KubeMember.id)
    )
    return [
        {"group": name, "role": member.role, "since": member.joined_on.isoformat(),
         "until": member.left_on.isoformat() if member.left_on else None}
        for name, member in session.execute(query)
    ]  # fmt: skip


def _member(session: Session, group_id: int, person_id: int) -> KubeMember | None:
    query = select(KubeMember).where(
        KubeMember.group_id == group_id,
        KubeMember.person_id == person_id,
        KubeMember.left_on.is_(None),
    )
    return session.scalars(query.order_by(KubeMember.id).limit(1)).first()


def _members(session: Session, which: Any) -> dict[int, list[Member]]:
    """Give who is in some groups today, officers first."""
    query = (
        select(
            KubeMember.group_id, *_KNOWN, KubeMember.role,
            _is_in_another(Person.id, KubeMember.group_id),
        )
        .join(KubeMember, KubeMember.person_id == Person.id)
        .join(Household, Household.id == Person.household_id)
        .where(which, KubeMember.left_on.is_(None))
    )  # fmt: skip
    found: dict[int, list[Member]] = defaultdict(list)
    for group_id, *known in session.execute(query):
        found[group_id].append(_as_member(*known))
    for members in found.values():
        members.sort(key=lambda one: (ROLES.index(one.role), one.name, one.person_id))
    return found


def _as_member(
    person_id: int, household_id: int, name: str, relation: str, left_on: date | None,
    merged_into: int | None, area_code: str, role: str, is_elsewhere: bool,
) -> Member:  # fmt: skip
    return Member(
        person_id=person_id,
        household_id=household_id,
        name=name,
        role=role,
        area_code=area_code,
        is_head=relation == "head",
        is_registered=left_on is None and merged_into is None,
        is_elsewhere=bool(is_elsewhere),
    )


def _is_in_another(person_id: Any, group_id: Any) -> Any:
    """Give the condition that somebody is in another group that has not ended."""
    other, theirs = aliased(KubeMember), aliased(KubeGroup)
    return exists().where(
        other.person_id == person_id,
        other.group_id != group_id,
        other.left_on.is_(None),
        theirs.id == other.group_id,
        theirs.state != ENDED,
    )
