"""What the service says of a ticket, known again by the sentence that it comes from."""

import re
from dataclasses import dataclass

from bot.texts import say, sentences

FILED, CONFIRMED, REOPENED = "complaint.filed", "ticket.confirmed", "ticket.reopened"
KEPT = (
    "ticket.answer_kept", "ticket.reply_kept", "ticket.topic_kept", "ticket.answer_later",
    "ticket.added", "repeat.added",
)  # fmt: skip
ANSWERED = "desk.told_answer"
NUMBER = re.compile(r"PKS-\d{4}-\d{6}")
TOKEN = re.compile(r"\btanda[a-z]{5}\b")
_BLANK = re.compile(r"\\\{(\w+)\\\}")
_TOLD = tuple(key for key in sentences() if key.startswith("ticket.told_"))
_NOTICES = (*_TOLD, ANSWERED)


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence that was sent: its key, and the number of the ticket in it."""

    key: str
    number: str

    @property
    def is_notice(self) -> bool:
        """Say whether nobody had asked for it."""
        return self.key in _NOTICES


def _pattern(key: str) -> re.Pattern[str]:
    """Give what matches a sentence with anything in its blanks."""
    given: set[str] = set()

    def blank(match: re.Match[str]) -> str:
        name = match[1]
        if name in given or name != "number":
            return r"[\s\S]*?"
        given.add(name)
        return rf"(?P<number>{NUMBER.pattern})"

    return re.compile(_BLANK.sub(blank, re.escape(sentences()[key])) + r"\s*")


_PATTERNS = {key: _pattern(key) for key in (*_NOTICES, FILED, CONFIRMED, REOPENED, *KEPT)}


def read(text: str) -> Said | None:
    """Know a text again; None where it is none of those that a check is about."""
    for key, pattern in _PATTERNS.items():
        found = pattern.fullmatch(text)
        if found is not None:
            return Said(key, found["number"])
    return None


def asks(text: str, key: str) -> bool:
    """Say whether a text ends in the question of a key."""
    return text.rstrip().endswith(say(key).rstrip())
