"""How often a login, or a computer, has failed of late: guessing is slowed down, seen or not."""

from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import DIALECT_INSERT, Base
from db.session import Session

MOST_OF_A_LOGIN = 5
MOST_OF_AN_ADDRESS = 50  # an office has one address for all its people
LOCK = timedelta(minutes=15)


class LoginTries(Base):
    """The failures of one login or one address, under the blind index of its name.

    A login that does not exist counts like any other, so that nobody learns which do.
    """

    __tablename__ = "login_tries"

    key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime]


def take_try(session: Session, login: str, address: str, now: datetime) -> bool:
    """Count one more try before it is looked at; False, and nothing counted, if it is locked.

    Counted first, as many tries at the same moment are then no more than those one by one.
    """
    _forget_old(session, now)
    by_address = _row(session, _address_key(session, address), now)
    by_login = _row(session, _login_key(session, login), now)
    if by_login.count >= MOST_OF_A_LOGIN or by_address.count >= MOST_OF_AN_ADDRESS:
        return False
    for row in (by_login, by_address):
        row.count += 1
        row.last_at = now
    return True


def forgive(session: Session, login: str, address: str) -> None:
    """Take the failures of a login back once it came right, and this try of its address."""
    # The address first, as in every transaction: otherwise two of them could wait for each other.
    session.execute(
        update(LoginTries)
        .where(LoginTries.key == _address_key(session, address), LoginTries.count > 0)
        .values(count=LoginTries.count - 1)
    )
    session.execute(delete(LoginTries).where(LoginTries.key == _login_key(session, login)))


def _row(session: Session, key: bytes, now: datetime) -> LoginTries:
    insert = DIALECT_INSERT[session.core.dialect.name](LoginTries)
    session.execute(insert.values(key=key, count=0, last_at=now).on_conflict_do_nothing())
    query = select(LoginTries).where(LoginTries.key == key).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one()
    if row.last_at <= now - LOCK:  # another transaction held it while the old ones went
        row.count = 0
    return row


def _forget_old(session: Session, now: datetime) -> None:
    old = (
        select(LoginTries.key)
        .where(LoginTries.last_at <= now - LOCK)
        .with_for_update(skip_locked=True)
    )
    session.execute(delete(LoginTries).where(LoginTries.key.in_(old)))


def _login_key(session: Session, login: str) -> bytes:
    return session.vault.index(login, "login tries")


def _address_key(session: Session, address: str) -> bytes:
    return session.vault.index(address, "address tries")
