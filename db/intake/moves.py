"""Which of the known people a batch would give another family, or another kelurahan with it."""

from sqlalchemy import Connection, text

from db.intake.golden import HOUSEHOLD, PERSON, newer_word
from db.intake.statements import Binds, analyze, forget, run

# Who is known in another family than the line says, unless a newer list in force has its own word.
_MOVERS = f"""
    CREATE TEMPORARY TABLE movers AS
    SELECT id AS person_id, row_no, kk_index, household_id
    FROM (
        SELECT people.id, judged.row_no, judged.kk_index, judged.household_id,
            home.kk_index AS known_kk,
            row_number() OVER (PARTITION BY people.id ORDER BY judged.row_no) AS place
        FROM judged
        JOIN people ON people.id = judged.person_id
        JOIN households AS home ON home.id = people.household_id
        WHERE judged.speaks AND judged.kk_index IS NOT NULL AND people.as_of <= :as_of
    ) AS known
    WHERE place = 1 AND (known_kk IS NULL OR known_kk <> kk_index)
    AND NOT EXISTS ({newer_word(PERSON, "kk_index")})
"""
# Families of which the lines say another kelurahan; of several lines the first counts.
_RELOCATED = f"""
    CREATE TEMPORARY TABLE relocated AS
    SELECT known.id AS household_id
    FROM (
        SELECT judged.household_id, staged.area_code, row_number() OVER (
            PARTITION BY judged.household_id ORDER BY judged.row_no
        ) AS place
        FROM judged
        JOIN staged_rows AS staged ON staged.batch_id = :batch AND staged.row_no = judged.row_no
        WHERE judged.speaks AND judged.household_id IS NOT NULL AND staged.area_code IS NOT NULL
    ) AS lines
    JOIN households AS known ON known.id = lines.household_id
    WHERE place = 1 AND known.as_of <= :as_of AND lines.area_code <> known.area_code
    AND NOT EXISTS ({newer_word(HOUSEHOLD, "area_code")})
"""
_MOVED = """
    SELECT count(*) FROM (
        SELECT person_id FROM movers
        UNION
        SELECT people.id FROM people
        WHERE people.household_id IN (SELECT household_id FROM relocated)
        AND people.merged_into IS NULL
    ) AS found
"""


def find_movers(connection: Connection, binds: Binds) -> int:
    """Make the table of who comes into another family; gives how many people would move."""
    forget(connection, "relocated")
    run(connection, (_MOVERS, _RELOCATED), binds)
    analyze(connection, "movers", "relocated")
    moved: int = connection.scalar(text(_MOVED)) or 0
    forget(connection, "relocated")
    return moved
