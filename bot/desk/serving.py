"""The begin, the end and the return of somebody's service, by console and command alike."""

from datetime import datetime

from bot.desk.let_go import LEFT, tell_let_go
from db import audit
from db.logins import deactivate
from db.session import Session
from db.staff import Staff


def begin_service(session: Session, staff: Staff, actor: str, now: datetime) -> None:
    """Keep a new member of staff, who has no code yet."""
    session.add(staff)
    session.flush()
    audit.record(session, now, actor, "add staff", f"staff:{staff.id}")


def end_service(session: Session, staff: Staff, actor: str, now: datetime) -> None:
    """Shut somebody out at once, of console and chat, and tell the chats that were his."""
    tell_let_go(session, deactivate(session, staff, now), LEFT, now)
    audit.record(session, now, actor, "deactivate", f"staff:{staff.id}")


def resume_service(session: Session, staff: Staff, actor: str, now: datetime) -> None:
    """Let one who had left work again; nothing opens without a new code."""
    staff.active = True
    audit.record(session, now, actor, "reactivate", f"staff:{staff.id}")
