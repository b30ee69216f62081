"""Loads of companions, and the proposal of an even split: fair, with few moves and few places."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from db.areas import Scope
from db.assignments import Assignment
from db.loads import loads, propose_split
from db.registry import Household
from db.session import Store
from db.splits import Placed, split_evenly
from db.staff import Staff
from db.substitutions import substitute
from tests.moment import NOW, TODAY

_CREW = [1, 2, 3, 4]
_FAMILIES = st.lists(
    st.tuples(st.sampled_from("ABCDE"), st.sampled_from([None, *_CREW, 9])), max_size=60
).map(lambda rows: [Placed(number, *row) for number, row in enumerate(rows)])


@settings(max_examples=150, deadline=None)
@given(_FAMILIES, st.integers(1, 4).map(lambda count: _CREW[:count]))
def test_a_split_is_fair_with_the_fewest_moves_and_few_places(
    families: list[Placed], crew: list[int]
) -> None:
    moves = split_evenly(families, crew)
    after = {one.household_id: one.staff_id for one in families}
    moved = {move.household_id: move for move in moves}
    assert len(moved) == len(moves)
    for move in moves:
        assert after[move.household_id] == move.from_id
        after[move.household_id] = move.to_id
    counts = Counter(after.values())
    assert set(counts) <= set(crew)
    assert max(counts[one] for one in crew) - min(counts[one] for one in crew) <= 1

    before = Counter(one.staff_id for one in families if one.staff_id in crew)
    share, odd = divmod(len(families), len(crew))
    room = sorted((before[one] for one in crew), reverse=True)
    surplus = sum(max(0, load - share - (place < odd)) for place, load in enumerate(room))
    homeless = [one for one in families if one.staff_id not in crew]
    assert len(moves) == surplus + len(homeless)

    places = {(one.staff_id, one.area_code) for one in families if one.staff_id in crew}
    now_at = {(after[one.household_id], one.area_code) for one in families}
    new_ones = len({(one.staff_id, one.area_code) for one in homeless})
    assert len(now_at) <= len(places) + new_ones + len(crew)


def test_a_split_needs_somebody() -> None:
    with pytest.raises(ValueError, match="nobody"):
        split_evenly([], [])


def test_loads_stand_against_the_mean_of_the_area(sample_store: Store) -> None:
    with sample_store.begin() as session:
        own, *_rest = session.scalars(select(Staff).filter_by(role="companion").order_by(Staff.id))
        new = Staff(name="Asma", role="companion", area_code=own.area_code, created_at=NOW)
        session.add(new)
        session.flush()
        substitute(session, own.id, new.id, TODAY, TODAY, actor="cli", now=NOW)
        shown = {load.staff_id: load for load in loads(session, Scope("74.72"), TODAY)}
        assert (shown[own.id].families, shown[own.id].villages) == (140, 2)
        assert (shown[new.id].families, shown[new.id].for_others) == (0, 140)
        assert shown[own.id].mean == shown[new.id].mean == 70
        assert len(shown) == 5
        assert {load.overall for load in shown.values()} == {
            sum(load.families for load in shown.values()) / 5
        }
        assert (shown[own.id].crew, shown[own.id].away_until) == (2, TODAY)
        assert shown[new.id].away_until is None
        alone = loads(session, Scope("74.72.06"), TODAY)
        assert [load.families for load in alone] == [round(load.mean) for load in alone] == [115]

        # A kelurahan is looked after by companions whose own area is larger.
        village = session.scalars(
            select(Household.area_code)
            .join(Assignment, Assignment.household_id == Household.id)
            .where(Assignment.staff_id == own.id)
        ).first()
        [theirs] = loads(session, Scope(village), TODAY)
        assert (theirs.staff_id, theirs.families, theirs.is_within) == (own.id, 140, False)
        assert 0 < theirs.here < theirs.families

        moves = propose_split(session, own.area_code, [own.id, new.id])
        # Families of the kecamatan that nobody looks after yet.
        assert any(move.from_id is None for move in moves)
        assert all(move.area_code.startswith(own.area_code) for move in moves)
