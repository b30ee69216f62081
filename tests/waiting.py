"""Waiting for what can be observed, instead of waiting for a time."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from bot.background import NAME

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


def end_background(seconds: float = 60.0) -> None:
    """Wait until the work that goes on beside the requests has ended."""
    for thread in threading.enumerate():
        if thread.name.startswith(NAME):
            thread.join(seconds)
