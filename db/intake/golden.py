"""The values of people and families that a batch changes, each kept with what stood there before.

Of the lists that state a value the newest counts; of two of one day the one that came in later.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from db.intake.statements import Binds, analyze, forget, run

PERSON, HOUSEHOLD = "person", "household"
_TABLES = {PERSON: "people", HOUSEHOLD: "households"}


@dataclass(frozen=True, slots=True)
class Field:
    """A column of people or households, and the words of SQL that give what a line says of it."""

    subject: str
    name: str
    said: str
    kind: str = "text"  # or date, number
    listed: str | None = None  # the column of enrolments in which other lists state it


_LEFT_ON = "CASE WHEN staged.left_because IS NULL THEN NULL ELSE staged.since END"
STATED = (
    Field(PERSON, "name", "staged.name", listed="name"),
    Field(PERSON, "birth_date", "staged.birth_date", "date", "birth_date"),
    Field(PERSON, "sex", "staged.sex"),
    Field(PERSON, "relation", "staged.relation"),
    Field(PERSON, "left_because", "staged.left_because"),
    Field(PERSON, "left_on", _LEFT_ON, "date"),
    Field(HOUSEHOLD, "area_code", "staged.area_code", listed="area_code"),
    Field(HOUSEHOLD, "address", "staged.address"),
    Field(HOUSEHOLD, "rt", "staged.rt"),
    Field(HOUSEHOLD, "rw", "staged.rw"),
    Field(HOUSEHOLD, "decile", "staged.decile", "number", "decile"),
)  # fmt: skip
# What follows from the stated ones: where somebody lives, and which list says so of what day.
FOLLOWING = (
    Field(PERSON, "household_id", "", "number"),
    Field(PERSON, "as_of", "", "date"),
    Field(HOUSEHOLD, "as_of", "", "date"),
    Field(HOUSEHOLD, "list_id", "", "number"),
)
ALL = STATED + FOLLOWING

# Another list in force that is newer than the batch and states the value.
_NEWER = {
    PERSON: """
        SELECT 1 FROM enrolments JOIN lists ON lists.id = enrolments.list_id
        WHERE enrolments.person_id = known.id AND enrolments.ended_batch_id IS NULL
        AND enrolments.list_id <> :list AND lists.as_of > :as_of
        AND enrolments.{listed} IS NOT NULL
    """,
    HOUSEHOLD: """
        SELECT 1 FROM people
        JOIN enrolments ON enrolments.person_id = people.id
        JOIN lists ON lists.id = enrolments.list_id
        WHERE people.household_id = known.id AND enrolments.kk_index = known.kk_index
        AND enrolments.ended_batch_id IS NULL AND enrolments.list_id <> :list
        AND lists.as_of > :as_of AND enrolments.{listed} IS NOT NULL
    """,
}
# Most lines say what is known, so those that differ in anything are looked for at once.
_DIFFERING = """
    CREATE TEMPORARY TABLE differing AS
    SELECT judged.row_no, judged.{subject}_id
    FROM judged
    JOIN staged_rows AS staged ON staged.batch_id = :batch AND staged.row_no = judged.row_no
    JOIN {table} AS known ON known.id = judged.{subject}_id
    WHERE judged.speaks AND known.as_of <= :as_of AND ({differs})
"""
# The cross join, and the plus, keep SQLite from going through the whole batch for each line.
_NOTE = """
    INSERT INTO changes
        (subject, subject_id, field, before, after, batch_id, actor, at, undone)
    SELECT '{subject}', known.id, '{name}', CAST(known.{name} AS VARCHAR(200)),
        CAST({said} AS VARCHAR(200)), :batch, :actor, :at, :undone
    FROM differing AS judged
    JOIN staged_rows AS staged ON staged.batch_id = :batch AND staged.row_no = judged.row_no
    JOIN {table} AS known ON known.id = judged.{subject}_id
    WHERE {differs} AND NOT EXISTS (
        SELECT 1 FROM judged AS earlier CROSS JOIN staged_rows AS staged
        WHERE staged.batch_id = :batch AND staged.row_no = earlier.row_no
        AND earlier.{subject}_id = judged.{subject}_id AND +earlier.row_no < judged.row_no
        AND earlier.speaks AND {said} IS NOT NULL
    )
"""
_NOTE_SOURCE = """
    INSERT INTO changes
        (subject, subject_id, field, before, after, batch_id, actor, at, undone)
    SELECT '{subject}', known.id, '{name}', CAST(known.{name} AS VARCHAR(200)),
        CAST(CAST({said} AS {type}) AS VARCHAR(200)), :batch, :actor, :at, :undone
    FROM {table} AS known
    WHERE known.{name} <> {said} AND known.id IN (
        SELECT subject_id FROM changes
        WHERE batch_id = :batch AND subject = '{subject}' AND field <> 'nik'
    )
"""
_SET = """
    UPDATE {table} SET {name} = CAST(changes.after AS {type})
    FROM changes
    WHERE changes.batch_id = :batch AND changes.subject = '{subject}'
    AND changes.field = '{name}' AND changes.subject_id = {table}.id
"""
# What was changed again since keeps its value, and goes back further when that is taken back.
_REBASE = """
    UPDATE changes SET before = mine.before
    FROM changes AS mine
    WHERE mine.batch_id = :batch AND changes.id = (
        SELECT min(later.id) FROM changes AS later
        WHERE later.subject = mine.subject AND later.subject_id = mine.subject_id
        AND later.field = mine.field AND later.id > mine.id AND NOT later.undone
    )
"""
_RESTORE = """
    UPDATE {table} SET {name} = CAST(mine.before AS {type})
    FROM changes AS mine
    WHERE mine.batch_id = :batch AND mine.subject = '{subject}' AND mine.field = '{name}'
    AND mine.subject_id = {table}.id AND NOT EXISTS (
        SELECT 1 FROM changes AS later
        WHERE later.subject = mine.subject AND later.subject_id = mine.subject_id
        AND later.field = mine.field AND later.id > mine.id AND NOT later.undone
    )
"""


def newer_word(subject: str, listed: str) -> str:
    """Give the SQL that finds a newer list which states a value of what is `known`."""
    return _NEWER[subject].format(listed=listed)


def note_stated(connection: Connection, binds: Binds) -> None:
    """Note what the lines state otherwise of people and families that are known."""
    for subject in _TABLES:
        fields = [field for field in STATED if field.subject == subject]
        differs = " OR ".join(_differs(field) for field in fields)
        forget(connection, "differing")
        _run(connection, _DIFFERING, fields[0], binds, differs=differs)
        analyze(connection, "differing")
        for field in fields:
            statement = _NOTE
            if field.listed is not None:
                statement += f"AND NOT EXISTS ({_NEWER[subject]})"
            _run(connection, statement, field, binds, differs=_differs(field), listed=field.listed)
    forget(connection, "differing")


def _differs(field: Field) -> str:
    known = f"known.{field.name}"
    # Capitals alone are no news.
    unlike = (
        f"lower({known}) <> lower({field.said})"
        if field.name == "name"
        else (f"{known} <> {field.said}")
    )
    return f"({field.said} IS NOT NULL AND ({known} IS NULL OR {unlike}))"


def note_source(connection: Connection, binds: Binds) -> None:
    """Note from which list, of what day, the changed ones are known by now."""
    for field in FOLLOWING:
        if field.name in ("as_of", "list_id"):
            said = ":as_of" if field.name == "as_of" else ":list"
            _run(connection, _NOTE_SOURCE, field, binds, said=said)


def set_noted(connection: Connection, binds: Binds) -> None:
    """Write what was noted to the people and families."""
    for field in ALL:
        _run(connection, _SET, field, binds)


def restore(connection: Connection, binds: Binds) -> None:
    """Give people and families the values that they had before the batch."""
    for field in ALL:
        _run(connection, _RESTORE, field, binds)
    run(connection, _REBASE, binds)
    run(connection, "UPDATE changes SET undone = :is_undone WHERE batch_id = :batch", binds)


def _run(connection: Connection, statement: str, field: Field, binds: Binds, **words: Any) -> None:
    blanks = {
        "subject": field.subject,
        "name": field.name,
        "said": field.said,
        "table": _TABLES[field.subject],
        "type": _type(connection, field.kind),
    }
    run(connection, statement.format(**(blanks | words)), binds)


def _type(connection: Connection, kind: str) -> str:
    # SQLite keeps days as text, and would take a cast to DATE for one to a number.
    if kind == "date":
        return "DATE" if connection.dialect.name == "postgresql" else "TEXT"
    return {"text": "VARCHAR(200)", "number": "BIGINT"}[kind]
