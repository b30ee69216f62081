"""What an office has kept outlives every migration, up and down."""

from typing import Any

import pytest
from sqlalchemy import text

from db import schema
from db.contacts import Contact
from db.enrolments import aid_of_household
from db.session import Store
from db.staff import Staff
from db.ticket_changes import open_ticket
from db.ticket_states import By
from db.tickets import Matter, Ticket
from tests.moment import NOW
from tests.tickets import CITY, make_areas

# A store as the program before lists of all agencies kept it.
BEFORE = (
    "INSERT INTO areas (code, name, level, timezone) VALUES ('74', 'Sultra', 'province', 'WITA')",
    "INSERT INTO programs VALUES ('PKH', 'PKH', 'Dinsos', '', '', '2026-01-01')",
    "INSERT INTO lists (id, agency, name, as_of) VALUES (3, 'Dinsos', 'PKH', '2026-10-01')",
    "INSERT INTO households (id, kk_sealed, kk_index, area_code, address, rt, rw, decile, list_id)"
    " VALUES (5, :sealed, :index, '74', 'Jalan 1', '001', '002', 3, 3)",
    "INSERT INTO people (id, household_id, nik_sealed, nik_index, name, birth_date, sex, relation)"
    " VALUES (7, 5, :sealed, :index, 'Siti', '1980-01-01', 'P', 'head')",
    "INSERT INTO enrolments (id, household_id, person_id, program_code, list_id, status, since)"
    " VALUES (9, 5, 7, 'PKH', 3, 'active', '2024-01-01')",
    "INSERT INTO payouts (id, enrolment_id, period, amount, paid_on, place)"
    " VALUES (11, 9, 'Tahap 1', 750000, '2026-02-01', 'Kantor Pos')",
)
KEPT = {
    "enrolments": "SELECT id, person_id, program_code, list_id, status, since FROM enrolments",
    "payouts": "SELECT id, enrolment_id, period, amount, paid_on, place FROM payouts",
    "people": "SELECT id, household_id, name, relation FROM people",
    "households": "SELECT id, area_code, address, rt, rw, decile, list_id FROM households",
}


def kept(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    with store.read() as session:
        return {
            name: [tuple(row) for row in session.execute(text(query))]
            for name, query in KEPT.items()
        }


@pytest.fixture
def old_store(store: Store) -> Store:
    schema.downgrade(store, "0002")
    binds = {"sealed": b"\x01", "index": b"0123456789abcdef"}
    with store.begin() as session:
        for statement in BEFORE:
            clause = text(statement)
            session.execute(clause, binds if ":sealed" in statement else {})
    return store


def test_lines_and_payouts_outlive_the_upgrade(old_store: Store) -> None:
    before = kept(old_store)
    schema.upgrade(old_store)
    assert kept(old_store) == before
    with old_store.read() as session:
        [aid] = aid_of_household(session, 5)
        assert (aid.program_code, aid.last_amount) == ("PKH", 750_000)


def test_new_rows_get_numbers_of_their_own_after_the_upgrade(old_store: Store) -> None:
    schema.upgrade(old_store)
    with old_store.begin() as session:
        session.execute(
            text(
                "INSERT INTO enrolments (person_id, program_code, list_id, status, since)"
                " VALUES (7, 'PKH', 3, 'active', '2026-01-01')"
            )
        )
    assert len(kept(old_store)["enrolments"]) == 2


def test_lines_and_payouts_outlive_the_way_back(old_store: Store) -> None:
    before = kept(old_store)
    schema.upgrade(old_store)
    schema.downgrade(old_store, "0002")
    assert kept(old_store) == before


def test_of_two_lists_of_one_name_the_older_is_told_apart_by_its_day(old_store: Store) -> None:
    with old_store.begin() as session:
        session.execute(
            text("INSERT INTO lists (agency, name, as_of) VALUES ('Dinsos', 'PKH', '2026-07-01')")
        )
    schema.upgrade(old_store)
    with old_store.read() as session:
        names = session.scalars(text("SELECT name FROM lists ORDER BY as_of")).all()
        assert names == ["PKH per 2026-07-01", "PKH"]


def test_who_opened_a_ticket_filed_it_and_who_left_has_no_chat(store: Store) -> None:
    with store.begin() as session:
        make_areas(session)
        first, later, left = (
            Staff(name="Asma", role="companion", area_code=CITY, active=active, created_at=NOW)
            for active in (True, True, False)
        )
        session.add_all((first, later, left))
        session.flush()
        chat = Contact(channel="simulator", address="x", staff_id=left.id, created_at=NOW)
        session.add(chat)
        handed, own = (
            open_ticket(
                session, Matter("complaint", "card", "Kartu rusak"), contact_id=None,
                person_id=None, area_code=CITY, year=2026, actor=f"staff:{first.id}", by=By.DESK,
                now=NOW,
            )
            for _ in range(2)
        )  # fmt: skip
        handed.helper_id = later.id
        ids, who = (handed.id, own.id, chat.id), first.id
    schema.downgrade(store, "0023")
    schema.upgrade(store)
    with store.read() as session:
        assert session.get_one(Ticket, ids[0]).helper_id == who
        assert session.get_one(Ticket, ids[1]).helper_id is None
        assert session.get_one(Contact, ids[2]).staff_id is None
