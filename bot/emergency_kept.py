"""What may be an emergency, kept until its teller says that it is one: its words and its family."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from rapidfuzz import fuzz

from bot.danger import names_danger
from bot.desk.emergencies import LONGEST
from bot.turn import Turn

SAME = timedelta(hours=1)  # so long what else is told belongs to the same emergency
TOLD = "danger"  # the topic: what was told last, for a button that names no family
AREA, POINT = "danger_area", "danger_point"  # topics: what a stranger has told of the place
_OF_FAMILY = "danger:"  # the topics: what was told of each family
_FAMILY = "danger_family"  # the topic: the family that was told of last
_ASKED = "danger_asked"  # the topic: a report whose family is still to be chosen
_MOST = 6  # families of which words are kept
_LIKE = 85.0  # of 100, for a finding that is told once more


@dataclass(frozen=True, slots=True)
class Asked:
    """A report of danger whose family is still to be chosen, and what became of it since.

    `families` are those it may be about; there may be none. `family` is the one that was chosen.
    """

    families: tuple[str, ...]
    told: str
    finding: str
    at: str
    family: str | None = None
    ticket_id: int | None = None

    def fits(self, family: str, finding: str) -> bool:
        """Say whether a visit to a family is the one that the report tells of."""
        alike = fuzz.ratio(self.finding.casefold(), finding.casefold()) >= _LIKE
        if not self.families:
            return alike
        return family in self.families and (alike or names_danger(finding))


def keep_stories(turn: Turn, stories: Mapping[str, str]) -> None:
    """Keep what was told of each family, and which one it was if only one."""
    topic = turn.conversation.topic
    topic.pop(_FAMILY, None)
    if len(stories) == 1:
        topic[_FAMILY] = next(iter(stories))
    for family, story in stories.items():
        topic.pop(_OF_FAMILY + family, None)
        topic[_OF_FAMILY + family] = story[:LONGEST]
    for old in [name for name in topic if name.startswith(_OF_FAMILY)][:-_MOST]:
        del topic[old]


def family_kept(turn: Turn) -> str | None:
    """Give the family that was told of last."""
    return turn.conversation.topic.get(_FAMILY)


def story_of(turn: Turn, family: str) -> str:
    """Give what was told of a family, and keep it no more."""
    topic = turn.conversation.topic
    story = topic.pop(_OF_FAMILY + family, "")
    if topic.get(_FAMILY) == family:
        del topic[_FAMILY]
    if topic.get(TOLD) == story:
        topic.pop(TOLD, None)
    return story


def forget_last(turn: Turn) -> None:
    """Keep no more what was told last: it was no danger, or none any more."""
    topic = turn.conversation.topic
    family = topic.pop(_FAMILY, "")
    for name in (TOLD, AREA, POINT, _ASKED, _OF_FAMILY + family):
        topic.pop(name, None)


def keep_asked(turn: Turn, asked: Asked) -> None:
    """Keep a report whose family is still to be chosen."""
    turn.conversation.topic[_ASKED] = json.dumps(asdict(asked), separators=(",", ":"))


def asked_for(turn: Turn) -> Asked | None:
    """Give the report of the last hour whose family was still to be chosen."""
    kept = turn.conversation.topic.get(_ASKED)
    if kept is None:
        return None
    data = json.loads(kept)
    asked = replace(Asked(**data), families=tuple(data["families"]))
    return asked if turn.now - datetime.fromisoformat(asked.at) <= SAME else None
