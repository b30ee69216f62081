"""A canonical value found in a stretch of text."""

from typing import NamedTuple


class Span(NamedTuple):
    """What a finder returns: the kind of entity, its value, and where it stands."""

    entity: str
    value: str
    start: int
    end: int
