"""A judged batch becomes what is in force: set by set, inside one transaction of the caller."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from db.batches import Batch
from db.intake.cells_pregnancy import TERM
from db.intake.golden import note_source, note_stated, set_noted
from db.intake.judge import TABLES, judge
from db.intake.likely import find_likely
from db.intake.statements import analyze, forget, run

TELLS_PREGNANCY = "tells_pregnancy"  # a note of a batch: its list has a column for it
Tell = Callable[[int, int, str], None]

_LOCK = "LOCK TABLE people, households, enrolments IN SHARE ROW EXCLUSIVE MODE"
_NUMBERED = ("people", "households", "enrolments")
_SUBJECTS = {"people": "person", "households": "household"}

# One line stands for a new person: the first that names a KK, or else the first.
_NEWCOMERS = (
    """
    CREATE TEMPORARY TABLE newcomers AS
    SELECT person_key, row_no, kk_index, household_id, :people + row_no AS person_id
    FROM (
        SELECT person_key, row_no, kk_index, household_id, row_number() OVER (
            PARTITION BY person_key ORDER BY CASE WHEN kk_index IS NULL THEN 1 ELSE 0 END, row_no
        ) AS place
        FROM judged WHERE person_id IS NULL
    ) AS lines
    WHERE place = 1
    """,
    "CREATE UNIQUE INDEX newcomers_person_key ON newcomers (person_key)",
)
_FAMILIES = (
    """
    CREATE TEMPORARY TABLE families AS
    SELECT kk_index, min(row_no) AS row_no, :households + min(row_no) AS household_id
    FROM (
        SELECT kk_index, row_no FROM newcomers WHERE kk_index IS NOT NULL AND household_id IS NULL
        UNION ALL
        SELECT kk_index, row_no FROM movers WHERE household_id IS NULL
    ) AS lines
    GROUP BY kk_index
    """,
    "CREATE UNIQUE INDEX families_kk_index ON families (kk_index)",
)
_NEW_HOUSEHOLDS = """
    INSERT INTO households
        (id, kk_sealed, kk_index, area_code, address, rt, rw, decile, list_id, as_of, batch_id)
    SELECT found.household_id, staged.kk_sealed, staged.kk_index,
        COALESCE(staged.area_code, :area), COALESCE(staged.address, ''),
        COALESCE(staged.rt, ''), COALESCE(staged.rw, ''), staged.decile, :list, :as_of, :batch
    FROM (
        SELECT row_no, household_id FROM families
        UNION ALL
        SELECT row_no, :households + row_no FROM newcomers
        WHERE kk_index IS NULL AND household_id IS NULL
    ) AS found
    JOIN staged_rows AS staged ON staged.batch_id = :batch AND staged.row_no = found.row_no
"""
_NEW_PEOPLE = """
    INSERT INTO people
        (id, household_id, nik_sealed, nik_index, name, birth_date, sex, relation, as_of,
         left_on, left_because, batch_id)
    SELECT newcomers.person_id,
        COALESCE(newcomers.household_id, families.household_id, :households + newcomers.row_no),
        staged.nik_sealed, staged.nik_index, staged.name, staged.birth_date, staged.sex,
        COALESCE(staged.relation, CASE WHEN staged.kk_index IS NULL THEN 'head' ELSE 'other' END),
        :as_of, CASE WHEN staged.left_because IS NULL THEN NULL ELSE staged.since END,
        staged.left_because, :batch
    FROM newcomers
    JOIN staged_rows AS staged ON staged.batch_id = :batch AND staged.row_no = newcomers.row_no
    LEFT JOIN families ON families.kk_index = newcomers.kk_index
"""
_NOTE_MOVES = """
    INSERT INTO changes (subject, subject_id, field, before, after, batch_id, actor, at, undone)
    SELECT 'person', people.id, 'household_id', CAST(people.household_id AS VARCHAR(200)),
        CAST(COALESCE(movers.household_id, families.household_id) AS VARCHAR(200)),
        :batch, :actor, :at, :undone
    FROM movers
    JOIN people ON people.id = movers.person_id
    LEFT JOIN families ON families.kk_index = movers.kk_index
"""
# The number itself is sealed in the row of the person; of the change it is enough that there was.
_NIK_FOUND = (
    """
    INSERT INTO changes (subject, subject_id, field, before, after, batch_id, actor, at, undone)
    SELECT DISTINCT 'person', people.id, 'nik', NULL, NULL, :batch, :actor, :at, :undone
    FROM judged
    JOIN staged_rows AS staged ON staged.batch_id = :batch AND staged.row_no = judged.row_no
    JOIN people ON people.id = judged.person_id
    WHERE people.nik_index IS NULL AND staged.nik_index IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM people AS other WHERE other.nik_index = staged.nik_index)
    """,
    """
    UPDATE people SET nik_sealed = staged.nik_sealed, nik_index = staged.nik_index
    FROM changes, judged, staged_rows AS staged
    WHERE changes.batch_id = :batch AND changes.subject = 'person' AND changes.field = 'nik'
    AND changes.subject_id = people.id AND judged.person_id = people.id
    AND staged.batch_id = :batch AND staged.row_no = judged.row_no
    AND staged.nik_index IS NOT NULL
    """,
)
_END = """
    UPDATE enrolments SET ended_batch_id = :batch WHERE id IN (SELECT id FROM ending)
"""
# Where only the list's own day is known, a line that goes on in the same standing keeps its day,
# and one that goes on saying that somebody is pregnant the day until which that counts. So does
# one of a list that does not speak of it at all.
_NEW_ENROLMENTS = """
    INSERT INTO enrolments
        (id, person_id, list_id, batch_id, program_code, status, since, reason, row_no, digest,
         kk_index, name, birth_date, area_code, decile, has_card, pregnant_until,
         details_sealed)
    SELECT :enrolments + judged.row_no, COALESCE(judged.person_id, newcomers.person_id), :list,
        :batch, staged.program_code, staged.status,
        CASE WHEN staged.since <> :as_of THEN staged.since ELSE COALESCE((
            SELECT min(ending.since) FROM ending
            WHERE ending.person_id = judged.person_id AND ending.program = judged.program
            AND ending.status = staged.status
        ), staged.since) END,
        staged.reason, staged.row_no, staged.digest, staged.kk_index, staged.name,
        staged.birth_date, staged.area_code, staged.decile, staged.has_card,
        CASE WHEN staged.pregnant_until = :term_ends
            OR (staged.pregnant_until IS NULL AND :keeps_pregnancies)
        THEN COALESCE((
            SELECT min(ending.pregnant_until) FROM ending
            WHERE ending.person_id = judged.person_id AND ending.program = judged.program
        ), staged.pregnant_until) ELSE staged.pregnant_until END,
        staged.details_sealed
    FROM judged
    JOIN staged_rows AS staged ON staged.batch_id = :batch AND staged.row_no = judged.row_no
    LEFT JOIN newcomers
        ON judged.person_id IS NULL AND newcomers.person_key = judged.person_key
    WHERE judged.former_id IS NULL
"""
_NEW_PAYOUTS = """
    INSERT INTO payouts (enrolment_id, period, amount, paid_on, place)
    SELECT :enrolments + judged.row_no, COALESCE(staged.period, ''), staged.amount,
        staged.paid_on, COALESCE(staged.place, '')
    FROM judged
    JOIN staged_rows AS staged ON staged.batch_id = :batch AND staged.row_no = judged.row_no
    WHERE judged.former_id IS NULL AND staged.paid_on IS NOT NULL
"""
# Of a list that comes in parts the day is that of the newest.
_LIST = """
    UPDATE lists SET as_of = :as_of WHERE id = :list AND (
        as_of < :as_of
        OR NOT EXISTS (SELECT 1 FROM batches WHERE list_id = :list AND state = 'applied')
    )
"""


def apply(
    connection: Connection, batch: Batch, actor: str, now: datetime, tell: Tell
) -> dict[str, int]:
    """Bring a staged batch into force and give what it changed; its staged rows are removed."""
    steps = 6
    tell(0, steps, "judging")
    _prepare(connection)
    tells_pregnancy = bool(batch.notes.get(TELLS_PREGNANCY, True))
    counts = dict(judge(connection, batch, tells_pregnancy).counts)
    binds: dict[str, Any] = {
        "batch": batch.id, "list": batch.list_id, "area": batch.area_code, "as_of": batch.as_of,
        "term_ends": batch.as_of + TERM,
        "keeps_pregnancies": not tells_pregnancy,
        "actor": actor, "at": now, "undone": False, **_first_numbers(connection, batch.id),
    }  # fmt: skip
    tell(1, steps, "people")
    counts |= _people(connection, binds)
    tell(2, steps, "values")
    set_noted(connection, binds)
    run(connection, _NIK_FOUND, binds)
    tell(3, steps, "lines")
    run(connection, _END, binds)
    run(connection, _NEW_ENROLMENTS, binds)
    run(connection, _NEW_PAYOUTS, binds)
    tell(4, steps, "likely")
    analyze(connection, "people", "households")
    counts["matches"] = find_likely(connection, batch.id, now)
    tell(5, steps, "tidying")
    run(connection, _LIST, binds)
    discard(connection, batch.id)
    forget(connection, *TABLES, "newcomers", "families")
    tell(steps, steps, "")
    return counts


def discard(connection: Connection, batch_id: int) -> None:
    """Remove the staged rows of a batch."""
    run(connection, "DELETE FROM staged_rows WHERE batch_id = :batch", {"batch": batch_id})


def lock_registry(connection: Connection) -> None:
    """Let nobody else change people and lines until the end of the transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(_LOCK))


def _prepare(connection: Connection) -> None:
    lock_registry(connection)
    if connection.dialect.name == "postgresql":
        # All rows of what is streamed are wanted, not the first ones soon.
        connection.execute(text("SET LOCAL cursor_tuple_fraction = 1"))
        connection.execute(text("SET LOCAL work_mem = '64MB'"))
    forget(connection, "newcomers", "families")


def _people(connection: Connection, binds: dict[str, Any]) -> dict[str, int]:
    """Add who and which families are new, and note what becomes of the known ones."""
    run(connection, _NEWCOMERS, binds)
    run(connection, _FAMILIES, binds)
    analyze(connection, "newcomers", "families")
    note_stated(connection, binds)
    households = run(connection, _NEW_HOUSEHOLDS, binds)
    people = run(connection, _NEW_PEOPLE, binds)
    run(connection, _NOTE_MOVES, binds)
    note_source(connection, binds)
    return {"new_households": households, "new_people": people}


def _first_numbers(connection: Connection, batch_id: int) -> dict[str, int]:
    """Give, for each table, the number to which a row number is added for a new id."""
    rows = connection.scalar(
        text("SELECT max(row_no) FROM staged_rows WHERE batch_id = :batch"), {"batch": batch_id}
    )
    if connection.dialect.name == "sqlite":
        return {table: _last_number(connection, table) for table in _NUMBERED}
    numbers = {}
    for table in _NUMBERED:
        sequence = f"pg_get_serial_sequence('{table}', 'id')"
        first = connection.scalar(text(f"SELECT nextval({sequence})")) or 0
        connection.execute(text(f"SELECT setval({sequence}, :last)"), {"last": first + (rows or 0)})
        numbers[table] = first
    return numbers


def _last_number(connection: Connection, table: str) -> int:
    """Give the highest id that was ever told of, so that none comes to mean somebody else."""
    last: int = connection.scalar(text(f"SELECT COALESCE(max(id), 0) FROM {table}")) or 0
    if table == "enrolments":
        return last
    subject = _SUBJECTS[table]
    told = connection.scalar(
        text(
            "SELECT max(CAST(substr(subject, :skip) AS INTEGER)) FROM audit"
            " WHERE subject LIKE :subject"
        ),
        {"skip": len(subject) + 2, "subject": f"{subject}:%"},
    )
    changed = connection.scalar(
        text("SELECT max(subject_id) FROM changes WHERE subject = :subject"), {"subject": subject}
    )
    return max(last, told or 0, changed or 0)
