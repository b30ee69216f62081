"""Telling chats that were a member of staff's that they are a citizen's from now on, once each."""

from collections.abc import Collection
from datetime import datetime

from bot.desk.telling import tell_unheld
from bot.messages import Reply
from bot.texts import say
from db.session import Session

REPLACED, LEFT = "enrol.replaced", "enrol.left"


def tell_let_go(session: Session, contact_ids: Collection[int], why: str, now: datetime) -> None:
    """Tell chats that they were let go of: another phone took their place, or the work ended."""
    for contact_id in contact_ids:
        tell_unheld(session, contact_id, Reply(say(why)), now)
