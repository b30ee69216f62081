"""The data keys of the store, each wrapped by the master key."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, SmallInteger, String, select, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import DIALECT_INSERT, Base
from db.crypto import DIGEST, FIRST_KEY, INDEX, LAST_KEY, SEAL, CryptoError, Vault, WrappedKey
from db.session import Session


class DataKey(Base):
    """One data key; the newest sealing key that is not retired seals, all of them open."""

    __tablename__ = "data_keys"

    purpose: Mapped[str] = mapped_column(String(10), primary_key=True)
    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary(60))  # nonce, key and tag
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


_TABLE: Any = DataKey.__table__


def all_keys(session: Session) -> Sequence[DataKey]:
    """Give all keys, those that seal in the order of their making."""
    return session.scalars(select(DataKey).order_by(DataKey.purpose.desc(), DataKey.id)).all()


def next_sealing_key(session: Session, now: datetime) -> int:
    """Give the id of the key to seal with from now on, made unless a rotation is unfinished.

    Raises CryptoError if there is no id left.
    """
    _keep_first_keys(session, now)
    sealing = [key for key in all_keys(session) if key.purpose == SEAL]
    if sum(key.retired_at is None for key in sealing) > 1:
        return sealing[-1].id
    key_id = sealing[-1].id + 1
    if key_id > LAST_KEY:
        raise CryptoError("no id is left for another key")
    wrapped = session.vault.wrap_new(SEAL, key_id)
    _insert(session, purpose=SEAL, id=key_id, wrapped=wrapped, created_at=now)
    return key_id


def retire_before(session: Session, key_id: int, now: datetime) -> None:
    """Let the sealing keys older than one seal no more; what they sealed they still open."""
    older = (_TABLE.c.purpose == SEAL) & (_TABLE.c.id < key_id) & _TABLE.c.retired_at.is_(None)
    session.execute(update(_TABLE).where(older).values(retired_at=now))


def rewrap_keys(session: Session, master: Vault, now: datetime) -> int:
    """Wrap every key by the master key of another vault; says how many there are."""
    _keep_first_keys(session, now)
    keys = all_keys(session)
    for key in keys:
        given = WrappedKey(key.purpose, key.id, key.wrapped)
        key.wrapped = session.vault.rewrap(given, master)
    return len(keys)


def _keep_first_keys(session: Session, now: datetime) -> None:
    """Keep the derived keys in the store, if it keeps none yet."""
    if session.scalar(select(_TABLE.c.id).limit(1)) is not None:
        return
    for purpose in (SEAL, INDEX, DIGEST):
        wrapped = session.vault.wrap_first(purpose)
        _insert(session, purpose=purpose, id=FIRST_KEY, wrapped=wrapped, created_at=now)


def _insert(session: Session, **values: Any) -> None:
    """Add a key, unless another process did so at this very moment."""
    statement = DIALECT_INSERT[session.core.dialect.name](_TABLE).values(**values)
    session.execute(statement.on_conflict_do_nothing())
