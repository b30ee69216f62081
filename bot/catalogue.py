"""The catalogue as one process knows it: the words of its questions, kept and renewed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.texts import say
from bot.texts.format import plain_date
from db.catalogue import Entry, entries_in_use, stamp
from db.session import Session
from nlu.lookup import Hit, Lookup, Question

LONGEST = 600  # characters of an answer with its question and its source
_FRESH_FOR = timedelta(minutes=5)
_Stamp = tuple[int, datetime | None]


@dataclass(frozen=True, slots=True)
class _Read:
    lookup: Lookup
    stamp: _Stamp
    at: datetime


class Catalogue:
    """The words by which the questions are found; safe to share between threads.

    They are read anew when they are five minutes old and something has changed; what is told is
    always read from the store.
    """

    def __init__(self) -> None:
        """Begin with nothing: the words are read when they are first wanted."""
        self._read: _Read | None = None

    def renew(self, session: Session, now: datetime) -> None:
        """Read the words anew if they are in use, so that no message waits for it."""
        if self._read is not None:
            self._read = _renewed(session, now, self._read)

    def find(
        self, session: Session, now: datetime, text: str, program: str | None
    ) -> Sequence[Hit]:
        """Give the ids of the questions that a text asks, best first."""
        read = self._read
        if read is None or now - read.at >= _FRESH_FOR:
            read = self._read = _renewed(session, now, read)
        return read.lookup.find(text, program)


def _renewed(session: Session, now: datetime, read: _Read | None) -> _Read:
    found = stamp(session)
    if read is not None and read.stamp == found:
        return _Read(read.lookup, found, now)
    return _Read(Lookup(map(_question, entries_in_use(session))), found, now)


def _question(entry: Entry) -> Question:
    ways = (entry.question, *(line for line in entry.asked.splitlines() if line.strip()))
    return Question(entry.id, entry.program_code, entry.topic, ways)


def as_told(question: str, answer: str, source: str, source_date: date, *, is_old: bool) -> str:
    """Put an answer as a citizen reads it: with its source and day, and a word where it is old."""
    paragraphs = [
        question,
        answer,
        say("catalogue.source", source=source, day=plain_date(source_date)),
    ]
    if is_old:
        paragraphs.append(say("catalogue.old"))
    return "\n\n".join(paragraphs)
