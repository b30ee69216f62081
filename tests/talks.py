"""Somebody who waits for a talk and somebody on duty, as the tests need them."""

from datetime import datetime, timedelta

from sqlalchemy import select

from db.contacts import ACTIVE, CONSENT_GIVEN, Contact
from db.duty import Duty
from db.session import Store
from db.staff import Staff
from db.talks import Talk, open_talk
from db.ticket_changes import open_ticket
from db.ticket_states import By
from db.tickets import Matter
from tests.moment import NOW


def waiting(store: Store, now: datetime, area_code: str, address: str = "menunggu") -> int:
    """Give the talk that a citizen of an area waits for."""
    with store.begin() as session:
        there = select(Contact).filter_by(channel="simulator", address=address)
        contact = session.scalars(there).one_or_none() or Contact(
            channel="simulator", address=address, state=ACTIVE, consent=CONSENT_GIVEN,
            consent_at=now, created_at=now,
        )  # fmt: skip
        session.add(contact)
        session.flush()
        ticket = open_ticket(
            session, Matter("human", "", "mau bicara"),
            contact_id=contact.id, person_id=None, area_code=area_code, year=now.year,
            actor=f"contact:{contact.id}", by=By.CITIZEN, now=now,
        )  # fmt: skip
        return open_talk(session, contact.id, ticket.id, now).id


def planned(store: Store, area_code: str) -> int:
    """Give the stretch of duty of an officer of an area."""
    with store.begin() as session:
        staff = Staff(name="Siaga", role="officer", area_code=area_code, created_at=NOW)
        session.add(staff)
        session.flush()
        duty = Duty(staff_id=staff.id, begins_at=NOW, ends_at=NOW + timedelta(hours=8))
        session.add(duty)
        session.flush()
        return duty.id


def talk_of(store: Store, talk_id: int) -> Talk:
    """Give a talk as it is now."""
    with store.read() as session:
        return session.get_one(Talk, talk_id)
