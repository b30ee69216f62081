"""Whom each staged line is about, and what the batch would change: tables of one transaction.

`former` holds the lines of the list in force, `judged` the staged ones with the people they are
about, `outside` those about people of other areas, `ending` the former ones of the batch's area
that it does not repeat, `movers` who comes into another family.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text

from db.areas import subtree
from db.batches import Batch
from db.intake.moves import find_movers
from db.intake.names import name_key
from db.intake.outside import put_aside
from db.intake.statements import analyze, forget, run
from db.intake.unlike import silence_unlike

NEW, CHANGED, UNCHANGED, GONE = "new", "changed", "unchanged", "gone"
OUTSIDE = "outside"  # about people who live outside of the batch's area
UNLIKE = "unlike"  # lines that name a known NIK, but somebody else
MOVED = "moved"  # people who would change their family or kelurahan
_SAMPLE = 5  # of each verdict, for the preview
_STEP = 5_000
TABLES = ("former", "judged", "outside", "ending", "movers")

# Whose area the line names, or else the delivery that brought it, or else where the person lives.
_FORMER = (
    """
    CREATE TEMPORARY TABLE former AS
    SELECT enrolments.id, enrolments.person_id,
        COALESCE(enrolments.program_code, '') AS program, enrolments.status, enrolments.since,
        enrolments.pregnant_until, enrolments.digest,
        COALESCE(enrolments.area_code, batches.area_code, households.area_code) AS area_code
    FROM enrolments
    JOIN people ON people.id = enrolments.person_id
    JOIN households ON households.id = people.household_id
    LEFT JOIN batches ON batches.id = enrolments.batch_id
    WHERE enrolments.list_id = :list AND enrolments.ended_batch_id IS NULL
    """,
    "CREATE INDEX former_digest ON former (digest)",
)
# Only lines that speak change the values of people and families.
# The casts give the columns a type, without which SQLite does not use their indexes.
# A line that stands in the file twice is taken once. A line that is in force already is about
# whom it was about, even where a human has decided that since. A pregnancy that was kept, as a list
# did not speak of any, is ended by one that does, though the lines are the same.
_JUDGED = (
    """
    CREATE TEMPORARY TABLE judged AS
    SELECT staged.row_no, staged.digest, staged.person_key, staged.kk_index,
        COALESCE(staged.program_code, '') AS program, former.id AS former_id,
        CAST(
            COALESCE(former.person_id, people.merged_into, people.id) AS BIGINT
        ) AS person_id,
        CAST(COALESCE(
            households.id, CASE WHEN staged.kk_index IS NULL THEN people.household_id END
        ) AS BIGINT) AS household_id,
        COALESCE(lower(people.name) <> lower(staged.name), FALSE) AS differs, TRUE AS speaks
    FROM staged_rows AS staged
    LEFT JOIN former ON former.digest = staged.digest AND NOT (
        :tells_pregnancy AND former.pregnant_until IS NOT NULL AND staged.pregnant_until IS NULL
    )
    LEFT JOIN people ON people.nik_index = staged.nik_index
    LEFT JOIN households ON households.kk_index = staged.kk_index
    WHERE staged.batch_id = :batch
    """,
    """
    DELETE FROM judged WHERE digest IN (
        SELECT digest FROM judged GROUP BY digest HAVING count(*) > 1
    ) AND row_no NOT IN (
        SELECT min(row_no) FROM judged GROUP BY digest HAVING count(*) > 1
    )
    """,
    "CREATE UNIQUE INDEX judged_row_no ON judged (row_no)",
)
# What is put aside is repeated all the same, and so does not end.
# The plus, here and below, keeps SQLite from going through all lines without a former one.
_ENDING = (
    "CREATE INDEX judged_person_id ON judged (person_id)",
    "CREATE INDEX judged_household_id ON judged (household_id)",
    "CREATE INDEX judged_former_id ON judged (former_id)",
    """
    CREATE TEMPORARY TABLE ending AS
    SELECT former.* FROM former
    WHERE NOT EXISTS (SELECT 1 FROM judged WHERE judged.former_id = former.id)
    AND (EXISTS (
        SELECT 1 FROM judged
        WHERE +judged.former_id IS NULL
        AND judged.person_id = former.person_id AND judged.program = former.program
    ) OR (
        former.area_code >= :low AND former.area_code < :high
        AND NOT EXISTS (SELECT 1 FROM outside WHERE outside.former_id = former.id)
        AND NOT EXISTS (
            SELECT 1 FROM outside
            WHERE outside.person_id = former.person_id AND outside.program = former.program
        )
    ))
    """,
    "CREATE INDEX ending_person_id ON ending (person_id)",
)
_LIKE_A_FORMER = """
    EXISTS (
        SELECT 1 FROM ending
        WHERE ending.person_id = judged.person_id AND ending.program = judged.program
    )
"""
_VERDICTS = {
    NEW: f"SELECT row_no FROM judged WHERE former_id IS NULL AND NOT {_LIKE_A_FORMER}",
    CHANGED: f"SELECT row_no FROM judged WHERE former_id IS NULL AND {_LIKE_A_FORMER}",
    UNCHANGED: "SELECT row_no FROM judged WHERE former_id IS NOT NULL",
    OUTSIDE: "SELECT row_no FROM outside",
    GONE: """
        SELECT id FROM ending WHERE NOT EXISTS (
            SELECT 1 FROM judged
            WHERE +judged.former_id IS NULL
            AND judged.person_id = ending.person_id AND judged.program = ending.program
        )
    """,
}
# Whose line names a known KK but no known NIK; two different NIK are two people.
_OF_KNOWN_KK = """
    SELECT judged.row_no, staged.name, staged.birth_date, staged.nik_index,
        COALESCE(people.merged_into, people.id) AS person_id, people.name AS known_name,
        people.birth_date AS known_birth_date, people.nik_index IS NOT NULL AS has_nik
    FROM judged
    JOIN staged_rows AS staged ON staged.batch_id = :batch AND staged.row_no = judged.row_no
    JOIN people ON people.household_id = judged.household_id
    WHERE judged.person_id IS NULL
    AND (staged.nik_index IS NULL OR people.nik_index IS NULL)
    ORDER BY judged.row_no
"""


@dataclass(slots=True)
class Judgement:
    """What a batch would change."""

    counts: dict[str, int] = field(default_factory=dict)
    samples: dict[str, list[int]] = field(default_factory=dict)  # row numbers; of gone enrolments


def judge(connection: Connection, batch: Batch, tells_pregnancy: bool) -> Judgement:
    """Make the tables and count; they are of this connection until they are forgotten.

    `tells_pregnancy` says whether the list has a column for it.
    """
    forget(connection, *TABLES)
    low, high = subtree(batch.area_code)
    binds = {
        "batch": batch.id, "list": batch.list_id, "low": low, "high": high, "as_of": batch.as_of,
        "tells_pregnancy": tells_pregnancy,
    }  # fmt: skip
    run(connection, _FORMER, binds)
    analyze(connection, "former")
    run(connection, _JUDGED, binds)
    analyze(connection, "judged")
    _find_by_family_and_name(connection, batch.id)
    put_aside(connection, binds)
    unlike = silence_unlike(connection, batch.id)
    run(connection, _ENDING, binds)
    analyze(connection, "judged", "ending")
    judgement = Judgement()
    for verdict, query in _VERDICTS.items():
        counting = f"SELECT count(*) FROM ({query}) AS found"
        judgement.counts[verdict] = connection.scalar(text(counting)) or 0
        sample = text(f"{query} ORDER BY 1 LIMIT {_SAMPLE}")
        judgement.samples[verdict] = list(connection.scalars(sample))
    judgement.counts |= {UNLIKE: unlike, MOVED: find_movers(connection, binds)}
    return judgement


def _find_by_family_and_name(connection: Connection, batch_id: int) -> None:
    query = text(_OF_KNOWN_KK).execution_options(yield_per=_STEP)
    found: dict[int, tuple[int, bytes | None]] = {}
    near: list[Any] = []
    for row in connection.execute(query, {"batch": batch_id}):
        if near and near[0].row_no != row.row_no:
            _choose(near, found)
            near = []
        if _is_alike(row):
            near.append(row)
    _choose(near, found)
    claims = defaultdict(set)
    for person_id, nik in found.values():
        if nik is not None:
            claims[person_id].add(nik)
    rows = [
        {"row_no": row_no, "person_id": person_id}
        for row_no, (person_id, nik) in found.items()
        if nik is None or len(claims[person_id]) == 1
    ]
    if rows:
        connection.execute(
            text("UPDATE judged SET person_id = :person_id WHERE row_no = :row_no"), rows
        )


def _is_alike(row: Any) -> bool:
    said, known = row.birth_date, row.known_birth_date
    if said is not None and known is not None and str(said) != str(known):
        return False
    return name_key(row.name) == name_key(row.known_name)


def _choose(near: list[Any], found: dict[int, tuple[int, bytes | None]]) -> None:
    """Take the one person of that name; of several the one as little known as the line."""
    people = {row.person_id for row in near}
    if len(people) > 1:
        people = {row.person_id for row in near if row.has_nik == (row.nik_index is not None)}
    if len(people) == 1:
        found[near[0].row_no] = (people.pop(), near[0].nik_index)
