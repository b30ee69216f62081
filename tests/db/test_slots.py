"""Slots: whoever should not wait comes first, and no hour gets more families than its quota."""

from dataclasses import replace
from datetime import time, timedelta

from sqlalchemy import select

from db.audiences import Filters
from db.schedules import Distribution
from db.session import Session, Store
from db.slots import Slot, assign_slots, capacity, slot_of
from tests.audience import ALL, HERE, THERE, family, make_round, make_town
from tests.moment import TODAY
from tests.tickets import WOLIO

TOMORROW = TODAY + timedelta(days=1)


def hours(session: Session, *homes: int) -> list[tuple[int, time] | None]:
    """Give the distribution and the hour of each family, counting distributions from 1."""
    slots = {slot.household_id: slot for slot in session.scalars(select(Slot))}
    return [
        (slots[home].distribution_id, slots[home].starts_at) if home in slots else None
        for home in homes
    ]


def test_families_come_by_need_and_then_by_where_they_live(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        places = (("002", "001"), ("001", "002"), ("001", "001"))
        usual = [family(session, rw=rw, rt=rt).id for rw, rt in places]
        old = family(session, rw="009", ages=(40, 77)).id
        small = family(session, rw="010", ages=(30, 1)).id
        elsewhere, other = family(session, THERE).id, family(session, programs=("BPNT",)).id
        round_ = make_round(session, (HERE, TODAY, 2))
        assign_slots(session, round_.id, ALL, TODAY)
        found = hours(session, old, small, *reversed(usual), elsewhere, other)
        assert [hour and hour[1].hour for hour in found] == [8, 8, 9, 9, 10, None, None]
        slot = slot_of(session, usual[0], round_.id)
        assert slot is not None
        assert (slot.starts_at, slot.ends_at) == (time(10), time(10, 30))
        assert slot_of(session, other, round_.id) is None
        (enough,) = capacity(session, round_.id, ALL)
        assert (enough.families, enough.places) == (5, 5)  # the last half hour has one
        stop = session.get_one(Distribution, slot.distribution_id)
        stop.starts_at, stop.quota = time(10), 3
        assign_slots(session, round_.id, ALL, TODAY)
        session.flush()
        assert {hour and hour[1] for hour in hours(session, *usual, old)} == {time(10)}
        (short,) = capacity(session, round_.id, ALL)
        assert (short.families, short.places) == (5, 1)
        stop.canceled = True
        session.flush()
        assert slot_of(session, usual[0], round_.id) is None
        assert capacity(session, round_.id, ALL) == []


def test_the_distribution_of_the_smallest_area_is_theirs(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        at_home = [family(session, HERE, rt=f"{rt:03d}").id for rt in range(1, 6)]
        around = family(session, WOLIO).id
        quiet = family(session, THERE).id
        stops = ((WOLIO, TODAY, 9), (HERE, TOMORROW, 1), (HERE, TODAY, 1), (THERE, TODAY, None))
        round_ = make_round(session, *stops)
        ids = session.scalars(select(Distribution.id).order_by(Distribution.id)).all()
        assign_slots(session, round_.id, ALL, TODAY)
        wide, tomorrow, today, _ = ids
        assert hours(session, *at_home, around, quiet) == [
            (today, time(8)), (today, time(8)), (today, time(9)),
            (tomorrow, time(8)), (tomorrow, time(9)), (wide, time(8)), None,
        ]  # fmt: skip
        assert [(one.area_code, one.families, one.places) for one in
                capacity(session, round_.id, ALL)] == [(WOLIO, 1, 22), (HERE, 5, 4)]  # fmt: skip
        late = family(session, HERE, rt="009").id
        assign_slots(session, round_.id, ALL, TOMORROW)  # as after a change on the next day
        assert hours(session, *at_home, around, late) == [
            (today, time(8)), (today, time(8)), (today, time(9)),
            (tomorrow, time(8)), (tomorrow, time(8)), (wide, time(8)), (tomorrow, time(9)),
        ]  # fmt: skip
        nobody = Filters(areas=(WOLIO,), program="PKH", deciles=(9,))
        assign_slots(session, round_.id, nobody, TODAY)
        assert session.scalars(select(Slot)).all() == []


def test_where_one_place_has_no_quota_the_last_get_no_hour_at_the_other(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        homes = [family(session, HERE, rt=f"{rt:03d}").id for rt in range(1, 9)]
        round_ = make_round(session, (HERE, TODAY, 2), (HERE, TOMORROW, None))
        assign_slots(session, round_.id, ALL, TODAY)
        at = [hour and hour[1].hour for hour in hours(session, *homes)]
        assert at == [8, 8, 9, 9, 10, None, None, None]
        assert capacity(session, round_.id, ALL) == []  # whoever is left goes to the other place


def test_who_is_called_later_finds_only_the_places_that_are_left(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        first = [family(session, HERE, decile=1).id for _ in range(4)]
        for _ in range(2):
            family(session, HERE, decile=2)
        round_ = make_round(session, (HERE, TODAY, 2))
        poorest, others = (replace(ALL, deciles=(decile,)) for decile in (1, 2))
        assign_slots(session, round_.id, poorest, TODAY)
        told = hours(session, *first)
        (left,) = capacity(session, round_.id, others, keep=True)
        assert (left.families, left.places) == (2, 1)
        assign_slots(session, round_.id, others, TODAY, keep=True)
        assert hours(session, *first) == told
        assert len(session.scalars(select(Slot)).all()) == 5
