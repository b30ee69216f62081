"""Finds kelurahan and kecamatan by their names, written right or wrong."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import yaml
from rapidfuzz import fuzz, process

from nlu.fold import Token, fold, tokens

ORDINARY_PATH: Final = Path(__file__).parent / "tables" / "ordinary.yml"
NOT_LOCATED: Final = frozenset({"kota", "kabupaten", "provinsi"})
_LEVELS: Final = ("kelurahan", "desa", "kecamatan", "kota", "kabupaten", "provinsi")
# After these a name follows for certain; after the others it may.
_CERTAIN: Final = frozenset(
    {"kelurahan", "kel", "kelrahan", "klurahan", "kecamatan", "kec", "lurah", "camat"}
)
_CUES: Final = frozenset(
    {"di", "d", "desa", "ds", "ke", "dari", "dr", "warga", "teng", "ning", "nang"}
)
# Streets, markets and schools bear the names of places without being them.
_NAMED_AFTER: Final = frozenset(
    {
        "jalan", "jln", "jl", "gang", "gg", "lorong", "dusun", "pasar", "psr", "sd", "sdn", "smp",
        "smpn", "sma", "sman", "smk", "puskesmas", "masjid", "pelabuhan",
    }
)  # fmt: skip
_REPEATED = re.compile(r"([a-z]{2,})2\b")
_FIND_CUTOFF: Final = 62.0
_WORDS_REMEMBERED: Final = 8192


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


@cache
def ordinary_words() -> frozenset[str]:
    """Return the everyday words that are never corrected into a place."""
    table: dict[str, list[str]] = yaml.safe_load(ORDINARY_PATH.read_text("utf-8"))
    return frozenset(table["words"])


def name_words(name: str) -> tuple[str, ...]:
    """Return the words of a name; "Lowu2" and "Lowu-Lowu" have the same ones."""
    return tuple(token.word for token in tokens(_REPEATED.sub(r"\1 \1", fold(name))))


class Gazetteer:
    """The places that this deployment knows, indexed for exact and misspelt names."""

    def __init__(self, places: Iterable[Place]) -> None:
        self.places = tuple(places)
        self._named: dict[str, list[Place]] = {}
        self._words_of: dict[str, tuple[str, ...]] = {}
        self._holders: dict[str, list[str]] = {}
        for place in self.places:
            words = name_words(place.name)
            joined = "".join(words)
            self._named.setdefault(joined, []).append(place)
            if joined not in self._words_of and place.level not in NOT_LOCATED:
                self._words_of[joined] = words
                for word in {*words, joined}:
                    self._holders.setdefault(word, []).append(joined)
        self._joined = list(self._named)
        self._longest = max((len(words) for words in self._words_of.values()), default=0)
        self._rare = [word for word in self._holders if word not in ordinary_words()]
        self._near = lru_cache(maxsize=_WORDS_REMEMBERED)(self._near_words)

    def find(self, text: str, limit: int = 8) -> list[Match]:
        """Return the places that a text known to be a name may mean, best first."""
        words = [w for w in name_words(text) if w not in _CERTAIN and w not in ("desa", "ds", "di")]
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

    def locate(self, text: str) -> list[Located]:
        """Find the place names inside a sentence; spans fit the text."""
        folded = fold(text)
        return list(self.locate_in(folded, tokens(folded)))

    def locate_in(self, folded: str, words: Sequence[Token]) -> Iterator[Located]:
        """Find the place names among the tokens of a folded text."""
        at = 0
        while at < len(words):
            found = self._at(folded, words, at)
            if found is None:
                at += 1
                continue
            count, located = found
            yield located
            at += count

    def _at(self, folded: str, words: Sequence[Token], at: int) -> tuple[int, Located] | None:
        """Try the windows that begin at a token, whole names before misspelt ones."""
        before = words[at - 1].word if at else ""
        if before.isdigit() and at > 1:
            before = words[at - 2].word
        if before in _NAMED_AFTER:
            return None
        certain, cued = before in _CERTAIN, before in _CERTAIN or before in _CUES
        for count in range(min(self._longest + 1, len(words) - at), 0, -1):
            window = words[at : at + count]
            joined, repeated = _joined(window)
            if joined in self._words_of and self._allowed(window, cued=cued):
                longer = self._partial(words, at) if count == 1 else None
                return longer or (repeated, self._located(window, {joined: 100.0}))
        if not self._near(words[at].word) and not self._begins(words, at):
            return None
        return self._misspelt(words, at, certain=certain, cued=cued)

    def _allowed(self, window: Sequence[Token], *, cued: bool) -> bool:
        """Tell whether a whole name may be taken: an everyday word only after a cue."""
        return cued or len(window) > 1 or window[0].word not in ordinary_words()

    def _partial(self, words: Sequence[Token], at: int) -> tuple[int, Located] | None:
        """Return the longer name that two words belong to: "wolio indah" is not Wolio."""
        window = words[at : at + 2]
        inside = {token.word for token in window}
        names = self._holders.get(words[at].word, ())
        scores = {n: 95.0 for n in names if len(inside) == 2 and inside <= set(self._words_of[n])}
        return (2, self._located(window, scores)) if scores else None

    def _begins(self, words: Sequence[Token], at: int) -> bool:
        """Tell whether two tokens together come near a name, as "batara guru" does."""
        if at + 1 >= len(words) or not words[at].word.isalpha():
            return False
        return len(words[at].word) >= 3 and bool(self._near(words[at].word + words[at + 1].word))

    def _near_words(self, word: str) -> tuple[str, ...]:
        """Return the words of names that a word may be a slip of."""
        if len(word) < 4 or len(word) > 30 or word.isdigit() or word in ordinary_words():
            # An everyday word that begins a longer name still leads to that name.
            return (word,) if word in self._holders and not word.isdigit() else ()
        cutoff = 74.0 if len(word) < 6 else 78.0
        found = process.extract(word, self._rare, scorer=fuzz.ratio, score_cutoff=cutoff, limit=6)
        return tuple(near for near, _, _ in found if near[0] == word[0] or near[1:3] == word[1:3])

    def _misspelt(
        self, words: Sequence[Token], at: int, *, certain: bool, cued: bool
    ) -> tuple[int, Located] | None:
        """Return the window from here that comes nearest to a name, if it is near enough."""
        names: dict[str, None] = {}
        for count in (1, 2):
            for near in self._near("".join(t.word for t in words[at : at + count])):
                names.update(dict.fromkeys(self._holders.get(near, ())))
        best: tuple[float, int, dict[str, float]] = (0.0, 0, {})
        for count in range(1, min(self._longest + 1, len(words) - at) + 1):
            window = words[at : at + count]
            if any(t.word.isdigit() for t in window[:1]):
                break
            joined, _ = _joined(window)
            scored = {
                name: score
                for name in names
                if (score := self._score(joined, window, name))
                >= _needed(joined, count, certain=certain, cued=cued)
            }
            top = max(scored.values(), default=0.0)
            if top > best[0]:
                best = (top, count, {n: s for n, s in scored.items() if s >= top - 3})
        score, count, scores = best
        if not scores or (count == 1 and words[at].word in ordinary_words()):
            return None
        return count, self._located(words[at : at + count], scores)

    def _score(self, joined: str, window: Sequence[Token], name: str) -> float:
        known = self._words_of[name]
        inside = {token.word for token in window}
        # Two words of a long name, one of them rare, name the place.
        if len(inside) > 1 and inside <= set(known) and not inside <= ordinary_words():
            return 90.0
        whole = float(fuzz.ratio(joined, name))
        if len(window) > 1 and len(joined) >= 8 and len(known) > len(window):
            return max(whole, 0.97 * float(fuzz.partial_ratio(joined, name)))
        return whole

    def _located(self, window: Sequence[Token], scores: dict[str, float]) -> Located:
        start, end = window[0].start, window[-1].end
        return Located(start, end, tuple(self._matches(scores)))


def _level_order(place: Place) -> int:
    return _LEVELS.index(place.level) if place.level in _LEVELS else len(_LEVELS)


def _joined(window: Sequence[Token]) -> tuple[str, int]:
    """Return the letters of a window; "lowu2" is read as said twice."""
    if len(window) > 1 and window[-1].word == "2" and window[-2].end == window[-1].start:
        head = "".join(token.word for token in window[:-1])
        return head + window[-2].word, len(window)
    return "".join(token.word for token in window), len(window)


def _needed(joined: str, count: int, *, certain: bool, cued: bool) -> float:
    """Return the score that a window must reach: less after a cue and for long names."""
    if certain:
        return 74.0
    if cued:
        return 80.0 if len(joined) >= 6 else 88.0
    return 86.0 if len(joined) >= 7 or count > 1 else 92.0
