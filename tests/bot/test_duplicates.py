"""A ticket that repeats that of somebody else: which may, and what its citizen hears of the end."""

from typing import Any

import pytest

from bot.desk.duplicates import may_repeat
from bot.desk.moving import Move, move_ticket
from bot.engine import Engine
from bot.messages import Address, Channel
from db.contacts import ACTIVE, CONSENT_GIVEN, Contact
from db.session import Store
from db.ticket_changes import open_ticket
from db.ticket_states import By, Decision, State
from db.tickets import Matter, Ticket
from tests.talk import Clock, Person, words

CITY = "74.72"


def bring(store: Store, clock: Clock, address: str, **more: Any) -> Ticket:
    """File a ticket of a citizen of his own."""
    with store.begin() as session:
        contact = Contact(
            channel="simulator", address=address, state=ACTIVE, consent=CONSENT_GIVEN,
            consent_at=clock(), created_at=clock(),
        )  # fmt: skip
        session.add(contact)
        session.flush()
        given = {"kind": "complaint", "category": "goods", "story": "Berasnya busuk"} | more
        ticket = open_ticket(
            session, Matter(**given), contact_id=contact.id, person_id=None, area_code=CITY,
            year=2026, actor="cli", by=By.CITIZEN, now=clock(),
        )  # fmt: skip
        session.expunge(ticket)
        return ticket


def move(store: Store, clock: Clock, ticket: Ticket, *moves: Move) -> None:
    with store.begin() as session:
        move_ticket(session, ticket.id, *moves, by=By.DESK, actor="cli", now=clock())


@pytest.mark.databases("sqlite")
def test_the_end_of_the_first_is_told_to_who_brought_the_same(
    engine: Engine, sample_store: Store, clock: Clock
) -> None:
    first, same, again = (bring(sample_store, clock, name) for name in ("a", "b", "c"))
    people = [
        Person(engine, sample_store, clock, Address(Channel.SIMULATOR, name)) for name in "bc"
    ]
    for ticket, other in ((same, first), (again, same)):
        rejected = Move(State.REJECTED, decision=Decision.DUPLICATE, other_id=other.id)
        move(sample_store, clock, ticket, rejected)
    for person, ticket in zip(people, (same, again), strict=True):
        (told,) = person.unread()
        assert "kami kabari di sini" in told.text
        assert told.text == told.text.strip()
        assert ticket.number in told.text
    move(sample_store, clock, first, Move(State.VERIFIED))
    assert people[0].unread() == []
    why = f"Beras untuk {first.number} sudah diganti."
    move(
        sample_store, clock, first,
        Move(State.ASSIGNED, staff_id=1), Move(State.IN_PROGRESS),
        Move(State.RESOLVED, why, Decision.UPHELD),
    )  # fmt: skip
    for person, ticket in zip(people, (same, again), strict=True):
        text = words(person.unread())
        assert f"Beras untuk {ticket.number} sudah diganti." in text
        assert first.number not in text
    # What an agreement was asked for is told with the button for it.
    alone = bring(sample_store, clock, "d")
    move(sample_store, clock, alone, Move(State.REJECTED, "Ke Dukcapil.", Decision.REDIRECTED))
    person = Person(engine, sample_store, clock, Address(Channel.SIMULATOR, "d"))
    (reply,) = person.unread()
    assert "human" in [choice.value for choice in reply.choices]


@pytest.mark.databases("sqlite")
def test_the_end_is_told_at_once_where_the_first_has_ended_already(
    engine: Engine, sample_store: Store, clock: Clock
) -> None:
    first, same = (bring(sample_store, clock, name) for name in ("a", "b"))
    work = (Move(State.VERIFIED), Move(State.ASSIGNED, staff_id=1), Move(State.IN_PROGRESS))
    move(sample_store, clock, first, *work, Move(State.RESOLVED, "Sudah diganti.", Decision.UPHELD))
    move(sample_store, clock, same, Move(State.REJECTED, "", Decision.DUPLICATE, other_id=first.id))
    person = Person(engine, sample_store, clock, Address(Channel.SIMULATOR, "b"))
    told = words(person.unread())
    assert "sudah selesai dikerjakan" in told
    assert "Sudah diganti." in told
    assert first.number not in told


@pytest.mark.databases("sqlite")
def test_only_an_open_one_of_the_same_kind_may_be_repeated(
    sample_store: Store, clock: Clock
) -> None:
    mine = bring(sample_store, clock, "mine")
    others = {
        "plain": bring(sample_store, clock, "plain"),
        "usul": bring(sample_store, clock, "usul", kind="usul", category=""),
        "anonymous": bring(sample_store, clock, "anonymous", secrecy="anonymous"),
        "confidential": bring(sample_store, clock, "confidential", secrecy="confidential"),
    }
    assert [name for name, other in others.items() if may_repeat(mine, other)] == ["plain"]
    assert not may_repeat(mine, mine)
    for kind in ("sanggah", "emergency"):
        one, two = (
            bring(sample_store, clock, f"{kind}{at}", kind=kind, category="") for at in "12"
        )
        assert not may_repeat(one, two)
        two.contact_id = one.contact_id
        assert may_repeat(one, two)
