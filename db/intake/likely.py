"""Who of the new people may be somebody whom the registry knows: a queue for a human."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, text

from db.identities import OPEN, Match
from db.intake.names import LIKELY, likeness, name_key

BIRTH_AND_AREA, SAME_FAMILY = "birth_and_area", "same_family"
_STEP = 5_000
_MATCH: Any = Match.__table__

# Two new people of one batch are met once.
_OTHERS = """
    people.id <> newcomers.person_id AND people.merged_into IS NULL
    AND (people.id < newcomers.person_id OR people.batch_id IS NULL OR people.batch_id <> :batch)
"""
_BORN_THE_SAME_DAY = f"""
    SELECT newcomers.person_id, fresh.name, people.id AS other_id, people.name AS other_name
    FROM newcomers
    JOIN people AS fresh ON fresh.id = newcomers.person_id
    JOIN households AS home ON home.id = fresh.household_id
    JOIN people ON people.birth_date = fresh.birth_date
    JOIN households ON households.id = people.household_id AND households.area_code = home.area_code
    WHERE {_OTHERS}
"""
_OF_ONE_FAMILY = f"""
    SELECT newcomers.person_id, fresh.name, people.id AS other_id, people.name AS other_name
    FROM newcomers
    JOIN people AS fresh ON fresh.id = newcomers.person_id
    JOIN people ON people.household_id = fresh.household_id
    WHERE lower(people.name) = lower(fresh.name) AND {_OTHERS}
"""


def find_likely(connection: Connection, batch_id: int, now: datetime) -> int:
    """Put likely doubles into the queue and say how many there are."""
    pairs: dict[tuple[int, int], dict[str, Any]] = {}
    for row in _rows(connection, _OF_ONE_FAMILY, batch_id):
        if name_key(row.name) == name_key(row.other_name):
            pairs[row.person_id, row.other_id] = {"score": 100, "why": SAME_FAMILY}
    for row in _rows(connection, _BORN_THE_SAME_DAY, batch_id):
        pair = row.person_id, row.other_id
        score = likeness(row.name, row.other_name)
        if score >= LIKELY:
            pairs.setdefault(pair, {"score": score, "why": BIRTH_AND_AREA})
    found = [
        {"person_id": person_id, "other_id": other_id, "batch_id": batch_id, "state": OPEN,
         "found_at": now, **told}
        for (person_id, other_id), told in sorted(pairs.items())
    ]  # fmt: skip
    for first in range(0, len(found), _STEP):
        connection.execute(insert(_MATCH), found[first : first + _STEP])
    return len(found)


def _rows(connection: Connection, query: str, batch_id: int) -> Iterator[Any]:
    statement = text(query).execution_options(yield_per=_STEP)
    yield from connection.execute(statement, {"batch": batch_id})
