"""An officer's own words for a round: the blanks that they may leave, and how those are filled."""

import re
from collections.abc import Mapping, Sequence

from bot.notices.templates import instead
from bot.texts import say
from db.broadcasts import Kind

SHORTEST = 20  # characters
_BLANKS = ("program", "stage", "area", "day", "hours", "place", "slot", "bring", "contact", "why")
_BLANK = re.compile(r"\{(\w+)\}")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")  # not even a space
_BRACED = re.compile(r"\{[^{}]*\}|[{}]")
# Without these nobody finds the way; a family's own hour stands for those of the place.
_NEEDED = (("day",), ("hours", "slot"), ("place",))


def blanks_of(kind: Kind) -> tuple[str, ...]:
    """Give the blanks that words of a kind may leave to be filled, as {day}; none without a round.

    What a round is not about is said in full.
    """
    if kind in (Kind.NEWS, Kind.WARNING, Kind.EMERGENCY):
        return ()
    return _BLANKS if kind is Kind.CHANGE else _BLANKS[:-1]


def wrong_with(
    words: str, kind: Kind = Kind.DISTRIBUTION, is_canceled: bool = False
) -> list[str]:  # fmt: skip
    """Give the sentences about all that is wrong with an officer's words.

    Words without any blank are right: day, hours and place then stand below them. Of what is
    canceled nobody needs to know these.
    """
    known = blanks_of(kind)
    braced = _BRACED.findall(words)
    unknown = [found for found in braced if found[1:-1] not in known]
    used = {found[1:-1] for found in braced} & {*known}
    needed = _NEEDED if used and not is_canceled else ()
    missing = [names[0] for names in needed if not used.intersection(names)]
    wrong = []
    if len(_UNSEEN.sub("", words).strip()) < SHORTEST:
        wrong.append(say("ownwords.short", least=SHORTEST))
    if unknown:
        found = ", ".join(dict.fromkeys(unknown))
        key = "ownwords.unknown" if known else "ownwords.no_blanks"
        wrong.append(say(key, found=found, known=braces(known)))
    if missing:
        wrong.append(say("ownwords.missing", missing=braces(missing)))
    return wrong


def braces(names: Sequence[str]) -> str:
    """Write blanks as an officer does."""
    return ", ".join(f"{{{name}}}" for name in names)


def own_text(words: str, facts: Mapping[str, str], lines: Sequence[str]) -> str:
    """Fill an officer's words; what they leave open of when and where stands below them.

    `lines` tell of each distribution: of several, a day and a place alone could be mistaken.
    """
    used = {*_BLANK.findall(words)} & {*_BLANKS}
    known = {name: facts.get(name) or instead(name, facts) for name in _BLANKS}
    below = list(lines) if not used or len(lines) > 1 else []
    if not used:
        below.insert(0, facts["program"])
    if facts.get("slot") and "slot" not in used:
        below.append(say("notice.slot", slot=facts["slot"]))
    text = _BLANK.sub(lambda found: known.get(found[1], found[0]), words.strip())
    return "\n".join((text, "", *below)) if below else text
