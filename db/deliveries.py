"""Batches as the console shows them: who brought them, what was said of them, within an area."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select

from db.areas import Area, Scope
from db.batches import APPLIED, Batch, RefusedRow
from db.intake.versions import in_force
from db.overview import came_into_force
from db.registry import AgencyList
from db.session import Session
from db.staff import Staff

_LOOKED_AT = 500  # refused rows, for an example of each reason


@dataclass(frozen=True, slots=True)
class Delivery:
    """One batch with its list and its area."""

    batch: Batch
    agency: str
    list_name: str
    area_name: str


@dataclass(frozen=True, slots=True)
class Hand:
    """Who did something, as colleagues know each other."""

    name: str
    role: str


def deliveries(session: Session, scope: Scope, below: int, most: int) -> list[Delivery]:
    """Give the batches of an area, the latest first, those below an id."""
    query = _within(scope).where(Batch.id < below).order_by(Batch.id.desc()).limit(most)
    return [Delivery(*row) for row in session.execute(query)]


def delivery(session: Session, scope: Scope, batch_id: int) -> Delivery | None:
    """Give one batch; None where there is none of this id in the area."""
    row = session.execute(_within(scope).where(Batch.id == batch_id)).one_or_none()
    return None if row is None else Delivery(*row)


def hands(session: Session, actors: Iterable[str | None]) -> Mapping[str, Hand]:
    """Give names and roles of members of staff by their marks in the trail."""
    ids = {int(actor[6:]) for actor in actors if actor is not None and actor.startswith("staff:")}
    rows = session.execute(select(Staff.id, Staff.name, Staff.role).where(Staff.id.in_(ids)))
    return {f"staff:{staff_id}": Hand(name, role) for staff_id, name, role in rows}


def is_latest(session: Session, batch: Batch) -> bool:
    """Say whether a batch is what is in force of its list, so that it can be taken back."""
    if batch.state != APPLIED:
        return False
    latest = in_force(session, batch.list_id, batch.area_code)
    return latest is not None and latest.id == batch.id


def known_lists(session: Session) -> Sequence[tuple[str, str]]:
    """Give agency and name of every list but those that were only tried."""
    query = select(AgencyList.agency, AgencyList.name).where(came_into_force())
    rows = session.execute(query.order_by(AgencyList.agency, AgencyList.name))
    return [(agency, name) for agency, name in rows]


def refused_count(session: Session, batch_id: int) -> int:
    """Count the lines of a batch that were not taken."""
    query = select(func.count()).select_from(RefusedRow).where(RefusedRow.batch_id == batch_id)
    return session.scalar(query) or 0


def first_reasons(session: Session, batch_id: int) -> Mapping[str, Mapping[str, str]]:
    """Give what fills the blanks of each reason at the first row that was refused for it."""
    query = select(RefusedRow.reasons).where(RefusedRow.batch_id == batch_id)
    found: dict[str, Mapping[str, str]] = {}
    for reasons in session.scalars(query.order_by(RefusedRow.row_no).limit(_LOOKED_AT)):
        for reason in reasons:
            found.setdefault(
                reason["key"], {name: text for name, text in reason.items() if name != "key"}
            )
    return found


def _within(scope: Scope) -> Select[Batch, str, str, str]:
    return (
        select(Batch, AgencyList.agency, AgencyList.name, Area.name)
        .join(AgencyList, AgencyList.id == Batch.list_id)
        .join(Area, Area.code == Batch.area_code)
        .where(scope.holds(Batch.area_code))
    )
