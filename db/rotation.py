"""A new sealing key for all that is sealed: row by row, and from where it was cut off.

How far it has come is nowhere noted: each ciphertext begins with the id of its key.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, tuple_, update

from db import schema
from db.crypto import CryptoError
from db.files import Files
from db.keys import next_sealing_key, retire_before
from db.sealed import sealed_columns
from db.session import Session, Store

_CHUNK = 500  # rows a transaction: others write in between

Report = Callable[[int, int, str], None]


class Unreadable(Exception):
    """Some rows or files cannot be opened with any key of the store; nothing was retired."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} sealed values cannot be opened")
        self.count = count


def rotate(store: Store, files: Files, clock: Callable[[], datetime], report: Report) -> int:
    """Seal everything with a new key, or end a rotation that was cut off; gives the key's id.

    Who still works with the old key may add rows behind us: it goes round until there are none.
    """
    with store.begin() as session:
        key_id = next_sealing_key(session, clock())
    store.vault.refresh()
    unread: set[tuple[Any, ...]] = set()
    while (left := sum(held_by_others(store, key_id).values())) > len(unread):
        _go_round(store, key_id, left, unread, report)
    closed = len(unread) + files.seal_anew(key_id)
    if closed:
        raise Unreadable(closed)
    schema.note_key(store)
    with store.begin() as session:
        retire_before(session, key_id, clock())
    store.vault.refresh()
    return key_id


def held_by_others(store: Store, key_id: int) -> dict[str, int]:
    """Count the values that are sealed with another key, by table and column."""
    with store.read() as session:
        return {
            str(column): session.scalar(
                select(func.count()).select_from(column.table).where(_by_other(column, key_id))
            )
            or 0
            for column, _purpose in sealed_columns()
        }


def held_by(store: Store) -> dict[int, int]:
    """Count the sealed values of each key."""
    counts: dict[int, int] = {}
    with store.read() as session:
        for column, _purpose in sealed_columns():
            mark = func.substr(column, 1, 1)
            held = select(mark, func.count()).where(column.is_not(None)).group_by(mark)
            for found, count in session.execute(held):
                key_id = bytes(found)[0]
                counts[key_id] = counts.get(key_id, 0) + count
    return counts


def _by_other(column: Any, key_id: int) -> Any:
    return column.is_not(None) & (func.substr(column, 1, 1) != bytes([key_id]))


def _go_round(
    store: Store, key_id: int, total: int, unread: set[tuple[Any, ...]], report: Report
) -> None:
    done = 0
    for column, purpose in sealed_columns():
        last: tuple[Any, ...] | None = None
        while True:
            with store.begin() as session:
                rows = _next_rows(session, column, key_id, last)
                unread |= _seal_anew(session, column, purpose, rows)
            if not rows:
                break
            last = tuple(rows[-1])[:-1]
            done += len(rows)
            report(min(done, total), total, column.table.name)


def _next_rows(
    session: Session, column: Any, key_id: int, last: tuple[Any, ...] | None
) -> Sequence[Any]:
    """Give keys and values of the next rows that hold another key's ciphertext."""
    keys = list(column.table.primary_key.columns)
    query = select(*keys, column).where(_by_other(column, key_id)).order_by(*keys).limit(_CHUNK)
    if last is not None:
        query = query.where(tuple_(*keys) > last)
    return session.core.execute(query).all()


def _seal_anew(
    session: Session, column: Any, purpose: str, rows: Sequence[Any]
) -> set[tuple[Any, ...]]:
    """Seal values with the present key; gives the rows whose value could not be opened.

    A value that somebody changed meanwhile is left as it is: it has the new key, or its turn comes.
    """
    unread: set[tuple[Any, ...]] = set()
    changes = []
    for row in rows:
        *key, sealed = tuple(row)
        try:
            anew = session.vault.seal(session.vault.open(bytes(sealed), purpose), purpose)
        except CryptoError:
            unread.add((str(column), *key))
            continue
        named = {f"key_{place}": part for place, part in enumerate(key)}
        changes.append(named | {"was": bytes(sealed), "anew": anew})
    if changes:
        session.core.execute(_change(column), changes)
    return unread


def _change(column: Any) -> Any:
    keys = column.table.primary_key.columns
    same = [key == bindparam(f"key_{place}") for place, key in enumerate(keys)]
    statement = update(column.table).where(*same, column == bindparam("was"))
    return statement.values({column.name: bindparam("anew")})
