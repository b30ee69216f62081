"""What a form of the console says in its fields."""

from flask import request

MOST = 4_000  # characters of a field that has no bound of its own


def field(name: str, most: int | None = None) -> str:
    """Give what a form says, of at most so many characters; line ends as one sign."""
    text = request.form.get(name, "").replace("\0", "").replace("\r\n", "\n")
    return text.strip()[:most]


def line(name: str) -> str:
    """Give what a form says in one line."""
    return " ".join(field(name, MOST).split())
