"""Tickets for the tests of the desk's pages: of somebody of the sample, who wrote and was told."""

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.desk.moving import Move, move_ticket
from bot.messages import Choice, Reply
from bot.outbox import seal_reply
from db.audit import AuditEntry
from db.contacts import Contact
from db.inbox import InboundMessage
from db.outbox import OutboundMessage
from db.registry import Household, Person
from db.sample.named import named_people
from db.session import Session, Store
from db.ticket_changes import open_ticket
from db.ticket_notes import notes_of
from db.ticket_states import By
from db.tickets import Matter, Ticket, history_of
from tests.moment import NOW
from tests.staff import add_staff
from tests.webhook.console import Officer, as_staff
from tests.webhook.site import Site

HEARD = re.compile(r'name="heard" value="(\d+)"')
SEEN = re.compile(r'name="seen" value="(\d+)"')

SITI = named_people()[0]  # of Bukit Wolio Indah, which is in Wolio
WOLIO, MURHUM = "74.72.02", "74.72.06"
NUMBER = "+6281234567890"
STORY = "Uang PKH saya dipotong lima puluh ribu oleh ketua kelompok."


def siti(session: Session) -> tuple[Person, Household]:
    index = session.vault.index(SITI.nik, "nik")
    person = session.scalars(select(Person).where(Person.nik_index == index)).one()
    return person, session.get_one(Household, person.household_id)


def contact_of_siti(session: Session) -> Contact:
    found = session.scalars(select(Contact).where(Contact.address == NUMBER)).one_or_none()
    if found is None:
        person, _ = siti(session)
        found = Contact(
            channel="whatsapp", address=NUMBER, consent="given", person_id=person.id,
            created_at=NOW,
        )  # fmt: skip
        session.add(found)
        session.flush()
    return found


def file_one(store: Store, *moves: Move, **more: Any) -> Ticket:
    """File a ticket of Siti, and bring it as far as the moves do."""
    given: dict[str, Any] = {
        "kind": "complaint", "category": "deducted", "story": STORY, "occurred": "Kemarin di pasar",
        "secrecy": "plain", "counter": False,
    } | more  # fmt: skip
    counter = given.pop("counter")
    with store.begin() as session:
        person, household = siti(session)
        contact = None if counter else contact_of_siti(session)
        ticket = open_ticket(
            session, Matter(details=None, **given),
            contact_id=contact.id if contact else None, person_id=person.id,
            area_code=household.area_code, year=2026, actor="cli", by=By.CITIZEN,
            now=NOW - timedelta(hours=1),
        )  # fmt: skip
        if moves:
            move_ticket(session, ticket.id, *moves, by=By.DESK, actor="cli", now=NOW)
        session.expunge(ticket)
        return ticket


def write(store: Store, text: str) -> None:
    """Let Siti write a message."""
    with store.begin() as session:
        contact = contact_of_siti(session)
        count = len(session.scalars(select(InboundMessage.id)).all())
        body = session.vault.seal(f'{{"text":"{text}"}}', "inbound")
        session.add(
            InboundMessage(
                contact_id=contact.id, channel=contact.channel, external_id=f"m{count}",
                body=body, sent_at=NOW, received_at=NOW + timedelta(seconds=count),
            )
        )  # fmt: skip


def told(store: Store, text: str, *labels: str) -> None:
    """Let Siti have been told something."""
    with store.begin() as session:
        contact = contact_of_siti(session)
        choices = tuple(Choice(label.lower(), label) for label in labels)
        session.add(
            OutboundMessage(
                contact_id=contact.id, channel=contact.channel, priority=0, state="delivered",
                not_before=NOW, created_at=NOW, settled_at=NOW, tries=1, failures=0,
                body=seal_reply(session.vault, Reply(text, choices)),
            )
        )  # fmt: skip


def address(ticket: Ticket) -> str:
    return f"/console/tiket/{ticket.number}"


def page(officer: Officer, ticket: Ticket) -> str:
    response = officer.get(address(ticket))
    assert response.status_code == 200
    return response.text


def act(officer: Officer, ticket: Ticket, deed: str, **fields: Any) -> int:
    """Send a form of a page as it stands now; gives the status."""
    if "seen" not in fields:
        shown = page(officer, ticket)
        found, heard = SEEN.search(shown), HEARD.search(shown)
        fields["seen"] = found.group(1) if found else "1"
        fields["heard"] = heard.group(1) if heard else "0"
    return officer.post(f"{address(ticket)}/{deed}", **fields).status_code


def now(store: Store, ticket: Ticket) -> Ticket:
    with store.read() as session:
        return session.get_one(Ticket, ticket.id)


def officer_of(site: Site, role: str, section: str = "sosial_ekonomi") -> tuple[Officer, int]:
    staff_id, _ = add_staff(site.store, site.clock(), role, section=section)
    return as_staff(site, site.store, staff_id), staff_id


def actions(store: Store, ticket: Ticket) -> list[str]:
    with store.read() as session:
        query = select(AuditEntry.action).where(AuditEntry.subject == f"ticket:{ticket.id}")
        return list(session.scalars(query.order_by(AuditEntry.id)))


def versions(store: Store, ticket: Ticket) -> list[int]:
    with store.read() as session:
        return [event.version for event in history_of(session, ticket.id)]


def notes(store: Store, ticket: Ticket) -> list[tuple[str, str]]:
    with store.read() as session:
        return [(note.kind, note.text) for note in notes_of(session, ticket.id)]
