"""Lines about people or families who live outside a batch's area: put aside, they change nothing.

Whoever brings a list of his own area could else rename or move whomever he likes into it.
"""

from sqlalchemy import Connection, text

from db.intake.statements import Binds, run

_EMPTY = """
    CREATE TEMPORARY TABLE outside AS
    SELECT row_no, former_id, person_id, program FROM judged LIMIT 0
"""
_FOUND = (
    """
    CREATE TEMPORARY TABLE outside AS
    SELECT judged.row_no, judged.former_id, judged.person_id, judged.program
    FROM judged
    LEFT JOIN people ON people.id = judged.person_id
    LEFT JOIN households AS home ON home.id = people.household_id
    LEFT JOIN households AS family ON family.id = judged.household_id
    WHERE home.area_code < :low OR home.area_code >= :high
    OR family.area_code < :low OR family.area_code >= :high
    """,
    "CREATE INDEX outside_former_id ON outside (former_id)",
    "CREATE INDEX outside_person_id ON outside (person_id)",
    "DELETE FROM judged WHERE row_no IN (SELECT row_no FROM outside)",
)


def put_aside(connection: Connection, binds: Binds) -> None:
    """Move those lines from the table of judged ones to that of the outside ones."""
    run(connection, _FOUND if _lives_anybody_outside(connection, binds) else _EMPTY, binds)


def _lives_anybody_outside(connection: Connection, binds: Binds) -> bool:
    # Each by itself is one look into the index, however many families there are.
    ends = (
        ("SELECT min(area_code) < :low FROM households", "low"),
        ("SELECT max(area_code) >= :high FROM households", "high"),
    )
    return any(connection.scalar(text(query), {name: binds[name]}) for query, name in ends)
