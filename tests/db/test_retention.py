"""How long things are kept, and a trail that nobody can alter, on both databases."""

import json
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError

from db import audit
from db.areas import Area
from db.attachments import Attachment, attach
from db.audience_files import AudienceFile, AudienceMember
from db.audiences import Filters
from db.batches import APPLIED, FAILED, STAGED, Batch, RefusedRow, StagedRow
from db.broadcasts import State
from db.contacts import Contact
from db.doubts import Doubt, note_doubt
from db.erasures import stop_processing
from db.exports import make_link
from db.inbox import NOTHING, PURPOSE, InboundMessage, store_inbound
from db.kept_tries import Tries, keep_tries, take_tries
from db.outbox import OutboundMessage, queue_replies
from db.registry import AgencyList, Program
from db.retention import Keep, Purge, count_due, purge
from db.rounds import Round
from db.schedules import Distribution
from db.session import Session, Store
from db.ticket_changes import open_ticket
from db.ticket_states import By
from db.tickets import Matter, TicketEvent
from tests.moment import NOW
from tests.queued import new_wave

KEEP = Keep(chats=timedelta(days=180), media=timedelta(days=90))
DAY = timedelta(days=1)


def report(_done: int, _total: int, _what: str) -> None:
    """Tell nobody."""


def write(session: Session, contact_id: int, at: datetime, **body: object) -> None:
    sealed = session.vault.seal(json.dumps(body, separators=(",", ":")), PURPOSE)
    store_inbound(
        session,
        {"contact_id": contact_id, "channel": "simulator", "external_id": str(at),
         "body": sealed, "sent_at": at, "received_at": at},
    )  # fmt: skip


@pytest.fixture
def contact_id(store: Store) -> int:
    """Somebody who wrote and was answered half a year and a quarter of a year ago."""
    with store.begin() as session:
        contact = Contact(channel="simulator", address="siti", created_at=NOW)
        session.add_all([contact, Area(code="74.72", name="Kota Baubau", level="city")])
        session.flush()
        for age in (181, 179, 91, 89):
            at = NOW - age * DAY
            write(session, contact.id, at, text=f"hari {age}", media=[["photo", f"f{age}", None]])
            reply = session.vault.seal('["jawaban", []]', "outbound")
            queue_replies(session, contact.id, "simulator", [reply], at)
            note_doubt(session, f"entah {age}", "greet", 0.5, at)
            ticket = open_ticket(
                session, Matter("complaint", "other", "cerita", "kemarin"),
                contact_id=contact.id, person_id=None, area_code="74.72", year=2026,
                actor=f"contact:{contact.id}", by=By.CITIZEN, now=at,
            )  # fmt: skip
            photo = {"kind": "photo", "ref": f"f{age}"}
            attach(session, contact_id=contact.id, ticket_id=ticket.id, files=[photo], now=at)
        session.execute(text("UPDATE outbound SET state = 'sent'"))
        return contact.id


def said(store: Store) -> list[dict[str, object]]:
    with store.read() as session:
        rows = session.scalars(select(InboundMessage.body).order_by(InboundMessage.received_at))
        return [json.loads(session.vault.open(body, PURPOSE)) for body in rows]


def test_what_is_older_than_it_is_kept_is_emptied_and_the_rows_stay(
    store: Store, contact_id: int
) -> None:
    would = count_due(store, KEEP, NOW)
    assert said(store)[0] == {"text": "hari 181", "media": [["photo", "f181", None]]}
    counts = purge(store, KEEP, NOW, report)
    assert counts == would | {"media_in_chats": 2}
    assert (counts["chats_in"], counts["chats_out"], counts["doubts"]) == (1, 1, 1)
    assert counts["media"] == 3
    assert [message.get("media") for message in said(store)] == [
        None, [["photo", "", None]], [["photo", "", None]], [["photo", "f89", None]],
    ]  # fmt: skip
    assert said(store)[0] == json.loads(NOTHING)
    with store.read() as session:
        bodies = session.scalars(select(OutboundMessage.body).order_by(OutboundMessage.created_at))
        assert [body is None for body in bodies] == [True, False, False, False]
        refs = session.scalars(select(Attachment.ref).order_by(Attachment.id)).all()
        assert refs == [None, None, None, "f89"]
        assert session.scalar(select(func.count()).select_from(Doubt)) == 3


def test_second_run_finds_nothing_left(store: Store, contact_id: int) -> None:
    purge(store, KEEP, NOW, report)
    assert set(purge(store, KEEP, NOW, report).values()) == {0}
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Purge)) == 2


def test_message_that_waits_to_be_sent_keeps_its_words(store: Store, contact_id: int) -> None:
    with store.begin() as session:
        session.execute(text("UPDATE outbound SET state = 'queued'"))
    assert purge(store, KEEP, NOW, report)["chats_out"] == 0


def test_due_erasures_and_used_links_are_dealt_with(store: Store, contact_id: int) -> None:
    with store.begin() as session:
        make_link(session, contact_id, None, NOW - 3 * DAY)
        request = stop_processing(session, contact_id, "cli", NOW - 2 * DAY)
        make_link(session, contact_id, None, NOW - 3 * DAY)
        asked = request.id
    counts = purge(store, KEEP, NOW, report)
    assert (counts["erasures"], counts["links"]) == (1, 1)
    assert asked
    assert {message["text"] for message in said(store)} == {""}


@pytest.mark.parametrize("table", ["audit", "ticket_events"])
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE {} SET actor = 'x'",
        "DELETE FROM {}",
        "DELETE FROM {} WHERE id = 1",
        "REPLACE INTO {} SELECT * FROM {}",
        "INSERT OR REPLACE INTO {} SELECT * FROM {}",
        "UPDATE OR REPLACE {} SET id = 2",
        "INSERT INTO {} SELECT * FROM {} WHERE true ON CONFLICT (id) DO UPDATE SET actor = 'x'",
    ],
)
def test_rows_of_the_trail_can_be_neither_changed_nor_deleted(
    store: Store, contact_id: int, table: str, change: str
) -> None:
    with store.begin() as session:
        audit.record(session, NOW, "cli", "purge", "store:all")
    # REPLACE is SQLite's own: PostgreSQL does not even read it.
    known = store.is_sqlite or "REPLACE" not in change
    refusal = "never altered" if known else "syntax error"
    with pytest.raises(DBAPIError, match=refusal), store.begin() as session:
        session.execute(text(change.replace("{}", table)))
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(TicketEvent)) == 4
        assert session.scalars(select(audit.AuditEntry.actor)).all() == ["cli"]


def test_no_row_of_the_trail_can_stand_in_the_way_of_the_next(store: Store) -> None:
    """On SQLite a row that is yet to get its id looks like one with -1."""
    for odd in (-1, 0):
        if store.is_sqlite:
            with pytest.raises(DBAPIError, match="never altered"), store.begin() as session:
                session.add(audit.AuditEntry(id=odd, at=NOW, actor="x", action="x", subject="x"))
        with store.begin() as session:
            audit.record(session, NOW, "cli", "purge", "store:all")
    with store.read() as session:
        assert len(session.scalars(select(audit.AuditEntry.id)).all()) == 2


def test_tries_of_an_erased_number_go_once_they_no_longer_count(store: Store) -> None:
    with store.begin() as session:
        for address, age in (("a", 30), ("b", 2)):
            at = NOW - timedelta(hours=age)
            keep_tries(session, "simulator", address, Tries(2, at, None), at)
    assert purge(store, KEEP, NOW, report)["kept_tries"] == 1
    with store.begin() as session:
        assert take_tries(session, "simulator", "a", NOW) is None
        assert take_tries(session, "simulator", "b", NOW) is not None
        assert take_tries(session, "simulator", "b", NOW) is None


def test_trail_of_a_person_is_found_by_an_index(store: Store) -> None:
    with store.begin() as session:
        rows = [
            {"at": NOW, "actor": "cli", "action": "read aid", "subject": f"person:{number % 40}"}
            for number in range(400)
        ]
        session.execute(insert(audit.AuditEntry), rows)
        assert len(audit.trail_of(session, ["person:3"], 100)) == 10
        if store.is_sqlite:
            query = "EXPLAIN QUERY PLAN SELECT at FROM audit WHERE subject IN ('a') ORDER BY id"
            assert "ix_audit_subject" in str(session.execute(text(query)).all())


def _batch(session: Session, list_id: int, state: str, age: int) -> int:
    at = NOW - age * DAY
    batch = Batch(
        list_id=list_id, area_code="74", as_of=at.date(), file_name="x.csv", state=state,
        uploaded_by="cli", uploaded_at=at, decided_at=at,
    )  # fmt: skip
    session.add(batch)
    session.flush()
    line = {"batch_id": batch.id, "row_no": 2}
    session.execute(insert(RefusedRow).values(reasons=[], line_sealed=b"", **line))
    session.execute(
        insert(StagedRow).values(
            digest=b"", name="Siti", status="listed", since=NOW.date(), person_key=b"", **line
        )
    )
    return batch.id


def test_refused_lines_go_once_another_version_of_the_list_is_in_force(store: Store) -> None:
    with store.begin() as session:
        session.add(Area(code="74", name="Sulawesi Tenggara", level="province"))
        session.add(AgencyList(id=1, agency="Dinsos", name="PKH", as_of=NOW.date()))
        session.flush()
        replaced = _batch(session, 1, APPLIED, 200)
        in_force = _batch(session, 1, APPLIED, 100)
        undecided = _batch(session, 1, STAGED, 91)
        waiting = _batch(session, 1, STAGED, 89)
    purge(store, KEEP, NOW, report)
    with store.read() as session:
        assert session.get_one(Batch, undecided).state == FAILED
        assert session.get_one(Batch, waiting).state == STAGED
        kept = set(session.scalars(select(StagedRow.batch_id)))
        assert waiting in kept
        assert undecided not in kept
        refused = set(session.scalars(select(RefusedRow.batch_id)))
        assert {in_force, waiting} <= refused
        assert replaced not in refused


def _list(session: Session, age: int) -> int:
    made = AudienceFile(
        name="daftar", area_code="74", lines=1, found=1, created_by="cli",
        created_at=NOW - age * DAY,
    )  # fmt: skip
    session.add(made)
    session.flush()
    session.add(AudienceMember(file_id=made.id))
    return made.id


def _used(session: Session, file_id: int, state: State, sent: int, ended: int | None) -> None:
    """Let a broadcast to a list go out so many days ago."""
    new_wave(
        session, audience=Filters(("74",), file_id=file_id).to_data(), state=state,
        created_at=NOW - sent * DAY, send_at=NOW - sent * DAY,
        ended_at=None if ended is None else NOW - ended * DAY,
    )  # fmt: skip


def test_who_is_in_a_list_is_forgotten_so_long_after_its_last_broadcast_ended(
    store: Store,
) -> None:
    with store.begin() as session:
        session.add(Area(code="74", name="Sulawesi Tenggara", level="province"))
        session.flush()
        young, unused, done, twice, running, coming = (
            _list(session, age) for age in (179, 181, 400, 400, 400, 400)
        )
        _used(session, done, State.DONE, 399, 181)
        _used(session, twice, State.DONE, 399, 399)
        _used(session, twice, State.CANCELED, 190, 179)
        _used(session, running, State.RUNNING, 200, None)
        session.add(Program(code="PKH", name="PKH", agency="Dinsos"))
        session.flush()
        planned = Round(
            program_code="PKH", area_code="74", filters=Filters(("74",), file_id=coming).to_data(),
            created_by="cli", created_at=NOW,
        )  # fmt: skip
        session.add(planned)
        session.flush()
        session.add(
            Distribution(
                program_code="PKH", area_code="74", held_on=NOW.date(), starts_at=time(8),
                ends_at=time(9), place="Kantor Pos", round_id=planned.id, source="x",
                created_at=NOW,
            )
        )  # fmt: skip
    assert count_due(store, KEEP, NOW)["audiences"] == 2
    assert purge(store, KEEP, NOW, report)["audiences"] == 2
    with store.read() as session:
        left = set(session.scalars(select(AudienceMember.file_id)))
        assert left == {young, twice, running, coming}
        assert unused not in left
    # The day comes for each of them; what was made of it for the statistics stays.
    late = NOW + 180 * DAY
    purge(store, KEEP, late, report)
    with store.read() as session:
        assert set(session.scalars(select(AudienceMember.file_id))) == {running, coming}
        assert session.scalar(select(func.count()).select_from(AudienceFile)) == 6
