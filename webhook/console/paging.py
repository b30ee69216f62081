"""Long lists by pages."""

from flask import request


def page_asked(rows: int, size: int, name: str = "page") -> tuple[int, int]:
    """Give which page of so many rows is asked for, by this name in the address, and how many are.

    The first is 1; one beyond the last is the last.
    """
    pages = max(1, -(-rows // size))
    return min(max(1, request.args.get(name, 1, type=int)), pages), pages
