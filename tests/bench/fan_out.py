"""How fast a broadcast becomes rows of the outbox, beside a bare INSERT of the same rows."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import func, select, text

from db.areas import Area
from db.audiences import Filters
from db.broadcasts import Broadcast, Kind, Notice, State
from db.crypto import new_key
from db.fan_out import fan_out
from db.outbox import OutboundMessage
from db.session import Session, Store
from tests.bench.databases import LABELS, Databases, migrated
from tests.bench.families import CITY, prepare
from tests.bench.progress import Progress
from tests.bench.report import Table, per_second, ratio
from tests.bench.servers import BenchError

ROWS, _QUICK_ROWS = 1_000_000, 20_000
_WANTED = 1.5
_TURNS = 2  # of each, by turns; the better one counts
_COLUMNS = (
    "contact_id, channel, priority, state, not_before, tries, failures, notice_id, wave_id,"
    " created_at"
)
# One family, head, line of a list and contact for each number; a tenth speak another language.
_FILL = (
    "SET LOCAL session_replication_role = replica",  # the references are known to be right
    "INSERT INTO lists (id, agency, name, as_of) VALUES (1, 'Dinsos', 'Daftar', now())",
    "INSERT INTO households (id, area_code, address, rt, rw, list_id, as_of)"
    " SELECT n, '74.72.01.' || 1001 + n % 300, 'Jl. Bataraguru', '001', '001', 1, now()"
    " FROM generate_series(1, {rows}) n",
    "INSERT INTO people (id, household_id, name, relation, as_of)"
    " SELECT n, n, 'Warga', 'head', now() FROM generate_series(1, {rows}) n",
    "INSERT INTO enrolments (person_id, list_id, program_code, status, since)"
    " SELECT n, 1, 'PKH', 'active', now() FROM generate_series(1, {rows}) n",
    "INSERT INTO contacts (channel, address, state, consent, person_id, failed_tries, notices,"
    " news, emergencies, language, last_inbound_at, created_at)"
    " SELECT CASE n % 2 WHEN 0 THEN 'telegram' ELSE 'whatsapp' END, n, 'active', 'given', n, 0,"
    " true, true, false, CASE n % 10 WHEN 0 THEN 'jv' END, now(), now()"
    " FROM generate_series(1, {rows}) n",
)


def measure(
    kinds: tuple[Databases, ...],
    _folder: Path,
    quick: bool,
    progress: Progress,
    rows: int | None = None,
) -> list[Table]:
    """Queue a broadcast to each of many families, and the finished rows by themselves."""
    count = rows or (_QUICK_ROWS if quick else ROWS)
    lines = [
        _line(databases, count, progress) for databases in kinds if databases.kind == "postgresql"
    ]
    table = Table(
        f"Fan-out of a broadcast to {count:,} families",
        ("", "fan-out", "bare INSERT … SELECT", "rows", "time, fan-out : bare"),
        lines,
        (
            "A wording for each of 300 kelurahan in two languages. Bare: the same finished rows"
            f" into the same table, with its indexes and references. Wanted: {_WANTED} or less.",
        ),
    )
    return [table]


def _line(databases: Databases, rows: int, progress: Progress) -> tuple[str, ...]:
    label = LABELS[databases.kind]
    with migrated(databases.make(f"fan_out_{rows}"), new_key()) as store:
        progress.say(f"fan-out, {label}: making {rows:,} families")
        fill(store, rows)
        ours, bare = [], []
        for turn in range(1, _TURNS + 1):
            progress.say(f"fan-out, {label}: turn {turn} of {_TURNS}")
            with store.begin() as session:
                broadcast_id = _draft(session)
            ours.append(_timed(store, rows, partial(_fan_out, broadcast_id)))
            _set_aside(store)
            bare.append(_timed(store, rows, _insert_bare))
            _empty(store)
    return (
        label, f"{min(ours):.1f} s", f"{min(bare):.1f} s", per_second(rows / min(ours)),
        ratio(min(ours), min(bare)),
    )  # fmt: skip


def fill(store: Store, rows: int) -> None:
    """Make so many families, each with one contact."""
    prepare(store)
    with store.connect() as connection:
        for statement in _FILL:
            connection.execute(text(statement.format(rows=rows)))


def tidy(store: Store) -> None:
    """Do at once what the server does in a minute, lest a turn pay for what was before it."""
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
        connection.execute(text("CHECKPOINT"))


def _timed(store: Store, rows: int, queue: Callable[[Session], None]) -> float:
    tidy(store)
    started = time.perf_counter()
    with store.begin() as session:
        queue(session)
    taken = time.perf_counter() - started
    with store.read() as session:
        found = session.scalar(select(func.count()).select_from(OutboundMessage))
    if found != rows:
        raise BenchError(f"{found} of {rows} rows were queued")
    return taken


def _draft(session: Session) -> int:
    """Write what an office has prepared and approved before its time comes."""
    now = datetime.now(UTC)
    broadcast = Broadcast(
        kind=Kind.DISTRIBUTION, area_code=CITY, digest=b"", state=State.SCHEDULED, send_at=now,
        audience=Filters(areas=(CITY,), program="PKH").to_data(), created_by="bench",
        created_at=now,
    )  # fmt: skip
    session.add(broadcast)
    session.flush()
    session.add_all(
        Notice(broadcast_id=broadcast.id, area_code=code, language=language, text="PKH cair")
        for code in session.scalars(select(Area.code).where(Area.level == "village"))
        for language in ("id", "jv")
    )
    return broadcast.id


def _fan_out(broadcast_id: int, session: Session) -> None:
    fan_out(session, session.get_one(Broadcast, broadcast_id), datetime.now(UTC))


def _insert_bare(session: Session) -> None:
    session.execute(
        text(f"INSERT INTO outbound ({_COLUMNS}) SELECT {_COLUMNS} FROM finished ORDER BY id")
    )


def _set_aside(store: Store) -> None:
    """Keep the finished rows, and empty the outbox for the bare statement."""
    with store.connect() as connection:
        connection.execute(text("DROP TABLE IF EXISTS finished"))
        connection.execute(text(f"CREATE TABLE finished AS SELECT id, {_COLUMNS} FROM outbound"))
    _empty(store)


def _empty(store: Store) -> None:
    with store.connect() as connection:
        connection.execute(text("TRUNCATE outbound"))
