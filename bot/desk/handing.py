"""Handing a ticket on and sorting it anew, with a row in the trail; the citizen need not know."""

from datetime import datetime

from bot.desk.moving import hold
from db import audit
from db.session import Session
from db.ticket_changes import hand, sort


def hand_ticket(
    session: Session,
    ticket_id: int,
    staff_id: int,
    *,
    actor: str,
    now: datetime,
    why: str = "",
    seen: int | None = None,
) -> None:
    """Hand a ticket to another officer; raises NoSuchTicket, StaleTicket or IllegalMove."""
    ticket = hold(session, ticket_id, seen)
    hand(session, ticket, staff_id, actor=actor, now=now, why=why)
    audit.record(session, now, actor, "hand ticket", f"ticket:{ticket.id}")


def sort_ticket(
    session: Session,
    ticket_id: int,
    *,
    category: str,
    section: str | None,
    priority: int,
    actor: str,
    now: datetime,
    why: str = "",
    seen: int | None = None,
) -> None:
    """Put a ticket under another category, section or priority; raises as `hand_ticket` does."""
    ticket = hold(session, ticket_id, seen)
    sort(
        session, ticket,
        category=category, section=section, priority=priority, actor=actor, now=now, why=why,
    )  # fmt: skip
    audit.record(session, now, actor, "sort ticket", f"ticket:{ticket.id}")
