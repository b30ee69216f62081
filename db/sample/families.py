"""The shape of families: how many members, of which relation, sex and age; totals are exact."""

import random
from dataclasses import dataclass

_SIZES = range(1, 12)
_SIZE_WEIGHTS = (4, 7, 13, 19, 20, 16, 10, 6, 3, 1, 1)
_COUPLE = 0.86
_OLDEST_MOTHER, _YOUNGEST_MOTHER = 42, 19


@dataclass(slots=True)
class Draft:
    """A member whose name and numbers are still to come."""

    relation: str
    age: int
    sex: str = ""


def draft_families(rng: random.Random, families: int, men: int, women: int) -> list[list[Draft]]:
    """Make the families of a kelurahan: exactly so many, with exactly so many men and women."""
    drafts = [_family(rng, size) for size in _family_sizes(rng, families, men + women)]
    everyone = [member for family in drafts for member in family]
    fixed_men = sum(member.sex == "L" for member in everyone)
    free = [member for member in everyone if not member.sex]
    if not 0 <= men - fixed_men <= len(free):
        raise ValueError(f"no {families} families have exactly {men} men and {women} women")
    for index, member in enumerate(rng.sample(free, len(free))):
        member.sex = "L" if index < men - fixed_men else "P"
    return drafts


def _family_sizes(rng: random.Random, families: int, people: int) -> list[int]:
    if not families * _SIZES[0] <= people <= families * _SIZES[-1]:
        raise ValueError(f"{people} people do not fit into {families} families")
    sizes = rng.choices(_SIZES, _SIZE_WEIGHTS, k=families)
    while (missing := people - sum(sizes)) != 0:
        index = rng.randrange(families)
        changed = sizes[index] + (1 if missing > 0 else -1)
        if changed in _SIZES:
            sizes[index] = changed
    return sizes


def _family(rng: random.Random, size: int) -> list[Draft]:
    if size == 1:
        low, high = (60, 88) if rng.random() < 0.65 else (24, 59)
        return [Draft("head", rng.randint(low, high), rng.choice("LP"))]
    # Many children need time, so the head of a large family is not very young.
    age = min(max(round(rng.gauss(45, 12)), 23 + 2 * size), 78)
    family = [Draft("head", age, "L")]
    if rng.random() < _COUPLE:
        family.append(Draft("spouse", max(20, age - rng.randint(-2, 9)), "P"))
    elif rng.random() < 0.78:
        family[0].sex = "P"
    mother_age = family[-1].age
    if len(family) < size and age <= 60 and rng.random() < 0.14:
        family.append(Draft("parent", min(age + rng.randint(20, 32), 93)))
    others = sum(rng.random() < 0.1 for _ in range(size - len(family)))
    family += _children(rng, mother_age, size - len(family) - others)
    family += [_other(rng, age) for _ in range(size - len(family))]
    return family


def _children(rng: random.Random, mother_age: int, wanted: int) -> list[Draft]:
    youngest = max(0, mother_age - _OLDEST_MOTHER)
    oldest = min(mother_age - _YOUNGEST_MOTHER, max(30, youngest + 6))
    ages = range(youngest, oldest + 1)
    chosen = rng.sample(ages, min(wanted, len(ages)))
    return [Draft("child", age) for age in sorted(chosen, reverse=True)]


def _other(rng: random.Random, head_age: int) -> Draft:
    """Give a grandchild of the old; a nephew, niece or younger sibling of the others."""
    if head_age >= 48:
        return Draft("other", rng.randint(0, min(head_age - 44, 20)))
    return Draft("other", rng.randint(4, max(5, min(head_age - 12, 30))))
