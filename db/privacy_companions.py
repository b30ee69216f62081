"""What companions keep of a person's family: visits, sessions, the way out of aid, who came."""

from typing import Any

from sqlalchemy import select

from db.graduations import Graduation, GraduationStep
from db.group_sessions import Attendance, GroupSession
from db.handovers import Handover
from db.helped import HelpedConsent
from db.registry import Person
from db.session import Session
from db.tickets import Ticket
from db.visits import Visit


def kept_by_companions(session: Session, person_id: int) -> dict[str, Any]:
    """Give what companions keep of the family of a person, as JSON can hold it."""
    family = select(Person.household_id).where(Person.id == person_id).scalar_subquery()
    return {
        "visits": _visits(session, family),
        "group_sessions": _sessions(session, family),
        "graduation": _graduation(session, family),
        "companion_changes": [
            {"at": at.isoformat()}
            for at in session.scalars(
                select(Handover.at).where(Handover.household_id == family).order_by(Handover.id)
            )
        ],
        "helped": _helped(session, family),
    }


def _visits(session: Session, family: Any) -> list[dict[str, Any]]:
    """Give the visits in force; what was found is told in the companion's words, of others too."""
    query = (
        select(Visit.visited_at, Visit.purpose, Visit.checks)
        .where(Visit.household_id == family, Visit.replaced_by_id.is_(None))
        .order_by(Visit.visited_at)
    )
    return [
        {"at": at.isoformat(), "purpose": purpose, "checks": checks}
        for at, purpose, checks in session.execute(query)
    ]


def _sessions(session: Session, family: Any) -> list[dict[str, Any]]:
    query = (
        select(GroupSession.held_at, GroupSession.module, GroupSession.place, Attendance.present)
        .join(Attendance, Attendance.session_id == GroupSession.id)
        .where(Attendance.household_id == family, GroupSession.replaced_by_id.is_(None))
        .order_by(GroupSession.held_at)
    )
    return [
        {"at": at.isoformat(), "module": module, "place": place, "present": present}
        for at, module, place, present in session.execute(query)
    ]


def _graduation(session: Session, family: Any) -> dict[str, Any] | None:
    query = select(Graduation).where(Graduation.household_id == family)
    track = session.scalars(query).one_or_none()
    if track is None:
        return None
    steps = select(GraduationStep.kind, GraduationStep.at).where(
        GraduationStep.graduation_id == track.id
    )
    return {
        "state": track.state,
        "since": track.opened_at.isoformat(),
        "steps": [
            {"kind": kind, "at": at.isoformat()}
            for kind, at in session.execute(steps.order_by(GraduationStep.at))
        ],
    }


def _helped(session: Session, family: Any) -> list[dict[str, Any]]:
    query = (
        select(Ticket.number, HelpedConsent.how, HelpedConsent.at)
        .join(Ticket, Ticket.id == HelpedConsent.ticket_id)
        .where(HelpedConsent.household_id == family)
        .order_by(HelpedConsent.at)
    )
    return [
        {"number": number, "consent": how, "at": at.isoformat()}
        for number, how, at in session.execute(query)
    ]
