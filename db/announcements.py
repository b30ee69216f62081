"""Who hears of a distribution, and the queueing of one notice to each in a single statement."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, insert, literal, or_, select

from db.areas import Area, Scope, subtree
from db.broadcasts import Broadcast, Notice, Wave
from db.contacts import ACTIVE as REACHABLE
from db.contacts import CONSENT_GIVEN, Contact
from db.enrolments import ACTIVE, Enrolment
from db.outbox import BULK, OutboundMessage
from db.quiet_hours import after_quiet_hours
from db.registry import Household, Person
from db.schedules import Distribution
from db.session import Session


@dataclass(frozen=True, slots=True)
class Audience:
    """How many families a notice concerns, and how many contacts it reaches by channel."""

    families: int
    by_channel: dict[str, int]

    @property
    def contacts(self) -> int:
        """All reachable contacts."""
        return sum(self.by_channel.values())


def within(area_code: str, own_area_code: str) -> bool:
    """Say whether an area is the given one or lies below it."""
    return area_code == own_area_code or area_code.startswith(own_area_code + ".")


def place_key(place: str) -> str:
    """Give what two spellings of one place have in common."""
    return " ".join(place.split()).casefold()


def _concerned(program_code: str, area_code: str) -> Select[int]:
    """Select the families that receive a programme in an area."""
    low, high = subtree(area_code)
    return (
        select(Household.id)
        .join(Person, Person.household_id == Household.id)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(
            Enrolment.ended_batch_id.is_(None),
            Enrolment.program_code == program_code,
            Enrolment.status == ACTIVE,
            Household.area_code >= low,
            Household.area_code < high,
        )
    )


def _reachable(program_code: str, area_code: str) -> ColumnElement[bool]:
    """Contacts of those families that have agreed, want notices and are not blocked."""
    people = select(Person.id).where(Person.household_id.in_(_concerned(program_code, area_code)))
    return and_(Contact.person_id.in_(people), _willing())


def _willing() -> ColumnElement[bool]:
    return and_(Contact.consent == CONSENT_GIVEN, Contact.state == REACHABLE, Contact.notices)


def _not_yet_warned(scope: Scope, hoax_id: int) -> ColumnElement[bool]:
    """Willing contacts of an area that no notice has warned of a hoax.

    Where somebody lives who is tied to no person is known only if there is nothing but the area.
    """
    people = (
        select(Person.id)
        .join(Household, Household.id == Person.household_id)
        .where(scope.holds(Household.area_code))
    )
    elsewhere = exists().where(Area.level == "village", ~scope.holds(Area.code))
    warned = (
        exists()
        .where(OutboundMessage.contact_id == Contact.id, Broadcast.hoax_id == hoax_id)
        .where(Wave.id == OutboundMessage.wave_id, Broadcast.id == Wave.broadcast_id)
    )
    here = or_(Contact.person_id.in_(people), and_(Contact.person_id.is_(None), ~elsewhere))
    return and_(here, _willing(), ~warned)


def count_to_warn(session: Session, scope: Scope, hoax_id: int) -> int:
    """Count the contacts that a warning of a hoax would reach."""
    query = select(func.count()).select_from(Contact).where(_not_yet_warned(scope, hoax_id))
    return session.scalar(query) or 0


def count_audience(session: Session, program_code: str, area_code: str) -> Audience:
    """Count families and reachable contacts."""
    families = session.scalar(
        select(func.count(func.distinct(Household.id))).where(
            Household.id.in_(_concerned(program_code, area_code))
        )
    )
    rows = session.execute(
        select(Contact.channel, func.count())
        .where(_reachable(program_code, area_code))
        .group_by(Contact.channel)
    )
    return Audience(families or 0, {channel: count for channel, count in rows})  # noqa: C416 - typed


def start(session: Session, broadcast: Broadcast, notice: Notice, zone: str) -> Wave:
    """Store a running broadcast of one wording for one zone, whose rows are queued next."""
    session.add(broadcast)
    session.flush()
    notice.broadcast_id = broadcast.id
    wave = Wave(broadcast_id=broadcast.id, zone=zone)
    session.add_all((notice, wave))
    session.flush()
    return wave


def fan_out(
    session: Session, wave: Wave, notice: Notice, program_code: str, area_code: str, now: datetime
) -> None:
    """Queue the notice once for each reachable contact."""
    _queue(session, wave, notice, _reachable(program_code, area_code), now)


def fan_out_warning(
    session: Session, wave: Wave, notice: Notice, scope: Scope, hoax_id: int, now: datetime
) -> None:
    """Queue a warning of a hoax once for each contact of an area that is not warned yet."""
    _queue(session, wave, notice, _not_yet_warned(scope, hoax_id), now)


def _queue(
    session: Session, wave: Wave, notice: Notice, whom: ColumnElement[bool], now: datetime
) -> None:
    table: Any = OutboundMessage.__table__
    values: dict[str, Any] = {
        "contact_id": Contact.id,
        "channel": Contact.channel,
        "priority": literal(BULK),
        "state": literal("queued"),
        "not_before": literal(after_quiet_hours(now, wave.zone), table.c.not_before.type),
        "tries": literal(0),
        "failures": literal(0),
        "notice_id": literal(notice.id),
        "wave_id": literal(wave.id),
        "created_at": literal(now, table.c.created_at.type),
    }
    chosen = select(*values.values()).where(whom).order_by(Contact.id)
    session.execute(insert(table).from_select(list(values), chosen, include_defaults=False))


def find_distribution(
    session: Session, program_code: str, area_code: str, held_on: date, starts_at: time, place: str
) -> Distribution | None:
    """Find a distribution that is planned already, however its place was spelt."""
    planned = session.scalars(
        select(Distribution).where(
            Distribution.program_code == program_code,
            Distribution.area_code == area_code,
            Distribution.held_on == held_on,
            Distribution.starts_at == starts_at,
        )
    )
    # Not in SQL: SQLite lowers the case of ASCII letters only.
    return next((found for found in planned if place_key(found.place) == place_key(place)), None)
