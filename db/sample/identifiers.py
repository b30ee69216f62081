"""NIK and KK numbers of the right structure that belong to nobody, and the sample's dice."""

import random
from collections.abc import Iterable
from datetime import date

_CITY = "7472"
_ELSEWHERE = ("98", "99")  # registered first in a place that the family has left
_SERIALS = 9999


def dice(*parts: object) -> random.Random:
    """Give dice that always fall the same way for the same parts."""
    return random.Random(":".join(map(str, parts)))  # noqa: S311 - sample data, not a secret


def home_region(area_code: str) -> str:
    """Give six region digits whose sub-district, 90 and above, exists nowhere."""
    district = int(area_code.split(".")[2])
    return f"{_CITY}{89 + district}"


def age_on(birth_date: date, day: date) -> int:
    """Give the full years of a person on a day."""
    before_birthday = (day.month, day.day) < (birth_date.month, birth_date.day)
    return day.year - birth_date.year - before_birthday


class Numbers:
    """Gives numbers, none of them twice."""

    def __init__(self, taken: Iterable[str]) -> None:
        """Take the numbers that are given already."""
        self._taken = set(taken)

    def nik(self, rng: random.Random, region: str, birth_date: date, sex: str) -> str:
        """Give a NIK; as on the KTP, women have forty added to the day."""
        if rng.random() < 0.06:
            region = _CITY + rng.choice(_ELSEWHERE)
        day = birth_date.day + (40 if sex == "P" else 0)
        # Serials of a birthday are given in order of registration, so they are small.
        return self._free(f"{region}{day:02d}{birth_date:%m%y}", rng.randint(1, 4))

    def kk(self, rng: random.Random, region: str, issued: date) -> str:
        """Give a KK number; its last four digits are asked as a proof, so they are spread wide."""
        return self._free(f"{region}{issued:%d%m%y}", rng.randint(1, _SERIALS))

    def _free(self, beginning: str, serial: int) -> str:
        while f"{beginning}{serial:04d}" in self._taken:
            serial = serial % _SERIALS + 1
        number = f"{beginning}{serial:04d}"
        self._taken.add(number)
        return number
