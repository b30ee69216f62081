"""What the start page says of tickets: what is one's own, what burns, and what is new."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from db.duty import Alert
from db.session import Session
from db.talks import WAITING, Talk
from db.ticket_clock import Light
from db.ticket_desk import Sight
from db.ticket_inbox import IS_URGENT, is_, shows
from db.ticket_states import OPEN, State
from db.tickets import Ticket

MOST = 1_000  # a count goes no further

_T: Any = Ticket.__table__
_ALERTS: Any = Alert.__table__
_TALKS: Any = Talk.__table__


@dataclass(frozen=True, slots=True)
class AtDesk:
    """How many tickets wait for what; MOST + 1 where there are more than MOST."""

    mine: int  # open ones in one's own hands
    mine_late: int
    emergencies: int  # of which nobody has taken care yet
    talks: int  # of people who wait for somebody to talk to
    late: int
    nearly: int
    new: int


def at_desk(session: Session, sight: Sight, now: datetime) -> AtDesk:
    """Count what waits in an officer's sight."""
    late, nearly = shows(Light.BREACHED, now), shows(Light.AT_RISK, now)
    tickets = select(_T.c.id)
    mine = tickets.where(_T.c.staff_id == sight.staff_id, _T.c.state.in_([*OPEN]))
    untaken = (
        tickets.with_hint(_T, "INDEXED BY ix_tickets_urgent", "sqlite")
        .join(_ALERTS, _ALERTS.c.ticket_id == _T.c.id)
        .where(*IS_URGENT, _ALERTS.c.taken_at.is_(None))
    )
    waiting = tickets.join(_TALKS, _TALKS.c.ticket_id == _T.c.id)
    due = tickets.where(_T.c.due_at.is_not(None)).with_hint(
        _T, "INDEXED BY ix_tickets_due", "sqlite"
    )
    return AtDesk(
        mine=_count(session, sight, mine),
        mine_late=_count(session, sight, mine.where(late)),
        emergencies=_count(session, sight, untaken),
        talks=_count(session, sight, waiting.where(_TALKS.c.state == WAITING)),
        late=_count(session, sight, due.where(late)),
        nearly=_count(session, sight, due.where(nearly)),
        new=_count(session, sight, tickets.where(is_(_T.c.state, State.RECEIVED))),
    )


def _count(session: Session, sight: Sight, query: Select[int]) -> int:
    found = query.where(sight.holds()).limit(MOST + 1).subquery()
    return session.core.execute(select(func.count()).select_from(found)).scalar() or 0
