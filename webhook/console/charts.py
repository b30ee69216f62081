"""What the charts of the console are drawn from: shares, steps of a colour, tiles, a matrix."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count, groupby
from math import ceil

from db.mismatch.figures import AreaFigures, Overlap

LEVELS = 5  # shades beside none at all
_ROUND = (10, 20, 25, 50)
_FEW = 10  # families; where there are fewer, one finding would shade a whole kelurahan
_KECAMATAN = 8  # letters of a code down to the kecamatan: 74.72.05


@dataclass(frozen=True, slots=True)
class Scale:
    """Equal steps of a round number, each with its shade."""

    step: int

    def level(self, value: float) -> int:
        """Give the shade of a value; none has the shade 0."""
        return min(LEVELS, ceil(value / self.step))

    @property
    def legend(self) -> list[tuple[int, int, int]]:
        """Give each shade with its lowest and highest whole number; the last has all above too."""
        steps = range(1, LEVELS + 1)
        return [(level, (level - 1) * self.step + 1, level * self.step) for level in steps]


def scale_of(values: Collection[float]) -> Scale:
    """Give the smallest round steps in which the highest of the values finds room."""
    least = max(values, default=0) / LEVELS
    rounds = (step * 10**power for power in count() for step in _ROUND)
    return Scale(next(step for step in chain((1, 2, 5), rounds) if step >= least))


@dataclass(frozen=True, slots=True)
class Tile:
    """One kelurahan: its figures, and the findings for each hundred families."""

    area: AreaFigures
    rate: float
    level: int | None  # None where there are too few families to say anything by a shade


@dataclass(frozen=True, slots=True)
class TileMap:
    """The kelurahan by their kecamatan, with what the shades mean."""

    scale: Scale
    groups: Sequence[tuple[str, Sequence[Tile]]]
    few: int | None  # below so many families a tile has no shade; None where none is below


def tile_map(areas: Iterable[AreaFigures], names: Mapping[str, str]) -> TileMap:
    """Lay the kelurahan out as tiles; `names` are those of the areas by their codes."""
    rates = [
        (area, 100 * area.findings / area.registered if area.registered else 0.0) for area in areas
    ]
    scale = scale_of([rate for area, rate in rates if area.registered >= _FEW])
    tiles = [
        Tile(area, rate, scale.level(round(rate)) if area.registered >= _FEW else None)
        for area, rate in rates
    ]
    by_kecamatan = groupby(tiles, lambda tile: tile.area.code[:_KECAMATAN])
    groups = [(names.get(code, code), tuple(together)) for code, together in by_kecamatan]
    few = _FEW if any(tile.level is None for tile in tiles) else None
    return TileMap(scale, groups, few)


@dataclass(frozen=True, slots=True)
class Cell:
    """How many families of the row's agency the column's agency has too."""

    families: int
    percent: int
    level: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """Agencies against each other, and the two that have most in common."""

    agencies: Sequence[str]
    totals: Sequence[int]
    rows: Sequence[Sequence[Cell | None]]  # None where an agency meets itself
    most: Overlap | None


def matrix_of(overlaps: Sequence[Overlap]) -> Matrix:
    """Set agencies against each other."""
    found = {(overlap.agency, overlap.other): overlap.families for overlap in overlaps}
    agencies = sorted({overlap.agency for overlap in overlaps})
    between = [overlap for overlap in overlaps if overlap.agency != overlap.other]
    return Matrix(
        agencies=agencies,
        totals=[found[agency, agency] for agency in agencies],
        rows=[[_cell(found, agency, other) for other in agencies] for agency in agencies],
        most=max(between, key=lambda overlap: overlap.families, default=None),
    )


def _cell(found: Mapping[tuple[str, str], int], agency: str, other: str) -> Cell | None:
    if agency == other:
        return None
    families, whole = found.get((agency, other), 0), found[agency, agency]
    return Cell(families, round(100 * families / whole), ceil(LEVELS * families / whole))
