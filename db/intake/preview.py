"""What a batch would change, as whoever decides on it looks at it; and what became of batches."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from db.areas import subtree
from db.batches import Batch, RefusedRow, StagedRow
from db.crypto import mask
from db.enrolments import Enrolment
from db.intake.judge import GONE
from db.registry import AgencyList, Person
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


@dataclass(frozen=True, slots=True)
class Preview:
    """One batch with its list, counts, and some lines of each verdict while it waits."""

    batch: Batch
    agency: str
    list_name: str
    samples: Mapping[str, Sequence[Sample]]


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
        verdict: _gone(session, ids) if verdict == GONE else _staged(session, batch_id, ids)
        for verdict, ids in told.items()
    }
    return Preview(batch, source.agency, source.name, samples)


def refused_rows(session: Session, batch_id: int, most: int | None = None) -> Iterator[Refused]:
    """Give the lines of a batch that were not taken, opened, in their order."""
    query = select(RefusedRow).where(RefusedRow.batch_id == batch_id)
    query = query.order_by(RefusedRow.row_no).limit(most)
    for row in session.scalars(query.execution_options(yield_per=_STEP)):
        cells = json.loads(session.vault.open(row.line_sealed, "line"))
        yield Refused(row.row_no, row.reasons, cells)
        session.expunge(row)


def recent_batches(
    session: Session, area_code: str | None = None, limit: int = 50
) -> list[tuple[Batch, AgencyList]]:
    """Give batches of an area and below with their lists, the latest first."""
    query = select(Batch, AgencyList).join(AgencyList, AgencyList.id == Batch.list_id)
    if area_code is not None:
        low, high = subtree(area_code)
        query = query.where(Batch.area_code >= low, Batch.area_code < high)
    rows = session.execute(query.order_by(Batch.id.desc()).limit(limit))
    return [(batch, source) for batch, source in rows]


def _staged(session: Session, batch_id: int, row_nos: Sequence[int]) -> list[Sample]:
    query = select(
        StagedRow.row_no, StagedRow.name, StagedRow.nik_sealed, StagedRow.program_code,
        StagedRow.status,
    ).where(StagedRow.batch_id == batch_id, StagedRow.row_no.in_(row_nos))  # fmt: skip
    return _samples(session, query.order_by(StagedRow.row_no))


def _gone(session: Session, enrolment_ids: Sequence[int]) -> list[Sample]:
    query = (
        select(
            Enrolment.row_no, Person.name, Person.nik_sealed, Enrolment.program_code,
            Enrolment.status,
        )
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.id.in_(enrolment_ids))
        .order_by(Enrolment.id)
    )  # fmt: skip
    return _samples(session, query)


def _samples(session: Session, query: Any) -> list[Sample]:
    return [
        Sample(
            row_no, name, mask(session.vault.open(sealed, "nik")) if sealed else None, program,
            status,
        )
        for row_no, name, sealed, program, status in session.execute(query)
    ]  # fmt: skip
