"""The sample groups: sound by the rules, seen by their companions, with a year to report."""

import pytest
from sqlalchemy import select

from bot.kube_rules import TOO_FEW, breaches
from db.areas import Scope
from db.kube_groups import FORMING, RUNNING, KubeGroup, account_of
from db.kube_members import members_of
from db.kube_proposals import open_proposals
from db.kube_rules import kube_rules
from db.kube_year import kube_year
from db.sample.kube import load_groups
from db.session import Store
from tests.moment import NOW


@pytest.mark.databases("sqlite")
def test_sample_groups_are_sound_and_one_is_still_formed(sample_store: Store) -> None:
    with sample_store.begin() as session:
        assert load_groups(session, NOW) == 5
        assert load_groups(session, NOW) == 0
        rules = kube_rules(session)
        groups = session.scalars(select(KubeGroup).order_by(KubeGroup.id)).all()
        for group in groups:
            found = breaches(members_of(session, group.id), group.area_code, rules)
            assert (found == []) == (group.state == RUNNING)
        assert [group.state for group in groups].count(FORMING) == 1
        forming = next(group for group in groups if group.state == FORMING)
        (few,) = breaches(members_of(session, forming.id), forming.area_code, rules)
        assert few.kind == TOO_FEW
        assert account_of(session, groups[0]).startswith("BRI")
        assert len(open_proposals(session, Scope(None), 9)) == 2
        year = kube_year(session, Scope("74.72"), NOW.year, NOW, "Asia/Makassar")
        assert len(year.groups) == 4
        assert 0 < year.accountability.part < year.accountability.whole
        assert year.effectiveness.part == 1
