"""What the charts of the monthly report are drawn from: shades, lines, bars."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.report_tables import Heat, Table
from webhook.console.charts import Scale, scale_of

WIDTH, HEIGHT = 600, 200  # of the drawing of lines, in its own units
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


def lines_of(table: Table) -> tuple[int, Sequence[Line]]:
    """Give the highest value of a table of months, and a line for each of its columns."""
    columns = [[int(row[at] or 0) for row in table.rows] for at in range(1, len(table.heads))]
    most = scale_of([max(column, default=0) for column in columns]).legend[-1][2]
    step = WIDTH / max(1, len(table.rows) - 1)
    return most, [
        Line(name, colour, " ".join(
            f"{place * step:.1f},{HEIGHT * (1 - value / most):.1f}"
            for place, value in enumerate(column)
        ))
        for name, colour, column in zip(table.heads[1:], COLOURS, columns, strict=False)
    ]  # fmt: skip
