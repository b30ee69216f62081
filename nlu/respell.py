"""Puts misspelt words of dates, numbers and tickets right, and remembers where they stood."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from nlu.calendar_words import DAY_PHRASES, LAST, MONTHS, NEXT, THIS, WEEKDAYS
from nlu.fold import Token
from nlu.near import Vocabulary
from nlu.span import Span

# Only words long enough that few others come near them; the finders know more by heart.
_WORDS: Final = frozenset(
    ("januari", "februari", "maret", "april", "agustus", "september", "oktober", "november",
     "desember", "senin", "selasa", "kamis", "jumat", "sabtu", "minggu", "besok", "kemarin",
     "tanggal", "tiket", "laporan", "aduan", "pengaduan", "nomor", "rupiah", "seratus", "seribu",
     "sepuluh", "sembilan", "puluh", "ratus")
)  # fmt: skip
# What the finders know by heart is left alone.
_KNOWN: Final = frozenset({*MONTHS, *WEEKDAYS, *DAY_PHRASES, *NEXT, *LAST, *THIS, "tggl"})
_O_FOR_ZERO = re.compile(
    r"(?<=\d)o+(?=(?:\s?(?:rb|ribu|jt|juta)|\s[a-z]|[\s,.;?!]|$))|(?<=\d\.\d)oo"
)


@dataclass(frozen=True, slots=True)
class Respelt:
    """A text put right, with the place in the original of each of its letters."""

    text: str
    origin: tuple[int, ...] | None = None

    def in_original(self, span: Span) -> Span:
        """Return a span of this text as one of the original."""
        if self.origin is None:
            return span
        start, end = self.origin[span.start], self.origin[span.end - 1] + 1
        return Span(span.entity, span.value, start, end)


@cache
def _vocabulary() -> Vocabulary:
    return Vocabulary(_WORDS)


def respell(folded: str, words: Sequence[Token]) -> Respelt:
    """Put a folded text right where its slips would hide a date, an amount or a ticket."""
    if "o" in folded:
        folded = _O_FOR_ZERO.sub(lambda match: "0" * len(match.group()), folded)
    meant = _vocabulary().meant
    slips = [
        (token, right)
        for token in words
        if len(token.word) > 2
        and token.word not in _KNOWN
        and (right := meant(token.word))
        and right != token.word
    ]
    if not slips:
        return Respelt(folded)
    pieces: list[str] = []
    origin: list[int] = []
    done = 0
    for token, right in slips:
        pieces += (folded[done : token.start], right)
        origin += range(done, token.start)
        origin += [token.start] * (len(right) - 1) + [token.end - 1]
        done = token.end
    pieces.append(folded[done:])
    origin += range(done, len(folded))
    return Respelt("".join(pieces), tuple(origin))
