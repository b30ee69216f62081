"""How long the inbox takes for each choice that an officer can make, among a million tickets."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice, product
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import insert, select, text

from db.areas import Area, Scope
from db.crypto import new_key
from db.session import Session, Store
from db.staff import SECTIONS, Staff
from db.ticket_clock import Light
from db.ticket_desk import Sight
from db.ticket_inbox import EVERY_STATE, NEWEST, OLDEST_DUE, Filters, choose
from db.ticket_rows import rows_of
from db.ticket_states import State
from db.ticket_words import stems
from db.tickets import Ticket
from tests.bench.databases import LABELS, Databases, migrated
from tests.bench.progress import Progress
from tests.bench.report import Table, milliseconds, ratio

TICKETS, QUICK_TICKETS = 1_000_000, 30_000
WANTED = 0.150  # seconds of a view at most
CITY = "74.72"
_DISTRICTS, _VILLAGES = 10, 30
_STAFF = 40
_NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
# A word of the stories, and of how many tickets in 10,000 it is.
_WORDS = {"bantuan": 4_000, "cair": 1_500, "kartu": 300, "beras": 50, "langka": 1}
_EACH = 7  # of the choices put together is timed; a prime, so that each single one comes about
_TIMES, _QUICK_TIMES = 5, 2
_STATES = (
    ("received", 8), ("verified", 6), ("assigned", 10), ("in_progress", 15), ("referred", 4),
    ("waiting", 5), ("reopened", 2), ("resolved", 10), ("confirmed", 740), ("rejected", 200),
)  # fmt: skip
_SHARES = (
    ("complaint", 700), ("usul", 100), ("sanggah", 50), ("correction", 60), ("goods", 50),
    ("human", 30), ("emergency", 10),
)  # fmt: skip
_CATEGORIES = (
    ("not_paid", 400), ("deducted", 200), ("data", 150), ("card", 150), ("kis", 90), ("house", 10)
)  # fmt: skip
_RUNNING = "'received', 'verified', 'assigned', 'in_progress', 'reopened'"
_COLUMNS = (
    "id, number, area_code, kind, secrecy, story_sealed, occurred_sealed, state, category, section,"
    " priority, staff_id, version, created_at, changed_at, risk_at, due_at, climbed"
)


def measure(
    kinds: tuple[Databases, ...], _folder: Path, quick: bool, progress: Progress
) -> list[Table]:
    """Fill each database with tickets and time every view of them."""
    return [_measure(databases, quick, progress) for databases in kinds]


def _measure(databases: Databases, quick: bool, progress: Progress) -> Table:
    tickets = QUICK_TICKETS if quick else TICKETS
    label = LABELS[databases.kind]
    progress.say(f"inbox: {tickets:,} tickets on {label}")
    with migrated(databases.make(f"inbox_{tickets}"), new_key()) as store:
        fill(store, tickets)
        progress.say(f"inbox: views on {label}")
        with store.read() as session:
            timed = [(name, *_time(session, sight, filters, quick))
                     for name, sight, filters in views()]  # fmt: skip
            floor = _floor(session, tickets, quick)
    timed.sort(key=lambda one: -one[2])
    rows = [
        (name, milliseconds(first), milliseconds(worst), ratio(first, floor), found)
        for name, first, worst, found in _told(timed)
    ]
    return Table(
        f"Inbox of {tickets:,} tickets on {label}: {len(timed)} views",
        ("view", "median", "slowest", "floor", "tickets"),
        [("one range of 50 rows by key", milliseconds(floor), "", "1.00 ×", "50"), *rows],
        (
            f"Wanted: at most {WANTED * 1000:.0f} ms. Over it: "
            f"{sum(worst > WANTED for _, _, worst, _ in timed)} of {len(timed)}.",
            "The ten slowest of all views, then the daily ones. A + means that time was up before "
            "all was looked through.",
        ),
    )


Timed = tuple[str, float, float, str]


def _told(timed: list[Timed]) -> list[Timed]:
    slowest = timed[:10]
    return slowest + [one for one in timed if one[0] in DAILY and one not in slowest]


def _time(
    session: Session, sight: Sight, filters: Filters, quick: bool
) -> tuple[float, float, str]:
    took = []
    found = ""
    for _ in range(_QUICK_TIMES if quick else _TIMES):
        begun = time.perf_counter()
        chosen = choose(session, sight, filters, _NOW)
        rows_of(session, sight, chosen.ids, _NOW)
        took.append(time.perf_counter() - begun)
        found = f"{chosen.count}{'' if chosen.looked_through else '+'}"
    return median(took), max(took), found


def _floor(session: Session, tickets: int, quick: bool) -> float:
    table: Any = Ticket.__table__
    query = select(table).where(table.c.id > tickets // 2).order_by(table.c.id).limit(50)
    took = []
    for _ in range(_QUICK_TIMES if quick else 20):
        begun = time.perf_counter()
        session.core.execute(query).all()
        took.append(time.perf_counter() - begun)
    return median(took)


def views() -> Iterator[tuple[str, Sight, Filters]]:
    """Give every view that is timed: the daily ones, then choices put together."""
    for name, filters in DAILY.items():
        yield name, CHIEF, filters
    sights = {
        "chief": CHIEF,
        "village": Sight(Scope(f"{CITY}.03.1007"), "officer", None, 1),
        "section": Sight(Scope(CITY), "back_office", "kesehatan", 2),
    }
    choices: Any = product(
        sights.items(),
        (None, EVERY_STATE, "received", "waiting", "confirmed", "rejected"),
        ({}, {"kind": "complaint", "category": "house"}, {"kind": "emergency"}, {"kind": "goods"}),
        ({}, {"section": "pendidikan"}, {"staff_id": 7}, {"nobodys": True}, {"priority": 0}),
        ({}, {"area_code": f"{CITY}.05"}, {"area_code": f"{CITY}.05.1003"}),
        ({}, {"light": Light.BREACHED}, {"order": OLDEST_DUE}),
    )
    for (who, sight), state, kind, place, area, how in islice(choices, 0, None, _EACH):
        chosen: dict[str, Any] = {"state": state, **kind, **place, **area, **how}
        yield _name(who, chosen), sight, Filters(**chosen)
    for who, sight in sights.items():
        for words, state in product(
            ("bantuan", "langka", "bantuan cair", "kartu bantuan langka", "bantuan beras", "zakat"),
            (None, EVERY_STATE, "rejected"),
        ):
            for order in (NEWEST, OLDEST_DUE):
                chosen = {"text": words, "state": state, "order": order, "kind": "goods"}
                yield _name(who, chosen), sight, Filters(**chosen)


def _name(who: str, chosen: dict[str, Any]) -> str:
    asked = (f"{name}={value}" for name, value in chosen.items() if value is not None)
    return " ".join([who, *asked])


CHIEF = Sight(Scope(CITY), "chief", None, 3)
DAILY = {
    "everything not done": Filters(),
    "everything": Filters(state=EVERY_STATE),
    "mine": Filters(staff_id=3),
    "new": Filters(state=State.RECEIVED),
    "late": Filters(light=Light.BREACHED, order=OLDEST_DUE),
    "nearly late": Filters(light=Light.AT_RISK, order=OLDEST_DUE),
    "waiting for the citizen": Filters(state=State.WAITING),
    "emergencies": Filters(kind="emergency"),
    "a number": Filters(text="PKS-2026-012345"),
    "its digits": Filters(text="12345"),
    "a rare word": Filters(text="langka", state=EVERY_STATE),
    "a common word": Filters(text="bantuan", state=EVERY_STATE),
    "two common words": Filters(text="bantuan cair", state=EVERY_STATE),
}


def fill(store: Store, tickets: int) -> None:
    """Make so many tickets over areas, kinds, states and officers, and the words of some."""
    with store.begin() as session:
        session.execute(insert(Area), list(_areas()))
        session.execute(insert(Staff), [
            {"name": f"Petugas {at}", "role": "officer", "area_code": CITY, "active": True,
             "section": None, "created_at": _NOW} for at in range(_STAFF)
        ])  # fmt: skip
        core, vault = session.core, session.vault
        core.execute(text(_tickets_sql(store.is_sqlite)), {
            "most": tickets, "story": vault.seal("Bantuan saya belum cair. " * 8, "story"),
        })  # fmt: skip
        for at, (word, share) in enumerate(_WORDS.items()):
            core.execute(
                text(
                    "INSERT INTO ticket_words (word_index, ticket_id) SELECT :word, id"
                    f" FROM tickets WHERE {_hash('id', 11 + at, 10_000)} < {share}"
                ),
                {"word": vault.index(stems(word)[0], "ticket word")},
            )
    if not store.is_sqlite:
        _vacuum(store)


def _vacuum(store: Store) -> None:
    """Let PostgreSQL see what there is, as autovacuum does within a minute."""
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in ("tickets", "ticket_words"):
            connection.execute(text(f"VACUUM ANALYZE {table}"))


def _areas() -> Iterator[dict[str, Any]]:
    def area(code: str, level: str, parent: str | None) -> dict[str, Any]:
        return {"code": code, "name": f"Wilayah {code}", "level": level, "parent_code": parent,
                "timezone": "Asia/Makassar"}  # fmt: skip

    yield area(CITY, "city", None)
    for district in range(1, _DISTRICTS + 1):
        code = f"{CITY}.{district:02d}"
        yield area(code, "district", CITY)
        for village in range(_VILLAGES):
            yield area(f"{code}.{1001 + village}", "village", code)


def _hash(number: str, seed: int, most: int) -> str:
    """Give SQL that scatters a number over 0 … most - 1, the same on every database."""
    wide = f"CAST({number} AS BIGINT)"
    return f"(({wide} * {7919 + 2 * seed} + {seed} * 104729) % 1000003 * 7907 % 999983 % {most})"


def _picked(shares: tuple[tuple[str, int], ...], seed: int) -> str:
    cases, sum_ = [], 0
    for name, share in shares:
        sum_ += share
        cases.append(f"WHEN {_hash('n', seed, 1_000)} < {sum_} THEN '{name}'")
    return f"CASE {' '.join(cases)} END"


def _tickets_sql(is_sqlite: bool) -> str:
    def moment(minutes: str) -> str:
        if is_sqlite:
            return (
                f"strftime('%Y-%m-%d %H:%M:%f000', '2023-01-01', '+' || ({minutes}) || ' minutes')"
            )
        return f"timestamptz '2023-01-01 00:00Z' + ({minutes}) * interval '1 minute'"

    state = _picked(_STATES, 3)
    village = (
        f"'{CITY}.' || substr(CAST(101 + {_hash('n', 5, _DISTRICTS)} AS TEXT), 2) || '.' ||"
        f" CAST(1001 + {_hash('n', 6, _VILLAGES)} AS TEXT)"
    )
    sections = " ".join(f"WHEN {at} THEN '{name}'" for at, name in enumerate(SECTIONS))
    # Two minutes apart they come up to the end of 2026; some deadlines are past, most to come.
    opened = "n * 2"
    due = f"2040000 + {_hash('n', 9, 40_000)}"
    held = f"1 + {_hash('n', 8, _STAFF)}"
    return (
        f"INSERT INTO tickets ({_COLUMNS})"
        f" WITH RECURSIVE one(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM one WHERE n < :most),"
        f" made AS (SELECT n, {state} AS state FROM one)"
        f" SELECT n, 'PKS-2026-' || substr(CAST(1000000 + n AS TEXT), 2), {village},"
        f" {_picked(_SHARES, 1)}, CASE WHEN {_hash('n', 4, 100)} < 3 THEN 'confidential'"
        f" ELSE 'plain' END, :story, :story, state, {_picked(_CATEGORIES, 2)},"
        f" CASE {_hash('n', 7, 5)} {sections} END, {_hash('n', 10, 4)},"
        f" CASE WHEN state IN ('received', 'verified') THEN NULL ELSE {held} END, 3,"
        f" {moment(opened)}, {moment(opened)},"
        f" CASE WHEN state IN ({_RUNNING}) THEN {moment(due + ' - 2000')} END,"
        f" CASE WHEN state IN ({_RUNNING}) THEN {moment(due)} END, 0 FROM made"
    )
