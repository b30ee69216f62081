"""What is kept of one person: from which lists, what he wrote, and who looked at it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, literal, or_, select

from db.areas import Area
from db.audit import AuditEntry, Looked, trail_of
from db.contacts import Contact
from db.enrolments import Enrolment, Payout
from db.findings import Finding
from db.identities import Change
from db.inbox import PURPOSE, InboundMessage
from db.kube_members import memberships_of
from db.own_tickets import goes_with_another, is_told_of_family
from db.privacy_companions import kept_by_companions
from db.privacy_notices import notices_of_contact, notices_of_family
from db.registry import AgencyList, Household, Person, Program
from db.sealed import SEALED
from db.session import Session
from db.staff import Staff
from db.tickets import Ticket

_MESSAGES = 1_000  # of the newest, in one file
_TRAIL = 500


@dataclass(frozen=True, slots=True)
class Source:
    """A list that says something of a person."""

    agency: str
    name: str
    as_of: date


def sources_of(session: Session, person_id: int) -> Sequence[Source]:
    """Give the lists in force that name a person, and the one by which his family is known."""
    in_force = select(Enrolment.list_id).where(
        Enrolment.person_id == person_id, Enrolment.ended_batch_id.is_(None)
    )
    family = (
        select(Household.list_id)
        .join(Person, Person.household_id == Household.id)
        .where(Person.id == person_id)
    )
    query = (
        select(AgencyList.agency, AgencyList.name, AgencyList.as_of)
        .where(AgencyList.id.in_(in_force.union(family)))
        .order_by(AgencyList.agency, AgencyList.name)
    )
    return [Source(*row) for row in session.execute(query)]


def looks_at(
    session: Session, person_id: int | None, contact_id: int | None, limit: int = _TRAIL
) -> Sequence[Looked]:
    """Give who read or changed what is kept of a person and of his contact, newest first."""
    subjects = [] if contact_id is None else [f"contact:{contact_id}"]
    if person_id is not None:
        household_id = select(Person.household_id).where(Person.id == person_id)
        subjects += [f"person:{person_id}", f"household:{session.scalar(household_id)}"]
    return trail_of(session, subjects, limit)


def downloads_of(session: Session, person_id: int) -> Sequence[datetime]:
    """Give when findings were downloaded of which one may have been his, newest first.

    Which of an area's findings were chosen is not kept.
    """
    household_id = select(Person.household_id).where(Person.id == person_id).scalar_subquery()
    own = or_(Finding.person_id == person_id, Finding.household_id == household_id)
    then = (Finding.found_at <= AuditEntry.at) & (
        Finding.gone_at.is_(None) | (Finding.gone_at > AuditEntry.at)
    )
    near = (AuditEntry.actor == literal("staff:").concat(cast(Staff.id, String))) & (
        Finding.area_code.startswith(Staff.area_code)
    )
    query = (
        select(AuditEntry.at)
        .where(
            AuditEntry.subject == "findings",
            AuditEntry.action == "export findings",
            select(Finding.id).where(own, then, Staff.id.is_not(None), near).exists(),
        )
        .order_by(AuditEntry.id.desc())
        .limit(_TRAIL)
    )
    return session.scalars(query).all()


def roles_of(session: Session, looks: Sequence[Looked]) -> dict[str, str]:
    """Give the roles of the staff in a trail by their names in it; never the people's own names."""
    ids = {int(item.actor[6:]) for item in looks if item.actor.startswith("staff:")}
    rows = session.execute(select(Staff.id, Staff.role).where(Staff.id.in_(ids)))
    return {f"staff:{staff_id}": role for staff_id, role in rows}


def file_of(session: Session, person_id: int | None, contact_id: int | None) -> dict[str, Any]:
    """Give all that is kept of a person, as JSON can hold it, and nothing of anybody else."""
    kept: dict[str, Any] = {}
    if person_id is not None:
        kept |= _person(session, person_id)
        kept["lists"] = _lines(session, person_id)
        kept["changes"] = _changes(session, person_id)
        kept |= kept_by_companions(session, person_id)
        kept["kube"] = memberships_of(session, person_id)
        kept |= notices_of_family(session, person_id)
    if contact_id is not None:
        kept["contact"] = _contact(session, contact_id)
        kept["messages"] = _messages(session, contact_id)
        kept |= notices_of_contact(session, contact_id)
    kept["tickets"] = _tickets(session, person_id, contact_id)
    return kept


def tickets_in_work(session: Session, contact_id: int) -> Sequence[str]:
    """Give the numbers of a contact's own tickets."""
    own = (Ticket.contact_id == contact_id) & ~goes_with_another()
    return session.scalars(select(Ticket.number).where(own).order_by(Ticket.id)).all()


def _person(session: Session, person_id: int) -> dict[str, Any]:
    person, household, area, source = session.execute(
        select(Person, Household, Area.name, AgencyList)
        .join(Household, Household.id == Person.household_id)
        .join(Area, Area.code == Household.area_code)
        .join(AgencyList, AgencyList.id == Household.list_id)
        .where(Person.id == person_id)
    ).one()
    return {
        "person": {
            "name": person.name,
            "nik": _opened(session, person.nik_sealed, "people", "nik_sealed"),
            "birth_date": _day(person.birth_date),
            "sex": person.sex,
            "relation": person.relation,
            "as_of": _day(person.as_of),
        },
        "household": {
            "kk": _opened(session, household.kk_sealed, "households", "kk_sealed"),
            "address": household.address,
            "rt": household.rt,
            "rw": household.rw,
            "area": area,
            "decile": household.decile,
            "list": f"{source.agency}: {source.name}",
            "as_of": _day(household.as_of),
        },
    }


def _lines(session: Session, person_id: int) -> list[dict[str, Any]]:
    rows = session.execute(
        select(Enrolment, AgencyList, Program.name)
        .join(AgencyList, AgencyList.id == Enrolment.list_id)
        .outerjoin(Program, Program.code == Enrolment.program_code)
        .where(Enrolment.person_id == person_id)
        .order_by(Enrolment.id)
    ).all()
    return [
        {
            "agency": source.agency,
            "list": source.name,
            "as_of": _day(source.as_of),
            "in_force": line.ended_batch_id is None,
            "program": program,
            "status": line.status,
            "since": _day(line.since),
            "reason": line.reason,
            "pregnant_until": _day(line.pregnant_until),
            "details": _opened(session, line.details_sealed, "enrolments", "details_sealed"),
            "payouts": _payouts(session, line.id),
        }
        for line, source, program in rows
    ]


def _payouts(session: Session, enrolment_id: int) -> list[dict[str, Any]]:
    query = select(Payout).where(Payout.enrolment_id == enrolment_id).order_by(Payout.paid_on)
    return [
        {"period": paid.period, "amount": paid.amount, "paid_on": _day(paid.paid_on),
         "place": paid.place}
        for paid in session.scalars(query)
    ]  # fmt: skip


def _changes(session: Session, person_id: int) -> list[dict[str, Any]]:
    query = (
        select(Change)
        .where(Change.subject == "person", Change.subject_id == person_id)
        .order_by(Change.id)
    )
    return [
        {"at": row.at.isoformat(), "field": row.field, "before": row.before, "after": row.after}
        for row in session.scalars(query)
    ]


def _contact(session: Session, contact_id: int) -> dict[str, Any]:
    contact = session.get_one(Contact, contact_id)
    return {
        "channel": contact.channel,
        "address": contact.address,
        "consent": contact.consent,
        "consent_at": contact.consent_at.isoformat() if contact.consent_at else None,
        "notices": contact.notices,
        "news": contact.news,
        "emergencies": contact.emergencies,
        "language": contact.language,
        "since": contact.created_at.isoformat(),
    }


def _messages(session: Session, contact_id: int) -> list[dict[str, Any]]:
    query = (
        select(InboundMessage.received_at, InboundMessage.body)
        .where(InboundMessage.contact_id == contact_id)
        .order_by(InboundMessage.id.desc())
        .limit(_MESSAGES)
    )
    said = [
        {"at": at.isoformat(), "text": json.loads(session.vault.open(body, PURPOSE))["text"]}
        for at, body in session.execute(query)
    ]
    return [message for message in reversed(said) if message["text"]]


def _tickets(
    session: Session, person_id: int | None, contact_id: int | None
) -> list[dict[str, Any]]:
    # What a companion brought for a family is that one's, though it came by the companion's chat.
    brought = (Ticket.contact_id == contact_id) & ~goes_with_another()
    helped = Ticket.helper_id.is_not(None) & (Ticket.person_id == person_id)
    theirs: ColumnElement[bool]
    if person_id is None:
        theirs = brought
    else:
        # What a companion told of a danger in the family is not for who may be the danger.
        of_his = (Ticket.person_id == person_id) & ~is_told_of_family()
        theirs = or_(brought, helped) if contact_id is not None else of_his
    return [
        {
            "number": ticket.number,
            "kind": ticket.kind,
            "category": ticket.category,
            "state": ticket.state,
            "created_at": ticket.created_at.isoformat(),
            "story": _opened(session, ticket.story_sealed, "tickets", "story_sealed"),
            "occurred": _opened(session, ticket.occurred_sealed, "tickets", "occurred_sealed"),
        }
        for ticket in session.scalars(select(Ticket).where(theirs).order_by(Ticket.id))
    ]


def _opened(session: Session, sealed: bytes | None, table: str, column: str) -> str | None:
    return None if sealed is None else session.vault.open(sealed, SEALED[table, column])


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
