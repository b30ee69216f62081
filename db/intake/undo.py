"""A batch is taken back whole: what it ended is in force again, what it brought is gone."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, text

from db.batches import TAKEN_BACK, Batch
from db.intake.apply import lock_registry
from db.intake.golden import restore
from db.intake.statements import run
from db.schema import metadata

_LINES = (
    """
    UPDATE enrolments SET ended_batch_id = NULL
    WHERE ended_batch_id = :batch AND (batch_id IS NULL OR batch_id <> :batch)
    """,
    """
    UPDATE enrolments SET ended_batch_id = :batch
    WHERE batch_id = :batch AND ended_batch_id IS NULL
    """,
)
# A NIK that the batch told stays where another batch has since come by it.
_NIK = """
    UPDATE people SET nik_sealed = NULL, nik_index = NULL
    WHERE id IN (
        SELECT subject_id FROM changes
        WHERE batch_id = :batch AND subject = 'person' AND field = 'nik' AND NOT undone
    ) AND NOT EXISTS (
        SELECT 1 FROM enrolments
        WHERE enrolments.person_id = people.id AND enrolments.batch_id > :batch
        AND enrolments.ended_batch_id IS NULL
    )
"""
_LIST = """
    UPDATE lists SET as_of = COALESCE((
        SELECT max(batches.as_of) FROM batches
        WHERE batches.list_id = :list AND batches.state = 'applied' AND batches.id <> :batch
    ), :as_of)
    WHERE id = :list
"""

# What only batches that were taken back have brought, this one among them.
_TAKEN_BACK = f"SELECT id FROM batches WHERE id = :batch OR state = '{TAKEN_BACK}'"
_GOING = f"""
    CREATE TEMPORARY TABLE going AS
    SELECT id FROM people WHERE batch_id IN ({_TAKEN_BACK})
"""
_KEEP_LISTED = f"""
    DELETE FROM going WHERE id IN (
        SELECT person_id FROM enrolments
        WHERE person_id IN (SELECT id FROM going)
        AND (batch_id IS NULL OR batch_id NOT IN ({_TAKEN_BACK}))
    )
"""
_KEEP_DECIDED = """
    DELETE FROM going WHERE id IN (
        SELECT person_id FROM matches WHERE state <> 'open'
        UNION SELECT other_id FROM matches WHERE state <> 'open'
    )
"""
_REMOVE = (
    """
    DELETE FROM matches
    WHERE person_id IN (SELECT id FROM going) OR other_id IN (SELECT id FROM going)
    """,
    "DELETE FROM matches WHERE batch_id = :batch AND state = 'open'",
    """
    DELETE FROM payouts WHERE enrolment_id IN (
        SELECT id FROM enrolments WHERE person_id IN (SELECT id FROM going)
    )
    """,
    "DELETE FROM enrolments WHERE person_id IN (SELECT id FROM going)",
    "DELETE FROM people WHERE id IN (SELECT id FROM going)",
    "DROP TABLE going",
)
_GOING_HOMES = f"""
    CREATE TEMPORARY TABLE going AS
    SELECT id FROM households WHERE batch_id IN ({_TAKEN_BACK})
"""
# Somebody lived there before another batch moved him, and may come back.
_KEEP_FORMER_HOMES = """
    DELETE FROM going WHERE id IN (
        SELECT CAST(before AS BIGINT) FROM changes
        WHERE subject = 'person' AND field = 'household_id' AND NOT undone
    )
"""
_REMOVE_HOMES = (
    "DELETE FROM households WHERE id IN (SELECT id FROM going)",
    "DROP TABLE going",
)
# These go together with the person, or were looked at before.
_OWN = {("enrolments", "person_id"), ("matches", "person_id"), ("matches", "other_id")}


def undo(connection: Connection, batch: Batch) -> None:
    """Undo an applied batch, the latest of its list, inside the caller's transaction."""
    lock_registry(connection)
    binds: dict[str, Any] = {
        "batch": batch.id, "list": batch.list_id, "is_undone": True,
        "as_of": batch.former_as_of or batch.as_of,
    }  # fmt: skip
    run(connection, _LINES, binds)
    run(connection, _NIK, binds)
    restore(connection, binds)
    run(connection, _LIST, binds)
    _remove_people(connection, binds)
    _remove_homes(connection, binds)


def _remove_people(connection: Connection, binds: dict[str, Any]) -> None:
    run(connection, (_GOING, _KEEP_LISTED, _KEEP_DECIDED), binds)
    _keep_referred(connection, "people", _OWN)
    run(connection, [_keep_lines(*reference) for reference in _to_lines()], binds)
    run(connection, _REMOVE, binds)


def _remove_homes(connection: Connection, binds: dict[str, Any]) -> None:
    run(connection, (_GOING_HOMES, _KEEP_FORMER_HOMES), binds)
    _keep_referred(connection, "households", ())
    run(connection, _REMOVE_HOMES, binds)


def _keep_referred(connection: Connection, table: str, but: Iterable[tuple[str, str]]) -> None:
    """Keep what anything else in the store still speaks of, such as a chat or a ticket."""
    for name, column in references_to(table):
        if (name, column) not in but:
            connection.execute(
                text(
                    "DELETE FROM going WHERE id IN"
                    f" (SELECT {column} FROM {name} WHERE {column} IS NOT NULL)"
                )
            )


def _to_lines() -> list[tuple[str, str]]:
    return [found for found in references_to("enrolments") if found[0] != "payouts"]


def _keep_lines(table: str, column: str) -> str:
    return (
        "DELETE FROM going WHERE id IN (SELECT enrolments.person_id FROM enrolments"
        f" JOIN {table} ON {table}.{column} = enrolments.id)"
    )


def references_to(table: str) -> list[tuple[str, str]]:
    """Give every column that refers to the ids of a table and does not end together with it."""
    return sorted(
        (owner.name, key.parent.name)
        for owner in metadata.tables.values()
        for key in owner.foreign_keys
        if key.column.table.name == table and key.ondelete != "CASCADE"
    )
