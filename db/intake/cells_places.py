"""The kelurahan of a line: by name or code, never by guess."""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from db.areas import subtree
from db.intake.cells import Unreadable, bare, is_nothing, refuse_formula
from db.intake.cells_words import squeezed

_VILLAGE, _DISTRICT = "village", "district"
_TITLES = (
    "kelurahan", "kel", "desa", "ds", "kecamatan", "kec", "kel/desa", "desa/kel", "distrik",
)  # fmt: skip
_NEAR_ENOUGH = 65  # of 100; below this the nearest name is no help
_CACHED = 1 << 16


@dataclass(frozen=True, slots=True)
class AreaRef:
    """An area that a line may name."""

    code: str
    name: str
    level: str
    parent_code: str | None


class Places:
    """Finds the code of a kelurahan for what stands in the cells of kelurahan and kecamatan."""

    def __init__(self, areas: Sequence[AreaRef], scope: str) -> None:
        """Take all areas that there are, and the one at or below which lines may lie."""
        self._low, self._high = subtree(scope)
        self._names = {area.code: area.name for area in areas}
        self._villages: dict[str, list[AreaRef]] = {}
        self._districts: dict[str, set[str]] = {}
        self._codes: dict[str, str] = {}
        for area in areas:
            if area.level == _VILLAGE:
                self._villages.setdefault(squeezed(area.name), []).append(area)
                self._codes[squeezed(area.code)] = area.code
            elif area.level == _DISTRICT:
                self._districts.setdefault(squeezed(area.name), set()).add(area.code)
        self._cache: dict[tuple[str, str], str | None] = {}

    def find(self, village: str, district: str) -> str | None:
        """Give the code of a kelurahan, or None where none is named; raises Unreadable."""
        key = (village, district)
        if key in self._cache:
            return self._cache[key]
        code = self._look(_name_of(village, "kelurahan"), _name_of(district, "kecamatan"))
        if len(self._cache) < _CACHED:
            self._cache[key] = code
        return code

    def _look(self, village: str, district: str) -> str | None:
        if not village:
            return None
        if (code := self._codes.get(village)) is not None:
            return self._within(code)
        within = self._district_codes(district) if district else None
        named = self._villages.get(village, [])
        found = [area for area in named if within is None or area.parent_code in within]
        if not found:
            raise self._unknown(village, named, within)
        mine = [area for area in found if self._low <= area.code < self._high]
        if len(mine) > 1 or (not mine and len(found) > 1):
            among = sorted(self._names.get(area.parent_code or "", "") for area in mine or found)
            raise Unreadable("import.area_ambiguous", districts=", ".join(filter(None, among)))
        return self._within((mine or found)[0].code)

    def _within(self, code: str) -> str:
        if not self._low <= code < self._high:
            raise Unreadable("import.area_outside", scope=self._names.get(self._low, self._low))
        return code

    def _district_codes(self, district: str) -> set[str]:
        if district in self._districts:
            return self._districts[district]
        nearest = _nearest(district, list(self._districts))
        if nearest is None:
            raise Unreadable("import.district_unknown")
        raise Unreadable(
            "import.district_unknown_near", nearest=self._names[min(self._districts[nearest])]
        )

    def _unknown(
        self, village: str, elsewhere: list[AreaRef], within: set[str] | None
    ) -> Unreadable:
        if elsewhere:
            districts = sorted(self._names.get(area.parent_code or "", "") for area in elsewhere)
            return Unreadable("import.area_elsewhere", districts=", ".join(filter(None, districts)))
        pool = {
            name: area
            for name, areas in self._villages.items()
            for area in areas
            if within is None or area.parent_code in within
        }
        nearest = _nearest(village, list(pool))
        if nearest is None:
            return Unreadable("import.area_unknown")
        return Unreadable("import.area_unknown_near", nearest=pool[nearest].name)


def _name_of(cell: str, column: str) -> str:
    text = bare(cell, column)
    if not text or is_nothing(text):
        return ""
    refuse_formula(text, column)
    first, _, rest = text.replace(".", ". ", 1).partition(" ")
    if rest and first.lower().strip(".") in _TITLES:
        text = rest
    return squeezed(text)


def _nearest(name: str, names: list[str]) -> str | None:
    found = process.extractOne(name, names, scorer=fuzz.ratio, score_cutoff=_NEAR_ENOUGH)
    return found[0] if found else None
