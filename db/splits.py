"""An even split of families among companions, kelurahan by kelurahan; no database is needed."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Placed:
    """A family, where it lives, and who looks after it; None while nobody does."""

    household_id: int
    area_code: str
    staff_id: int | None


@dataclass(frozen=True, slots=True)
class Transfer:
    """A family that is proposed to go to another companion."""

    household_id: int
    area_code: str
    from_id: int | None
    to_id: int


def split_evenly(families: Sequence[Placed], companions: Sequence[int]) -> list[Transfer]:
    """Propose the fewest moves after which loads differ by one family at most.

    Whole kelurahan are moved where that is possible, to whoever is there already, so that nobody
    is sent to more places than the split needs. Raises ValueError without any companion.
    """
    if not companions:
        raise ValueError("there is nobody to split families among")
    free: dict[tuple[int | None, str], list[int]] = defaultdict(list)
    loads = Counter(dict.fromkeys(companions, 0))
    for family in sorted(families, key=lambda one: one.household_id):
        holder = family.staff_id if family.staff_id in loads else None
        free[holder, family.area_code].append(family.household_id)
        if holder is not None:
            loads[holder] += 1
    targets = _targets(loads, len(families))
    here = {key for key in free if key[0] is not None}
    origin = {family.household_id: family.staff_id for family in families}
    return [
        Transfer(household_id, area_code, origin[household_id], to_id)
        for area_code, to_id, chosen in _moves(free, loads, targets, here)
        for household_id in chosen
    ]


def _targets(loads: Mapping[int, int], total: int) -> dict[int, int]:
    """Give everybody's share; the odd families stay with those who have the most now."""
    share, odd = divmod(total, len(loads))
    most_first = sorted(loads, key=lambda one: (-loads[one], one))
    return {one: share + (place < odd) for place, one in enumerate(most_first)}


def _moves(
    free: Mapping[tuple[int | None, str], list[int]],
    loads: Counter[int],
    targets: Mapping[int, int],
    here: set[tuple[int | None, str]],
) -> Iterator[tuple[str, int, list[int]]]:
    """Give one transfer after another: what is moved, of which kelurahan, and to whom."""
    while True:
        takers = [one for one in targets if loads[one] < targets[one]]
        if not takers:
            return
        holder, area_code = min(_givers(free, loads, targets), key=lambda key: _size(free, key))
        there = [one for one in takers if (one, area_code) in here]
        to_id = max(there or takers, key=lambda one: (targets[one] - loads[one], -one))
        spare = len(free[holder, area_code])
        if holder is not None:
            spare = min(spare, loads[holder] - targets[holder])
        count = min(spare, targets[to_id] - loads[to_id])
        chosen = free[holder, area_code][-count:]
        del free[holder, area_code][-count:]
        loads[to_id] += count
        if holder is not None:
            loads[holder] -= count
        here.add((to_id, area_code))
        yield area_code, to_id, chosen


def _givers(
    free: Mapping[tuple[int | None, str], list[int]],
    loads: Mapping[int, int],
    targets: Mapping[int, int],
) -> list[tuple[int | None, str]]:
    """Give where families may be taken: those of nobody first, then of who has too many."""
    filled = [key for key, left in free.items() if left]
    nobodys = [key for key in filled if key[0] is None]
    return nobodys or [
        (holder, area_code)
        for holder, area_code in filled
        if holder is not None and loads[holder] > targets[holder]
    ]


def _size(
    free: Mapping[tuple[int | None, str], list[int]], key: tuple[int | None, str]
) -> tuple[int, str, int]:
    """Order by size: who gives a small kelurahan away has one place less to go to."""
    return len(free[key]), key[1], key[0] or 0
