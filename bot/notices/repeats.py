"""What says the same to the same people, so that whoever sends it is asked first."""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from bot.notices.whom import audience_of, touches
from db.areas import Area
from db.audiences import topic_of
from db.broadcasts import Broadcast, Kind, notices_of, texts_of
from db.repeats import share_people, submitted_since
from db.round_changes import announced_besides
from db.session import Session


def same_today(session: Session, broadcast: Broadcast, now: datetime) -> Sequence[Broadcast]:
    """Give what says the same to some of the same people on this day, where they live.

    Two texts are the same if their letters and figures are. A round is announced to an area once,
    on whatever day that was, but for those who have not heard of it.
    """
    zone = ZoneInfo(session.get_one(Area, broadcast.area_code).timezone)
    midnight = datetime.combine(now.astimezone(zone).date(), time(), zone)
    filters = audience_of(session, broadcast)
    words = _plain(notice.text for notice in notices_of(session, broadcast.id))
    others = {one.id: one for one in submitted_since(session, midnight, broadcast.id)}
    found = {
        number: others[number]
        for number, texts in texts_of(session, others).items()
        if words & _plain(texts) and _share(session, others[number], broadcast)
    }
    of_round = broadcast.kind == Kind.DISTRIBUTION and filters.untold_of is None
    if of_round and broadcast.round_id is not None:
        for one in announced_besides(session, broadcast.round_id, broadcast.id):
            if any(touches(area, filters.areas) for area in audience_of(session, one).areas):
                found[one.id] = one
    return [found[number] for number in sorted(found)]


def _share(session: Session, other: Broadcast, broadcast: Broadcast) -> bool:
    if broadcast.hoax_id is not None and other.hoax_id == broadcast.hoax_id:
        return False  # nobody is warned twice of one: whoever was is left out
    topic = topic_of(broadcast.kind)
    theirs, ours = audience_of(session, other), audience_of(session, broadcast)
    return share_people(session, other, theirs, ours, topic)


def _plain(texts: Iterable[str]) -> set[str]:
    """Give what is left of some texts without signs, spaces and capitals."""
    return {
        "".join(sign for sign in folded if sign.isalnum()) or folded
        for folded in (unicodedata.normalize("NFKC", text).casefold() for text in texts)
    }
