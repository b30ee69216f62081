"""Telling chats that were a member of staff's that they are a citizen's from now on, once each."""

from collections.abc import Collection, Sequence
from datetime import datetime

from bot.desk.talking import end_talks
from bot.desk.telling import tell_unheld
from bot.messages import Reply
from bot.texts import say
from db.session import Session

# Another phone took its place, a new code is to be typed, or the work ended.
REPLACED, RESET, LEFT = "enrol.replaced", "enrol.reset", "enrol.left"


def tell_let_go(
    session: Session, contact_ids: Collection[int], why: str, now: datetime
) -> Sequence[Reply]:
    """Tell chats that they were let go of, once their talks with officers are ended.

    Gives what they were not told as an officer was talking: it is for the phone in their place.
    """
    unsaid: list[Reply] = []
    for contact_id in contact_ids:
        unsaid += end_talks(session, contact_id, now)
        tell_unheld(session, contact_id, Reply(say(why)), now)
    return unsaid
