"""The last months of a group one by one, as its page shows them, with the photos that came."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from db.attachments import KEPT, Attachment
from db.kube_groups import KubeGroup
from db.kube_rules import kube_rules
from db.pulses import Pulse, first_of, month_after, month_before, needs_of
from db.session import Session


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a group: what was told of it, or that its time to be told is over."""

    month: date
    pulse: Pulse | None
    needs: str
    photos: Sequence[int]  # attachments
    is_over: bool  # nothing was told, and it is too late


def months_of(session: Session, group: KubeGroup, today: date, most: int) -> Sequence[Month]:
    """Give the months since a group runs, newest first, at most so many; the present one too.

    Of a group that ended none is waited for that it did not run through.
    """
    months = [first_of(today)]
    while len(months) < most:
        months.append(month_before(months[-1]))
    pulses, photos = _pulses(session, group.id, months[-1]), _photos(session, group.id, months[-1])
    began = min([first_of(group.running_since or today), *pulses])
    silent_day = kube_rules(session).silent_day
    return [
        Month(
            month, pulses.get(month), needs_of(session, pulses[month]) if month in pulses else "",
            photos.get(month, []),
            month not in pulses and month_after(month).replace(day=silent_day) <= today,
        )
        for month in months
        if month >= began
        and (month in pulses or group.ended_on is None or month_after(month) <= group.ended_on)
    ]  # fmt: skip


def _pulses(session: Session, group_id: int, since: date) -> dict[date, Pulse]:
    query = select(Pulse).where(
        Pulse.group_id == group_id, Pulse.month >= since, Pulse.replaced_by_id.is_(None)
    )
    return {pulse.month: pulse for pulse in session.scalars(query)}


def _photos(session: Session, group_id: int, since: date) -> dict[date, list[int]]:
    """Give what is kept of each month, also of what was told before it was corrected."""
    query = (
        select(Pulse.month, Attachment.id)
        .join(Attachment, Attachment.pulse_id == Pulse.id)
        .where(Pulse.group_id == group_id, Pulse.month >= since, Attachment.state == KEPT)
        .order_by(Attachment.id)
    )
    found: dict[date, list[int]] = defaultdict(list)
    for month, attachment_id in session.execute(query):
        found[month].append(attachment_id)
    return found
