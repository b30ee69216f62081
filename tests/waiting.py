"""Waiting for what can be observed, instead of waiting for a time."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_PAUSE = 0.02  # seconds between two looks


def until(
    condition: Callable[[], T], seconds: float = 20.0, what: str = "it", pause: float = _PAUSE
) -> T:
    """Look again and again until it is so, and give what was found; a dear look has a pause."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come to be within {seconds:g} s")
        time.sleep(pause)
    return found
