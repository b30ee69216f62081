"""Sample tickets: invented matters of some months, brought on by the verbs of the desk itself."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from db.areas import Area
from db.contacts import Contact
from db.registry import Household, Person
from db.session import Session
from db.staff import Staff
from db.ticket_changes import move, open_ticket
from db.ticket_states import By, Decision, State
from db.tickets import PLAIN, Matter, Ticket

_FILE = Path(__file__).parent / "tickets.toml"
_TOLD = 2  # times is each matter told
_OLDEST = 150.0  # days
_DESK_FIRST = "front_office"


@dataclass(frozen=True, slots=True)
class _Step:
    """One move, so many hours after the report."""

    after: float
    to: State
    by: By = By.DESK
    why: str = ""
    decision: Decision | None = None
    agency: str | None = None


_VERIFIED = (_Step(9, State.VERIFIED),)
_ASSIGNED = (*_VERIFIED, _Step(26, State.ASSIGNED))
_WORKED = (*_ASSIGNED, _Step(50, State.IN_PROGRESS))
_ASKED = (*_WORKED, _Step(70, State.WAITING, why="Boleh kirim foto kartunya?"))
_REFERRED = (*_WORKED, _Step(75, State.REFERRED, agency="dukcapil"))
_RESOLVED = (
    *_WORKED,
    _Step(150, State.RESOLVED, why="Sudah kami urus.", decision=Decision.UPHELD),
)
_CONFIRMED = (*_RESOLVED, _Step(170, State.CONFIRMED, By.CITIZEN))
_PARTLY = (
    *_REFERRED,
    _Step(200, State.RESOLVED, why="Sebagian sudah diurus.", decision=Decision.PARTLY),
    _Step(440, State.CONFIRMED, By.SERVICE),
)
_REOPENED = (*_RESOLVED, _Step(180, State.REOPENED, By.CITIZEN, "Belum beres."))
_REJECTED = (
    *_VERIFIED,
    _Step(
        40, State.REJECTED, why="Belum memenuhi syarat tahun ini.", decision=Decision.REJECTED
    ),
)  # fmt: skip
_WITHDRAWN = (
    *_VERIFIED,
    _Step(30, State.REJECTED, By.CITIZEN, decision=Decision.WITHDRAWN),
)
_OLD = (_CONFIRMED, _PARTLY, _REJECTED, _CONFIRMED, _WITHDRAWN, _CONFIRMED, _WORKED)
_MIDDLE = (_REFERRED, _RESOLVED, _WORKED, _ASKED, _REOPENED, _ASSIGNED, _VERIFIED, _CONFIRMED)
_NEW = (_VERIFIED, (), _ASSIGNED, (), _WORKED)


def load_tickets(session: Session, now: datetime) -> int:
    """Put the sample tickets into a store that holds the sample; gives how many."""
    desk = _Desk(session, now)
    for at, (matter, age) in enumerate(_matters()):
        desk.bring(at, matter, now - timedelta(days=age))
    return at + 1


def _matters() -> Iterator[tuple[Matter, float]]:
    """Give the matters with their age in days, the oldest first."""
    with _FILE.open("rb") as file:
        rows = tomllib.load(file)["ticket"]
    count = len(rows) * _TOLD
    for at in range(count):
        row = rows[at * 7 % len(rows)]
        # Emergencies of today are still open; more is young than old, as in a real inbox.
        age = _OLDEST * ((count - at - 0.7) / count) ** 2.5
        yield (
            Matter(
                kind=row["kind"], category=row["category"], story=row["story"],
                occurred="Minggu ini, di dekat rumah.", secrecy=row.get("secrecy", PLAIN),
            ),
            age,
        )  # fmt: skip


class _Desk:
    """The people and places of the sample, by which tickets come and are worked on."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now
        self._staff = {
            staff.role: staff for staff in session.scalars(select(Staff).order_by(Staff.id.desc()))
        }
        self._villages = session.scalars(
            select(Area.code).where(Area.level == "village").order_by(Area.code)
        ).all()
        self._chats = _by_village(session)

    def bring(self, at: int, matter: Matter, opened: datetime) -> None:
        """Let one matter come in and go on as far as its path has led by now."""
        chats = self._chats if at % 2 else []
        contact, area = chats[at % len(chats)] if chats else (None, self._village(at))
        loket = self._staff[_DESK_FIRST]
        ticket = open_ticket(
            self._session,
            matter,
            contact_id=contact.id if contact else None,
            person_id=contact.person_id if contact else None,
            area_code=area,
            year=opened.year,
            actor=f"contact:{contact.id}" if contact else f"staff:{loket.id}",
            by=By.CITIZEN if contact else By.DESK,
            now=opened,
            searched=[matter.story],
        )
        for step in self._path(at, matter, opened):
            self._take(ticket, step, opened + timedelta(hours=step.after))

    def _village(self, at: int) -> str:
        return self._villages[at * 11 % len(self._villages)]

    def _path(self, at: int, matter: Matter, opened: datetime) -> Sequence[_Step]:
        age = self._now - opened
        paths: Sequence[Sequence[_Step]] = _OLD if age > timedelta(days=40) else _MIDDLE
        if age < timedelta(days=8):
            paths = _NEW
        return [step for step in paths[at % len(paths)] if timedelta(hours=step.after) < age]

    def _take(self, ticket: Ticket, step: _Step, at: datetime) -> None:
        section = ticket.section
        holder = self._staff["back_office" if section == "sosial_ekonomi" else "officer"]
        actor = {
            By.DESK: f"staff:{holder.id}", By.CITIZEN: f"contact:{ticket.contact_id or 0}",
            By.SERVICE: "service",
        }[step.by]  # fmt: skip
        more: dict[str, Any] = {"staff_id": holder.id} if step.to is State.ASSIGNED else {}
        move(
            self._session, ticket, step.to,
            by=step.by, actor=actor, now=at, why=step.why, decision=step.decision,
            agency=step.agency, **more,
        )  # fmt: skip


def _by_village(session: Session) -> list[tuple[Contact, str]]:
    """Give chats of people who are nobody's example, with their kelurahan."""
    rows = session.execute(
        select(Contact, Household.area_code)
        .join(Person, Person.id == Contact.person_id)
        .join(Household, Household.id == Person.household_id)
        .where(Contact.address.startswith("warga-"))
        .order_by(Contact.id)
        .limit(40)
    )
    return [(contact, area) for contact, area in rows]
