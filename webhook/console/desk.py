"""What a page of the console works with: who asks, within which area, and the store."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from db.areas import Scope
from db.logins import Colleague
from db.session import Session, Store
from db.ticket_desk import Sight


@dataclass(frozen=True, slots=True)
class Desk:
    """One request of somebody who is signed in; every query takes its `scope`."""

    staff: Colleague
    scope: Scope
    store: Store
    now: datetime
    address: str  # of the computer

    @property
    def actor(self) -> str:
        """Give how the trail names this person."""
        return f"staff:{self.staff.id}"

    @property
    def sight(self) -> Sight:
        """Give which tickets this person sees, and how much of each."""
        return Sight(self.scope, self.staff.role, self.staff.section, self.staff.id)

    @property
    def today(self) -> date:
        """Give the day it is where this person works."""
        return self.now.astimezone(ZoneInfo(self.staff.zone)).date()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One reading transaction."""
        with self.store.read() as session:
            yield session

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """One writing transaction; what reads a person's data writes, namely into the trail."""
        with self.store.begin() as session:
            yield session
