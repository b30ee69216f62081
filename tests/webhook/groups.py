"""Groups (KUBE) of the sample, for the tests of the console."""

from sqlalchemy import select

from db.kube_groups import KubeGroup, assets_of
from db.kube_proposals import OPEN, KubeProposal
from db.sample.kube import load_groups
from db.session import Store
from tests.moment import NOW


def group_in(store: Store, area: str, name: str = "") -> int:
    """Give the first group of an area, or the one of a name; the sample is put in before."""
    with store.begin() as session:
        load_groups(session, NOW)
        query = select(KubeGroup.id).where(
            KubeGroup.area_code.startswith(area), KubeGroup.name.startswith(name)
        )
        return session.scalars(query.order_by(KubeGroup.id)).first() or 0


def asset_in(store: Store, area: str) -> int:
    """Give the newest of what the first group of an area received."""
    group_id = group_in(store, area)
    with store.read() as session:
        return assets_of(session, group_id)[0].id


def wish_in(store: Store, area: str) -> int:
    """Give the first proposal of an area that is not done."""
    group_in(store, area)
    with store.read() as session:
        query = (
            select(KubeProposal.id)
            .join(KubeGroup, KubeGroup.id == KubeProposal.group_id)
            .where(KubeGroup.area_code.startswith(area), KubeProposal.state.in_(OPEN))
        )
        return session.scalars(query.order_by(KubeProposal.id)).first() or 0
