"""Sample groups: formed of the companions' own families, with some months told and some silent."""

import tomllib
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from db.areas import Area, Scope
from db.assignments import Assignment
from db.catalogue import SEEDED
from db.contacts import Contact
from db.kube_groups import (
    ACCOUNT_PURPOSE,
    MEMBER,
    OFFICERS,
    KubeGroup,
    add_asset,
    begin_running,
    make_group,
)
from db.kube_members import name_member
from db.kube_proposals import AT_CITY, AT_PROVINCE, FILED, file_proposal, move_proposal
from db.kube_rules import kube_rules
from db.pulses import SILENT, Told, month_after, month_before, record_pulse, take_step
from db.registry import Household, Person
from db.session import Session
from db.staff import Staff

_FILE = Path(__file__).parent / "kube.toml"
_THOUSAND, _NOON = 1_000, time(4)  # of UTC
_RAN = timedelta(days=300)  # before today they began
_UP = (FILED, AT_CITY, AT_PROVINCE)


def load_groups(session: Session, now: datetime) -> int:
    """Put the groups in, unless there is any; gives how many."""
    if session.scalar(select(KubeGroup.id).limit(1)) is not None:
        return 0
    rows = tomllib.loads(_FILE.read_text(encoding="utf-8"))["group"]
    taken: set[int] = set()
    return sum(_load(session, row, taken, now) for row in rows)


def _load(session: Session, row: dict[str, Any], taken: set[int], now: datetime) -> bool:
    contact = select(Contact.staff_id).where(Contact.address == row["companion"])
    staff = session.get(Staff, session.scalar(contact) or 0)
    people = [] if staff is None else _heads(session, staff.id, row["members"], taken)
    if staff is None or not people:
        return False
    taken |= {person.id for person, _area in people}
    area = people[0][1]
    zone = session.get_one(Area, area).timezone
    today = now.astimezone(ZoneInfo(zone)).date()
    group = make_group(session, area, row["name"], row["business"], staff.id, SEEDED, now)
    roles = [*OFFICERS, *[MEMBER] * len(people)]
    for (person, _area), role in zip(people, roles, strict=False):
        name_member(session, group, person.id, role, today - _RAN, SEEDED, now)
    for what, pieces, value in row["assets"]:
        add_asset(session, group.id, what, pieces, value, today - _RAN, "APBD", SEEDED, now)
    if "account" in row:
        group.account_sealed = session.vault.seal(row["account"], ACCOUNT_PURPOSE)
    if len(people) >= kube_rules(session).least_members:
        begin_running(session, group, today - _RAN, SEEDED, now)
    _tell(session, group, row["told"], row.get("silent", 0), today, now)
    if "proposal" in row:
        _propose(session, group, *row["proposal"], now=now)
    return True


def _heads(
    session: Session, staff_id: int, count: int, taken: set[int]
) -> Sequence[tuple[Person, str]]:
    """Give heads of a companion's families who are in no group yet, of a kelurahan with enough."""
    query = (
        select(Person, Household.area_code)
        .join(Household, Household.id == Person.household_id)
        .join(Assignment, Assignment.household_id == Household.id)
        .where(
            Assignment.staff_id == staff_id, Person.relation == "head",
            Person.left_on.is_(None), Person.merged_into.is_(None),
        )
        .order_by(Household.area_code, Person.id)
    )  # fmt: skip
    free: dict[str, list[tuple[Person, str]]] = defaultdict(list)
    for person, area in session.execute(query):
        if person.id not in taken:
            free[area].append((person, area))
    return next((people[:count] for people in free.values() if len(people) >= count), [])


def _tell(
    session: Session, group: KubeGroup, told: Sequence[Any], silent: int, today: date,
    now: datetime,
) -> None:  # fmt: skip
    """Tell of some months, after which a group was silent for so many until this one."""
    month = month_before(today)
    for _silent in range(silent):
        month = month_before(month)
    first_silent = month_after(month)
    for condition, turnover, cash, needs in reversed(told):
        amounts = Told(condition, turnover * _THOUSAND, cash * _THOUSAND, needs)
        on_time = datetime.combine(month_after(month), _NOON, UTC) + timedelta(days=2)
        at = min(on_time, now)
        record_pulse(session, group, month, amounts, SEEDED, at, at)
        month = month_before(month)
    silent_day = kube_rules(session).silent_day
    while silent and month_after(first_silent).replace(day=silent_day) <= today:
        take_step(session, group, first_silent, SILENT, now)
        first_silent = month_after(first_silent)


def _propose(
    session: Session, group: KubeGroup, what: str, cost: int, state: str, *, now: datetime
) -> None:
    filed = now - timedelta(days=20)
    proposal = file_proposal(session, group.id, what, cost, SEEDED, filed)
    for place, further in enumerate(_UP[1 : _UP.index(state) + 1]):
        at = filed + timedelta(days=4 * (place + 1))
        move_proposal(session, Scope(None), proposal.id, _UP[place], further, SEEDED, at)
