"""Finds kelurahan and kecamatan by their names, written right or wrong."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from nlu.begun_names import names_begun, parts_of
from nlu.cues import Cue, capitalised, cue_before
from nlu.fold import Token, fold, tokens
from nlu.near import everyday_words, leaves_out, ordinary_table, skeleton
from nlu.normalize import squeezed

NOT_LOCATED: Final = frozenset({"kota", "kabupaten", "provinsi"})
_LEVELS: Final = ("kelurahan", "desa", "kecamatan", "kota", "kabupaten", "provinsi")
_BEFORE_NAMES: Final = frozenset(
    {"kelurahan", "kel", "kecamatan", "kec", "lurah", "camat", "desa", "ds", "di"}
)
_REPEATED = re.compile(r"([a-z]{2,})2\b")
_FIND_CUTOFF: Final = 62.0
_WORDS_REMEMBERED: Final = 8192
_MOST_SLIPS: Final = 4


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the register: its Kemendagri code, name, level and the code above it."""

    code: str
    name: str
    level: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class Match:
    """A place that a text may mean, with a score of 0 to 100."""

    place: Place
    score: float


@dataclass(frozen=True, slots=True)
class Located:
    """A stretch of a sentence that names a place; several matches if the name is ambiguous."""

    start: int
    end: int
    matches: tuple[Match, ...]


def name_words(name: str) -> tuple[str, ...]:
    """Return the words of a name; "Lowu2" and "Lowu-Lowu" have the same ones."""
    return tuple(token.word for token in tokens(_REPEATED.sub(r"\1 \1", fold(name))))


class Gazetteer:
    """The places that this deployment knows, indexed for exact and misspelt names."""

    def __init__(self, places: Iterable[Place], *, elsewhere: bool = False) -> None:
        self.places = tuple(places)
        # Names of another city are less likely, so they must be written more exactly.
        self._elsewhere = elsewhere
        self._named: dict[str, list[Place]] = {}
        self._words_of: dict[str, tuple[str, ...]] = {}
        self._known: dict[str, str] = {}
        for place in self.places:
            words = name_words(place.name)
            joined = "".join(words)
            self._named.setdefault(joined, []).append(place)
            if place.level not in NOT_LOCATED:
                self._words_of.setdefault(joined, words)
        for joined, words in self._words_of.items():
            for part in parts_of(words):
                self._known.setdefault("".join(part), joined)
        self._known.update({joined: joined for joined in self._words_of})
        self._joined = list(self._named)
        self._longest = max((len(words) for words in self._words_of.values()), default=0) + 1
        self._begin_alike: dict[str, list[str]] = {}
        for known in self._known:
            self._begin_alike.setdefault(known[:1], []).append(known)
        self._longest_letters = max(map(len, self._known), default=0) + _MOST_SLIPS
        self._first_words = {
            part[0]
            for words in self._words_of.values()
            for part in (words, *parts_of(words))
            if len(part) > 1
        }
        self._near = lru_cache(maxsize=_WORDS_REMEMBERED)(self._near_names)
        self._may_begin = lru_cache(maxsize=_WORDS_REMEMBERED)(self._words_begun)

    def find(self, text: str, limit: int = 8) -> list[Match]:
        """Return the places that a text known to be a name may mean, best first."""
        words = [word for word in name_words(text) if word not in _BEFORE_NAMES]
        wanted = "".join(words)
        if not wanted:
            return []
        best: dict[str, float] = {}
        for joined, score, _ in process.extract(
            wanted, self._joined, scorer=fuzz.ratio, score_cutoff=_FIND_CUTOFF, limit=limit
        ):
            best[joined] = score
        if len(wanted) >= 4:
            for joined, known in self._words_of.items():
                # A part of a long name, such as "wolio" of Bukit Wolio Indah.
                if joined != wanted and set(words) <= set(known):
                    best[joined] = max(best.get(joined, 0.0), 85.0)
        return self._matches(best)[:limit]

    def _matches(self, scores: dict[str, float]) -> list[Match]:
        found = [
            Match(place, score) for name, score in scores.items() for place in self._named[name]
        ]
        return sorted(found, key=lambda m: (-m.score, _level_order(m.place), m.place.code))

    def locate_in(self, text: str, words: Sequence[Token]) -> Iterator[Located]:
        """Find the place names among the tokens of a text; spans fit the text."""
        at = 0
        while at < len(words):
            most = self._may_begin(words[at].word)
            cue = cue_before(words, at) if most else Cue.NEVER
            if cue is Cue.NEVER:
                at += 1
                continue
            most = min(most, len(words) - at)
            found = self._longest_found(text, words, at, cue, most)
            if found is None:
                at += 1
                continue
            count, located = found
            yield located
            at += count

    def _longest_found(
        self, text: str, words: Sequence[Token], at: int, cue: Cue, most: int
    ) -> tuple[int, Located] | None:
        """Return the name that begins at a token: as it stands, misspelt or only begun."""
        exact = self._exact(text, words, at, cue, most)
        if exact is not None and exact[0] in (1, most):
            return exact
        # "bukit wolio indh" is the whole name misspelt rather than its first words.
        near = self._misspelt(words, at, cue, most)
        if exact is not None and (near is None or near[0] <= exact[0]):
            return exact
        return near or self._begun(words, at, cue)

    def _begun(self, words: Sequence[Token], at: int, cue: Cue) -> tuple[int, Located] | None:
        names = [] if self._elsewhere else names_begun(self._words_of, words, at, cue)
        return (1, self._located(words[at : at + 1], dict.fromkeys(names, 85.0))) if names else None

    def _exact(
        self, text: str, words: Sequence[Token], at: int, cue: Cue, most: int
    ) -> tuple[int, Located] | None:
        """Return the longest whole name that begins at a token."""
        for count in range(most, 0, -1):
            window = words[at : at + count]
            joined = _joined(window)
            words_of = self._words_of.get(self._known.get(joined, ""), ())
            if not words_of or (count > len(words_of) and not _pulled_apart(window)):
                continue
            if self._likely(window, cue) or self._cased(text, words, at, count):
                return count, self._located(window, {joined: 100.0})
        return None

    def _likely(self, window: Sequence[Token], cue: Cue) -> bool:
        """Tell whether a whole name may be taken: everyday words only after a cue."""
        name = " ".join(token.word for token in window)
        if name in ordinary_table()["elsewhere"]:
            return cue is Cue.LEVEL
        if cue >= Cue.PLACE:
            return True
        plain = ordinary_table()["words"]
        if self._elsewhere:
            return not all(token.word in plain for token in window)
        return len(window) > 1 or name not in plain

    def _cased(self, text: str, words: Sequence[Token], at: int, count: int) -> bool:
        name = " ".join(token.word for token in words[at : at + count])
        return name not in ordinary_table()["elsewhere"] and capitalised(text, words, at, count)

    def _words_begun(self, word: str) -> int:
        """Return of how many words a name may be that begins with this one, right or wrong."""
        if word.isdigit():
            return 0
        alike = self._begin_alike.get(word[0], ())
        if any(known.startswith(word) for known in alike):
            return self._longest
        if word in everyday_words() and word not in self._first_words:
            return 1 if self._near(word) else 0
        if any(OSA.distance(word, first, score_cutoff=2) < 3 for first in self._first_words):
            return self._longest
        return 1 if self._near(word) else 0

    def _near_names(self, joined: str) -> tuple[tuple[str, int], ...]:
        """Return the names that begin like some letters and differ from them in a few."""
        if not 4 <= len(joined) <= 30 or joined.isdigit():
            return ()
        alike = self._begin_alike.get(joined[0], ())
        most = 1 if self._elsewhere else _MOST_SLIPS
        found = process.extract(joined, alike, scorer=OSA.distance, score_cutoff=most, limit=6)
        return tuple((name, int(slips)) for name, slips, _ in found)

    def _misspelt(
        self, words: Sequence[Token], at: int, cue: Cue, most: int
    ) -> tuple[int, Located] | None:
        """Return the window from here that comes nearest to a name, if it is near enough."""
        best: tuple[float, int, dict[str, float]] = (0.0, 0, {})
        for count in range(1, most + 1):
            window = words[at : at + count]
            joined = _joined(window)
            if len(joined) > self._longest_letters:
                break
            scored = {
                name: 100.0 * (1 - slips / len(name))
                for name, slips in self._near(joined)
                if self._is_slip(joined, name, slips, window, cue)
            }
            top = max(scored.values(), default=0.0)
            if top and top >= best[0]:
                best = (top, count, {n: s for n, s in scored.items() if s >= top - 3})
        _, count, scores = best
        return (count, self._located(words[at : at + count], scores)) if scores else None

    def _is_slip(
        self, joined: str, name: str, slips: int, window: Sequence[Token], cue: Cue
    ) -> bool:
        """Tell a misspelt name from other words that merely look like it."""
        words_of = self._words_of[self._known[name]]
        if len(window) > len(words_of):
            any_everyday = any(token.word in everyday_words() for token in window)
            return _pulled_apart(window) and slips < (1 if self._elsewhere or any_everyday else 2)
        plain = ordinary_table()["words"]
        if slips == 0 or (len(words_of) == 1 and name in plain):
            return False
        if squeezed(joined) == squeezed(name) and len(joined) > 4 and joined not in plain:
            return True
        if all(token.word in everyday_words() for token in window):
            return False
        if self._elsewhere:
            listed = " ".join(words_of) in ordinary_table()["elsewhere"]
            return not listed and slips <= (len(name) > 6 if cue >= Cue.PLACE else len(name) > 8)
        # A letter put for another makes another word of a short name, "muli" of "wali".
        replaced = len(joined) == len(name) < 6 and sorted(joined) != sorted(name)
        replaced = replaced and cue < Cue.LEVEL and skeleton(joined) != skeleton(name)
        if slips <= _slips_allowed(len(name), cue):
            return not replaced
        if len(name) > 7 and slips * 4 <= len(name) and leaves_out(joined, name):
            return True
        return len(name) > 6 and slips < 3 and skeleton(joined) == skeleton(name)

    def _located(self, window: Sequence[Token], scores: dict[str, float]) -> Located:
        whole: dict[str, float] = {}
        for known, score in scores.items():
            name = self._known[known]
            whole[name] = max(score, whole.get(name, 0.0))
        return Located(window[0].start, window[-1].end, tuple(self._matches(whole)))


def _pulled_apart(window: Sequence[Token]) -> bool:
    """Tell whether words may be one name written apart: "batara guru", not "to mas"."""
    inside = {token.word for token in window}
    if len(inside) == 1 or window[-1].word == "2":
        return True
    long = all(len(word) > 2 for word in inside) and sum(map(len, inside)) > 8
    return long and not all(word in everyday_words() for word in inside)


def _slips_allowed(length: int, cue: Cue) -> int:
    """Return how many letters of a name may be wrong: more after a cue and in long names."""
    if length < 4:
        return 0
    if cue >= Cue.PLACE:
        return 1 if length < 8 else 2 if length < 11 else 3
    return 0 if length < 6 else 1 if length < 10 else 2 if length < 12 else 3


def _level_order(place: Place) -> int:
    return _LEVELS.index(place.level) if place.level in _LEVELS else len(_LEVELS)


def _joined(window: Sequence[Token]) -> str:
    """Return the letters of a window; "lowu2" is read as said twice."""
    if len(window) > 1 and window[-1].word == "2" and window[-2].end == window[-1].start:
        head = "".join(token.word for token in window[:-1])
        return head + window[-2].word
    return "".join(token.word for token in window)
