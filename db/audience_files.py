"""Audiences from a file: whom a list of NIK or ticket numbers meant; the numbers are not kept."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import ForeignKey, String, and_, func, insert, select
from sqlalchemy.orm import Mapped, aliased, mapped_column

from db import audit
from db.areas import Scope
from db.base import Base, BigId
from db.registry import Household, Person
from db.session import Session
from db.ticket_desk import reporter_hidden
from db.tickets import Ticket

_NUMBER = re.compile(r"(?<!\d)\d{16}(?!\d)|\bPKS-\d{4}-\d{6}\b")
_AT_ONCE = 500


class AudienceFile(Base):
    """One list that somebody brought in."""

    __tablename__ = "audience_files"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"), index=True)  # of its uploader
    lines: Mapped[int]
    found: Mapped[int]
    created_by: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]


class AudienceMember(Base):
    """One family of a list, or one contact that belongs to no known family."""

    __tablename__ = "audience_members"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("audience_files.id"), index=True)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("households.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"), index=True)


@dataclass(frozen=True, slots=True)
class _Member:
    household_id: int | None
    contact_id: int | None = None

    def as_row(self, file_id: int) -> dict[str, int | None]:
        return {"file_id": file_id} | asdict(self)


def store_members(
    session: Session,
    name: str,
    area_code: str,
    lines: Iterable[str],
    scope: Scope,
    actor: str,
    now: datetime,
) -> AudienceFile:
    """Keep whom the numbers of a list mean, as far as they are within the scope.

    A number is a NIK or that of a ticket; a line without any, such as a heading, does not count.
    `found` says of how many lines somebody was found.
    """
    written = 0
    found = 0
    members: dict[_Member, None] = {}
    for chunk in _chunks(lines):
        written += len(chunk)
        numbers = {number for line in chunk for number in line}
        meant = _families(session, scope, numbers) | _reporters(session, scope, numbers)
        those = [next((meant[n] for n in line if n in meant), None) for line in chunk]
        found += sum(member is not None for member in those)
        members |= {member: None for member in those if member is not None}
    file = AudienceFile(
        name=name[:100], area_code=area_code, lines=written, found=found, created_by=actor,
        created_at=now,
    )  # fmt: skip
    session.add(file)
    session.flush()
    if members:
        session.core.execute(insert(AudienceMember), [m.as_row(file.id) for m in members])
    audit.record(session, now, actor, "store audience", f"audience:{file.id}")
    return file


def _chunks(lines: Iterable[str]) -> Iterator[list[list[str]]]:
    """Give the numbers of each line, so many lines at a time as a statement can hold."""
    numbered = (found for line in lines if (found := _NUMBER.findall(line.upper())))
    while chunk := list(islice(numbered, _AT_ONCE)):
        yield chunk


def _families(session: Session, scope: Scope, numbers: Collection[str]) -> dict[str, _Member]:
    """Find the families of NIK; of somebody who was merged it is that of whom he is."""
    by_index = {session.vault.index(n, "nik"): n for n in numbers if n.isdecimal()}
    kept = aliased(Person)
    query = (
        select(Person.nik_index, Household.id)
        .join(kept, kept.id == func.coalesce(Person.merged_into, Person.id))
        .join(Household, Household.id == kept.household_id)
        .where(Person.nik_index.in_(by_index), scope.holds(Household.area_code))
    )
    return {by_index[index]: _Member(home) for index, home in session.execute(query) if index}


def _reporters(session: Session, scope: Scope, numbers: Collection[str]) -> dict[str, _Member]:
    """Find who brought tickets; one that keeps its reporter secret is as good as unknown.

    Whoever may draft reads a list by name, and even the sum of a list with somebody whom one
    suspects would tell whether he is the reporter.
    """
    here = and_(Household.id == Person.household_id, scope.holds(Household.area_code))
    rows = session.execute(
        select(Ticket.number, Household.id, Ticket.contact_id)
        .outerjoin(Person, Person.id == Ticket.person_id)
        .outerjoin(Household, here)
        .where(
            Ticket.number.in_([number for number in numbers if not number.isdecimal()]),
            scope.holds(Ticket.area_code),
            ~reporter_hidden(Ticket),
        )
    )
    return {
        number: _Member(home, None if home is not None else contact_id)
        for number, home, contact_id in rows
        if home is not None or contact_id is not None
    }
