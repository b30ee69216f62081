"""What a form of the console says in its fields."""

from flask import request


def field(name: str, most: int | None = None) -> str:
    """Give what a form says, of at most so many characters; line ends as one sign."""
    text = request.form.get(name, "").replace("\0", "").replace("\r\n", "\n")
    return text.strip()[:most]
