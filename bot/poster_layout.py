"""Where what stands on a poster, in letters as large as the sheet allows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont

from bot.paper import drawable
from bot.texts import say

# Everything is in points of a page that is 595 wide, as A4 is. Two metres away one reads capitals
# of 7 mm, which is 26 points (25 mm for each 7.5 m of distance, the sign makers' rule).
WIDTH = 595.0
BOLD, PLAIN = "VeraBd", "Vera"  # come with reportlab, so that every machine has them
GREEN, RED, INK, SOFT, WHITE = "#0b5d3b", "#b3261e", "#111111", "#444444", "#ffffff"
_MARGIN = 36.0
_INNER = WIDTH - 2 * _MARGIN
_LEADING = 1.25  # line to line, in sizes of the letters
_CODE = 150.0  # the QR code
_SCALES = tuple(step / 20 for step in range(26, 0, -1))  # of all letters, the largest first
_GAP = 14.0
_MOST_GAP = 60.0

registerFont(TTFont(PLAIN, "Vera.ttf"))
registerFont(TTFont(BOLD, "VeraBd.ttf"))


@dataclass(frozen=True, slots=True)
class Where:
    """One day and place, and the areas whose families come to it."""

    areas: str
    day: str
    hours: str
    place: str
    has_slots: bool  # each family is to come at an hour of its own


@dataclass(frozen=True, slots=True)
class Poster:
    """All that stands on a poster; nothing of it is about one person."""

    program: str
    stage: str
    places: tuple[Where, ...]
    bring: str
    contact: str
    office: str
    link: str | None  # None where nobody can be reached by a code


@dataclass(frozen=True, slots=True)
class Text:
    """A line of letters: where it begins, its base line from the top, and how it looks."""

    left: float
    base: float
    words: str
    size: float
    font: str
    ink: str


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle."""

    left: float
    top: float
    width: float
    height: float
    ink: str


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code."""

    left: float
    top: float
    size: float
    text: str


Mark = Text | Box | Code


@dataclass(frozen=True, slots=True)
class _Line:
    words: str
    size: float
    font: str = PLAIN
    ink: str = INK


_Block = list[_Line]


def sheets(poster: Poster, height: float, least: float) -> Iterator[list[Mark]]:
    """Lay a poster out on sheets of a height, with letters no smaller than a part of their size."""
    rest = poster.places
    while rest:
        count = 1
        while count < len(rest) and _fits(poster, rest[: count + 1], height, least):
            count += 1
        yield _laid(poster, _blocks(poster, rest[:count]), height)
        rest = rest[count:]


def one_sheet(poster: Poster, height: float, least: float) -> list[Mark]:
    """Lay a poster out on one sheet; of too many places the last ones are only counted."""
    for count in range(len(poster.places), 1, -1):
        places, left = poster.places[:count], len(poster.places) - count
        if _fits(poster, places, height, least, left):
            return _laid(poster, _blocks(poster, places, left), height)
    return _laid(poster, _blocks(poster, poster.places[:1], len(poster.places) - 1), height)


def _fits(
    poster: Poster, places: Sequence[Where], height: float, least: float, left: int = 0
) -> bool:
    return _needed(poster, _blocks(poster, places, left), least) <= height


def _blocks(poster: Poster, places: Sequence[Where], left: int = 0) -> list[_Block]:
    """Give what stands between the head and the foot."""
    found = [_place(where) for where in places]
    if left:
        found.append([_Line(say("poster.more", count=left), 26, BOLD)])
    found.append([_Line(say("poster.bring", bring=poster.bring), 26, BOLD)])
    return found


def _place(where: Where) -> _Block:
    lines = [
        _Line(say("poster.for", areas=where.areas), 26),
        _Line(where.day, 38, BOLD),
        _Line(say("poster.hours", hours=where.hours), 32, BOLD),
        _Line(say("poster.place", place=where.place), 28),
    ]
    if where.has_slots:
        lines.append(_Line(say("poster.slots"), 26))
    return lines


def _head(poster: Poster) -> _Block:
    lines = [_Line(say("poster.title"), 26, ink=WHITE), _Line(poster.program, 46, BOLD, WHITE)]
    if poster.stage:
        lines.append(_Line(poster.stage, 28, ink=WHITE))
    return lines


def _beside_code(poster: Poster) -> _Block:
    lines = []
    if poster.link is not None:
        lines.append(_Line(say("poster.scan"), 24, BOLD))
    if poster.contact:
        lines.append(_Line(say("poster.contact", contact=poster.contact), 22))
    lines.append(_Line(poster.office, 18, ink=SOFT))
    return lines


def _needed(poster: Poster, blocks: Sequence[_Block], scale: float) -> float:
    """Give the height that a poster needs."""
    body = sum(_height(block, scale, _INNER) + _GAP for block in blocks)
    return _head_height(poster, scale) + _GAP + body + _foot_height(poster, scale)


def _laid(poster: Poster, blocks: Sequence[_Block], height: float) -> list[Mark]:
    """Lay a sheet out with the largest letters that fit, and spread what room is left."""
    scale = next((s for s in _SCALES if _needed(poster, blocks, s) <= height), _SCALES[-1])
    spare = max(0.0, height - _needed(poster, blocks, scale))
    gap = min(_GAP + spare / (len(blocks) + 1), _MOST_GAP)
    top = _head_height(poster, scale)
    marks: list[Mark] = [Box(0, 0, WIDTH, top, GREEN)]
    marks += _written(_head(poster), scale, _MARGIN, _MARGIN * 0.6, _INNER)
    room = height - top - _foot_height(poster, scale)
    used = sum(_height(block, scale, _INNER) for block in blocks) + gap * (len(blocks) - 1)
    top += max(_GAP, (room - used) / 2)
    for at, block in enumerate(blocks):
        if at:
            marks.append(Box(_MARGIN, top - gap / 2, _INNER, 1, SOFT))
        marks += _written(block, scale, _MARGIN, top, _INNER)
        top += _height(block, scale, _INNER) + gap
    return marks + _foot(poster, scale, height)


def _foot(poster: Poster, scale: float, height: float) -> list[Mark]:
    """Lay out from the bottom: the code with what stands beside it, above it what is never paid."""
    free, beside = _free(scale), _beside_code(poster)
    free_height = _height(free, scale, _INNER) + _GAP
    top = height - _foot_height(poster, scale)
    marks: list[Mark] = [Box(0, top, WIDTH, free_height, RED)]
    marks += _written(free, scale, _MARGIN, top + _GAP / 2, _INNER)
    top += free_height + _GAP / 2
    left, width = _MARGIN, _INNER
    if poster.link is not None:
        code = _CODE * min(1.0, scale)
        marks.append(Code(_MARGIN / 2, top, code, poster.link))
        left, width = _MARGIN / 2 + code + _GAP, WIDTH - _MARGIN * 1.5 - code - _GAP
    middle = top + (height - _MARGIN / 2 - top - _height(beside, scale, width)) / 2
    return marks + _written(beside, scale, left, middle, width)


def _foot_height(poster: Poster, scale: float) -> float:
    code = _CODE * min(1.0, scale) if poster.link is not None else 0.0
    width = WIDTH - _MARGIN * 1.5 - code - _GAP if code else _INNER
    beside = _height(_beside_code(poster), scale, width)
    return _height(_free(scale), scale, _INNER) + 1.5 * _GAP + max(code, beside) + _MARGIN / 2


def _head_height(poster: Poster, scale: float) -> float:
    return _height(_head(poster), scale, _INNER) + _MARGIN


def _free(scale: float) -> _Block:
    """Give what stands on one line, however large the letters are elsewhere."""
    words = say("poster.free")
    return [_Line(words, min(32, _INNER / stringWidth(words, BOLD, scale)), BOLD, WHITE)]


def _height(block: _Block, scale: float, width: float) -> float:
    return sum(len(_wrapped(line, scale, width)) * line.size * scale * _LEADING for line in block)


def _written(block: _Block, scale: float, left: float, top: float, width: float) -> list[Mark]:
    marks: list[Mark] = []
    for line in block:
        size = line.size * scale
        for words in _wrapped(line, scale, width):
            marks.append(Text(left, top + size, words, size, line.font, line.ink))
            top += size * _LEADING
    return marks


def _wrapped(line: _Line, scale: float, width: float) -> list[str]:
    """Break a line between its words, and within one that is wider than all there is."""
    size = line.size * scale
    lines = [""]
    for word in drawable(line.words).split():
        joined = f"{lines[-1]} {word}".strip()
        if stringWidth(joined, line.font, size) <= width:
            lines[-1] = joined
            continue
        lines.append("")
        for letter in word:
            if stringWidth(lines[-1] + letter, line.font, size) > width:
                lines.append("")
            lines[-1] += letter
    return [words for words in lines if words]
