"""Which tickets somebody sees by chat: his own, and what was filed for families he looks after.

Who filed for somebody stands in the ticket. Who follows it is whoever looks after the family, or
the group, on the day: nobody else, however it was filed. An emergency that staff told of a family
goes the same way: who hears of it, adds to it, takes it back or says that it is over is he.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update

from db.areas import Area
from db.assignments import companion_of, looked_after, present_one
from db.contacts import ACTIVE, Contact
from db.kube_groups import KubeGroup
from db.kube_proposals import KubePermit
from db.registry import Person
from db.session import Session
from db.staff import Staff
from db.substitutions import away
from db.ticket_states import OPEN
from db.tickets import Ticket, TicketEvent

_TICKET: Any = Ticket.__table__
_BARE = re.compile(r"\d{1,6}")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks by chat for tickets, and the day it is where he is."""

    contact_id: int
    person_id: int | None
    staff_id: int | None
    today: date


@dataclass(frozen=True, slots=True)
class TicketState:
    """How far a ticket has come."""

    number: str
    state: str
    decision: str | None


def tickets_of(session: Session, reader: Reader, limit: int = 5) -> Sequence[TicketState]:
    """Give the states of the tickets that somebody sees, newest first."""
    query = select(Ticket.number, Ticket.state, Ticket.decision).where(seen_by(reader))
    rows = session.execute(query.order_by(Ticket.id.desc()).limit(limit))
    return [TicketState(*row) for row in rows]


def find_ticket(session: Session, reader: Reader, number: str) -> Ticket | None:
    """Find a ticket that somebody sees by its number, or by its bare digits.

    These mean this year's, else that of an earlier one. Other people's tickets are not found: a
    number is no proof of who asks.
    """
    seen = select(Ticket).where(seen_by(reader))
    if _BARE.fullmatch(number):
        ending = f"-{int(number):06d}"
        found = session.scalars(
            seen.where(Ticket.number.endswith(ending)).order_by(Ticket.id.desc())
        ).all()
        this_year = [one for one in found if one.number.startswith(f"PKS-{reader.today.year}")]
        return next(iter(this_year or found), None)
    return session.scalars(seen.where(Ticket.number == number.upper())).one_or_none()


def is_followed(session: Session, ticket: Ticket) -> bool:
    """Say whether who looks after a family or group follows a ticket, not the chat it came by."""
    if ticket.helper_id is not None:
        return True
    if ticket.kind != "emergency" or ticket.person_id is None:
        return False
    return bool(session.scalar(select(exists().where(Ticket.id == ticket.id, goes_with_another()))))


def may_speak_of(session: Session, reader: Reader, ticket: Ticket) -> bool:
    """Say whether somebody may hear of a ticket today and do with it what is a citizen's to do."""
    if not is_followed(session, ticket):
        return ticket.contact_id == reader.contact_id
    return bool(session.scalar(select(exists().where(Ticket.id == ticket.id, seen_by(reader)))))


def went_to_another(session: Session, reader: Reader, number: str) -> bool:
    """Say whether a ticket came by this chat, and who looks after its family follows it now."""
    gone = _gone_from(reader) & (Ticket.number == number.upper())
    return bool(session.scalar(select(exists().where(gone))))


def emergency_went(session: Session, reader: Reader, since: datetime) -> bool:
    """Say the same of an open emergency that this chat told of since a moment."""
    recent = (Ticket.kind == "emergency") & (Ticket.created_at >= since)
    still = recent & Ticket.state.in_([*OPEN])
    return bool(session.scalar(select(exists().where(_gone_from(reader), still))))


def follower_chat(session: Session, ticket: Ticket, now: datetime) -> Contact | None:
    """Give the chat of who follows today what was filed for somebody; None where nobody can."""
    staff = follower_of(session, ticket, now)
    if staff is None:
        return None
    chats = select(Contact).where(Contact.staff_id == staff.id, Contact.state == ACTIVE)
    return session.scalars(chats.order_by(Contact.id.desc()).limit(1)).first()


def follower_of(session: Session, ticket: Ticket, now: datetime) -> Staff | None:
    """Give who follows today what was filed for somebody: as `tickets_of` lets him see it."""
    if not is_followed(session, ticket):
        return None
    today = now.astimezone(ZoneInfo(session.get_one(Area, ticket.area_code).timezone)).date()
    if ticket.person_id is not None:
        family = session.get_one(Person, ticket.person_id).household_id
        return companion_of(session, family, today)
    of_group = (
        select(KubeGroup)
        .join(KubePermit, KubePermit.group_id == KubeGroup.id)
        .where(KubePermit.ticket_id == ticket.id)
    )
    group = session.scalars(of_group.limit(1)).first()
    carer_id = ticket.helper_id if group is None else group.companion_id
    carer = None if carer_id is None else session.get(Staff, carer_id)
    return None if carer is None else present_one(session, carer, today)


def owner_chats(session: Session, ticket: Ticket) -> Sequence[int]:
    """Give the chats that are tied to him for whom a ticket was filed."""
    if ticket.helper_id is None or ticket.person_id is None:
        return ()
    query = select(Contact.id).where(
        Contact.person_id == ticket.person_id,
        Contact.staff_id.is_(None),
        Contact.state == ACTIVE,
    )
    return session.scalars(query.order_by(Contact.id)).all()


def take_along(session: Session, staff_id: int, contact_id: int) -> None:
    """Let what a member of staff brought himself go to the chat that is his now."""
    own = (Ticket.contact_id != contact_id) & Ticket.helper_id.is_(None)
    brought = own & _opened_by(TicketEvent.actor == f"staff:{staff_id}")
    session.core.execute(update(_TICKET).where(brought).values(contact_id=contact_id))


def is_told_of_family() -> ColumnElement[bool]:
    """Give the condition that staff told of a danger in a family, where its own may be who."""
    return (
        (Ticket.kind == "emergency")
        & Ticket.person_id.is_not(None)
        & _opened_by(TicketEvent.actor.startswith("staff:"))
    )


def _opened_by(actor: ColumnElement[bool]) -> ColumnElement[bool]:
    opened = (TicketEvent.ticket_id == Ticket.id) & (TicketEvent.change == "opened")
    return exists().where(opened, actor)


def seen_by(reader: Reader) -> ColumnElement[bool]:
    """Give the one condition of what somebody sees."""
    seen = [and_(Ticket.contact_id == reader.contact_id, ~goes_with_another())]
    if reader.person_id is not None:
        seen.append(and_(Ticket.helper_id.is_not(None), Ticket.person_id == reader.person_id))
    if reader.staff_id is not None:
        seen.append(_follows(reader.staff_id, reader.today))
    return or_(*seen)


def _gone_from(reader: Reader) -> ColumnElement[bool]:
    return (Ticket.contact_id == reader.contact_id) & ~seen_by(reader)


def goes_with_another() -> ColumnElement[bool]:
    """Give the condition that `is_followed`; what staff told of themselves is their own."""
    own = (Contact.id == Ticket.contact_id) & (Contact.person_id == Ticket.person_id)
    return or_(Ticket.helper_id.is_not(None), and_(is_told_of_family(), ~exists().where(own)))


def _his_people(staff_id: int, today: date) -> Select[int]:
    return select(Person.id).where(Person.household_id.in_(looked_after(staff_id, today)))


def _follows(staff_id: int, today: date) -> ColumnElement[bool]:
    def is_his(column: Any) -> ColumnElement[bool]:
        return or_(column == staff_id, column.in_(away(staff_id, today)))

    permits = select(KubePermit.ticket_id)
    of_group = permits.join(KubeGroup, KubeGroup.id == KubePermit.group_id).where(
        is_his(KubeGroup.companion_id)
    )
    of_nobody = and_(
        # Not by the index of people: half the tickets of a city are of nobody who is known.
        func.coalesce(Ticket.person_id, 0) == 0,
        Ticket.id.not_in(permits),
        Ticket.helper_id.in_(select(Staff.id).where(is_his(Staff.id))),
    )
    of_family = and_(Ticket.person_id.in_(_his_people(staff_id, today)), goes_with_another())
    return or_(
        of_family, and_(Ticket.helper_id.is_not(None), or_(Ticket.id.in_(of_group), of_nobody))
    )
