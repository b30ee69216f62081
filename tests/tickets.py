"""Tickets for the tests of the desk, made by its own verbs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from db.areas import Area
from db.session import Session
from db.ticket_changes import move, open_ticket, sort
from db.ticket_states import By, Decision, State
from db.tickets import PLAIN, Matter, Ticket
from tests.moment import NOW

CITY, WOLIO, MURHUM = "74.72", "74.72.02", "74.72.06"
VILLAGES = {WOLIO: f"{WOLIO}.1011", MURHUM: f"{MURHUM}.1008"}


def make_areas(session: Session) -> None:
    """Put a city of two kecamatan with a kelurahan each there, if it is not."""
    known = set(session.scalars(select(Area.code)))
    for code, level in (
        (CITY, "city"), (WOLIO, "district"), (MURHUM, "district"),
        *((code, "village") for code in VILLAGES.values()),
    ):  # fmt: skip
        if code not in known:
            session.add(
                Area(code=code, name=f"Wilayah {code}", level=level, timezone="Asia/Makassar")
            )
            session.flush()


def file(
    session: Session,
    story: str = "Bantuan saya belum masuk",
    *,
    area: str = VILLAGES[WOLIO],
    kind: str = "complaint",
    category: str = "not_paid",
    secrecy: str = PLAIN,
    section: str | None = "",
    now: datetime = NOW,
) -> Ticket:
    """Make a ticket; a section that is given takes the place of that of the rules."""
    ticket = open_ticket(
        session, Matter(kind, category, story, secrecy=secrecy),
        contact_id=None, person_id=None, area_code=area, year=now.year, actor="cli", by=By.DESK,
        now=now, searched=[story],
    )  # fmt: skip
    if section != "":
        sort(
            session, ticket, category=category, section=section, priority=ticket.priority,
            actor="cli", now=now,
        )  # fmt: skip
    return ticket


_WAYS: dict[State, Sequence[tuple[State, dict[str, Any]]]] = {
    State.VERIFIED: [(State.VERIFIED, {})],
    State.ASSIGNED: [(State.VERIFIED, {}), (State.ASSIGNED, {"staff_id": None})],
    State.REJECTED: [(State.REJECTED, {"decision": Decision.REJECTED})],
}


def bring_to(
    session: Session, ticket: Ticket, state: State, staff_id: int | None = None, now: datetime = NOW
) -> None:
    """Move a new ticket on to a state."""
    for to, more in _WAYS[state]:
        given: dict[str, Any] = dict(more)
        if "staff_id" in more:
            given["staff_id"] = staff_id
        move(session, ticket, to, by=By.DESK, actor="cli", now=now, **given)
