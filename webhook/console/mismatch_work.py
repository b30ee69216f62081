"""Finding everything anew beside the requests: it may take minutes, and a browser waits for one."""

from bot.background import begin
from bot.service import Service
from db.mismatch.runs import begin_run, carry_out

PATIENCE = 1.0  # seconds that whoever asked for it waits


def recount(parts: Service) -> bool:
    """Begin to find everything anew, and say whether it ended at once.

    Raises UnderWay where somebody is at it; what failed is told by the page, as stopped.
    """
    begin_run(parts.store, parts.clock())
    thread = begin("finding everything anew", lambda: carry_out(parts.store, parts.clock))
    thread.join(PATIENCE)
    return not thread.is_alive()
