"""Full names by origin, sex and the time of birth."""

import random
from collections.abc import Container
from typing import Any

_NEW_NAMES_SINCE = 1995
_DOUBLE = 0.6  # part of the short names that get a second one
_SHARED_ORIGIN = 0.82  # most couples are of one origin


class Names:
    """Puts names together from the lists of `names.toml`."""

    def __init__(self, names: dict[str, Any]) -> None:
        """Take the lists as they were read."""
        self._names = names

    def street(self, rng: random.Random) -> str:
        """Give a street."""
        street: str = rng.choice(self._names["streets"])
        return street

    def origin(self, rng: random.Random, area_code: str) -> str:
        """Give the origin of a family that lives in a kelurahan."""
        mix: dict[str, int] = self._names["mix_by_area"].get(area_code, self._names["mix"])
        return rng.choices(list(mix), list(mix.values()))[0]

    def spouse_origin(self, rng: random.Random, area_code: str, origin: str) -> str:
        """Give the origin of somebody who married into a family."""
        return origin if rng.random() < _SHARED_ORIGIN else self.origin(rng, area_code)

    def full_name(
        self, rng: random.Random, origin: str, sex: str, birth_year: int, taken: Container[str]
    ) -> str:
        """Give a full name that nobody else in the family has."""
        name = self._draw(rng, origin, sex, birth_year)
        while name in taken:
            name = self._draw(rng, origin, sex, birth_year)
        return name

    def _draw(self, rng: random.Random, origin: str, sex: str, birth_year: int) -> str:
        own = self._names["origin"][origin]
        key = "male" if sex == "L" else "female"
        title = own.get(f"{key}_title", "")
        is_new = birth_year >= _NEW_NAMES_SINCE
        if is_new and own["young"] != "own":
            name = self._new_name(rng, key)
            return f"{title} {name}" if title and own["young"] == "titled" else name
        name = rng.choice(own[key])
        if " " not in name and rng.random() < _DOUBLE:
            name = f"{name} {rng.choice(own[key]).split()[-1]}"
        return f"{title} {name}".strip()

    def _new_name(self, rng: random.Random, key: str) -> str:
        young = self._names["young"]
        return f"{rng.choice(young[key])} {rng.choice(young[f'{key}_second'])}"
