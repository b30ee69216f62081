"""The families that a companion looks after, as forms find one of them by name or by choice."""

from collections import Counter

from rapidfuzz import fuzz, process

from bot.forms import Answer, Answers, Facts, Refused
from bot.messages import Choice
from bot.texts import say
from bot.turn import Turn
from db.staff import households_of

_NEAR = 75.0  # of 100, for a name as it is heard
_OFFERED = 5
_ALIKE = 8  # families of one name that are offered
_LABEL = 24  # characters that a list of WhatsApp shows of a label
_PLACE_LEAST = 10  # as long as RT 001/002


def family(answer: Answer, facts: Facts) -> Answers:
    """Take a picked family, or find the name of its head, misspelt or not.

    Where the facts hold the `endings` of the KK numbers, four digits name a family, too.
    """
    own: dict[str, str] = facts["households"]
    picked = (answer.value or "").removeprefix("family:")
    if picked in own:
        return {"family": picked}
    said = answer.text.strip()[:100]
    if not said:
        raise Refused("visit.family_unknown")
    best = [key for key, ending in facts.get("endings", {}).items() if ending == said]
    if not best:
        found = process.extract(
            said.lower(), own, scorer=fuzz.WRatio, processor=str.lower, score_cutoff=_NEAR,
            limit=None,
        )  # fmt: skip
        best = [match[2] for match in found if match[1] == found[0][1]]
    if not best:
        raise Refused("visit.family_unknown")
    if len(best) > 1:
        offered = [_choice(key, facts) for key in best[:_ALIKE]]
        raise Refused("visit.family_ambiguous", offered)
    return {"family": best[0]}


def longest_unseen(_answers: Answers, facts: Facts) -> list[Choice]:
    """Offer the families that wait longest for a visit."""
    own: dict[str, str] = facts["households"]
    return [_choice(key, facts) for key in list(own)[:_OFFERED]]


def own_families(turn: Turn) -> Facts:
    """Give the sender's own families, longest unseen first, with labels that tell them apart."""
    staff_id = turn.staff.id if turn.staff else 0
    rows = households_of(turn.session, staff_id)
    places = [turn.places.name_of(household.area_code) for household, *_ in rows]
    plain = [_label(row[1], place) for row, place in zip(rows, places, strict=True)]
    nearer = [_label(name, f"RT {household.rt}/{household.rw}") for household, name, _seen in rows]
    own: dict[str, str] = {}
    labels: dict[str, str] = {}
    lines: dict[str, str] = {}
    often, often_nearer = Counter(plain), Counter(nearer)
    for place, (household, name, _seen) in enumerate(rows):
        key = str(household.id)
        label = plain[place]
        if often[label] > 1:
            label = nearer[place]
            if often_nearer[label] > 1:
                label = _label(name, f"no. {place + 1}")
        own[key], labels[key] = name, label
        lines[key] = say(
            "visit.family_line", name=name, area=places[place], address=household.address
        )
    return {"households": own, "labels": labels, "lines": lines}


def _choice(key: str, facts: Facts) -> Choice:
    label = facts.get("labels", {}).get(key) or facts["households"][key][:_LABEL]
    return Choice(f"family:{key}", label)


def _label(name: str, place: str) -> str:
    """Put a name and what tells it apart into the length of a label."""
    place = place[: max(_PLACE_LEAST, _LABEL - len(name) - 2)].strip()
    return f"{name[: _LABEL - len(place) - 2].strip()}, {place}"
