"""The families that a companion looks after, as forms find one of them by name or by choice."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rapidfuzz import fuzz, process

from bot.forms import Answer, Answers, Facts, Refused
from bot.messages import Choice
from bot.report_words import is_report_word
from bot.texts import say
from bot.turn import Turn
from db.assignments import families_of, grown_ups_of, looks_after
from db.registry import Household
from db.visits import last_told

_NEAR = 75.0  # of 100, for a name as it is heard
_NEAR_WORD = 84.0  # for each word of what is said, where a kelurahan may be among them
_OFFERED = 5
_ALIKE = 8  # families of one name that are offered
_LABEL = 24  # characters that a list of WhatsApp shows of a label
_PLACE_LEAST = 10  # as long as RT 001/002
_NAME_WORDS = 7  # more words than these name no family
_SPOKEN_OF = "household"  # the topic that holds the family last spoken of
_SAME = re.compile(
    r"\W*(?:(?:keluarga|rumah|warga)\s+)?(?:yang|yg)?\s*(?:tadi|td|sama|itu)\W*", re.IGNORECASE
)
_TIME = re.compile(r"(?:tadi|td|sama|itu)\W*", re.IGNORECASE)  # what goes on is another matter
_POLITE = frozenset(
    ("pak", "pa", "bapak", "bpk", "om", "tante", "bu", "ibu", "mama", "sdr", "sdri", "mas", "mbak")
)
_JOINED = {"laode": "la ode", "ld": "la ode", "waode": "wa ode", "wd": "wa ode"}
_ENDING = re.compile(r"(?:\b(?:no\W*)?kk\W*)?(?<!\d)(\d{4})(?!\d)", re.IGNORECASE)
_WHOLE_KK = re.compile(r"(?:\b(?:no\W*)?kk\W*)?((?<!\d)\d(?:[ .-]?\d){15}(?!\d))", re.IGNORECASE)
# What many are called alike says nothing of who is meant.
TITLES = _POLITE.union(
    ("wa", "la", "ode", "haji", "hajjah", "hj", "h", "kel", "kelurahan", "keluarga", "di", "dari",
     "punya")
)  # fmt: skip


def family(answer: Answer, facts: Facts) -> Answers:
    """Take a picked family, or find it by the name of its head or spouse, misspelt or not.

    A kelurahan may be named beside it; four digits of the KK, or "yang tadi", name a family, too.
    """
    own: dict[str, str] = facts["households"]
    picked = (answer.value or "").removeprefix("family:")
    if picked in own:
        return {"family": picked}
    said = answer.text.strip()[:100]
    if not said:
        raise Refused("visit.family_unknown")
    best = named(said, facts)
    if not best:
        found = process.extract(
            said.lower(), own, scorer=fuzz.WRatio, processor=str.lower, score_cutoff=_NEAR,
            limit=None,
        )  # fmt: skip
        best = [match[2] for match in found if match[1] == found[0][1]]
    if not best:
        raise Refused("visit.family_unknown")
    if len(best) > 1:
        raise Refused("visit.family_ambiguous", offered(best, facts))
    return {"family": best[0]}


def named(said: str, facts: Facts) -> list[str]:
    """Give the families that words name and nothing beside; several where they fit alike."""
    last = facts.get("last")
    if last is not None and _SAME.fullmatch(said):
        return [last]
    whole = _WHOLE_KK.fullmatch(said.strip())
    if whole is not None:
        return list(facts.get("cards", {}).get(_digits(whole), ()))
    ending = _ENDING.fullmatch(said.strip())
    if ending is not None:
        return [key for key, four in facts.get("endings", {}).items() if four == ending.group(1)]
    scores = _scores(said, facts)
    in_full = [key for key in scores if called_in_full(said, key, facts)]
    if in_full:
        return in_full
    likely = sorted(scores, key=lambda key: -scores[key])
    # Siti may be Sitti as well; only several words of a name say which of them.
    if any(_names_once(said, facts["living_in"].get(key, "")) for key in likely):
        return likely
    return [key for key in likely if scores[key] == scores[likely[0]]]


def _names_once(said: str, place: str) -> bool:
    """Say whether a single word of a name is said, with a kelurahan beside it or without."""
    of_place = _words(place)
    words = {word for word in _words(said) if word not in TITLES}
    return sum(_best(word, of_place) < _NEAR_WORD for word in words) <= 1


def called_in_full(said: str, key: str, facts: Facts) -> bool:
    """Say whether somebody of a family is called by all words of a name, and more than one.

    His kelurahan may stand behind it.
    """
    words = _words(said)
    while words and words[0] in _POLITE:
        words = words[1:]
    place = _words(facts["living_in"].get(key, ""))
    for name in map(_words, facts["names"][key]):
        behind = words[len(name) :]
        if len(name) > 1 and words[: len(name)] == name and set(behind) <= set(place):
            return True
    return False


def fitting(said: str, facts: Facts) -> list[str]:
    """Give all families that words may name, misspelt too, those that fit best first."""
    scores = _scores(said, facts)
    return sorted(scores, key=lambda key: -scores[key])


def _scores(said: str, facts: Facts) -> dict[str, float]:
    """Say how well words fit each family that they may name."""
    words = [word for word in _words(said) if word not in TITLES]
    if not words:
        return {}
    # "pindah" is near to Indah, and tells something all the same.
    least = {_spelt(word): 100.0 if is_report_word(word) else _NEAR_WORD for word in words}
    near = _near_words(list(least), facts)
    scores = {
        key: max(_fits(least, name, facts["living_in"].get(key, "")) for name in names)
        for key, names in facts["names"].items()
        if any(word in _spelt(name.lower()) for name in names for word in near)
    }
    return {key: score for key, score in scores.items() if score > 0}


def _near_words(words: Sequence[str], facts: Facts) -> set[str]:
    """Give the words of all names that what is said may mean: most families have none of them."""
    every = " ".join(name for names in facts["names"].values() for name in names)
    there = set(_words(_spelt(every.lower())))
    found = (
        process.extract(word, there, scorer=fuzz.ratio, score_cutoff=_NEAR_WORD, limit=None)
        for word in words
    )
    return {match[0] for matches in found for match in matches}


def named_first(text: str, facts: Facts) -> tuple[list[str], str]:
    """Give the families that a text names at its beginning, and what is left of it."""
    head = re.split(r"[,;:\n]|\s-\s", text, maxsplit=1)[0]
    places = [found.end() for found in re.finditer(r"\S+", head)][:_NAME_WORDS]
    for end in reversed(places):
        found = named(text[:end], facts)
        if found and not _TIME.fullmatch(text[:end].strip()):
            return found, text[end:].lstrip(" ,;:-\n")
    return [], text


def _fits(least: Mapping[str, float], name: str, place: str) -> float:
    """Say how well words name somebody, of 100 for each; 0 where one of them is neither name.

    Each word comes with the least of 100 by which it must be like one.
    """
    of_name, of_place = _words(_spelt(name.lower())), _words(_spelt(place.lower()))
    total, is_named = 0.0, False
    for word, needed in least.items():
        in_name = _best(word, of_name)
        score = max(in_name, _best(word, of_place))
        if score < needed:
            return 0.0
        total += score
        is_named = is_named or in_name >= needed
    return total if is_named else 0.0


def _best(word: str, among: Iterable[str]) -> float:
    return max((fuzz.ratio(word, other) for other in among), default=0.0)


def _words(text: str) -> list[str]:
    found = re.findall(r"[^\W_]+", text.lower())
    return [one for word in found for one in _JOINED.get(word, word).split()]


def _spelt(text: str) -> str:
    """Write a name in the one of its ways that all are compared in: Aditya is Aditia."""
    return text.replace("y", "i")


def longest_unseen(answers: Answers, facts: Facts) -> list[Choice]:
    """Offer the families that were nearly named, else those that wait longest for a visit."""
    own: dict[str, str] = facts["households"]
    alike = [key for key in answers.get("alike") or () if key in own]
    return offered(alike or list(own)[:_OFFERED], facts)


def offered(keys: Sequence[str], facts: Facts) -> list[Choice]:
    """Offer some families by labels that tell them apart."""
    return [_choice(key, facts) for key in keys[:_ALIKE]]


def listed(keys: Sequence[str], facts: Facts, most: int) -> list[str]:
    """Tell some families a line each, with who is married to the head, in so many characters."""
    lines: list[str] = []
    for key in keys:
        beside = ", ".join(facts["names"][key][1:])
        line = f"• {facts['lines'][key]}{f' ({beside})' if beside else ''}"
        if sum(map(len, lines)) + len(line) > most and lines:
            break
        lines.append(line)
    return lines


def is_own(turn: Turn, household_id: int) -> bool:
    """Say whether the sender looks after a family today, himself or for a colleague on leave."""
    staff = turn.staff
    return staff is not None and looks_after(turn.session, staff.id, household_id, turn.today)


def speak_of(turn: Turn, household_id: int) -> None:
    """Remember which family was last spoken of."""
    turn.conversation.topic[_SPOKEN_OF] = str(household_id)


def own_families(turn: Turn) -> dict[str, Any]:
    """Give the sender's own families, longest unseen first, with labels that tell them apart."""
    staff_id = turn.staff.id if turn.staff else 0
    rows = families_of(turn.session, staff_id, turn.today)
    homes = {str(household.id): household for household, *_ in rows}
    own = {str(household.id): name for household, name, _seen in rows}
    areas = {key: turn.places.name_of(home.area_code) for key, home in homes.items()}
    names = defaultdict(list, {key: [name] for key, name in own.items()})
    for household_id, name in grown_ups_of(turn.session, staff_id, turn.today):
        names[str(household_id)].append(name)
    return {
        "households": own,
        "living_in": areas,
        "codes": {home.area_code for home in homes.values()},
        "names": names,
        "labels": _labels(own, areas, homes),
        "lines": {
            key: say("visit.family_line", name=own[key], area=areas[key], address=home.address)
            for key, home in homes.items()
        },
        "gazetteer": turn.places.gazetteer,
        "endings": _endings(turn, homes) if _ENDING.search(turn.text) else {},
        "cards": _cards(turn, homes),
        "last": _last(turn, own),
    }


def _last(turn: Turn, own: dict[str, str]) -> str | None:
    """Give the family last spoken of; where that is forgotten, the one last told of."""
    key = turn.conversation.topic.get(_SPOKEN_OF)
    if key is None and turn.staff is not None:
        visit = last_told(turn.session, turn.staff.id)
        key = str(visit.household_id) if visit is not None else None
    return key if key in own else None


def _endings(turn: Turn, homes: dict[str, Household]) -> dict[str, str]:
    return {
        key: turn.session.vault.open(home.kk_sealed, "kk")[-4:]
        for key, home in homes.items()
        if home.kk_sealed is not None
    }


def _cards(turn: Turn, homes: dict[str, Household]) -> dict[str, list[str]]:
    """Give the family whose whole KK is written, by its digits."""
    digits = [_digits(found) for found in _WHOLE_KK.finditer(turn.text)]
    vault = turn.session.vault
    return {
        kk: [key for key, home in homes.items() if home.kk_index == vault.index(kk, "kk")]
        for kk in digits
    }


def _digits(found: re.Match[str]) -> str:
    return re.sub(r"\D", "", found.group(1))


def _labels(
    own: dict[str, str], areas: dict[str, str], homes: dict[str, Household]
) -> dict[str, str]:
    plain = {key: _label(name, areas[key]) for key, name in own.items()}
    nearer = {key: _label(own[key], f"RT {home.rt}/{home.rw}") for key, home in homes.items()}
    often, often_nearer = Counter(plain.values()), Counter(nearer.values())
    labels: dict[str, str] = {}
    for place, key in enumerate(own, start=1):
        if often[plain[key]] == 1:
            labels[key] = plain[key]
        elif often_nearer[nearer[key]] == 1:
            labels[key] = nearer[key]
        else:
            labels[key] = _label(own[key], f"no. {place}")
    return labels


def _choice(key: str, facts: Facts) -> Choice:
    label = facts.get("labels", {}).get(key) or facts["households"][key][:_LABEL]
    return Choice(f"family:{key}", label)


def _label(name: str, place: str) -> str:
    """Put a name and what tells it apart into the length of a label."""
    place = place[: max(_PLACE_LEAST, _LABEL - len(name) - 2)].strip()
    return f"{name[: _LABEL - len(place) - 2].strip()}, {place}"
