"""What a batch would change, as whoever decides on it looks at it; and what became of batches."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from db.areas import Scope, area_name
from db.batches import Batch, RefusedRow, StagedRow
from db.crypto import mask
from db.enrolments import Enrolment
from db.intake.judge import GONE, MOVED, OUTSIDE, UNLIKE
from db.registry import AgencyList, Household, Person
from db.session import Session

_STEP = 1_000


@dataclass(frozen=True, slots=True)
class Sample:
    """One line of a verdict; of the name only the given one is to be shown."""

    row_no: int | None
    name: str
    nik: str | None  # masked
    program_code: str | None
    status: str
    person_id: int | None  # of somebody who is known by the NIK


@dataclass(frozen=True, slots=True)
class Remark:
    """What whoever decides should know: the key of a sentence, and what fills its blanks."""

    key: str
    count: int
    area: str


@dataclass(frozen=True, slots=True)
class Preview:
    """One batch with its list, counts, and some lines of each verdict while it waits."""

    batch: Batch
    agency: str
    list_name: str
    samples: Mapping[str, Sequence[Sample]]
    remarks: Sequence[Remark]


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that was not taken: the reasons as keys with blanks, and the cells as they stood."""

    row_no: int
    reasons: Sequence[Mapping[str, str]]
    cells: Mapping[str, str]


def preview(session: Session, batch_id: int) -> Preview | None:
    """Give a batch with samples of what it would change; None where there is no such batch."""
    found = session.execute(
        select(Batch, AgencyList)
        .join(AgencyList, AgencyList.id == Batch.list_id)
        .where(Batch.id == batch_id)
    ).one_or_none()
    if found is None:
        return None
    batch, source = found
    told: Any = batch.notes.get("samples", {})
    samples = {
        verdict: _gone(session, batch, ids) if verdict == GONE else _staged(session, batch_id, ids)
        for verdict, ids in told.items()
    }
    return Preview(batch, source.agency, source.name, samples, _remarks(session, batch))


def refused_rows(session: Session, batch_id: int, most: int | None = None) -> Iterator[Refused]:
    """Give the lines of a batch that were not taken, opened, in their order."""
    query = select(RefusedRow).where(RefusedRow.batch_id == batch_id)
    query = query.order_by(RefusedRow.row_no).limit(most)
    for row in session.scalars(query.execution_options(yield_per=_STEP)):
        cells = json.loads(session.vault.open(row.line_sealed, "line"))
        yield Refused(row.row_no, row.reasons, cells)
        session.expunge(row)


def recent_batches(
    session: Session, scope: Scope, limit: int = 50
) -> list[tuple[Batch, AgencyList]]:
    """Give batches of an area and below with their lists, the latest first."""
    query = select(Batch, AgencyList).join(AgencyList, AgencyList.id == Batch.list_id)
    query = query.where(scope.holds(Batch.area_code))
    rows = session.execute(query.order_by(Batch.id.desc()).limit(limit))
    return [(batch, source) for batch, source in rows]


def _remarks(session: Session, batch: Batch) -> list[Remark]:
    area = area_name(session, batch.area_code)
    return [
        Remark(f"batch.remark_{found}", count, area)
        for found in (OUTSIDE, UNLIKE, MOVED)
        if (count := batch.counts.get(found, 0))
    ]


def _staged(session: Session, batch_id: int, row_nos: Sequence[int]) -> list[Sample]:
    query = select(
        StagedRow.row_no, StagedRow.name, StagedRow.nik_sealed, StagedRow.program_code,
        StagedRow.status, func.coalesce(Person.merged_into, Person.id),
    ).outerjoin(Person, Person.nik_index == StagedRow.nik_index)  # fmt: skip
    query = query.where(StagedRow.batch_id == batch_id, StagedRow.row_no.in_(row_nos))
    return _samples(session, query.order_by(StagedRow.row_no))


def _gone(session: Session, batch: Batch, enrolment_ids: Sequence[int]) -> list[Sample]:
    # Of who has left the area since, nothing is shown to it.
    query = (
        select(
            Enrolment.row_no, Person.name, Person.nik_sealed, Enrolment.program_code,
            Enrolment.status, func.coalesce(Person.merged_into, Person.id),
        )
        .join(Person, Person.id == Enrolment.person_id)
        .join(Household, Household.id == Person.household_id)
        .where(Enrolment.id.in_(enrolment_ids), Scope(batch.area_code).holds(Household.area_code))
        .order_by(Enrolment.id)
    )  # fmt: skip
    return _samples(session, query)


def _samples(session: Session, query: Any) -> list[Sample]:
    return [
        Sample(
            row_no, name, mask(session.vault.open(sealed, "nik")) if sealed else None, program,
            status, person_id,
        )
        for row_no, name, sealed, program, status, person_id in session.execute(query)
    ]  # fmt: skip
