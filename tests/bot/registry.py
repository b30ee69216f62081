"""What tests add to the registry of the sample: lists of other agencies, and their lines."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from db.audit import AuditEntry
from db.batches import APPLIED, Batch
from db.contacts import Contact
from db.enrolments import Enrolment
from db.registry import AgencyList, Household, Person, household_of
from db.session import Session, Store
from tests.moment import NOW

SITI, SITI_KK = "7472915407880001", "7472911503160217"
NURLINA, NURLINA_KK = "7472976512790001", "7472971004180729"
SUTRISNO, SUTRISNO_KK = "7472981706750001", "7472922711190835"


def person_of(session: Session, nik: str) -> Person:
    return session.scalars(
        select(Person).where(Person.nik_index == session.vault.index(nik, "nik"))
    ).one()


def family_of(session: Session, nik: str) -> Household:
    return household_of(session, person_of(session, nik).id)


def add_line(
    store: Store,
    nik: str,
    agency: str,
    name: str,
    status: str,
    program: str | None = None,
    as_of: date = date(2026, 10, 1),
    since: date = date(2026, 1, 5),
    **values: Any,
) -> int:
    """Let a list say something of somebody; gives the id of the line."""
    with store.begin() as session:
        known = session.scalars(select(AgencyList).filter_by(agency=agency, name=name)).first()
        source = known or AgencyList(agency=agency, name=name, as_of=as_of)
        session.add(source)
        session.flush()
        line = Enrolment(
            person_id=person_of(session, nik).id, list_id=source.id, program_code=program,
            status=status, since=since, **values,
        )  # fmt: skip
        session.add(line)
        session.flush()
        return line.id


def end_line(store: Store, line_id: int, as_of: date, at: datetime = NOW) -> None:
    """Let a newer batch of its list no longer hold a line."""
    with store.begin() as session:
        line = session.get_one(Enrolment, line_id)
        batch = Batch(
            list_id=line.list_id, area_code="74.72", as_of=as_of, file_name="daftar.csv",
            state=APPLIED, uploaded_by="cli", uploaded_at=at,
        )  # fmt: skip
        session.add(batch)
        session.flush()
        line.ended_batch_id = batch.id
        session.get_one(AgencyList, line.list_id).as_of = as_of


def change_person(store: Store, nik: str, **values: Any) -> None:
    with store.begin() as session:
        person = person_of(session, nik)
        for name, value in values.items():
            setattr(person, name, value)


def linked_to(store: Store, user: str) -> int | None:
    with store.read() as session:
        return session.scalars(select(Contact.person_id).where(Contact.address == user)).one()


def trail(store: Store, action: str) -> list[tuple[str, str]]:
    """Give actor and subject of every entry of an action."""
    with store.read() as session:
        rows = session.execute(
            select(AuditEntry.actor, AuditEntry.subject)
            .where(AuditEntry.action == action)
            .order_by(AuditEntry.id)
        )
        return [(actor, subject) for actor, subject in rows]
