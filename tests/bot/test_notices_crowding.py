"""Whoever calls more families than the quotas allow is asked twice, and no quota is exceeded."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.notices import approving
from bot.notices.drafting import Draft, prepare
from bot.notices.planning import Stop, make_round
from bot.notices.previewing import preview
from bot.notices.refusals import NoticeRefused
from db.audiences import Filters
from db.broadcasts import Broadcast, Kind, Notice, State, notices_of
from db.fan_out import fan_out
from db.outbox import OutboundMessage
from db.rounds import Round
from db.session import Session, Store
from db.slots import Slot
from tests.audience import HERE, contact, family, make_town
from tests.broadcasts import DAY, EARLY, plan, stop

ONE, OTHER = "staff:1", "staff:2"
NARROW = stop(HERE, quota=1)  # three hours, so that it has three places


@pytest.fixture
def session(store: Store) -> Iterator[Session]:
    """Give a town with three families of the first decile and two of the second."""
    with store.begin() as session:
        make_town(session)
        for number, decile in enumerate((1, 1, 1, 2, 2)):
            home = family(session, HERE, rt=f"{number:03d}", decile=decile)
            contact(session, home, address=f"family {number}")
        yield session


def planned(session: Session, *stops: Stop) -> Round:
    return make_round(session, plan(*stops), ONE, EARLY)


def announced(session: Session, of_round: Round, *deciles: int) -> Broadcast:
    """Prepare an announcement to some deciles, or to all."""
    filters = None
    if deciles:
        whole = Filters.from_data(of_round.filters or {})
        filters = replace(whole, deciles=deciles, untold_of=of_round.id)
    draft = Draft(Kind.DISTRIBUTION, filters, {}, round_id=of_round.id)
    return prepare(session, draft, ONE, EARLY)


def decide(session: Session, broadcast: Broadcast, sure: bool = False) -> str:
    """Submit a draft, or approve what was submitted."""
    given = session, broadcast.id
    if broadcast.state == State.DRAFT:
        return approving.submit(*given, ONE, EARLY, broadcast.version, sure).state
    return approving.approve(*given, OTHER, EARLY, broadcast.version, sure).state


def test_more_families_than_places_are_called_only_by_who_says_so_twice(session: Session) -> None:
    of_round = planned(session, NARROW)
    whole = announced(session, of_round)
    assert preview(session, whole, EARLY).is_crowded
    with pytest.raises(NoticeRefused, match="crowded_anyway"):
        decide(session, whole)
    poorest = announced(session, of_round, 1)
    assert not preview(session, poorest, EARLY).is_crowded
    assert [decide(session, poorest) for _ in range(2)] == [State.WAITING, State.SCHEDULED]
    # The places are taken by now, so that others find none.
    rest = announced(session, of_round, 2)
    for state in (State.WAITING, State.SCHEDULED):
        with pytest.raises(NoticeRefused, match="crowded_anyway"):
            decide(session, rest)
        assert decide(session, rest, sure=True) == state
    assert len(session.scalars(select(Slot)).all()) == 3


def test_who_gets_no_hour_is_told_the_place_without_a_quota(session: Session) -> None:
    wide = replace(stop(HERE), place="Bank Sultra")
    broadcast = announced(session, planned(session, NARROW, wide))
    assert [decide(session, broadcast) for _ in range(2)] == [State.WAITING, State.SCHEDULED]
    assert fan_out(session, broadcast, EARLY) == 5
    query = select(Notice.slot, Notice.text).join(
        OutboundMessage, OutboundMessage.notice_id == Notice.id
    )
    said = session.execute(query).all()
    hours = sorted(slot.hour for slot, _ in said if slot is not None)
    assert hours == [9, 10, 11]
    for slot, text in said:
        place, other = ("Bank Sultra", "Kantor Pos") if slot is None else ("Kantor Pos", "Sultra")
        assert (place in text, other in text) == (True, False)


def test_of_a_day_that_has_hours_alone_only_those_are_reminded_who_have_one(
    session: Session,
) -> None:
    wide = replace(stop(HERE, DAY + timedelta(days=1)), place="Bank Sultra")
    broadcast = announced(session, planned(session, NARROW, wide))
    assert [decide(session, broadcast) for _ in range(2)] == [State.WAITING, State.SCHEDULED]
    assert fan_out(session, broadcast, EARLY) == 5
    session.execute(update(OutboundMessage).values(state="sent"))
    draft = Draft(Kind.REMINDER, None, {}, broadcast.round_id, broadcast.id)
    reminder = prepare(session, draft, ONE, EARLY)
    for notice in notices_of(session, reminder.id):
        if notice.slot is None:  # of the next day, which is reminded of by itself
            assert "Bank Sultra" in notice.text
            session.delete(notice)
    session.flush()
    assert fan_out(session, reminder, EARLY) == 3
