"""Tables of figures, as plain text for a terminal and as Markdown for the README."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """One subject's figures, with the notes without which they cannot be read."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    notes: tuple[str, ...] = ()

    def as_text(self) -> str:
        """Lay the table out for a terminal."""
        lines = [self.columns, *self.rows]
        widths = [max(len(line[at]) for line in lines) for at in range(len(self.columns))]
        body = [
            "  ".join(
                cell.ljust(width) if at == 0 else cell.rjust(width)
                for at, (cell, width) in enumerate(zip(line, widths, strict=True))
            )
            for line in lines
        ]
        rule = "-" * len(body[0])
        return "\n".join([self.title, rule, body[0], rule, *body[1:], rule, *self.notes])

    def as_markdown(self) -> str:
        """Lay the table out for the README."""
        aligned = ["---", *("---:" for _ in self.columns[1:])]
        lines = [self.columns, aligned, *self.rows]
        body = ["| " + " | ".join(line) + " |" for line in lines]
        notes = ["", *self.notes] if self.notes else []
        return "\n".join([f"**{self.title}**", "", *body, *notes])


def per_second(figure: float) -> str:
    """Write a rate."""
    return f"{figure:,.0f}/s"


def milliseconds(seconds: float) -> str:
    """Write a latency."""
    return f"{seconds * 1000:.1f} ms"


def ratio(ours: float, theirs: float) -> str:
    """Write how ours compares with theirs."""
    return f"{ours / theirs:.2f} ×"
