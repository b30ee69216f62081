"""Groups follow their families to another companion, once most of these are his."""

from sqlalchemy import delete

from db.areas import Scope
from db.assignments import Assignment
from db.handovers import hand_over
from db.kube_groups import KubeGroup, end_group, hold_group
from db.kube_handovers import handed_groups
from db.kube_members import families_kept, homes_of
from db.kube_overview import standings
from db.session import Session, Store
from tests.kube import make_companion, make_kube
from tests.moment import NOW, TODAY
from tests.tickets import CITY, MURHUM, WOLIO

ACTOR = "staff:1"


def give(session: Session, homes: list[int], from_id: int | None, to_id: int) -> list[int]:
    return list(hand_over(session, homes, from_id, to_id, why="Pindah", actor=ACTOR, now=NOW))


def test_a_group_follows_once_most_of_its_families_are_over(store: Store) -> None:
    with store.begin() as session:
        group = make_kube(session, size=5)
        beside = make_kube(session, size=5)
        own, new = group.companion_id, make_companion(session)
        assert own is not None
        homes, version = sorted(homes_of(session, group.id)), group.version
        assert give(session, homes[:2], own, new) == []
        assert (group.companion_id, group.version) == (own, version)
        assert families_kept(session, Scope(WOLIO)) == {group.id: 3, beside.id: 5}
        assert give(session, homes[2:3], own, new) == [group.id]
        assert (group.companion_id, group.version) == (new, version + 1)
        [handed] = handed_groups(session, group.id)
        assert (handed.from_name, handed.to_name, handed.why) == ("Wa Ode", "Wa Ode", "Pindah")
        assert handed_groups(session, beside.id) == []
        assert give(session, homes[3:], own, new) == []  # it is his already
        found = {one.group.id: one for one in standings(session, Scope(CITY))}
        assert (found[group.id].kept, found[beside.id].kept) == (5, 5)
        assert standings(session, Scope(MURHUM)) == []


def test_a_group_of_nobody_follows_and_one_that_ended_does_not(store: Store) -> None:
    with store.begin() as session:
        free, over = make_kube(session), make_kube(session)
        end_group(session, hold_group(session, over.id), "Bubar", TODAY, ACTOR, NOW)
        own, new = over.companion_id, make_companion(session)
        assert give(session, list(homes_of(session, over.id)), own, new) == []
        assert session.get_one(KubeGroup, over.id).companion_id == own
        homes = list(homes_of(session, free.id))
        session.execute(delete(Assignment).where(Assignment.household_id.in_(homes)))
        free.companion_id = None
        session.flush()
        assert give(session, homes, None, new) == [free.id]
        assert [one.from_name for one in handed_groups(session, free.id)] == [None]
