"""Who is pregnant, as the register of the sample tells it."""

from collections.abc import Iterable
from datetime import date, timedelta

from db.sample.identifiers import age_on, dice
from db.sample.records import SampleHousehold

_AGES = range(19, 42)
_SHARE = 0.1  # of the wives of that age, about as many as are born to them in a year
_DAYS = (70, 275)  # so far ahead of the register's day is the day of birth


def expecting(households: Iterable[SampleHousehold], as_of: date) -> dict[str, date]:
    """Give the day of birth for each NIK of a woman who is pregnant."""
    found = {}
    for household in households:
        rng, carer = dice("expecting", household.kk), household.carer
        is_of_age = carer.sex == "P" and age_on(carer.birth_date, as_of) in _AGES
        if is_of_age and rng.random() < _SHARE:
            found[carer.nik] = as_of + timedelta(days=rng.randint(*_DAYS))
    return found
