"""All kinds of findings with the queries that find them."""

from db.mismatch import doubles, lists, missing, people
from db.mismatch.shape import (
    AGE,
    CHILDREN,
    LEFT,
    MISSING,
    NIK,
    NO_CARD,
    NOTHING,
    OLD,
    SPLIT,
    TWICE,
    WELL_OFF,
    Queries,
)

QUERIES: tuple[tuple[str, Queries], ...] = (
    (TWICE, doubles.twice),
    (TWICE, lists.refused_as_twice),
    (MISSING, missing.missing),
    (SPLIT, doubles.split),
    (NIK, lists.without_nik),
    (AGE, people.age),
    (NO_CARD, people.no_card),
    (CHILDREN, people.children),
    (WELL_OFF, people.well_off),
    (NOTHING, missing.nothing),
    (LEFT, people.left),
    (OLD, lists.old),
)
