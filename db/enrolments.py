"""What the lists say of each person: a row for each line of a list, and what was paid by it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, ForeignKey, Index, LargeBinary, String, or_, select, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId
from db.batches import APPLIED, TAKEN_BACK, Batch
from db.registry import MOVED, AgencyList, Person, Program
from db.session import Session

ACTIVE, WAITING, STOPPED = "active", "waiting", "stopped"
GONE = "gone"  # no status of a line: the list no longer names somebody
LISTED = "listed"  # in a register such as DTSEN, which is no programme

_IN_FORCE = text("ended_batch_id IS NULL")
_ENDED = text("ended_batch_id IS NOT NULL")
_EXPECTING = text("pregnant_until IS NOT NULL AND ended_batch_id IS NULL")


class Enrolment(Base):
    """One person's place in one list, as that list says it.

    It is in force from the batch that brought it to the batch that ended it; both stay, so that
    any state can be had again.
    """

    __tablename__ = "enrolments"
    __table_args__ = (
        Index(
            "ix_enrolments_program_status", "program_code", "status", "person_id",
            sqlite_where=_IN_FORCE, postgresql_where=_IN_FORCE,
        ),
        Index(
            "ix_enrolments_list", "list_id", "person_id",
            sqlite_where=_IN_FORCE, postgresql_where=_IN_FORCE,
        ),
        # Not of those in force: SQLite would take it for them, who are nearly all.
        Index(
            "ix_enrolments_ended_batch_id", "ended_batch_id",
            sqlite_where=_ENDED, postgresql_where=_ENDED,
        ),
        Index(
            "ix_enrolments_pregnant_until", "pregnant_until", "person_id",
            sqlite_where=_EXPECTING, postgresql_where=_EXPECTING,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batches.id"), index=True)
    ended_batch_id: Mapped[int | None] = mapped_column(ForeignKey("batches.id"))
    program_code: Mapped[str | None] = mapped_column(ForeignKey("programs.code"))
    status: Mapped[str] = mapped_column(String(10))
    since: Mapped[date]
    reason: Mapped[str | None] = mapped_column(String(200))
    row_no: Mapped[int | None]
    digest: Mapped[bytes | None] = mapped_column(LargeBinary(16))  # of the whole line, keyed
    kk_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    name: Mapped[str | None] = mapped_column(String(100))
    birth_date: Mapped[date | None]
    area_code: Mapped[str | None] = mapped_column(ForeignKey("areas.code"))
    decile: Mapped[int | None]
    has_card: Mapped[bool | None]  # None where the list does not speak of cards
    pregnant_until: Mapped[date | None]  # from then on nobody knows
    details_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # card, phone, other columns


class Payout(Base):
    """Aid that was paid or handed out."""

    __tablename__ = "payouts"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), index=True)
    period: Mapped[str] = mapped_column(String(20))
    amount: Mapped[int | None] = mapped_column(BigId)  # rupiah; goods have none
    paid_on: Mapped[date]
    place: Mapped[str] = mapped_column(String(120))


# A line with its programme, its person, its list, and the day of the list that ended it.
_Row = tuple[Enrolment, Program, Person, AgencyList, date | None]
_Standing = tuple[int, str | None, str]  # of a person, in a programme, by a status


@dataclass(frozen=True, slots=True)
class Aid:
    """One programme of one member of a family in the words of one list."""

    program_code: str
    program_name: str
    person_id: int
    person_name: str
    left_because: str | None
    status: str
    since: date | None  # as the list itself states it; of who is GONE the day of the list
    known_since: date | None  # the earliest day that any list ever stated for this status
    reason: str | None
    agency: str
    list_name: str
    as_of: date
    last_paid_on: date | None
    last_amount: int | None
    last_place: str | None


@dataclass(frozen=True, slots=True)
class Rank:
    """How poor a list says that a family is; a list that only names the family gives no decile."""

    agency: str
    list_name: str
    as_of: date
    decile: int | None
    is_register: bool  # which grants nothing by itself, such as DTSEN


def aid_of_household(
    session: Session, household_id: int, only_person: int | None = None
) -> list[Aid]:
    """Give every programme of a family, or of one of it, in the words of each list.

    A list that names somebody no longer says that he is GONE from it. Who moved away is no longer
    shown to his former family. The order is that of programmes.
    """
    rows = session.execute(
        select(Enrolment, Program, Person, AgencyList, Batch.as_of)
        .join(Program, Program.code == Enrolment.program_code)
        .join(Person, Person.id == Enrolment.person_id)
        .join(AgencyList, AgencyList.id == Enrolment.list_id)
        .outerjoin(Batch, Batch.id == Enrolment.ended_batch_id)
        .where(*_members(household_id, only_person), _not_taken_back())
        .order_by(Enrolment.program_code, Enrolment.id)
    ).all()
    lines = [(line, program, who, source, day) for line, program, who, source, day in rows]
    last = _last_payouts(session, [line for line, *_ in lines])
    stated = _stated_days(session, lines)
    known = _earliest(stated, (line for line, *_ in lines))
    return [
        Aid(
            program_code=program.code,
            program_name=program.name,
            person_id=person.id,
            person_name=person.name,
            left_because=person.left_because,
            status=enrolment.status if ended_on is None else GONE,
            since=ended_on or stated.get(enrolment.id),
            known_since=ended_on or known.get(_standing(enrolment)),
            reason=enrolment.reason if ended_on is None else None,
            agency=source.agency,
            list_name=source.name,
            as_of=source.as_of,
            last_paid_on=payout.paid_on if payout else None,
            last_amount=payout.amount if payout else None,
            last_place=payout.place if payout else None,
        )
        for enrolment, program, person, source, ended_on in _latest(lines)
        for payout in (last.get(_place(enrolment)),)
    ]


def ranks_of_household(
    session: Session, household_id: int, only_person: int | None = None
) -> list[Rank]:
    """Give every register that names a family, and every decile that any list gives it."""
    is_register = Enrolment.program_code.is_(None)
    rows = session.execute(
        select(AgencyList.agency, AgencyList.name, AgencyList.as_of, Enrolment.decile, is_register)
        .join(Person, Person.id == Enrolment.person_id)
        .join(AgencyList, AgencyList.id == Enrolment.list_id)
        .where(
            *_members(household_id, only_person),
            Enrolment.ended_batch_id.is_(None),
            or_(is_register, Enrolment.decile.is_not(None)),
        )
        .distinct()
        .order_by(AgencyList.as_of.desc(), AgencyList.name, Enrolment.decile)
    )
    return [Rank(*row) for row in rows]


def programs_of_household(session: Session, household_id: int) -> list[str]:
    """Give the codes of the programmes that a family gets or waits for, in their order."""
    query = (
        select(Enrolment.program_code)
        .join(Person, Person.id == Enrolment.person_id)
        .where(
            Person.household_id == household_id,
            Enrolment.ended_batch_id.is_(None),
            Enrolment.program_code.is_not(None),
            Enrolment.status != STOPPED,
        )
        .distinct()
        .order_by(Enrolment.program_code)
    )
    return [code for code in session.scalars(query) if code is not None]


def _members(household_id: int, only_person: int | None) -> list[ColumnElement[bool]]:
    if only_person is not None:
        return [Person.id == only_person]
    return [
        Person.household_id == household_id,
        or_(Person.left_because.is_(None), Person.left_because != MOVED),
    ]


def _not_taken_back() -> ColumnElement[bool]:
    """Leave out the lines that only a batch brought which was taken back."""
    return or_(
        Enrolment.ended_batch_id.is_(None),
        Enrolment.batch_id.is_(None),
        Enrolment.batch_id != Enrolment.ended_batch_id,
    )


def _latest(rows: Sequence[_Row]) -> list[_Row]:
    """Keep what is in force and, where a list has nothing in force of somebody, its last word."""
    ended = {_place(row[0]): row for row in rows}
    in_force = [row for row in rows if row[0].ended_batch_id is None]
    said = {_place(row[0]) for row in in_force}
    return in_force + [row for place, row in ended.items() if place not in said]


def _stated_days(session: Session, rows: Sequence[_Row]) -> dict[int, date]:
    """Give since when a line holds by its id, where its list says so.

    A line that states no day has that of its list, or of a former version that it goes on from.
    """
    of_lists: set[tuple[int, date | None]] = {(source.id, source.as_of) for *_, source, _ in rows}
    ids = {list_id for list_id, _ in of_lists}
    versions = session.execute(
        select(Batch.list_id, Batch.as_of, Batch.former_as_of).where(
            Batch.list_id.in_(ids), Batch.state.in_((APPLIED, TAKEN_BACK))
        )
    )
    for list_id, *days in versions:
        of_lists |= {(list_id, day) for day in days}
    return {line.id: line.since for line, *_ in rows if (line.list_id, line.since) not in of_lists}


def _earliest(stated: Mapping[int, date], lines: Iterable[Enrolment]) -> dict[_Standing, date]:
    """Give the earliest day that was stated for each person, programme and status."""
    known: dict[_Standing, date] = {}
    for line in lines:
        if (day := stated.get(line.id)) is not None:
            known[_standing(line)] = min(day, known.get(_standing(line), day))
    return known


def _standing(enrolment: Enrolment) -> _Standing:
    return enrolment.person_id, enrolment.program_code, enrolment.status


def _place(enrolment: Enrolment) -> tuple[int, int, str | None]:
    return enrolment.person_id, enrolment.list_id, enrolment.program_code


def _last_payouts(
    session: Session, enrolments: Sequence[Enrolment]
) -> dict[tuple[int, int, str | None], Payout]:
    """Give the last payout of each place in a list, under whichever of its lines it was paid."""
    places = {enrolment.id: _place(enrolment) for enrolment in enrolments}
    payouts = session.scalars(
        select(Payout).where(Payout.enrolment_id.in_(places)).order_by(Payout.paid_on)
    )
    return {places[payout.enrolment_id]: payout for payout in payouts}
