"""A broadcast to many in bad weather, while dispatchers are killed: everybody is accounted for."""

from collections.abc import Callable
from pathlib import Path

import pytest

from db.session import Store
from tests.faults.broadcast import broadcast

CONTACTS, KILLS = 1000, 2


@pytest.mark.databases("postgresql")
def test_a_broadcast_outlives_its_dispatchers(
    tmp_path: Path,
    store: Store,
    store_url: str,
    data_key: str,
    model_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    account = broadcast(
        store, store_url, data_key, tmp_path, model_path, CONTACTS, KILLS, 20261122, patience=240.0
    )
    record_property("figures", account.text)
    assert account.kills == KILLS
    # At every moment sampled nobody was lost or counted twice.
    assert account.samples > 10
    assert account.lost_in_samples == []
    assert account.states.keys() <= {"sent", "delivered", "failed"}
    # Everybody who does not block us was told; who does is known by now.
    assert account.never_reached == 0
    assert account.told_though_gone == 0
    assert account.states["failed"] == CONTACTS // 50
    # Beyond what the provider took without saying so, only what was in flight goes out twice.
    assert account.repeats <= account.in_silence + account.claims_at_kills
