"""Lines that name a known NIK but somebody else: they stand in the list, but do not rename him."""

from typing import Any

from sqlalchemy import Connection, text

from db.intake.names import are_far_apart

_STEP = 5_000
# Most lines name whom the NIK is known to be, so only those that differ in anything are compared.
_DIFFERING = """
    SELECT judged.row_no, staged.name, staged.birth_date, people.name AS known_name,
        people.birth_date AS known_birth_date
    FROM judged
    JOIN staged_rows AS staged ON staged.batch_id = :batch AND staged.row_no = judged.row_no
    JOIN people ON people.nik_index = staged.nik_index
    WHERE judged.differs
"""
_SILENCE = "UPDATE judged SET speaks = FALSE WHERE row_no = :row_no"


def silence_unlike(connection: Connection, batch_id: int) -> int:
    """Let such lines say nothing of the person and his family; gives how many there are."""
    query = text(_DIFFERING).execution_options(yield_per=_STEP)
    found = [
        {"row_no": row.row_no}
        for row in connection.execute(query, {"batch": batch_id})
        if _is_unlike(row)
    ]
    for first in range(0, len(found), _STEP):
        connection.execute(text(_SILENCE), found[first : first + _STEP])
    return len(found)


def _is_unlike(row: Any) -> bool:
    said, known = row.birth_date, row.known_birth_date
    # One driver gives days, the other their text.
    other_day = said is not None and known is not None and str(said) != str(known)
    return are_far_apart(row.name, row.known_name, other_day)
