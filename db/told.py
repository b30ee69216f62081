"""Who hears what follows a broadcast: each family or telephone that was told, once of a place."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from db.areas import in_areas, subtree
from db.audiences import Topic, is_willing, topic_of
from db.broadcast_watch import ANNOUNCES
from db.broadcasts import Broadcast, Kind, Notice, State, Wave
from db.contacts import BY_NUMBER, Contact
from db.outbox import CHANGED, TOLD, OutboundMessage
from db.pickups import Pickup
from db.publishing import may_be_heard
from db.recipients import telephone
from db.registry import Household, Person
from db.rounds import PLANNED, Round
from db.schedules import Distribution
from db.session import Session
from db.subscriptions import Subscription
from db.traits import belongs

_IT_CAME, _IT_MAY_NOT_HAVE_COME, _OTHERS = range(3)


def told_by_parent(session: Session, broadcast: Broadcast, parent_id: int) -> Select[Any]:
    """Select those who heard of the parent, or were to hear of it; nobody hears it again.

    Of a change those are told whom any announcement or change of the round told before it, and
    where it goes on those too whose rows were ended for it. Of several contacts that were told it
    is one to which it came, and of these the one that wrote last. Where none of them may be told
    any more, it is another of the family or of the telephone.
    """
    ways = _ways(_owners(session, broadcast, parent_id), topic_of(broadcast.kind))
    order = (ways.c.place, Contact.last_inbound_at.desc().nulls_last(), Contact.id)
    ranked = (
        select(
            ways.c.contact_id,
            Contact.channel,
            Contact.language,
            ways.c.area_code,
            ways.c.household_id,
            func.row_number()
            .over(partition_by=(ways.c.owner, ways.c.area_code), order_by=order)
            .label("number"),
        )
        .join(Contact, Contact.id == ways.c.contact_id)
        .subquery("ranked")
    )
    chosen = select(*(column for column in ranked.c if column.name != "number"))
    return chosen.where(ranked.c.number == 1)


def concerned(
    session: Session, broadcast: Broadcast, parent_id: int, areas: Sequence[str]
) -> Select[Any]:
    """Select those who hear of a change in some areas."""
    found = told_by_parent(session, broadcast, parent_id).subquery()
    return select(found).where(in_areas(found.c.area_code, areas))


def _owners(session: Session, broadcast: Broadcast, parent_id: int) -> CTE:
    """Select what was told, each with its owner: a family, or a telephone that is of none."""
    rows = _rows_of_told(session, broadcast, parent_id).subquery("told")
    household_id = func.coalesce(rows.c.household_id, _of_telephone(rows, func.max, "household_id"))
    home = func.coalesce(rows.c.home, _of_telephone(rows, func.max, "home"))
    return select(
        rows.c.contact_id,
        rows.c.telephone,
        rows.c.is_willing,
        rows.c.place,
        household_id.label("household_id"),
        func.coalesce(home, rows.c.area_code).label("area_code"),
        func.coalesce(household_id, -_of_telephone(rows, func.min, "contact_id")).label("owner"),
    ).cte("owners")


def _of_telephone(rows: Any, function: Any, column: str) -> Any:
    return function(rows.c[column]).over(partition_by=rows.c.telephone)


def _ways(owners: CTE, topic: Topic) -> Any:
    """Select the contacts that may be told: those that were, and others where one may not be."""
    about = (owners.c.owner, owners.c.household_id, owners.c.area_code)
    told = select(owners.c.contact_id, *about, owners.c.place).where(owners.c.is_willing)
    others = select(Contact.id.label("contact_id"), *about, literal(_OTHERS).label("place")).where(
        not_(owners.c.is_willing), is_willing(topic)
    )
    kin = (
        others.join_from(owners, Person, Person.household_id == owners.c.household_id)
        .join(Contact, Contact.person_id == Person.id)
        .where(belongs(Person))
    )
    same_telephone = others.join_from(owners, Contact, Contact.address == owners.c.telephone).where(
        Contact.channel.in_(BY_NUMBER)
    )
    # Nested, as Python's sqlite3 counts no rows of a statement that begins with WITH.
    ways = union_all(told, kin, same_telephone).add_cte(owners, nest_here=True)
    return ways.subquery("ways")


def _rows_of_told(session: Session, broadcast: Broadcast, parent_id: int) -> Select[Any]:
    """Select the contacts that were told, whether they are willing still or not."""
    low, high = subtree(broadcast.area_code)
    told = aliased(OutboundMessage)
    of_family = and_(Household.id == Person.household_id, belongs(Person))
    is_silent = and_(told.state == "sent", told.passed_on_at.is_not(None))
    is_unsure = or_(told.state.not_in(("sending", *TOLD)), is_silent)
    place = case((is_unsure, _IT_MAY_NOT_HAVE_COME), else_=_IT_CAME)
    query: Any = (
        select(
            Contact.id.label("contact_id"),
            telephone().label("telephone"),
            func.coalesce(is_willing(topic_of(broadcast.kind)), false()).label("is_willing"),
            place.label("place"),
            Household.id.label("household_id"),
            case(
                (and_(Household.area_code >= low, Household.area_code < high), Household.area_code)
            ).label("home"),
            func.coalesce(Notice.area_code, literal(broadcast.area_code)).label("area_code"),
        )
        .select_from(told)
        .join(Wave, Wave.id == told.wave_id)
        .join(Broadcast, Broadcast.id == Wave.broadcast_id)
        .join(Notice, Notice.id == told.notice_id)
        .join(Contact, Contact.id == told.contact_id)
        .outerjoin(Person, Person.id == Contact.person_id)
        .outerjoin(Household, of_family)
    )
    if broadcast.kind == Kind.CHANGE:
        before = (Broadcast.round_id == broadcast.round_id, Broadcast.id < broadcast.id)
        of_round = session.get_one(Round, broadcast.round_id)
        chosen: Select[Any] = query.where(
            *before, Broadcast.kind.in_(ANNOUNCES), _is_concerned(told, of_round)
        )
    else:
        last = told.state.in_(TOLD), not_(_heard_later(session, broadcast, parent_id))
        heard = (*last, not_(_has_it(parent_id)), _is_meant_still())
        chosen = query.where(Broadcast.id == parent_id, *heard)
    return chosen


def _heard_later(session: Session, broadcast: Broadcast, parent_id: int) -> ColumnElement[bool]:
    """Give the condition that a contact or its family heard of the area by what came after it.

    What follows that reminds them.
    """
    of_round = (Broadcast.round_id == broadcast.round_id, Broadcast.kind.in_(ANNOUNCES))
    after = select(Broadcast.id).where(*of_round, Broadcast.id > parent_id)
    later = session.scalars(after).all()
    if not later:
        return false()
    heard: Any = (
        select(OutboundMessage.contact_id, Notice.area_code)
        .join(Notice, Notice.id == OutboundMessage.notice_id)
        .where(Notice.broadcast_id.in_(later), OutboundMessage.state.in_(TOLD))
        .correlate(None)
    )
    other, theirs = aliased(Contact), aliased(Person)
    of_family = (
        heard.join(other, other.id == OutboundMessage.contact_id)
        .join(theirs, theirs.id == other.person_id)
        .with_only_columns(theirs.household_id, Notice.area_code)
        .where(Notice.area_code.is_not(None), theirs.household_id.is_not(None))
    )
    of_contact = heard.where(Notice.area_code.is_not(None))
    area_code, home = func.coalesce(Notice.area_code, ""), func.coalesce(Household.id, 0)
    return or_(
        tuple_(Contact.id, area_code).in_(of_contact), tuple_(home, area_code).in_(of_family)
    )


def _is_meant_still() -> ColumnElement[bool]:
    """Give the condition that a contact is of its family still, or asked by itself to be told."""
    asked = exists().where(Subscription.contact_id == Contact.id, ~Subscription.emergencies)
    asked = asked.correlate(Contact)
    return or_(Contact.person_id.is_(None), belongs(Person), asked)


def _is_concerned(told: Any, of_round: Round) -> ColumnElement[bool]:
    """Give the condition that a change is news for whoever has a row of what is changed.

    Nobody hears that something is off of which he never heard; what goes on he has to know.
    """
    if of_round.state != PLANNED:
        return may_be_heard(told)
    of_it = (Distribution.round_id == of_round.id, ~Distribution.canceled)
    on = select(Distribution.area_code).where(*of_it)
    ended = and_(told.state == "canceled", told.reason == CHANGED)
    still = and_(Broadcast.state != State.CANCELED, told.state.in_(("queued", "failed")))
    return or_(may_be_heard(told), and_(Notice.area_code.in_(on), or_(ended, still)))


def _has_it(parent_id: int) -> ColumnElement[bool]:
    """Give the condition that a contact or its family said that they got what was announced."""
    announced = (
        select(Distribution.id)
        .join(Broadcast, Broadcast.round_id == Distribution.round_id)
        .where(Broadcast.id == parent_id)
    )
    said = exists().where(
        or_(Pickup.contact_id == Contact.id, Pickup.household_id == Household.id),
        Pickup.got_it,
        Pickup.distribution_id.in_(announced.correlate(None)),
    )
    return said.correlate(Contact, Household)
