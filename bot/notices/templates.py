"""What Meta wants of a template's words, and what fills its blanks in one notice.

The rules are those of twilio.com/docs/content/using-variables-with-content-api and of Twilio's
errors 63040 (why Meta rejects a template) and 21656 (which values it refuses).
"""

import re
from collections.abc import Mapping, Sequence

from bot.notices.languages import TEMPLATE_LANGUAGES
from bot.texts import known, say
from db.broadcasts import Kind
from db.wa_templates import WaTemplate, Wording

LONGEST = 1024  # characters of a body, and of a message whose blanks are filled
LONGEST_NAME = 60  # of our own; Meta's is 512

_ROUND = ("program", "stage", "area", "day", "hours", "place", "slot", "bring", "contact")
_NEWS = ("area", "text", "contact")
VARIABLES: Mapping[str, tuple[str, ...]] = {
    Kind.DISTRIBUTION: _ROUND,
    Kind.CHANGE: (*_ROUND, "why", "text"),
    Kind.REMINDER: _ROUND,
    Kind.FOLLOWUP: _ROUND,
    Kind.NEWS: _NEWS,
    Kind.WARNING: _NEWS,
    Kind.EMERGENCY: _NEWS,
}

_PLACEHOLDER = re.compile(r"\{\{([1-9]\d?)\}\}")
_NAME = re.compile(r"[a-z0-9_]{1,60}")
_GAPS = re.compile(r"\t| {5,}|\n{3,}")


def check_wording(wording: Wording) -> list[str]:
    """Give the keys of the sentences about all that is wrong with a template, [] for nothing."""
    if wording.kind not in VARIABLES:
        return ["template.bad_kind"]
    problems = []
    if not _NAME.fullmatch(wording.name):
        problems.append("template.bad_name")
    if wording.language not in TEMPLATE_LANGUAGES:
        problems.append("template.bad_language")
    return problems + check(wording.body, wording.variables, wording.kind)


def check(body: str, variables: Sequence[str], kind: str) -> list[str]:
    """Give the keys of the sentences about what Meta would refuse in a body, [] for nothing.

    Placeholders are {{1}} to {{n}} in their order, none at an end (a full stop behind it does not
    help), no two without a word between them, and for n of them there are 2n+1 other words.
    """
    if not body.strip():
        return ["template.empty"]
    numbers = [int(number) for number in _PLACEHOLDER.findall(body)]
    pieces = _PLACEHOLDER.split(body)[::2]
    rules = (
        ("template.long", len(body) > LONGEST),
        ("template.braces", any("{" in piece or "}" in piece for piece in pieces)),
        ("template.order", numbers != list(range(1, len(numbers) + 1))),
        ("template.count", len(numbers) != len(variables)),
        ("template.unknown_variable", not set(variables) <= set(VARIABLES[kind])),
        ("template.repeated_variable", len(set(variables)) < len(variables)),
        ("template.at_end", bool(numbers) and not all(map(_has_word, (pieces[0], pieces[-1])))),
        ("template.adjacent", not all(map(_has_word, pieces[1:-1]))),
        ("template.few_words", _words(pieces) < 2 * len(numbers) + 1),
        ("template.gaps", _GAPS.search(body) is not None),
    )
    return [key for key, is_broken in rules if is_broken]


def values(template: WaTemplate, facts: Mapping[str, str]) -> dict[str, str]:
    """Give what fills each blank of a template, from the facts of a notice by their names.

    A value is one line and never empty, and the filled message is no longer than Meta takes.
    Facts that a notice does not have may be left out: those without a slot come at `hours`, and a
    change without `text` tells what holds now.
    """
    filled = [_one_line(facts.get(name, "")) or instead(name, facts) for name in template.variables]
    room = max(LONGEST - len(_PLACEHOLDER.sub("", template.body)), len(filled))
    while (over := sum(map(len, filled)) - room) > 0:
        longest = max(range(len(filled)), key=lambda at: len(filled[at]))
        filled[longest] = f"{filled[longest][: max(0, len(filled[longest]) - over - 1)]}…"
    return {str(at): value for at, value in enumerate(filled, 1)}


def filled_body(body: str, content_variables: Mapping[str, str]) -> str:
    """Write a template as the recipient reads it."""
    return _PLACEHOLDER.sub(lambda found: content_variables.get(found[1], found[0]), body)


def instead(name: str, facts: Mapping[str, str]) -> str:
    """Give what stands for a fact that a notice does not have."""
    if name == "slot":
        return facts["hours"]
    if name == "text" and "day" in facts:
        time = facts.get("slot") or facts["hours"]
        return say("template.now", day=facts["day"], time=time, place=facts["place"])
    return say(f"template.no_{name}")


def sample_values(kind: str, variables: Sequence[str]) -> dict[str, str]:
    """Give an example of each value: Meta's reviewers want them, and officers see them."""
    return {str(at): _sample(kind, name) for at, name in enumerate(variables, 1)}


def _sample(kind: str, name: str) -> str:
    keys = (f"template.sample_{name}_{kind}", f"template.sample_{name}")
    return next((say(key) for key in keys if known(key)), name)


def _has_word(piece: str) -> bool:
    return any(character.isalnum() for character in piece)


def _words(pieces: Sequence[str]) -> int:
    return sum(_has_word(word) for piece in pieces for word in piece.split())


def _one_line(value: str) -> str:
    return " ".join(value.split()).replace("{", "(").replace("}", ")")
