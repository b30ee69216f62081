"""The store of a desk at work: officers, citizens with a ticket each, and many older tickets."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pyotp
from sqlalchemy import select, text

from db import passwords
from db.areas import Area
from db.contacts import CONSENT_GIVEN, Contact
from db.registry import Person
from db.sample.load import load
from db.session import Session, Store
from db.staff import SECTIONS, Staff
from db.ticket_changes import move, open_ticket
from db.ticket_rules import Agency
from db.ticket_states import By, Decision, Standing, State, moved
from db.ticket_words import TicketWord, stems, word_index
from db.tickets import PLAIN, Matter, Ticket, TicketEvent

CITY = "74.72"
PASSWORD = "kuda laut menari pelan"
BEFORE = "cli"  # did what was done before the run
_FIRST_CHAT = 6_000_000_000
_ROLES = (("front_office", 14), ("back_office", 24), ("officer", 6), ("chief", 4), ("admin", 2))
_STEP = 5_000  # tickets a transaction
# Of a thousand older tickets.
_STATES = (
    ("received", 8), ("verified", 6), ("assigned", 10), ("in_progress", 15), ("referred", 4),
    ("waiting", 5), ("reopened", 2), ("resolved", 10), ("confirmed", 740), ("rejected", 200),
)  # fmt: skip
_TO_WORK = (State.VERIFIED, State.ASSIGNED, State.IN_PROGRESS)
_WAYS: dict[State, tuple[State, ...]] = {
    State.RECEIVED: (),
    State.VERIFIED: _TO_WORK[:1],
    State.ASSIGNED: _TO_WORK[:2],
    State.IN_PROGRESS: _TO_WORK,
    State.REFERRED: (*_TO_WORK, State.REFERRED),
    State.WAITING: (*_TO_WORK, State.WAITING),
    State.RESOLVED: (*_TO_WORK, State.RESOLVED),
    State.CONFIRMED: (*_TO_WORK, State.RESOLVED, State.CONFIRMED),
    State.REOPENED: (*_TO_WORK, State.RESOLVED, State.REOPENED),
    State.REJECTED: (State.REJECTED,),
}
_BY = {State.CONFIRMED: By.CITIZEN, State.REOPENED: By.CITIZEN}
_DECISIONS = {State.RESOLVED: Decision.UPHELD, State.REJECTED: Decision.REJECTED}
_MATTERS = (
    ("not_paid", "Uang bantuan PKH saya belum masuk sejak tiga bulan lalu"),
    ("deducted", "Ketua kelompok memotong uang bantuan lima puluh ribu setiap pencairan"),
    ("card", "Kartu KKS saya hilang di pasar dan PIN tidak ingat lagi"),
    ("zero_balance", "Saldo kartu sembako kosong padahal tetangga sudah menerima semua"),
    ("goods", "Beras dari e-warong berkutu dan timbangannya kurang dua kilo"),
    ("data", "Nama anak saya di data bantuan keliru dan umurnya tidak cocok"),
)
# What a citizen's own ticket stands at when the run begins, one after the other.
_OWN = (State.RECEIVED, State.IN_PROGRESS, State.WAITING, State.RESOLVED)


@dataclass(frozen=True, slots=True)
class Officer:
    """A login, with the secret of its telephone."""

    id: int
    login: str
    secret: str


@dataclass(frozen=True, slots=True)
class Known:
    """A citizen: his chat, and the ticket that he has brought before."""

    chat: int
    contact_id: int
    number: str
    state: State


def prepare(
    store: Store, officers: int, citizens: int, older: int
) -> tuple[list[Officer], list[Known]]:
    """Fill a migrated store of PostgreSQL; gives who comes to the desk from both sides."""
    now = datetime.now(UTC)
    with store.begin() as session:
        load(session, now.date(), now)
        staff = _officers(session, officers, now)
        people = session.scalars(select(Person.id).order_by(Person.id)).all()
    ids = [one.id for one in staff]
    _Older(store, ids, people[citizens:], now).load(older)
    with store.begin() as session:
        known = _citizens(session, citizens, people[:citizens], ids, now)
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))  # as autovacuum does within a minute
    return staff, known


def _officers(session: Session, count: int, now: datetime) -> list[Officer]:
    district = session.scalars(select(Area.code).where(Area.level == "district")).first()
    kept = passwords.hashed(PASSWORD)
    roles = [role for role, share in _ROLES for _ in range(share)]
    found = []
    for at in range(count):
        role = roles[at * len(roles) // count]
        login, secret = f"petugas{at}", pyotp.random_base32()
        staff = Staff(
            name=f"Petugas {at}", role=role, login=login, created_at=now, password_hash=kept,
            area_code=district if role == "officer" else CITY,
            section=SECTIONS[at % len(SECTIONS)] if role == "back_office" else None,
            totp_sealed=session.vault.seal(secret, "totp"),
        )  # fmt: skip
        session.add(staff)
        session.flush()
        found.append(Officer(staff.id, login, secret))
    return found


def _citizens(
    session: Session, count: int, people: Sequence[int], staff: Sequence[int], now: datetime
) -> list[Known]:
    villages = session.scalars(select(Area.code).where(Area.level == "village")).all()
    found = []
    for at in range(count):
        chat, earlier = _FIRST_CHAT + at, now - timedelta(days=2)
        contact = Contact(
            channel="telegram", address=str(chat), consent=CONSENT_GIVEN, consent_at=earlier,
            person_id=people[at], created_at=earlier,
        )  # fmt: skip
        session.add(contact)
        session.flush()
        category, story = _MATTERS[at % len(_MATTERS)]
        ticket = open_ticket(
            session, Matter("complaint", category, f"{story}, {token(chat, 0)}", "minggu lalu"),
            contact_id=contact.id, person_id=people[at], area_code=villages[at % len(villages)],
            year=now.year, actor=f"contact:{contact.id}", by=By.CITIZEN, now=earlier,
            searched=[story],
        )  # fmt: skip
        contact.ticket_id = ticket.id
        for to in _WAYS[_OWN[at % len(_OWN)]]:
            move(
                session, ticket, to, by=By.DESK, actor=BEFORE, now=earlier,
                staff_id=staff[at % len(staff)] if to is State.ASSIGNED else None,
                decision=_DECISIONS.get(to),
            )  # fmt: skip
        found.append(Known(chat, contact.id, ticket.number, State(ticket.state)))
    return found


def token(chat: int, number: int) -> str:
    """Give a word that stands in one story of one chat only."""
    letters = ""
    left = (chat - _FIRST_CHAT) * 1_000 + number
    for _ in range(5):
        left, at = divmod(left, 20)
        letters += "bcdfghjklmnpqrstvwxz"[at]
    return f"tanda{letters}"


def matter(at: int) -> tuple[str, str]:
    """Give a category and a story of it."""
    return _MATTERS[at % len(_MATTERS)]


class _Older:
    """Tickets of the last year with their whole history and their words, written by COPY."""

    def __init__(
        self, store: Store, staff: Sequence[int], people: Sequence[int], now: datetime
    ) -> None:
        self._store, self._staff, self._people, self._now = store, staff, people, now
        self._random = Random(1)
        vault = store.vault
        self._sealed = {category: vault.seal(story, "story") for category, story in _MATTERS}
        self._occurred = vault.seal("minggu lalu", "occurred")
        with store.read() as session:
            self._villages = session.scalars(select(Area.code).where(Area.level == "village")).all()
            self._agency = session.scalars(select(Agency.code)).first()
            self._words = {
                category: [word_index(session, stem) for stem in stems(story)]
                for category, story in _MATTERS
            }

    def load(self, count: int) -> None:
        """Write so many."""
        for done in range(0, count, _STEP):
            some = range(done + 1, min(done + _STEP, count) + 1)
            tickets, events, words = self._rows(some)
            with self._store.connect() as connection:
                driver = connection.connection.driver_connection
                for model, rows in ((Ticket, tickets), (TicketEvent, events), (TicketWord, words)):
                    _copy(driver, model, rows)
        if count:
            with self._store.connect() as connection:
                last = text("SELECT setval(pg_get_serial_sequence('tickets', 'id'), :last)")
                connection.execute(last, {"last": count})

    def _rows(self, some: Iterable[int]) -> tuple[list[Any], list[Any], list[Any]]:
        tickets, events, words = [], [], []
        states = [State(name) for name, share in _STATES for _ in range(share)]
        for ticket_id in some:
            category, _ = self._random.choice(_MATTERS)
            opened = self._now - timedelta(minutes=self._random.randint(5_000, 500_000))
            history = list(self._history(self._random.choice(states), category))
            for version, (by, standing) in enumerate(history, start=1):
                at = opened + timedelta(minutes=30 * version)
                events.append(
                    _columns(standing) | {
                        "ticket_id": ticket_id, "version": version, "at": at, "actor": BEFORE,
                        "side": by, "change": "opened" if version == 1 else "moved",
                    }
                )  # fmt: skip
            tickets.append(self._ticket(ticket_id, opened, history[-1][1], len(history)))
            words += [{"word_index": one, "ticket_id": ticket_id} for one in self._words[category]]
        return tickets, events, words

    def _history(self, last: State, category: str) -> Iterator[tuple[By, Standing]]:
        section = self._random.choice(SECTIONS)
        now = Standing(State.RECEIVED, category, section, self._random.randint(1, 3))
        yield By.CITIZEN, now
        for to in _WAYS[last]:
            by = _BY.get(to, By.DESK)
            now = moved(
                now, to, by, decision=_DECISIONS.get(to),
                staff_id=self._random.choice(self._staff) if to is State.ASSIGNED else None,
                agency=self._agency if to is State.REFERRED else None,
            )  # fmt: skip
            yield by, now

    def _ticket(
        self, ticket_id: int, opened: datetime, now: Standing, version: int
    ) -> dict[str, Any]:
        runs = now.state in (*_TO_WORK, State.RECEIVED, State.REOPENED)
        due = self._now + timedelta(hours=self._random.randint(-100, 700))
        return _columns(now) | {
            "id": ticket_id,
            "number": f"PKS-{self._now.year - 1}-{ticket_id:06d}",
            "person_id": self._random.choice(self._people),
            "area_code": self._random.choice(self._villages),
            "kind": "complaint",
            "secrecy": PLAIN,
            "story_sealed": self._sealed[now.category],
            "occurred_sealed": self._occurred,
            "version": version,
            "created_at": opened,
            "changed_at": opened + timedelta(minutes=30 * version),
            "risk_at": due - timedelta(hours=48) if runs else None,
            "due_at": due if runs else None,
            "climbed": 0,
        }


def _columns(standing: Standing) -> dict[str, Any]:
    names = ("state", "category", "section", "priority", "staff_id", "decision", "agency")
    return {name: getattr(standing, name) for name in names}


def _copy(driver: Any, model: Any, rows: Sequence[dict[str, Any]]) -> None:
    names = list(rows[0])
    table = model.__table__.name
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row([row[name] for name in names])
