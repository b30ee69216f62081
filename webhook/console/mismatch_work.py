"""Finding everything anew beside the requests: it may take minutes, and a browser waits for one."""

import logging
from threading import Thread

from bot.failures import where_only
from bot.service import Service
from db.mismatch.runs import begin_run, carry_out

log = logging.getLogger(__name__)

PATIENCE = 1.0  # seconds that whoever asked for it waits


def recount(parts: Service) -> bool:
    """Begin to find everything anew, and say whether it ended at once.

    Raises UnderWay where somebody is at it.
    """
    begin_run(parts.store, parts.clock())
    thread = Thread(target=_work, args=(parts,), name="mismatch", daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return not thread.is_alive()


def _work(parts: Service) -> None:
    try:
        carry_out(parts.store, parts.clock)
    except Exception as error:  # nobody waits for a thread: the page tells that it was stopped
        log.error("findings were not found anew\n%s", where_only(error))
