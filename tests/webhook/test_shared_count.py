"""Public totals are counted once for all who ask, and nobody waits for them to be counted anew."""

from datetime import datetime
from threading import Thread

import pytest

from db.session import Session, Store
from tests.talk import Clock
from webhook.pages.shared_count import KEPT_FOR, SharedCount

pytestmark = pytest.mark.databases("sqlite")


def test_one_counts_while_the_others_get_what_was_counted(store: Store) -> None:
    clock = Clock()
    meanwhile: list[int] = []
    counted: list[datetime] = []

    def count(_session: Session, now: datetime) -> int:
        counted.append(now)
        if len(counted) > 1:
            other = Thread(target=lambda: meanwhile.append(shared.get()))
            other.start()
            other.join(20)
        return len(counted)

    shared = SharedCount(store, clock, count)
    assert [shared.get(), shared.get()] == [1, 1]
    clock.forward(KEPT_FOR)
    assert shared.get() == 2
    assert meanwhile == [1]
    assert [shared.get(), len(counted)] == [2, 2]


def test_what_fails_is_counted_again(store: Store) -> None:
    tries: list[int] = []

    def count(_session: Session, _now: datetime) -> int:
        tries.append(1)
        return 7 // (len(tries) - 1)

    shared = SharedCount(store, Clock(), count)
    with pytest.raises(ZeroDivisionError):
        shared.get()
    assert shared.get() == 7
