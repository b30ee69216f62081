"""Tickets for the tests of the desk's pages: of somebody of the sample, who wrote and was told."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.desk.moving import Move, move_ticket
from bot.messages import Choice, Reply
from bot.outbox import seal_reply
from db.contacts import Contact
from db.inbox import InboundMessage
from db.outbox import OutboundMessage
from db.registry import Household, Person
from db.sample.named import named_people
from db.session import Session, Store
from db.ticket_changes import open_ticket
from db.ticket_states import By
from db.tickets import Matter, Ticket
from tests.moment import NOW

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
