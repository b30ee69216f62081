"""`halo ticket` as an operator and his scripts use it."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from db.audit import AuditEntry
from db.outbox import OutboundMessage
from db.session import Store
from db.staff import Staff
from db.ticket_notes import NOTE, add_note
from db.tickets import Ticket
from tests.bot.conftest import Halo
from tests.moment import NOW
from tests.tickets import MURHUM, VILLAGES, WOLIO, file
from tests.webhook.desk import file_one

STORY = "Uang saya dipotong ketua kelompok"


@pytest.fixture
def number(sample_store: Store) -> str:
    """Give the number of a new ticket of Siti, whose chat can be told."""
    with sample_store.begin() as session:
        session.add(
            Staff(name="Uji", role="officer", area_code="74.72", login="uji", created_at=NOW)
        )
    return file_one(sample_store, story=STORY).number


def test_the_list_is_one_array_that_filters_narrow(
    run: Halo, sample_store: Store, number: str
) -> None:
    with sample_store.begin() as session:
        near = file(session, kind="correction", category="name", now=NOW)
        far = file(session, area=VILLAGES[MURHUM], now=NOW - timedelta(days=30))
    every = json.loads(run("ticket", "list", "--json").stdout)
    assert {number, near.number, far.number} <= {one["number"] for one in every}
    assert STORY not in json.dumps(every)

    def numbers(*filters: str) -> set[str]:
        found = json.loads(run("ticket", "list", "--json", *filters).stdout)
        return {one["number"] for one in found}

    assert numbers("--kind", "correction") == {near.number}
    assert numbers("--category", "deducted") == {number}
    assert far.number in numbers("--area", MURHUM)
    assert not numbers("--area", MURHUM) & {near.number, number}
    assert far.number not in numbers("--since", "2026-11-20")
    assert numbers("--state", "confirmed") == set()
    assert len(numbers("--limit", "1")) == 1
    assert numbers("--staff", "uji") == set()
    assert far.number in numbers("--light", "breached")
    assert WOLIO in json.dumps(every) or near.number in run("ticket", "list").stdout
    for wrong in (("--state", "x"), ("--limit", "0"), ("--since", "kemarin"), ("--light", "x")):
        assert run("ticket", "list", *wrong).exit_code == 2
    for unknown in (("--staff", "nobody"), ("--area", "Atlantis")):
        refused = run("ticket", "list", *unknown)
        assert refused.exit_code == 1
        assert refused.stderr.count("\n") == 1


def test_a_story_is_told_when_asked_for_and_that_is_written_down(
    run: Halo, sample_store: Store, number: str
) -> None:
    with sample_store.begin() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        add_note(session, ticket.id, NOTE, "Sudah ditelepon", "staff:1", NOW)

    def trail() -> int:
        with sample_store.read() as session:
            row = (AuditEntry.actor == "cli", AuditEntry.action == "read ticket")
            return session.scalar(select(func.count()).select_from(AuditEntry).where(*row)) or 0

    bare = run("ticket", "show", number, "--json")
    assert [event["state"] for event in json.loads(bare.stdout)["history"]] == ["received"]
    assert STORY not in bare.stdout
    assert "Sudah ditelepon" not in bare.stdout
    assert trail() == 0
    noted = json.loads(run("ticket", "show", number, "--json", "--notes").stdout)
    assert [note["text"] for note in noted["notes"]] == ["Sudah ditelepon"]
    assert trail() == 1
    assert json.loads(run("ticket", "show", number, "--json", "--story").stdout)["story"] == STORY
    assert STORY in run("ticket", "show", number, "--story", "--notes").stdout
    assert trail() == 3
    unknown = run("ticket", "show", "PKS-1999-000001")
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert "tidak ada" in unknown.stderr


def test_a_ticket_goes_on_as_at_the_desk_and_its_citizen_is_told(
    run: Halo, sample_store: Store, number: str
) -> None:
    def told() -> int:
        with sample_store.read() as session:
            return session.scalar(select(func.count()).select_from(OutboundMessage)) or 0

    before = told()
    for state, *more in (
        ("verified",), ("assigned", "--staff", "uji"), ("in_progress",),
        ("referred", "--agency", "dinkes"), ("in_progress",),
        ("resolved", "--decision", "upheld", "--why", "Sudah diurus."),
    ):  # fmt: skip
        moved = run("ticket", "move", number, state, *more, "--yes", "--json")
        assert moved.exit_code == 0, moved.stderr
        assert json.loads(moved.stdout)["state"] == state
    assert json.loads(moved.stdout)["staff"] == "uji"
    assert told() == before + 6
    with sample_store.read() as session:
        actors = session.scalars(
            select(AuditEntry.actor).where(AuditEntry.action.startswith("ticket "))
        ).all()
    assert set(actors) >= {"cli"}


@pytest.mark.databases("sqlite")
def test_what_cannot_be_is_refused_in_one_sentence_and_changes_nothing(
    run: Halo, sample_store: Store, number: str
) -> None:
    def states() -> list[tuple[str, int]]:
        with sample_store.read() as session:
            rows = session.execute(select(Ticket.state, Ticket.version).order_by(Ticket.id))
            return [(state, version) for state, version in rows]

    before = states()
    for arguments, code in (
        ((number, "confirmed"), 1),
        ((number, "resolved", "--decision", "upheld", "--why", "x"), 1),
        ((number, "verified", "--agency", "dinkes"), 1),
        ((number, "verified", "--staff", "nobody"), 1),
        (("PKS-1999-000001", "verified"), 1),
        ((number, "rejected", "--decision", "duplicate", "--why", "x", "--other", "PKS-1"), 1),
        ((number, "rejected", "--decision", "duplicate", "--why", "x"), 2),
        ((number, "rejected", "--why", "x"), 2),
        ((number, "rejected", "--decision", "rejected"), 2),
        ((number, "rejected", "--decision", "withdrawn", "--why", "x"), 2),
        ((number, "referred"), 2),
        ((number, "nowhere"), 2),
        ((number,), 2),
    ):
        refused = run("ticket", "move", *arguments, "--yes")
        assert refused.exit_code == code, arguments
        assert refused.stdout == ""
        if code == 1:
            assert refused.stderr.strip().count("\n") == 0
    left = run("ticket", "move", number, "verified", stdin="tidak\n")
    assert left.exit_code == 1
    assert states() == before
    assert run("ticket", "move", number, "verified", stdin="ya\n").exit_code == 0
