"""Coverage by kelurahan for everybody: whether few are reached, or few are not, is kept back.

Whoever reads the table knows the sums of all kelurahan and these rules, and subtracts. So what is
hidden beside the small numbers is chosen by what the table tells anyway, and whether it is enough
is judged by nothing else: each hidden small number may be anything from 1 to 4.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from db.coverage import Coverage
from webhook.pages.small_numbers import LEAST

_TWICE = 2 * LEAST  # families; where there are fewer, reached and not reached may both be small


class Hidden(Enum):
    """Why a number is not shown."""

    FEW = "few"  # from 1 to 4 are reached
    NEARLY_ALL = "nearly all"  # all are reached but 1 to 4
    BESIDE = "beside"  # it would give another one away, or there are few families


@dataclass(frozen=True, slots=True)
class Place:
    """A kelurahan, or some together, with how many of its families are reached."""

    names: Sequence[str]
    families: int
    reached: int | Hidden


@dataclass(frozen=True, slots=True)
class _Counted:
    """A place with its true number, and why that is hidden."""

    names: Sequence[str]
    families: int
    reached: int
    why: Hidden | None

    @property
    def least(self) -> int:
        """Give the lowest number that a reader must hold possible."""
        if self.why is Hidden.BESIDE:
            return 0
        return 1 if self.why is Hidden.FEW else self.families - (LEAST - 1)

    @property
    def width(self) -> int:
        """Give by how much the highest such number is greater."""
        return self.families if self.why is Hidden.BESIDE else LEAST - 2


def told(places: Sequence[Coverage]) -> Sequence[Place] | None:
    """Give the kelurahan that have families; None where no such table can be given."""
    joined = _joined([place for place in places if place.families])
    if joined is None:
        return None
    small = [place for place in joined if place.why is not None]
    if small and not _hide_each_other(small):
        helper = max(
            (place for place in joined if place.why is None),
            key=lambda place: place.families,  # which is told
            default=None,
        )
        if helper is None or not _hidden_by_one(small, helper):
            return None
        hiding = replace(helper, why=Hidden.BESIDE)
        joined = [hiding if place is helper else place for place in joined]
    return [
        Place(place.names, place.families, place.reached if place.why is None else place.why)
        for place in joined
    ]


def _joined(places: Sequence[Coverage]) -> Sequence[_Counted] | None:
    """Put kelurahan of few families together with the first other one; None if that hides none."""
    few = [place for place in places if place.families < LEAST]
    rest = [place for place in places if place.families >= LEAST]
    together = [*few, *rest[:1]] if few else []
    families = sum(place.families for place in together)
    if few and (not rest or families < len(few) * (LEAST - 1) + LEAST):
        return None
    groups = [together, *([place] for place in rest[1:])] if few else [[one] for one in rest]
    return [_counted(group) for group in groups]


def _counted(group: Sequence[Coverage]) -> _Counted:
    families, reached = (
        sum(getattr(place, of) for place in group) for of in ("families", "reached")
    )
    return _Counted(
        tuple(place.name for place in group), families, reached, _why(families, reached)
    )


def _why(families: int, reached: int) -> Hidden | None:
    if families < _TWICE:
        return Hidden.BESIDE
    if 0 < reached < LEAST:
        return Hidden.FEW
    return Hidden.NEARLY_ALL if 0 < families - reached < LEAST else None


def _hide_each_other(small: Sequence[_Counted]) -> bool:
    """Say whether each hidden number may be its lowest as well as its highest by their sum."""
    above = sum(place.reached - place.least for place in small)
    widest = max(place.width for place in small)
    return widest <= above <= sum(place.width for place in small) - widest


def _hidden_by_one(small: Sequence[_Counted], helper: _Counted) -> bool:
    """Say whether each may be anything beside a greater one of unknown size.

    All may then be their lowest and all their highest, both being sums by which they would not
    hide each other, and the helper keeps five who are reached and five who are not.
    """
    reached = helper.reached + sum(place.reached for place in small)
    most = reached - sum(place.least for place in small)
    least = most - sum(place.width for place in small)
    return least >= LEAST and most <= helper.families - LEAST
