"""Families and contacts for the tests of audiences."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from db.areas import Area
from db.audiences import Filters
from db.broadcasts import Broadcast, Kind, Notice, State, Wave
from db.contacts import CONSENT_GIVEN, Contact
from db.enrolments import Enrolment
from db.outbox import OutboundMessage
from db.registry import AgencyList, Household, Person, Program
from db.rounds import Round
from db.schedules import Distribution
from db.session import Session
from tests.moment import NOW, TODAY
from tests.tickets import CITY, MURHUM, VILLAGES, WOLIO, make_areas

HERE, THERE = VILLAGES[WOLIO], VILLAGES[MURHUM]
AID = ("PKH", "BPNT", "LANSIA", "DISABILITAS")
ALL = Filters(areas=(CITY,), program="PKH")


def make_town(session: Session) -> None:
    """Put two kelurahan, some programmes and a list there."""
    make_areas(session)
    session.add(AgencyList(id=1, agency="BPS", name="DTSEN", as_of=TODAY))
    session.add_all(Program(code=code, name=code, agency="Kemensos") for code in AID)
    session.flush()


def born(age: float) -> date:
    """Give the day on which somebody was born who is so old, in years, as the database has it."""
    return datetime.now(UTC).date() - timedelta(days=round(age * 365.25) + 1)


def family(
    session: Session,
    area: str = HERE,
    programs: Sequence[str] = ("PKH",),
    ages: Sequence[float] = (40,),
    status: str = "active",
    **household: Any,
) -> Household:
    """Make a family whose head is on the lists of some programmes."""
    given = {"address": "Jl. Melati", "rt": "001", "rw": "001", "decile": 2} | household
    home = Household(area_code=area, list_id=1, as_of=TODAY, **given)
    session.add(home)
    session.flush()
    for number, age in enumerate(ages):
        relation = "other" if number else "head"
        member(session, home, name=f"Warga {number}", birth_date=born(age), relation=relation)
    enrol(session, head_of(session, home), *programs, status=status)
    return home


def member(session: Session, home: Household, **values: Any) -> Person:
    given = {"name": "Warga", "relation": "other", "as_of": TODAY} | values
    person = Person(household_id=home.id, **given)
    session.add(person)
    session.flush()
    return person


def enrol(session: Session, person: Person, *programs: str, status: str = "active") -> None:
    session.add_all(
        Enrolment(person_id=person.id, list_id=1, program_code=code, status=status, since=TODAY)
        for code in programs
    )
    session.flush()


def head_of(session: Session, home: Household) -> Person:
    heads = select(Person).where(Person.household_id == home.id, Person.relation == "head")
    return session.scalars(heads).one()


def contact(session: Session, person: Person | Household | None = None, **values: Any) -> Contact:
    """Make a willing contact of somebody, or of the head of a family."""
    if isinstance(person, Household):
        person = head_of(session, person)
    count = len(session.scalars(select(Contact.id)).all())
    given = {"channel": "telegram", "address": f"c{count}", "consent": CONSENT_GIVEN}
    made = Contact(
        person_id=person.id if person is not None else None, created_at=NOW,
        **given | values,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def make_neighbours(session: Session) -> None:
    """Put a family each of ani and budi here, and of cici there, with their chats."""
    make_town(session)
    for address, area in (("ani", HERE), ("budi", HERE), ("cici", THERE)):
        contact(session, family(session, area), address=address)


def make_round(session: Session, *stops: tuple[str, date, int | None], **values: Any) -> Round:
    """Make a round of PKH; each stop is an area, a day and a quota, from 08:00 to 10:30."""
    round_ = Round(
        program_code="PKH", area_code=CITY, created_by="test", created_at=NOW, **values
    )  # fmt: skip
    session.add(round_)
    session.flush()
    for area, day, quota in stops:
        session.add(
            Distribution(
                program_code="PKH", area_code=area, held_on=day, starts_at=time(8),
                ends_at=time(10, 30), place="Kantor Pos", quota=quota, round_id=round_.id,
                source="test", created_at=NOW,
            )
        )  # fmt: skip
    session.flush()
    return round_


def make_broadcast(
    session: Session, *notices: Notice, filters: Filters | None = ALL, **values: Any
) -> Broadcast:
    """Make a broadcast of some wordings that is due."""
    given: dict[str, Any] = {"kind": Kind.DISTRIBUTION, "area_code": CITY, "send_at": NOW} | values
    made = Broadcast(
        audience=filters.to_data() if filters is not None else None, digest=b"",
        state=State.SCHEDULED, created_by="test", created_at=NOW, **given,
    )  # fmt: skip
    session.add(made)
    session.flush()
    for notice in notices:
        notice.broadcast_id = made.id
        session.add(notice)
    session.flush()
    return made


def queued(session: Session, broadcast: Broadcast) -> dict[int, str]:
    """Give the wording that each contact of a broadcast gets."""
    rows = session.execute(
        select(OutboundMessage.contact_id, Notice.text)
        .join(Wave, Wave.id == OutboundMessage.wave_id)
        .join(Notice, Notice.id == OutboundMessage.notice_id)
        .where(Wave.broadcast_id == broadcast.id)
    )
    return {contact_id: text for contact_id, text in rows}  # noqa: C416 - dict() has no type here


def zone_of(session: Session, area_code: str, zone: str) -> None:
    session.get_one(Area, area_code).timezone = zone
    session.flush()
