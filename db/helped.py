"""Citizens without a telephone, for whom a companion files: with their consent, which is kept."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from db import audit
from db.base import Base
from db.session import Session
from db.tickets import Ticket

WAYS = ("spoken", "signed", "thumb")  # how somebody agreed, before the companion's eyes


class HelpedConsent(Base):
    """That a citizen agreed to what a companion filed in his name: how, and when."""

    __tablename__ = "helped_consents"

    ticket_id: Mapped[int] = mapped_column(
        ForeignKey("tickets.id"), primary_key=True, autoincrement=False
    )
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    household_id: Mapped[int | None] = mapped_column(ForeignKey("households.id"), index=True)
    how: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]


def note_help(
    session: Session,
    ticket: Ticket,
    staff_id: int,
    household_id: int | None,
    how: str,
    now: datetime,
) -> None:
    """Keep who filed a ticket for whom, and how that one agreed; raises ValueError for no way."""
    if how not in WAYS:
        raise ValueError(f"{how} is no consent")
    ticket.helper_id = staff_id
    session.add(
        HelpedConsent(
            ticket_id=ticket.id, staff_id=staff_id, household_id=household_id, how=how, at=now
        )
    )
    audit.record(session, now, f"staff:{staff_id}", "help citizen", f"ticket:{ticket.id}")
