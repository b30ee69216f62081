"""A running group of the sample, its companion and its chair, for the tests of the chat."""

from datetime import date

import pytest
from sqlalchemy import select

from bot.messages import Address, Channel
from db.assignments import Assignment
from db.contacts import Contact
from db.kube_groups import (
    MEMBER,
    OFFICERS,
    begin_running,
    make_group,
)
from db.kube_members import name_member
from db.registry import Household
from db.registry import Person as Registered
from db.session import Session, Store
from tests.bot.registry import SITI, person_of
from tests.moment import NOW, TODAY
from tests.talk import Clock, Person, make_single_minded

WOLIO = "pendamping-wolio"


def chat(store: Store, clock: Clock, user: str) -> Person:
    """Give somebody's chat, whose words nobody understands but for their structure."""
    engine = make_single_minded(store, clock, ("out_of_scope", 0.0))
    person = Person(engine, store, clock, Address(Channel.SIMULATOR, user))
    person.unread()
    return person


@pytest.fixture
def companion_of_wolio(sample_store: Store, clock: Clock) -> Person:
    return chat(sample_store, clock, WOLIO)


@pytest.fixture
def chair_siti(sample_store: Store, clock: Clock) -> Person:
    return chat(sample_store, clock, "siti")


def staff_of(session: Session, address: str) -> int:
    query = select(Contact.staff_id).where(Contact.address == address)
    staff_id = session.scalars(query).one()
    assert staff_id is not None
    return staff_id


def heads(session: Session, area: str, count: int) -> list[Registered]:
    """Give heads of families of a kelurahan whom the companion of Wolio looks after."""
    query = (
        select(Registered)
        .join(Household, Household.id == Registered.household_id)
        .join(Assignment, Assignment.household_id == Household.id)
        .where(
            Assignment.staff_id == staff_of(session, WOLIO), Household.area_code == area,
            Registered.relation == "head", Registered.left_on.is_(None),
        )
        .order_by(Registered.id)
        .limit(count)
    )  # fmt: skip
    return list(session.scalars(query))


def make_running(store: Store, since: date = TODAY) -> int:
    """Make a running group of five whose chair is Wa Siti."""
    with store.begin() as session:
        siti = person_of(session, SITI)
        area = session.get_one(Household, siti.household_id).area_code
        group = make_group(
            session, area, "Melati", "jahit", staff_of(session, WOLIO), "staff:1", NOW
        )
        people = [siti, *[one for one in heads(session, area, 6) if one.id != siti.id]][:5]
        for person, role in zip(people, [*OFFICERS, MEMBER, MEMBER], strict=True):
            name_member(session, group, person.id, role, TODAY, "staff:1", NOW)
        begin_running(session, group, since, "staff:1", NOW)
        return group.id
