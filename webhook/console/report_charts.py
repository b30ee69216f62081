"""What the charts of the monthly report are drawn from: shades, lines, bars."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.report_tables import Heat, Table, number_of
from webhook.console.charts import Scale, scale_of

WIDTH, HEIGHT = 600, 200  # of the drawing of lines, in its own units
_FIFTHS = Scale(20)  # of a hundred, a shade each
COLOURS = ("#1f5fa8", "#e69f00", "#00705a", "#8c3b00")


@dataclass(frozen=True, slots=True)
class Shaded:
    """A matrix with the shade of each number."""

    scale: Scale
    rows: Sequence[tuple[str, Sequence[tuple[int, int]], int]]  # name, numbers and shades, sum


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what it is of, its colour, and its points as SVG has them."""

    name: str
    colour: str
    points: str


def shaded(heat: Heat) -> Shaded:
    """Give each number of a matrix its shade."""
    scale = scale_of([number for _, numbers in heat.rows for number in numbers])
    return Shaded(
        scale,
        [
            (name, [(number, scale.level(number)) for number in numbers], sum(numbers))
            for name, numbers in heat.rows
        ],
    )


def shaded_shares(heat: Heat) -> Shaded:
    """Give each number of a matrix the shade of its share of the row; the last column has none.

    That is for what is well: where it stands last, the others are those to act on.
    """
    rows = []
    for name, numbers in heat.rows:
        whole = sum(numbers)
        levels = [_FIFTHS.level(100 * number / whole) if whole else 0 for number in numbers[:-1]]
        rows.append((name, list(zip(numbers, [*levels, 0], strict=True)), whole))
    return Shaded(_FIFTHS, rows)


def lines_of(table: Table) -> tuple[int, Sequence[Line]]:
    """Give the highest value of a table of months, and a line for each of its columns."""
    columns = [[int(number_of(row[at])) for row in table.rows] for at in range(1, len(table.heads))]
    most = scale_of([max(column, default=0) for column in columns]).legend[-1][2]
    step = WIDTH / max(1, len(table.rows) - 1)
    return most, [
        Line(name, colour, " ".join(
            f"{place * step:.1f},{HEIGHT * (1 - value / most):.1f}"
            for place, value in enumerate(column)
        ))
        for name, colour, column in zip(table.heads[1:], COLOURS, columns, strict=False)
    ]  # fmt: skip
