"""The bytes of files: sealed, kept once, and deleted when nothing refers to them any more."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from db import rotation, schema
from db.attachments import KEPT, FileOutcome, claim_files, settle_file
from db.crypto import CryptoError, Vault, new_key
from db.erasures import erase_chat, stop_processing
from db.files import Files
from db.retention import Keep, purge
from db.session import Store
from tests.moment import NOW
from tests.sent_files import contact_of, file_ticket_with, photo, rows

DATA = b"\xff\xd8 foto rumah" * 1_000
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
KEEP = Keep(chats=180 * DAY, media=90 * DAY)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "instance" / "files"


@pytest.fixture
def files(folder: Path, store: Store) -> Files:
    return Files(folder, store.vault)


def report(_done: int, _total: int, _what: str) -> None:
    """Tell nobody."""


def paths(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")


def grow_old(folder: Path, now: datetime, age: timedelta = 2 * HOUR) -> None:
    for path in paths(folder):
        moment = (now - age).timestamp()
        os.utime(path, (moment, moment))


def keep(store: Store, files: Files, data: bytes, now: datetime = NOW) -> bytes:
    """Fetch and settle the next file that waits, with these bytes; gives their digest."""
    with store.connect() as connection:
        [claimed] = claim_files(connection, ["telegram"], 1, now)
        digest = files.put(data)
        outcome = FileOutcome(
            claimed.id, claimed.tries, KEPT, digest=digest, mime="image/jpeg", size=len(data)
        )
        assert settle_file(connection, outcome)
    return digest


def test_content_is_sealed_under_a_name_that_tells_nothing(vault: Vault, folder: Path) -> None:
    files = Files(folder, vault)
    digest = files.put(DATA)
    assert files.put(DATA) == digest  # kept once
    [path] = paths(folder)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert b"foto rumah" not in path.read_bytes()
    assert files.get(digest) == DATA
    assert files.get(b"0" * 16) is None
    assert Files(folder / "other", Vault(new_key())).put(DATA) != digest
    assert files.put(b"") != digest
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(CryptoError):
        files.get(digest)


def test_what_was_cut_off_while_it_was_written_is_not_there(
    vault: Vault, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = Files(folder, vault)

    def fail(_handle: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="no space"):
        files.put(DATA)
    assert paths(folder) == []


def test_sweep_deletes_what_nothing_refers_to_and_leaves_what_is_just_written(
    store: Store, files: Files, folder: Path
) -> None:
    file_ticket_with(store, [photo("1"), photo("2")])
    now = datetime.now(UTC)
    first = keep(store, files, DATA)
    assert keep(store, files, DATA) == first  # the same photo, sent twice
    files.put(b"nobody's")
    (folder / first.hex()[:2] / ".killed.part").write_bytes(b"half")
    assert files.sweep(store, now) == 0
    grow_old(folder, now)
    assert files.sweep(store, now) == 1
    assert [path.parent.name + path.name for path in paths(folder)] == [first.hex()]
    # Fetched again, of a former content that is to be deleted: its new age saves it.
    files.put(b"nobody's")
    assert files.sweep(store, now) == 0
    assert len(paths(folder)) == 2


def test_retention_deletes_the_bytes_of_old_matter(
    store: Store, files: Files, folder: Path
) -> None:
    file_ticket_with(store, [photo("old")], now=NOW - 91 * DAY)
    file_ticket_with(store, [photo("new"), photo("same")], now=NOW - 89 * DAY)
    for data in (b"old", b"new", DATA):
        keep(store, files, data)
    grow_old(folder, NOW)
    assert purge(store, KEEP, NOW, report)["media"] == 1
    assert files.sweep(store, NOW) == 1
    found = rows(store)
    assert list(found) == ["0:gone", "1:kept", "2:kept"]
    gone, *others = found.values()
    assert (gone.ref, gone.digest, gone.size) == (None, None, None)
    assert [files.get(row.digest) for row in others] == [b"new", DATA]


def test_erasure_deletes_the_bytes_that_somebody_sent(
    store: Store, files: Files, folder: Path
) -> None:
    ticket = file_ticket_with(store, [photo("1"), photo("not fetched yet")])
    file_ticket_with(store, [photo("of another")], now=NOW + HOUR)
    keep(store, files, b"his")
    later = NOW + 2 * HOUR
    with store.begin() as session:
        erase_chat(
            session, stop_processing(session, contact_of(store, ticket), "cli", later), later
        )
    grow_old(folder, later)
    assert files.sweep(store, later) == 1
    assert paths(folder) == []
    assert list(rows(store)) == ["0:gone", "1:gone", "2:waiting"]


def test_new_key_seals_files_too_and_one_that_no_key_opens_retires_nothing(
    store: Store, files: Files, folder: Path
) -> None:
    digests = {files.put(data): data for data in (b"one", b"two", DATA)}
    grow_old(folder, NOW)
    assert {path.read_bytes()[0] for path in paths(folder)} == {1}
    assert rotation.rotate(store, files, lambda: NOW, report) == 2
    assert {path.read_bytes()[0] for path in paths(folder)} == {2}
    assert {digest: files.get(digest) for digest in digests} == digests
    assert max(path.stat().st_mtime for path in paths(folder)) < NOW.timestamp()
    broken = paths(folder)[0]
    broken.write_bytes(b"\x01" + b"x" * 40)
    with pytest.raises(rotation.Unreadable, match="1 sealed"):
        rotation.rotate(store, files, lambda: NOW, report)
    broken.unlink()
    assert rotation.rotate(store, files, lambda: NOW, report) == 3  # the one that was begun
    assert {path.read_bytes()[0] for path in paths(folder)} == {3}


# Files as the program before this one kept them: one of a ticket, one already let go of, a point,
# and one of a visit.
BEFORE = (
    "INSERT INTO areas (code, name, level, timezone) VALUES ('74', 'Sultra', 'province', 'WITA')",
    "INSERT INTO lists (id, agency, name, as_of) VALUES (3, 'Dinsos', 'PKH', '2026-10-01')",
    "INSERT INTO households (id, area_code, address, rt, rw, list_id, as_of)"
    " VALUES (5, '74', 'Jalan 1', '001', '002', 3, '2026-10-01')",
    "INSERT INTO staff (id, name, role, area_code, active, created_at)"
    " VALUES (7, 'Rahma', 'companion', '74', :yes, '2026-11-02 03:00:00')",
    "INSERT INTO contacts (id, channel, address, state, failed_tries, notices, created_at)"
    " VALUES (9, 'telegram', 'siti', 'active', 0, :yes, '2026-11-02 03:00:00')",
    "INSERT INTO tickets (id, number, contact_id, kind, category, story_sealed, occurred_sealed,"
    " state, created_at) VALUES (11, 'PKS-2026-000001', 9, 'complaint', 'other', :sealed, :sealed,"
    " 'received', '2026-11-02 03:00:00')",
    "INSERT INTO visits (id, staff_id, household_id, purpose, finding_sealed, visited_at,"
    " recorded_at) VALUES (13, 7, 5, 'home', :sealed, '2026-11-02 03:00:00',"
    " '2026-11-02 03:00:00')",
    "INSERT INTO attachments (id, ticket_id, kind, ref) VALUES (1, 11, 'photo', 'AgAC')",
    "INSERT INTO attachments (id, ticket_id, kind) VALUES (2, 11, 'photo')",
    "INSERT INTO attachments (id, visit_id, kind, latitude, longitude)"
    " VALUES (3, 13, 'location', 1, 2)",
    "INSERT INTO attachments (id, visit_id, kind, ref) VALUES (4, 13, 'photo', 'AgAC')",
)


def test_files_of_before_are_fetched_where_their_channel_is_known(store: Store) -> None:
    schema.downgrade(store, "0009")
    with store.begin() as session:
        for statement in BEFORE:
            clause = text(statement)
            binds = {"sealed": session.vault.seal("x", "story"), "yes": True}
            session.execute(clause, {name: binds[name] for name in clause.compile().params})
    schema.upgrade(store)
    found = rows(store)
    assert list(found) == ["0:waiting", "1:gone", "2:kept", "3:refused"]
    waiting, _, _, refused = found.values()
    assert (waiting.contact_id, waiting.ref, waiting.tries) == (9, "AgAC", 0)
    assert waiting.at == waiting.not_before == datetime(2026, 11, 2, 3, tzinfo=UTC)
    assert (refused.ref, refused.reason) == (None, "no_channel")
