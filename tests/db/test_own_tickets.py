"""Who sees and hears of what was filed for somebody: whoever looks after the family that day."""

from datetime import timedelta

from sqlalchemy import select

from db.assignments import families_of
from db.contacts import Contact
from db.handovers import hand_over
from db.kube_handovers import hand_group
from db.kube_proposals import add_permit
from db.own_tickets import (
    Reader,
    find_ticket,
    follower_chat,
    owner_chats,
    take_along,
    tickets_of,
)
from db.registry import Person
from db.session import Session, Store
from db.staff_chats import detach_chats
from db.substitutions import end_substitution, substitute
from db.ticket_changes import open_ticket
from db.ticket_states import By
from db.tickets import Matter, Ticket, bringer_of
from tests.db.test_handovers import companions
from tests.kube import make_companion, make_kube
from tests.moment import NOW, TODAY
from tests.tickets import file

DAY = timedelta(days=1)


def chat(session: Session, name: str, **tied: int) -> Contact:
    made = Contact(channel="simulator", address=name, created_at=NOW, **tied)
    session.add(made)
    session.flush()
    return made


def filed(session: Session, by: int, contact: Contact | None, person: int | None) -> Ticket:
    ticket = file(session)
    ticket.helper_id, ticket.person_id = by, person
    ticket.contact_id = None if contact is None else contact.id
    session.flush()
    return ticket


def seers(session: Session, ticket: Ticket, *staff: int, days: int = 0) -> list[int]:
    """Give who of some companions finds a ticket and has it in his list, with any chat."""
    seen = []
    for one in staff:
        reader = Reader(10**6, None, one, TODAY + days * DAY)
        listed = ticket.number in [each.number for each in tickets_of(session, reader, 500)]
        found = find_ticket(session, reader, ticket.number)
        assert listed == (found is not None)
        if listed:
            seen.append(one)
    return seen


def test_what_a_substitute_filed_is_his_until_the_leave_ends(sample_store: Store) -> None:
    with sample_store.begin() as session:
        own, stand_in, other = companions(session)
        three = (own.id, stand_in.id, other.id)
        family = families_of(session, own.id, TODAY)[0][0]
        person = session.scalars(
            select(Person).filter_by(household_id=family.id, relation="head")
        ).one()
        its, phone = chat(session, "asma", staff_id=stand_in.id), chat(session, "warga")
        leave = substitute(
            session, own.id, stand_in.id, TODAY, TODAY + DAY, actor="cli", now=NOW
        )  # fmt: skip
        ticket = filed(session, stand_in.id, its, person.id)
        assert bringer_of(session, ticket.id) is None
        assert seers(session, ticket, *three) == [own.id, stand_in.id]
        assert seers(session, ticket, *three, days=2) == [own.id]
        told = follower_chat(session, ticket, NOW)
        assert told is not None
        assert told.id == its.id
        end_substitution(session, leave.id, "cli", NOW)
        assert seers(session, ticket, *three) == [own.id]
        told = follower_chat(session, ticket, NOW)
        assert told is not None
        assert told.staff_id == own.id

        # The chat by which it was filed shows it to nobody, whoever has it now.
        for staff_id in (stand_in.id, None):
            assert (
                find_ticket(session, Reader(its.id, None, staff_id, TODAY), ticket.number) is None
            )
        assert owner_chats(session, ticket) == []
        phone.person_id = person.id
        session.flush()
        assert owner_chats(session, ticket) == [phone.id]
        assert find_ticket(session, Reader(phone.id, person.id, None, TODAY), ticket.number)


def test_it_goes_with_the_family_also_to_who_has_no_chat_yet(sample_store: Store) -> None:
    with sample_store.begin() as session:
        own, new, _other = companions(session)
        family = families_of(session, own.id, TODAY)[0][0]
        person = session.scalars(
            select(Person).filter_by(household_id=family.id, relation="head")
        ).one()
        its = session.scalars(select(Contact).filter_by(staff_id=own.id)).one()
        ticket = filed(session, own.id, its, person.id)
        mine = filed(session, own.id, its, None)  # for somebody who is on no list
        hand_over(session, [family.id], own.id, new.id, why="Pindah", actor="cli", now=NOW)
        assert (ticket.helper_id, ticket.contact_id) == (own.id, its.id)
        assert seers(session, ticket, own.id, new.id) == [new.id]
        assert seers(session, mine, own.id, new.id) == [own.id]
        assert follower_chat(session, ticket, NOW) is None
        its_new = chat(session, "asma", staff_id=new.id)
        assert follower_chat(session, ticket, NOW) == its_new
        assert follower_chat(session, mine, NOW) == its

        assert detach_chats(session, new.id, but=its_new.id) == []
        assert detach_chats(session, new.id) == [its_new.id]
        assert follower_chat(session, ticket, NOW) is None
        own.active = False
        session.flush()
        assert follower_chat(session, mine, NOW) is None


def test_what_he_brought_himself_goes_to_his_new_phone(sample_store: Store) -> None:
    with sample_store.begin() as session:
        own, new, _other = companions(session)
        family = families_of(session, own.id, TODAY)[0][0]
        person = session.scalars(
            select(Person).filter_by(household_id=family.id, relation="head")
        ).one()
        old = session.scalars(select(Contact).filter_by(staff_id=own.id)).one()
        mine, danger = (
            open_ticket(
                session,
                Matter(kind, category, "Tolong"),
                contact_id=old.id,
                person_id=whose,
                area_code=family.area_code,
                year=2026,
                actor=f"staff:{own.id}",
                by=By.CITIZEN,
                now=NOW,
            )
            for kind, category, whose in (("complaint", "card", None), ("emergency", "", person.id))
        )
        phone = chat(session, "hp-baru", staff_id=own.id)
        take_along(session, own.id, phone.id)
        session.expire_all()
        assert (mine.contact_id, danger.contact_id) == (phone.id, phone.id)
        reader = Reader(phone.id, None, own.id, TODAY)
        for ticket in (mine, danger):
            assert find_ticket(session, reader, ticket.number) == ticket
            assert not find_ticket(session, Reader(old.id, None, None, TODAY), ticket.number)
        # Who may be the danger reads nothing of it; nor does who has the family no more.
        assert not find_ticket(session, Reader(old.id, person.id, None, TODAY), danger.number)
        hand_over(session, [family.id], own.id, new.id, why="Pindah", actor="cli", now=NOW)
        assert not find_ticket(session, reader, danger.number)
        assert find_ticket(session, reader, mine.number)


def test_what_a_group_wants_goes_with_the_group(store: Store) -> None:
    with store.begin() as session:
        group = make_kube(session)
        old, new = group.companion_id, make_companion(session)
        assert old is not None
        ticket = filed(session, old, None, None)
        add_permit(session, group.id, "halal", ticket.id)
        assert seers(session, ticket, old, new) == [old]
        hand_group(session, group, new, why="Pindah", actor="cli", now=NOW)
        assert seers(session, ticket, old, new) == [new]
        its = chat(session, "baru", staff_id=new)
        assert follower_chat(session, ticket, NOW) == its
