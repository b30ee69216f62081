"""What makes a KUBE: every breach of the rules with its sentence, which says what to do next."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.texts import say
from db.kube_groups import OFFICERS
from db.kube_members import Member
from db.kube_rules import KubeRules

TOO_FEW, TOO_MANY = "too_few", "too_many"
NOT_REGISTERED, NOT_HEAD = "not_registered", "not_head"
OTHER_AREA, OTHER_GROUP = "other_area", "other_group"
ROLE_MISSING, ROLE_TWICE = "role_missing", "role_twice"
BREACHES = (
    TOO_FEW, TOO_MANY, NOT_REGISTERED, NOT_HEAD, OTHER_AREA, OTHER_GROUP, ROLE_MISSING, ROLE_TWICE,
)  # fmt: skip
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule that is broken: by whom, or in which role, and by how many."""

    kind: str
    names: tuple[str, ...] = ()
    role: str = ""
    count: int = 0


def breaches(members: Sequence[Member], area_code: str, rules: KubeRules) -> list[Breach]:
    """Give every rule that the members of a group of an area break; none for a sound group."""
    found: list[Breach] = []
    count = len(members)
    if count < rules.least_members:
        found.append(Breach(TOO_FEW, count=rules.least_members - count))
    if count > rules.most_members:
        found.append(Breach(TOO_MANY, count=count - rules.most_members))
    for kind, who in (
        (NOT_REGISTERED, [one for one in members if not one.is_registered]),
        (NOT_HEAD, [one for one in members if one.is_registered and not one.is_head]),
        (OTHER_AREA, [one for one in members if one.area_code != area_code]),
        (OTHER_GROUP, [one for one in members if one.is_elsewhere]),
    ):
        if who:
            found.append(Breach(kind, tuple(one.name for one in who), count=len(who)))
    held = Counter(one.role for one in members)
    for role in OFFICERS:
        if held[role] == 0:
            found.append(Breach(ROLE_MISSING, role=role))
        elif held[role] > 1:
            names = tuple(one.name for one in members if one.role == role)
            found.append(Breach(ROLE_TWICE, names, role, len(names)))
    return found


def sentence(breach: Breach, rules: KubeRules, area: str) -> str:
    """Say which rule is broken, and what mends it; `area` is the name of the group's."""
    names = ", ".join(breach.names[:_MOST_NAMED])
    more = len(breach.names) - _MOST_NAMED
    return say(
        f"kube.breach_{breach.kind}",
        names=names if more <= 0 else say("kube.and_more", names=names, count=more),
        role=say(f"kube.role_{breach.role}").lower() if breach.role else "",
        count=breach.count,
        least=rules.least_members,
        most=rules.most_members,
        area=area,
    )
