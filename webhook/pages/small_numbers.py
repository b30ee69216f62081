"""Small numbers kept back from a public table, so that its totals do not give them away."""

from collections.abc import Hashable, Mapping
from enum import Enum
from typing import TypeVar

LEAST = 5  # a smaller number could tell of somebody
Key = TypeVar("Key", bound=Hashable)


class Kept(Enum):
    """Why a number is not shown."""

    FEW = "few"  # it is from 1 to 4
    WITH_FEW = "with few"  # it is 5 or more, and would give a smaller one away


def kept_back(counts: Mapping[Key, int]) -> Mapping[Key, int | Kept] | None:
    """Give the parts of a whole that is told, with the small ones kept back.

    As many others are kept back, the smallest first, as it takes for each small part to remain any
    number from 1 to 4 for whoever subtracts. Nothing tells of nobody, and 0 is shown. None where
    no such table can be given at all.
    """
    few = [key for key, count in counts.items() if 0 < count < LEAST]
    others = sorted(
        (key for key, count in counts.items() if count >= LEAST), key=counts.__getitem__
    )
    for many in range(len(others) + 1):
        hidden = others[:many]
        if is_safe(len(few), len(hidden), sum(counts[key] for key in (*few, *hidden))):
            return {
                key: Kept.FEW if key in few else Kept.WITH_FEW if key in hidden else count
                for key, count in counts.items()
            }
    return None


def is_safe(few: int, others: int, together: int) -> bool:
    """Say whether small parts may each be anything from 1 to 4, by what is known of them.

    Known are how many there are, how many greater ones are kept back, and all of them together.
    """
    if few == 0:
        return True
    least_of_rest = (few - 1) + LEAST * others
    if together - (LEAST - 1) < least_of_rest:  # one as great as can be
        return False
    return others > 0 or together - 1 <= (few - 1) * (LEAST - 1)  # one as small as can be
