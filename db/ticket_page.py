"""What stands beside a ticket on its page: reporter, aid, earlier tickets, files, colleagues."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, or_, select

from db import audit
from db.areas import Area, Scope
from db.attachments import Attachment
from db.contacts import Contact
from db.crypto import mask, mask_kk
from db.enrolments import Aid, aid_of_household
from db.registry import Household, Person
from db.session import Session
from db.staff import Staff
from db.ticket_desk import BACK_OFFICE, Sight, hides_reporter
from db.ticket_rules import Agency
from db.ticket_states import OPEN
from db.tickets import Ticket, TicketEvent

UNMASK = "unmask reporter"
_MOST_EARLIER, _MOST_LOOKED_AT = 10, 50
_TICKET: Any = Ticket.__table__
HOLDERS = ("front_office", "officer", "chief", BACK_OFFICE)  # who may be given tickets
_BULLET = "\N{BULLET}"


@dataclass(frozen=True, slots=True)
class Told:
    """What a ticket tells, opened."""

    story: str
    occurred: str
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who brought a ticket, masked or in full; of the registry only what lies within the area."""

    person_id: int | None  # None where nobody is known, or he lives outside the area
    lives_outside: bool
    name: str
    nik: str
    kk: str  # never in full: its end proves in chat who asks
    birth_date: date | None
    address: str
    area_name: str
    channel: str | None
    number: str  # of his telephone, where the channel has one
    is_staff: bool


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who may be given a ticket, and how many open ones he has."""

    id: int
    name: str
    role: str
    section: str | None
    load: int


@dataclass(frozen=True, slots=True)
class File:
    """A file or point that came with a ticket."""

    id: int
    kind: str
    state: str
    mime: str | None
    at: datetime
    latitude: float | None
    longitude: float | None


def told_by(session: Session, ticket: Ticket) -> Told:
    """Open what a ticket tells; whoever asks must be allowed to read it."""
    vault = session.vault
    details = vault.open(ticket.details_sealed, "ticket details") if ticket.details_sealed else "{}"
    return Told(
        story=vault.open(ticket.story_sealed, "story"),
        occurred=vault.open(ticket.occurred_sealed, "occurred"),
        details=json.loads(details),
    )


def files_of(session: Session, ticket_id: int) -> Sequence[File]:
    """Give the files and points of a ticket, in the order in which they came."""
    columns = (
        Attachment.id, Attachment.kind, Attachment.state, Attachment.mime, Attachment.at,
        Attachment.latitude, Attachment.longitude,
    )  # fmt: skip
    query = select(*columns).where(Attachment.ticket_id == ticket_id).order_by(Attachment.id)
    return [File(*row) for row in session.execute(query)]


def reporter_of(session: Session, scope: Scope, ticket: Ticket) -> Reporter:
    """Give who brought a ticket with everything masked that names him."""
    return _reporter(session, scope, ticket, masked=True)


def unmasked_reporter(
    session: Session, scope: Scope, ticket: Ticket, actor: str, now: datetime
) -> Reporter:
    """Give who brought a ticket, and write into the trail who asked.

    Of a ticket that hides its reporter the trail names the ticket alone.
    """
    found = _reporter(session, scope, ticket, masked=False)
    if not hides_reporter(ticket):  # else the trail would name him to those who may not know
        if found.person_id is not None:
            audit.record(session, now, actor, UNMASK, f"person:{found.person_id}")
        if ticket.contact_id is not None:
            audit.record(session, now, actor, UNMASK, f"contact:{ticket.contact_id}")
    audit.record(session, now, actor, UNMASK, f"ticket:{ticket.id}")
    return found


def aid_of_reporter(
    session: Session, scope: Scope, ticket: Ticket, actor: str, now: datetime
) -> Sequence[Aid]:
    """Give the aid of the reporter's family, and write into the trail who read it.

    Of a ticket that hides its reporter the trail names the ticket alone.
    """
    found = _family(session, ticket)
    if found is None or not scope.covers(found[1].area_code):
        return []
    person, household, _ = found
    subject = f"ticket:{ticket.id}" if hides_reporter(ticket) else f"person:{person.id}"
    audit.record(session, now, actor, "read aid", subject)
    return aid_of_household(session, household.id)


def earlier_tickets(session: Session, sight: Sight, ticket: Ticket) -> Sequence[Ticket]:
    """Give other tickets of the same person or contact, newest first.

    One whose reporter the officer may not know is left out: beside this one it would name him.
    """
    same = []
    if ticket.person_id is not None:
        same.append(Ticket.person_id == ticket.person_id)
    if ticket.contact_id is not None and ticket.helper_id is None:
        own = Ticket.helper_id.is_(None)  # what he filed for others is theirs
        same.append(and_(Ticket.contact_id == ticket.contact_id, own))
    if not same:
        return []
    query = select(Ticket).where(or_(*same), Ticket.id != ticket.id, sight.holds())
    found = session.scalars(query.order_by(Ticket.id.desc()).limit(_MOST_LOOKED_AT))
    return [one for one in found if sight.may_know_reporter(one)][:_MOST_EARLIER]


def holders_for(session: Session, ticket: Ticket) -> Sequence[Holder]:
    """Give who may be given a ticket, least loaded first.

    Of the back office only its own section, and nobody outside of whose area it lies.
    """
    staff = [
        one
        for one in session.scalars(
            select(Staff)
            .where(Staff.active.is_(True), Staff.role.in_(HOLDERS))
            .order_by(Staff.name)
        )
        if Scope(one.area_code).covers(ticket.area_code)
        and (one.role != BACK_OFFICE or one.section == ticket.section)
    ]
    loads = loads_of(session, [one.id for one in staff])
    holders = [
        Holder(one.id, one.name, one.role, one.section, loads.get(one.id, 0)) for one in staff
    ]
    return sorted(holders, key=lambda one: (one.role != BACK_OFFICE, one.load, one.name))


def loads_of(session: Session, staff_ids: Collection[int]) -> dict[int, int]:
    """Give how many open tickets officers hold; who holds none is not named."""
    rows = session.core.execute(
        select(_TICKET.c.staff_id, func.count().label("load"))
        .where(_TICKET.c.staff_id.in_(staff_ids), _TICKET.c.state.in_([*OPEN]))
        .group_by(_TICKET.c.staff_id)
    )
    return {row.staff_id: row.load for row in rows}


def names_of_actors(session: Session, events: Collection[TicketEvent]) -> dict[str, str]:
    """Give the names of officers and agencies by their marks in a history."""
    ids = {one.staff_id for one in events if one.staff_id is not None}
    ids |= {int(one.actor[6:]) for one in events if one.actor.startswith("staff:")}
    return _staff_names(session, ids) | {
        f"agency:{code}": name for code, name in session.execute(select(Agency.code, Agency.name))
    }


def names_of_staff(session: Session, actors: Collection[str]) -> dict[str, str]:
    """Give the names of officers by their marks such as `staff:7`."""
    return _staff_names(session, {int(one[6:]) for one in actors if one.startswith("staff:")})


def staff_name(session: Session, staff_id: int | None) -> str:
    """Give the name of an officer, empty for nobody."""
    if staff_id is None:
        return ""
    return session.scalar(select(Staff.name).where(Staff.id == staff_id)) or ""


def _staff_names(session: Session, ids: Collection[int]) -> dict[str, str]:
    if not ids:
        return {}
    rows = session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids)))
    return {f"staff:{staff_id}": name for staff_id, name in rows}


def _reporter(session: Session, scope: Scope, ticket: Ticket, masked: bool) -> Reporter:
    contact = session.get(Contact, ticket.contact_id) if ticket.contact_id is not None else None
    if contact is not None and ticket.helper_id not in (None, contact.staff_id):
        contact = None  # who filed it for him has another phone now
    found = _family(session, ticket)
    within = found is not None and scope.covers(found[1].area_code)
    number = contact.address if contact is not None and contact.address.startswith("+") else ""
    if found is None or not within:
        person = household = area = None
    else:
        person, household, area = found
    nik = _opened(session, person.nik_sealed, "nik") if person else ""
    kk = _opened(session, household.kk_sealed, "kk") if household else ""
    return Reporter(
        person_id=person.id if person else None,
        lives_outside=found is not None and not within,
        name=_shortened(person.name, masked) if person else "",
        nik=mask(nik) if masked else nik,
        kk=mask_kk(kk),
        birth_date=person.birth_date if person and not masked else None,
        address=_address(household) if household and not masked else "",
        area_name=area.name if area else "",
        channel=contact.channel if contact else None,
        number=mask(number) if masked else number,
        is_staff=contact is not None and contact.staff_id is not None,
    )


def _family(session: Session, ticket: Ticket) -> tuple[Person, Household, Area] | None:
    row = session.execute(
        select(Person, Household, Area)
        .join(Household, Household.id == Person.household_id)
        .join(Area, Area.code == Household.area_code)
        .where(Person.id == ticket.person_id)
    ).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def _opened(session: Session, sealed: bytes | None, purpose: str) -> str:
    return session.vault.open(sealed, purpose) if sealed else ""


def _address(household: Household) -> str:
    ward = f", RT {household.rt}/RW {household.rw}" if household.rt else ""
    return f"{household.address}{ward}"


def _shortened(name: str, masked: bool) -> str:
    """Leave of each word of a name its first letter."""
    if not masked:
        return name
    return " ".join(f"{word[0]}{_BULLET * 3}" for word in name.split())
