"""Fixtures for the tests of how lists come in."""

import pytest

from db.session import Store
from tests.db.intake.deliveries import prepare


@pytest.fixture
def prepared(store: Store) -> None:
    """Let the store know the places and programmes of which the lists speak."""
    prepare(store)
