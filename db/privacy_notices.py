"""What is kept of one person and his contact for the notices that they get; and its end."""

from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import aliased

from db.audience_files import AudienceFile, AudienceMember
from db.broadcasts import Broadcast, Notice
from db.contacts import CONSENT_GIVEN, Contact
from db.outbox import OutboundMessage
from db.pickups import Pickup
from db.registry import Person, Program
from db.schedules import Distribution
from db.session import Session
from db.slots import Slot
from db.subscriptions import forget, subscriptions_of

_NOTICES = 1_000  # of the newest, in one file
_MEMBER: Any = AudienceMember.__table__
_PICKUP: Any = Pickup.__table__


def notices_of_contact(session: Session, contact_id: int) -> dict[str, Any]:
    """Give what a contact wants to hear of, what went to it, and what it said about aid."""
    query = (
        select(Program.name, Distribution.held_on, Pickup.got_it, Pickup.answered_at)
        .join(Distribution, Distribution.id == Pickup.distribution_id)
        .join(Program, Program.code == Distribution.program_code)
        .where(Pickup.contact_id == contact_id)
        .order_by(Pickup.id)
    )
    return {
        "subscriptions": [
            {"program": one.program, "emergencies": one.emergencies, "area": one.area,
             "since": one.created_at.isoformat()}
            for one in subscriptions_of(session, contact_id)
        ],
        "pickups": [
            {"program": program, "held_on": held_on.isoformat(), "got_it": got_it,
             "at": at.isoformat()}
            for program, held_on, got_it, at in session.execute(query)
        ],
        "audience_lists": _lists(session, AudienceMember.contact_id == contact_id),
        "notices": _told(session, contact_id),
    }  # fmt: skip


def _told(session: Session, contact_id: int) -> list[dict[str, Any]]:
    """Give the newest notices for a contact, with what became of each and when."""
    query = (
        select(Broadcast.kind, Notice.text, OutboundMessage)
        .join(Notice, Notice.id == OutboundMessage.notice_id)
        .join(Broadcast, Broadcast.id == Notice.broadcast_id)
        .where(OutboundMessage.contact_id == contact_id)
        .order_by(OutboundMessage.id.desc())
        .limit(_NOTICES)
    )
    return [
        {"kind": kind, "text": words, "channel": row.channel, "state": row.state,
         "since": row.created_at.isoformat(),
         "at": row.settled_at.isoformat() if row.settled_at else None}
        for kind, words, row in session.execute(query)
    ][::-1]  # fmt: skip


def notices_of_family(session: Session, person_id: int) -> dict[str, Any]:
    """Give the hours at which a person's family was to come, and the lists that hold it."""
    family = select(Person.household_id).where(Person.id == person_id).scalar_subquery()
    query = (
        select(Program.name, Distribution.held_on, Distribution.place, Slot.starts_at, Slot.ends_at)
        .join(Distribution, Distribution.id == Slot.distribution_id)
        .join(Program, Program.code == Distribution.program_code)
        .where(Slot.household_id == family)
        .order_by(Distribution.held_on, Slot.distribution_id)
    )
    return {
        "slots": [
            {"program": program, "held_on": held_on.isoformat(), "place": place,
             "from": starts_at.isoformat("minutes"), "to": ends_at.isoformat("minutes")}
            for program, held_on, place, starts_at, ends_at in session.execute(query)
        ],
        "family_in_audience_lists": _lists(session, AudienceMember.household_id == family),
    }  # fmt: skip


def _lists(session: Session, of_them: Any) -> list[dict[str, Any]]:
    query = (
        select(AudienceFile.name, AudienceFile.created_at)
        .join(AudienceMember, AudienceMember.file_id == AudienceFile.id)
        .where(of_them)
        .order_by(AudienceFile.id)
        .distinct()
    )
    rows = session.execute(query.add_columns(AudienceFile.id))
    return [{"list": name, "at": at.isoformat()} for name, at, _ in rows]


def forget_notices(session: Session, contact_id: int) -> None:
    """Drop wishes and answers of a contact, and its places in lists, while it is still tied.

    The family leaves the lists as well, unless somebody else of it has agreed to be told.
    """
    forget(session, contact_id)
    session.core.execute(delete(_PICKUP).where(_PICKUP.c.contact_id == contact_id))
    mine, theirs, other = aliased(Person), aliased(Person), aliased(Contact)
    still_told = exists().where(
        theirs.household_id == mine.household_id,
        other.person_id == theirs.id,
        other.id != contact_id,
        other.consent == CONSENT_GIVEN,
    )
    family = (
        select(mine.household_id)
        .join(Contact, Contact.person_id == mine.id)
        .where(Contact.id == contact_id, ~still_told)
    )
    session.core.execute(delete(_MEMBER).where(_MEMBER.c.household_id.in_(family)))
