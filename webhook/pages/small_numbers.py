"""Small numbers kept back from a public table, so that its totals do not give them away.

Whoever reads the table knows the whole and these rules. So what is kept back with the small numbers
is chosen by its name and never by its size, and whether it is enough is judged by nothing but what
the table and the whole tell anyway.
"""

from collections.abc import Mapping
from enum import Enum

LEAST = 5  # a smaller number could tell of somebody


class Kept(Enum):
    """Why a number is not shown."""

    FEW = "few"  # it is from 1 to 4
    WITH_FEW = "with few"  # it is 5 or more, and would give a smaller one away


def kept_back(counts: Mapping[str, int]) -> Mapping[str, int | Kept] | None:
    """Give the parts of a whole that is told, with the small ones kept back.

    Where the small ones do not hide each other, the first other one by name is kept back too.
    Each small part remains any number from 1 to 4 for whoever subtracts. Nothing tells of nobody,
    and 0 is shown. None where no such table can be given.
    """
    few = {key for key, count in counts.items() if 0 < count < LEAST}
    together = sum(counts[key] for key in few)
    if not few or _hide_each_other(len(few), together):
        return {key: Kept.FEW if key in few else count for key, count in counts.items()}
    other = min((key for key, count in counts.items() if count >= LEAST), default=None)
    if other is None or not _hidden_by_one(len(few), together + counts[other]):
        return None
    return {
        key: Kept.FEW if key in few else Kept.WITH_FEW if key == other else count
        for key, count in counts.items()
    }


def _hide_each_other(few: int, together: int) -> bool:
    """Say whether each of some small parts may be 1 as well as 4 by what they are together."""
    return few - 1 + (LEAST - 1) <= together <= 1 + (few - 1) * (LEAST - 1)


def _hidden_by_one(few: int, together: int) -> bool:
    """Say whether each small part may be anything beside one greater one of unknown size.

    It may if all of them can be as great as they get: they can then also be as small as they get,
    and both are sums by which they would not hide each other.
    """
    return together >= few * (LEAST - 1) + LEAST
