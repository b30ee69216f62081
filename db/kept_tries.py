"""Failed tries and the lock of an address whose contact was erased, for as long as they count."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import LargeBinary, bindparam, delete
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.fixed import Fixed
from db.session import Session

LOCK = timedelta(hours=24)  # for so long a failed try counts, and too many of them shut out
_PURPOSE = "kept tries"


class KeptTries(Base):
    """What an address has to bear that is kept no more; the index is all that is left of it."""

    __tablename__ = "kept_tries"

    address_index: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    failed_tries: Mapped[int]
    tried_at: Mapped[datetime | None]
    locked_until: Mapped[datetime | None]
    kept_until: Mapped[datetime] = mapped_column(index=True)


_TABLE: Any = KeptTries.__table__
_TAKE = Fixed(
    lambda _dialect: (
        delete(_TABLE)
        .where(_TABLE.c.address_index == bindparam("address_index"))
        .returning(
            _TABLE.c.failed_tries, _TABLE.c.tried_at, _TABLE.c.locked_until, _TABLE.c.kept_until
        )
    )
)


@dataclass(frozen=True, slots=True)
class Tries:
    """The count of a contact, as it stands in its row."""

    failed_tries: int
    tried_at: datetime | None
    locked_until: datetime | None

    def counts_until(self) -> datetime | None:
        """Give until when it makes a difference; None where there is nothing."""
        counted = None if self.tried_at is None else self.tried_at + LOCK
        return max(filter(None, (counted, self.locked_until)), default=None)


def keep_tries(session: Session, channel: str, address: str, tries: Tries, now: datetime) -> None:
    """Remember the tries of an address that is about to be forgotten, if they still count."""
    until = tries.counts_until()
    if until is None or until <= now:
        return
    session.merge(
        KeptTries(
            address_index=_index(session, channel, address),
            failed_tries=tries.failed_tries,
            tried_at=tries.tried_at,
            locked_until=tries.locked_until,
            kept_until=until,
        )
    )
    session.flush()


def take_tries(session: Session, channel: str, address: str, now: datetime) -> Tries | None:
    """Give what an address has to bear, and forget it here; None where there is nothing."""
    # Not through the session: this is asked for everybody who writes for the first time.
    row = _TAKE.first(session.core, {"address_index": _index(session, channel, address)})
    if row is None:
        return None
    failed_tries, tried_at, locked_until, kept_until = row
    return None if kept_until <= now else Tries(failed_tries, tried_at, locked_until)


def _index(session: Session, channel: str, address: str) -> bytes:
    return session.vault.index(f"{channel}\0{address}", _PURPOSE)
