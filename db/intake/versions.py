"""The versions of one list: which is in force for an area, and which can be so no more.

A list may come in parts, each by the office of an area; a part replaces no more than its own area.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, literal, or_, select

from db.batches import APPLIED, FAILED, READING, STAGED, Batch, RefusedRow, StagedRow
from db.enrolments import Enrolment
from db.registry import AgencyList
from db.session import Session

_ABANDONED_AFTER = timedelta(hours=24)  # no file takes so long to read


def overlaps(area_code: str) -> ColumnElement[bool]:
    """Say of which batches the area is this one, lies in it, or holds it."""
    own = literal(area_code + ".")
    return or_(
        Batch.area_code == area_code,
        func.substr(Batch.area_code, 1, len(area_code) + 1) == own,
        func.substr(own, 1, func.length(Batch.area_code) + 1) == Batch.area_code + ".",
    )


def in_force(session: Session, list_id: int, area_code: str) -> Batch | None:
    """Give the batch by which a list is in force in an area; None where none is."""
    query = (
        select(Batch)
        .where(Batch.list_id == list_id, Batch.state == APPLIED, overlaps(area_code))
        .order_by(Batch.decided_at.desc(), Batch.id.desc())
    )
    return session.scalars(query.limit(1)).one_or_none()


def known_since(session: Session, source: AgencyList, area_code: str) -> date | None:
    """Give the day for which a list is in force in an area; None where nothing of it is."""
    batch = in_force(session, source.id, area_code)
    if batch is not None:
        return batch.as_of
    # Lines that no batch brought are those of the sample.
    unbatched = select(Enrolment.id).where(
        Enrolment.list_id == source.id,
        Enrolment.batch_id.is_(None),
        Enrolment.ended_batch_id.is_(None),
    )
    return None if session.scalar(unbatched.limit(1)) is None else source.as_of


def end_readings(session: Session, list_id: int, area_code: str, now: datetime) -> None:
    """End what else reads the same list, and what died while it read whatever list."""
    same = (Batch.list_id == list_id) & overlaps(area_code)
    abandoned = Batch.uploaded_at < now - _ABANDONED_AFTER
    _end(session, "batch.overtaken", (Batch.state == READING) & or_(same, abandoned))


def end_stale(session: Session, batch: Batch) -> None:
    """End what was judged before another version came into force."""
    waiting = (Batch.list_id == batch.list_id) & (Batch.state == STAGED) & (Batch.id != batch.id)
    _end(session, "batch.stale", waiting & overlaps(batch.area_code))


def remove_lines(session: Session, batch_id: int) -> None:
    """Remove what a batch wanted to say, and what of it was refused."""
    for table in (StagedRow, RefusedRow):
        session.core.execute(delete(table).where(table.batch_id == batch_id))


def _end(session: Session, problem: str, which: ColumnElement[bool]) -> None:
    session.flush()
    for batch in session.scalars(select(Batch).where(which)):
        remove_lines(session, batch.id)
        batch.state, batch.problem = FAILED, problem
    session.flush()
