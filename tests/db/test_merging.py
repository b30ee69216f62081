"""Merging and splitting people: in any order that is legal, undone exactly, and in the trail."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from db.areas import Scope
from db.audit import AuditEntry
from db.contacts import Contact
from db.crypto import Vault
from db.enrolments import Enrolment
from db.identities import IdentityDecision, Match
from db.intake.importer import take_back
from db.match_queue import decide, open_matches, undo_decision
from db.merging import MOVES, STAYS, MergeRefused, merge, references, split, undo
from db.registry import Person
from db.session import Session, Store
from db.ticket_changes import open_ticket
from db.ticket_states import By
from db.tickets import Matter, Ticket
from tests.db.intake.deliveries import HERE, KIS, PKH, kk, line, nik, prepare, rows, take
from tests.moment import NOW

PICTURE = (
    "SELECT id, household_id, nik_index, name FROM people WHERE merged_into IS NULL ORDER BY id",
    "SELECT id, person_id FROM enrolments ORDER BY id",
    "SELECT id, person_id FROM contacts ORDER BY id",
    "SELECT id, person_id FROM tickets ORDER BY id",
)
DOUBLES = [line(1), line(2, nik=nik(90), kk=kk(0), name="Warga 1", birth_date=line(1).birth_date)]


def picture(session: Session) -> list[list[tuple[Any, ...]]]:
    session.flush()
    return [[tuple(row) for row in session.execute(text(query))] for query in PICTURE]


def fill(store: Store) -> list[int]:
    """Give four people with lines in two lists, and chats and a ticket of some."""
    prepare(store)
    take(store, [line(number) for number in range(1, 5)])
    take(store, [line(number, program_code="PBI") for number in range(1, 4)], KIS)
    with store.begin() as session:
        people = list(session.scalars(select(Person.id).order_by(Person.id)))
        for number, person_id in enumerate(people[:3]):
            contact = Contact(
                channel="simulator", address=str(number), person_id=person_id, created_at=NOW
            )
            session.add(contact)
            session.flush()
            open_ticket(
                session, Matter("complaint", "other", "cerita"), contact_id=contact.id,
                person_id=person_id, area_code=HERE, year=2026, actor=f"contact:{contact.id}",
                by=By.CITIZEN, now=NOW,
            )  # fmt: skip
    return people


def test_every_reference_to_a_person_is_thought_of() -> None:
    found = {(column.table.name, column.name) for column in references()}
    assert found == MOVES | STAYS
    assert not MOVES & STAYS


def test_a_merge_moves_everything_and_its_undoing_moves_it_back(store: Store) -> None:
    people = fill(store)
    with store.begin() as session:
        before = picture(session)
        decision = merge(session, people[0], people[1], "staff:7", NOW)
        assert session.get_one(Person, people[1]).merged_into == people[0]
        for table in (Enrolment, Contact, Ticket):
            assert people[1] not in session.scalars(select(table.person_id)).all()
        undo(session, decision.id, "staff:7", NOW)
        assert picture(session) == before
    trail = [(row.action, row.subject) for row in rows(store, AuditEntry) if row.actor == "staff:7"]
    assert trail == [
        (action, f"person:{person}") for action in ("merge", "undo merge") for person in people[:2]
    ]


def test_a_split_makes_a_person_of_chosen_lines(store: Store) -> None:
    people = fill(store)
    with store.begin() as session:
        before = picture(session)
        lines = session.scalars(select(Enrolment.id).where(Enrolment.person_id == people[0])).all()
        decision = split(session, people[0], lines[:1], "staff:7", NOW)
        fresh = session.get_one(Person, decision.other_id)
        assert (fresh.name, fresh.nik_index) == ("Warga 1", None)
        assert session.get_one(Enrolment, lines[0]).person_id == fresh.id
        undo(session, decision.id, "staff:7", NOW)
        assert picture(session) == before


operations = st.lists(
    st.tuples(st.sampled_from(("merge", "split", "undo")), st.integers(0, 9), st.integers(0, 9)),
    max_size=12,
)


@pytest.fixture(scope="module")
def filled(sqlite_template: Path, vault: Vault) -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "template.db"
        shutil.copy(sqlite_template, path)
        store = Store(f"sqlite:///{path}", vault)
        fill(store)
        store.close()
        yield path


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(operations=operations)
@example(operations=[("merge", 0, 1), ("merge", 2, 3), ("undo", 0, 0), ("undo", 0, 0)])
def test_any_legal_order_is_undone_exactly(
    filled: Path, vault: Vault, operations: list[tuple[str, int, int]]
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "halo.db"
        shutil.copy(filled, path)
        store = Store(f"sqlite:///{path}", vault)
        with store.begin() as session:
            _carry_out(session, operations)
        store.close()


def _carry_out(session: Session, operations: list[tuple[str, int, int]]) -> None:
    """Do what is legal; at every undoing of the latest the picture is that before it."""
    before: dict[int, Any] = {}
    active: list[int] = []
    for number, (verb, one, two) in enumerate(operations):
        now = NOW + timedelta(minutes=number)
        seen = picture(session)
        people = list(session.scalars(select(Person.id).order_by(Person.id)))
        try:
            if verb == "merge":
                decision = merge(
                    session, people[one % len(people)], people[two % len(people)], "cli", now
                )
            elif verb == "split":
                lines = list(session.scalars(select(Enrolment.id).order_by(Enrolment.id)))
                chosen = session.get_one(Enrolment, lines[two % len(lines)])
                decision = split(session, people[one % len(people)], [chosen.id], "cli", now)
            elif active:
                decision = undo(session, active[one % len(active)], "cli", now)
            else:
                continue
        except MergeRefused:
            assert picture(session) == seen
            continue
        if verb == "undo":
            if decision.id == active[-1] and decision.id in before:
                assert picture(session) == before[decision.id]
            active.remove(decision.id)
            # What was seen before a later decision held this one still.
            before = {seen_by: then for seen_by, then in before.items() if seen_by < decision.id}
        else:
            before[decision.id] = seen
            active.append(decision.id)
        _check(session)
    while active:  # in the order of a pile everything can be undone
        undo(session, active.pop(), "cli", NOW)
        _check(session)


def _check(session: Session) -> None:
    """Nothing speaks of somebody who is another, and nobody is so at second hand."""
    merged = set(session.scalars(select(Person.id).where(Person.merged_into.is_not(None))))
    for column in references():
        if (column.table.name, column.name) in MOVES:
            assert not merged & set(session.scalars(select(column)))


def test_what_cannot_be_is_refused(store: Store) -> None:
    people = fill(store)
    with store.begin() as session:
        decision = merge(session, people[0], people[1], "cli", NOW)
        merge(session, people[2], people[0], "cli", NOW)
        attempts: dict[str, Callable[[], object]] = {
            "match.same_person": lambda: merge(session, people[3], people[3], "cli", NOW),
            "match.no_person": lambda: merge(session, people[3], 10**9, "cli", NOW),
            "match.merged_already": lambda: merge(session, people[3], people[1], "cli", NOW),
            "match.not_his_lines": lambda: split(session, people[3], [10**9], "cli", NOW),
            "match.later_decision": lambda: undo(session, decision.id, "cli", NOW),
            "match.no_decision": lambda: undo(session, 10**9, "cli", NOW),
        }
        for key, attempt in attempts.items():
            with pytest.raises(MergeRefused, match=key.replace(".", r"\.")):
                attempt()


def test_a_line_of_a_merged_person_is_about_the_one_that_stands(store: Store) -> None:
    people = fill(store)
    with store.begin() as session:
        merge(session, people[0], people[1], "cli", NOW)
    said = [line(1), line(2, status="stopped"), line(3), line(4)]
    batch = take(store, said, now=NOW + timedelta(hours=1))
    assert len(rows(store, Person)) == 4
    [fresh] = [row for row in rows(store, Enrolment) if row.batch_id == batch]
    assert fresh.person_id == people[0]
    take_back(store, batch, "cli", NOW)


def test_the_queue_is_settled_and_reopened_within_an_area(store: Store) -> None:
    prepare(store)
    take(store, DOUBLES)
    with store.begin() as session:
        [pair] = open_matches(session, Scope(HERE))
        assert {pair.person.name, pair.other.name} == {"Warga 1"}
        assert pair.person.nik is not None
        assert "•" in pair.person.nik
        assert open_matches(session, Scope("11")) == []
        with pytest.raises(MergeRefused, match=r"match\.not_open"):
            decide(session, pair.match_id, True, Scope("11"), "staff:7", NOW)
        decision = decide(session, pair.match_id, True, Scope(HERE), "staff:7", NOW)
        assert decision is not None
        assert open_matches(session, Scope(HERE)) == []
        undo_decision(session, pair.match_id, Scope(HERE), "staff:7", NOW)
        assert len(open_matches(session, Scope(HERE))) == 1
        assert decide(session, pair.match_id, False, Scope(HERE), "staff:7", NOW) is None
    assert [match.state for match in rows(store, Match)] == ["different"]
    assert [found.undone_by for found in rows(store, IdentityDecision)] == ["staff:7"]
    assert PKH.area_code
