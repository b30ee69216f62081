"""Work that goes on beside the requests, as no browser waits for minutes."""

import logging
from collections.abc import Callable
from threading import Thread

from bot.failures import where_only

log = logging.getLogger(__name__)

NAME = "background"  # with which the name of each such thread begins


def begin(what: str, work: Callable[[], object]) -> Thread:
    """Begin work in a thread of its own; what it fails of is logged, as nobody waits for it."""
    # Left alone when the process ends: what is not whole by then never was.
    thread = Thread(target=_tried, args=(what, work), name=f"{NAME}: {what}", daemon=True)
    thread.start()
    return thread


def _tried(what: str, work: Callable[[], object]) -> None:
    try:
        work()
    except Exception as error:
        log.error("%s failed\n%s", what, where_only(error))
