"""Which file that is kept an officer may see, and whose it is."""

from dataclasses import dataclass

from sqlalchemy import select

from db.attachments import Attachment
from db.group_sessions import GroupSession
from db.kube_groups import KubeGroup
from db.pulses import Pulse
from db.registry import Household
from db.session import Session
from db.ticket_desk import Sight, hides_reporter, visible_ticket
from db.visits import Visit


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that may be shown, and whose it is."""

    id: int
    digest: bytes
    mime: str
    subject: str  # whose it is, for the trail: `person:7`; of a hidden reporter `ticket:7`


def find_file(session: Session, sight: Sight, attachment_id: int) -> KeptFile | None:
    """Find a kept file that an officer may see.

    That is one of a ticket that he may read, or of a visit, group session or pulse in his area.
    """
    file = session.get(Attachment, attachment_id)
    if file is None or file.digest is None or file.mime is None:
        return None
    subject = _subject_of(session, sight, file)
    return None if subject is None else KeptFile(file.id, file.digest, file.mime, subject)


def _subject_of(session: Session, sight: Sight, file: Attachment) -> str | None:
    if file.ticket_id is not None:
        return _subject_of_ticket(session, sight, file.ticket_id)
    if file.visit_id is not None:
        return _subject_of_visit(session, sight, file.visit_id)
    if file.pulse_id is not None:
        return _subject_of_pulse(session, sight, file.pulse_id)
    meeting = session.get(GroupSession, file.session_id) if file.session_id is not None else None
    seen = meeting is not None and sight.scope.covers(meeting.area_code)
    return f"group_session:{file.session_id}" if seen else None


def _subject_of_ticket(session: Session, sight: Sight, ticket_id: int) -> str | None:
    ticket = visible_ticket(session, sight, ticket_id)
    if ticket is None or not sight.may_read(ticket):
        return None
    if hides_reporter(ticket):
        return f"ticket:{ticket.id}"
    if ticket.person_id is not None:
        return f"person:{ticket.person_id}"
    return f"ticket:{ticket.id}" if ticket.contact_id is None else f"contact:{ticket.contact_id}"


def _subject_of_visit(session: Session, sight: Sight, visit_id: int) -> str | None:
    within = sight.scope.holds(Household.area_code)
    found = (
        select(Household.id)
        .join(Visit, Visit.household_id == Household.id)
        .where(Visit.id == visit_id, within)
    )
    household_id = session.scalar(found)
    return None if household_id is None else f"household:{household_id}"


def _subject_of_pulse(session: Session, sight: Sight, pulse_id: int) -> str | None:
    query = select(KubeGroup.id).join(Pulse, Pulse.group_id == KubeGroup.id)
    group_id = session.scalar(
        query.where(Pulse.id == pulse_id, sight.scope.holds(KubeGroup.area_code))
    )
    return None if group_id is None else f"kube:{group_id}"
